"""Signing in with a real browser: every page and state, at every width, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from booking.services import devices
from tests.browser.conftest import AtEveryWidth, PageAt
from tests.browser.served import served
from tests.integration.cast import PASSWORD, Stage, build_stage

Check = Callable[[Page], None]

PAGES = (
    "/sign-in",
    "/staff/sign-in",
    "/sign-in/driver",
    "/accessibility",
    "/privacy",
    "/contact",
    "/sent",
    "/nowhere",
)


@pytest.fixture(scope="module")
def here(
    tmp_path_factory: pytest.TempPathFactory, built_front_end: Path
) -> Iterator[tuple[Stage, str]]:
    """The demo with every guard on, and its address."""
    stage = build_stage(Path(tmp_path_factory.mktemp("doors")), demo=True, csrf=True)
    with served(stage) as url:
        yield stage, url
    stage.ctx.db.close()


def test_the_plain_pages_are_accessible(
    here: tuple[Stage, str], page_at: PageAt, at_every_width: AtEveryWidth
) -> None:
    """Each page that needs no sign-in, on a phone, a tablet and a desk."""
    page = page_at(1280)
    for path in PAGES:
        page.goto(here[1] + path)
        at_every_width(page)


@pytest.mark.parametrize("path", ["/sign-in", "/staff/sign-in", "/sign-in/driver"])
def test_an_error_is_said_at_the_top_and_at_the_field(
    here: tuple[Stage, str], page_at: PageAt, assert_accessible: Check, path: str
) -> None:
    """An empty form comes back with a summary that leads to the field."""
    page = page_at(360)
    page.goto(here[1] + path)
    page.locator("main button[type=submit]").first.click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("There is a problem")
    assert page.title().startswith("Error:")
    assert_accessible(page)
    target = summary.locator("a").first.get_attribute("href") or ""
    assert page.locator(target).count() == 1


def test_a_passenger_signs_in_by_keyboard_without_javascript(
    here: tuple[Stage, str], page_at: PageAt, assert_accessible: Check
) -> None:
    """Mary's daughter's friend joins: number, code from the sent messages, name, in."""
    page = page_at(360, java_script_enabled=False)
    page.goto(f"{here[1]}/sign-in")
    page.locator("#contact").focus()
    page.keyboard.type("07700 900777")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Type your code")
    page.locator("#code").focus()
    page.keyboard.type(newest_code(page_at, here[1]))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nice to meet you")
    page.locator("#name").fill("Ann Lee")
    page.locator("#village").fill("Hose")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/journeys$"))


def test_the_pages_on_the_way_in_are_accessible(
    here: tuple[Stage, str], page_at: PageAt, assert_accessible: Check
) -> None:
    """Code, wrong code and join page of a passenger."""
    page = page_at(360)
    page.goto(f"{here[1]}/sign-in")
    page.locator("#contact").fill("07700 900778")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    assert_accessible(page)
    page.locator("#code").fill("000")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert_accessible(page)
    page.locator("#code").fill(newest_code(page_at, here[1]))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/join")
    assert_accessible(page)


def test_staff_set_up_their_second_step(
    here: tuple[Stage, str], page_at: PageAt, assert_accessible: Check
) -> None:
    """First sign-in of the council's person: password, the square to scan, codes to keep."""
    page = page_at(1280)
    page.goto(f"{here[1]}/staff/sign-in")
    page.locator("#email").fill("council@example.org")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/sign-in/set-up")
    assert_accessible(page)
    assert page.locator("svg.oa-qr").bounding_box()
    page.locator("#code").fill(page.locator("#demo-code").inner_text())
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Keep these codes")
    assert_accessible(page)
    page.get_by_role("button", name="I have kept them: go on").click()
    page.goto(f"{here[1]}/staff/sign-in")
    page.locator("#email").fill("council@example.org")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/sign-in/code")
    assert_accessible(page)


def test_a_driver_sets_a_phone_up(
    here: tuple[Stage, str], page_at: PageAt, assert_accessible: Check
) -> None:
    """The office's code opens the driver's pages on that phone."""
    stage, url = here
    code = devices.issue_code(stage.ctx, stage.ids["driver_id"], "account:1", stage.clock.now)
    page = page_at(360)
    page.goto(f"{url}/drive/")
    expect(page.locator("h1")).to_have_text("Drivers: set up this device")
    page.locator("#code").fill(code.lower())
    page.locator("#label").fill("Dee's phone")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/drive/")


def newest_code(page_at: PageAt, url: str) -> str:
    """The code in the newest message, read where the demo shows what was sent."""
    page = page_at(768)
    page.goto(f"{url}/sent")
    found = re.search(r"(\d{6}) is your code", page.content())
    assert found
    return found[1]
