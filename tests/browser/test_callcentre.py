"""A call, by the keyboard alone: found, asked, read out, kept, booked, cancelled; and the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from booking.models import JourneyRequest, Person
from booking.services.notify import write_day_before
from tests.browser.conftest import AtEveryWidth, PageAt
from tests.browser.served import served, sign_in
from tests.integration.cast import Stage, build_stage
from tests.world import DAY

Open = Callable[..., Page]
EVENING = datetime(2026, 12, 7, 17, 5, tzinfo=UTC)


@pytest.fixture
def stage(tmp_path: Path, built_front_end: Path) -> Iterator[Stage]:
    """The cast; Stan has a landline and is rung rather than texted."""
    stage = build_stage(tmp_path)
    with stage.ctx.db.writing() as session:
        stan = session.get_one(Person, stage.ids["stan_id"])
        stan.phone, stan.phone_type, stan.channel = "+441632960002", "landline", "call"
        stan.needs, stan.note = ["walker"], "Needs time to reach the door."
        stan.avoids = [f"vehicle:{stage.ids['vehicle_id']}"]
    yield stage
    stage.ctx.db.close()


@pytest.fixture
def open_page(stage: Stage, page_at: PageAt) -> Iterator[Open]:
    """Open a call handler's page: open_page("/calls/", 1280)."""
    with served(stage) as url:

        def open_it(path: str, width: int = 1280, **options: object) -> Page:
            page = page_at(width, **options)
            sign_in(page.context, stage, "call_handler", url)
            page.goto(url + path)
            if options.get("java_script_enabled", True):
                ready(page)
            return page

        yield open_it


def ready(page: Page) -> None:
    """Wait until the keys answer."""
    page.wait_for_selector("[aria-keyshortcuts]", state="attached")


def press_on(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait until the keys answer there."""
    with page.expect_navigation():
        page.keyboard.press(key)
    ready(page)


def only_request(stage: Stage, person: str) -> JourneyRequest:
    with stage.ctx.db.reading() as session:
        found = session.scalars(
            select(JourneyRequest)
            .where(JourneyRequest.person_id == stage.ids[person])
            .order_by(JourneyRequest.id.desc())
        ).first()
        session.expunge_all()
    assert found is not None
    return found


def say(page: Page, key: str, words: str) -> None:
    """Go to a box by its key and type into it."""
    page.keyboard.press(f"Alt+{key}")
    page.keyboard.type(words)


def pick_place(page: Page, key: str, words: str) -> None:
    """Type a place and take the first suggestion."""
    say(page, key, words)
    expect(page.locator(".oa-suggest__list:visible [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_a_call_from_hello_to_the_reference_by_keyboard_alone(
    stage: Stage, open_page: Open, shot: Callable[..., None]
) -> None:
    """Nobody touches a mouse, and what was said is what is booked."""
    page = open_page("/calls/")
    page.keyboard.type("stann birtch")
    press_on(page, "Enter")
    press_on(page, "Alt+1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stan Birch")
    press_on(page, "b")
    pick_place(page, "f", "hose")
    pick_place(page, "t", "melton")
    say(page, "d", "Tuesday 8")
    say(page, "m", "half past ten")
    press_on(page, "Enter")
    expect(page.locator("#offers")).to_contain_text("I can offer you")
    shot(page, "calls-offers")
    page.keyboard.press("2")
    press_on(page, "Enter")
    expect(page.locator("#offers")).to_contain_text("Shall I book that?")
    expect(page.locator("[data-hold-left]")).to_be_visible()
    press_on(page, "b")
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked")
    request = only_request(stage, "stan_id")
    assert (request.status, request.chosen, request.service_date) == ("booked", 2, DAY)
    assert request.wish["when"]["clock"] == "10:30:00"
    assert request.reference is not None
    expect(page.locator(".oa-reference__code")).to_have_text(
        f"{request.reference[:3]} {request.reference[3:]}"
    )


def test_a_name_typed_on_arrival_is_typed_and_nothing_else(open_page: Open) -> None:
    """The cursor waits in the box; letters that are keys elsewhere are letters there."""
    page = open_page("/calls/")
    expect(page.locator("#who")).to_be_focused()
    page.keyboard.type("rosevq soe w1")
    expect(page.locator("#who")).to_have_value("rosevq soe w1")
    assert page.url.endswith("/calls/")
    page.keyboard.press("Escape")
    expect(page.locator("#who")).not_to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#reference")).to_be_focused()


def test_whom_was_found_is_one_key_away(open_page: Open) -> None:
    """After a search no box has the cursor, so that a number alone opens a person."""
    page = open_page("/calls/")
    page.keyboard.type("stan")
    press_on(page, "Enter")
    press_on(page, "1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stan Birch")


def test_a_caller_cancels_by_keyboard_alone(stage: Stage, open_page: Open) -> None:
    """By the reference they read out, to the word Cancelled."""
    page = open_page("/calls/")
    page.keyboard.press("Alt+e")
    page.keyboard.type(stage.ids["reference"])
    press_on(page, "Enter")
    press_on(page, "x")
    page.keyboard.press("x")  # pressed twice by mistake: nothing is cancelled yet
    assert only_request(stage, "person_id").status == "booked"
    press_on(page, "k")
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    assert only_request(stage, "person_id").status == "cancelled"


def test_every_field_of_the_conversation_has_a_key_of_its_own(open_page: Open) -> None:
    """No two things on the screen answer to the same key, and nothing to type in lacks one."""
    page = open_page("/calls/people/1/book")
    keys = page.locator("[data-key]").evaluate_all("all => all.map(one => one.dataset.key)")
    assert len(keys) == len(set(keys))
    fields = page.locator("main form :is(input:not([type=hidden]), select:visible, textarea)")
    bare = fields.evaluate_all(
        "all => all.filter(one => !one.dataset.key && one.offsetParent).map(one => one.name)"
    )
    assert bare == []


def test_the_conversation_works_without_script(stage: Stage, open_page: Open) -> None:
    """Lists and buttons on the same page lead to the same booking."""
    page = open_page(f"/calls/people/{stage.ids['stan_id']}/book", java_script_enabled=False)
    page.locator("#start").select_option(label="Hose")
    page.locator("#finish").select_option(label="Melton Mowbray")
    page.locator("#day").select_option(value=DAY.isoformat())
    page.locator("#when_time").fill("10:30")
    page.get_by_role("button", name="See times").click()
    page.locator(".oa-choice__label").first.click()
    page.get_by_role("button", name="Keep this one").click()
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked")


def test_every_page_and_state_is_accessible(
    stage: Stage, open_page: Open, at_every_width: AtEveryWidth
) -> None:
    """Empty, full, with errors, with offers, kept, refused: WCAG 2.2 AA, no sideways scroll."""
    stan = stage.ids["stan_id"]
    page = open_page("/calls/")
    base = page.url.removesuffix("/calls/")

    def look(path: str, name: str) -> None:
        page.goto(base + path)
        ready(page)
        at_every_width(page, f"calls-{name}")

    def ask_at(time: str, name: str) -> None:
        page.goto(f"{base}/calls/people/{stan}/book")
        ready(page)
        pick_place(page, "f", "hose")
        pick_place(page, "t", "melton")
        page.locator("#day").select_option(value=DAY.isoformat())
        say(page, "m", time)
        press_on(page, "Enter")
        at_every_width(page, f"calls-{name}")

    look("/calls/", "start")
    page.locator("#who").fill("nobody at all")
    press_on(page, "Enter")
    at_every_width(page)
    look("/calls/people/new", "new")
    look(f"/calls/people/{stan}/edit", "edit")
    look(f"/calls/people/{stan}", "person")
    look(f"/calls/people/{stan}/book", "talk")
    page.locator("#finish").fill("melton")
    with page.expect_navigation():
        page.get_by_role("button", name="See times").click()
    ready(page)
    at_every_width(page)
    ask_at("7:05am", "refused")
    ask_at("10:30", "offered")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    press_on(page, "Enter")
    at_every_width(page, "calls-kept")
    press_on(page, "b")
    at_every_width(page, "calls-booked")
    look(f"/calls/journeys/{stage.ids['request_id']}/cancel", "cancel")
    look(f"/calls/days/MEL1/{DAY}", "day")
    look("/calls/days", "days")
    page.goto(f"{base}/calls/days/MEL1/{DAY}/paper")
    at_every_width(page)
    look("/calls/list", "nobody-to-ring")
    write_day_before(stage.ctx, now=EVENING)
    stage.clock.now = EVENING
    sign_in(page.context, stage, "call_handler", base)
    look("/calls/list", "to-ring")
    expect(page.get_by_role("button", name="They know now")).to_have_count(1)
