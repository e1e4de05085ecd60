"""The passenger's pages in a real browser: on a small screen, by keyboard, without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from booking.models import Group, Place, Zone
from booking.models import Session as GroupSession
from tests.browser.conftest import AtEveryWidth, PageAt
from tests.browser.served import served, sign_in
from tests.integration.cast import Stage, build_stage

Check = Callable[[Page], None]
Shot = Callable[..., None]


@pytest.fixture
def stage(tmp_path: Path, built_front_end: Path) -> Iterator[Stage]:
    """The cast, and a craft club that meets on Tuesdays in Long Clawson."""
    stage = build_stage(tmp_path, csrf=True)
    with stage.ctx.db.writing() as session:
        place = session.scalars(select(Place).where(Place.name == "Long Clawson")).one()
        club = Group(
            code="craft",
            name="Gather Create Grow Club",
            kind="craft",
            description="Knitting, card making and painting, with tea and cake.",
            phone="+441632960900",
            place_id=place.id,
        )
        session.add(club)
        session.flush()
        session.add(GroupSession(group_id=club.id, weekday="tue", starts=600, ends=720))
    yield stage
    stage.ctx.db.close()


@pytest.fixture
def url(stage: Stage) -> Iterator[str]:
    with served(stage) as address:
        yield address


@pytest.fixture
def mary(stage: Stage, url: str, page_at: PageAt) -> Callable[..., Page]:
    """Mary at her tablet: mary(360), mary(360, java_script_enabled=False)."""

    def open_page(width: int, **options: object) -> Page:
        page = page_at(width, **options)
        sign_in(page.context, stage, "mary", url)
        return page

    return open_page


def go_on(page: Page, button: str = "Continue") -> None:
    page.get_by_role("button", name=button, exact=True).click()


def see_the_times(page: Page, url: str) -> None:
    """Answer every question for the craft club and home again."""
    page.goto(url + "/ask")
    go_on(page)
    page.get_by_label("A group or club").check()
    go_on(page)
    page.get_by_label("Gather Create Grow Club").check()
    go_on(page)
    page.get_by_role("radio").first.check()
    go_on(page)
    go_on(page)
    go_on(page, "See the times")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_whole_journey_on_a_small_screen(
    mary: Callable[..., Page], url: str, assert_accessible: Check, shot: Shot, script: bool
) -> None:
    """From the first question to the printed sheet at 360 px, with script and without."""
    page = mary(360, java_script_enabled=script)
    check = assert_accessible if script else lambda page: None
    see_the_times(page, url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which one suits you?")
    expect(page.get_by_role("main")).to_contain_text("The bus comes between")
    check(page)
    shot(page, f"passenger-offers-{'script' if script else 'plain'}")
    page.locator("label[for=offer]").click()
    go_on(page)
    check(page)
    shot(page, "passenger-check")
    go_on(page, "Book this journey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your journey is booked")
    check(page)
    shot(page, "passenger-booked")
    page.get_by_role("link", name="Print this page").click()
    check(page)
    page.goto(url + "/journeys")
    expect(page.get_by_role("main")).to_contain_text("Your next journey")
    check(page)
    shot(page, "passenger-journeys")


def test_by_keyboard_alone(mary: Callable[..., Page], url: str) -> None:
    """Every question can be answered, and the journey booked, without a mouse."""
    page = mary(1280)
    page.goto(url + "/ask")

    def answer(presses: str = "") -> None:
        """Walk to the first field of the form, press those keys, and send the form."""
        page.get_by_role("main").get_by_role("radio").or_(
            page.get_by_role("main").get_by_role("checkbox")
        ).first.focus()
        for key in presses.split():
            page.keyboard.press(key)
        page.keyboard.press("Enter")

    answer()
    answer("Space")
    answer("Space")
    page.wait_for_url("**/ask/meeting")
    answer("Space")
    answer()
    page.wait_for_url("**/ask/who")
    answer()
    page.wait_for_url("**/ask/answer/*")
    answer("Space ArrowDown")
    page.wait_for_url("**/ask/check/*")
    button = page.get_by_role("button", name="Book this journey")
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your journey is booked")


def test_every_question_in_every_state(
    mary: Callable[..., Page], url: str, at_every_width: AtEveryWidth
) -> None:
    """Each question as it opens, and with its error, breaks no rule at any width."""
    page = mary(360)
    see_the_times(page, url)
    questions = ("from", "to", "group", "appointment", "meeting", "home", "who", "answers")
    for question in questions:
        page.goto(f"{url}/ask/{question}")
        at_every_width(page)
    page.goto(url + "/ask/to")
    page.get_by_label("Somewhere else").check()
    page.get_by_label("Name of the place or group").fill("nowhere at all qqq")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("We could not find that place")
    at_every_width(page)
    page.get_by_label("Name of the place or group").fill("clauson")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which place do you mean?")
    at_every_width(page)
    page.get_by_label("Long Clawson", exact=True).check()
    go_on(page)
    at_every_width(page)
    page.get_by_label("Tuesday 8 December").check()
    go_on(page)
    page.get_by_label("I want to leave at a certain time").check()
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Type a time")
    at_every_width(page)
    page.get_by_label("Leave at", exact=True).fill("5:30am")
    go_on(page)
    page.get_by_label("No, one way only").check()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We cannot do that as you asked")
    at_every_width(page)


def test_pages_around_a_journey(
    stage: Stage,
    mary: Callable[..., Page],
    url: str,
    at_every_width: AtEveryWidth,
) -> None:
    """The open pages, one journey, its change and its cancelling break no rule at any width."""
    page = mary(360)
    journey = f"/journeys/{stage.ids['request_id']}"
    for address in (
        "/",
        "/going-out",
        "/going-out?other=1",
        "/going-out?village=",
        "/journeys",
        journey,
        journey + "/change",
        journey + "/cancel",
        journey + "/print",
        "/journeys/99999",
    ):
        page.goto(url + address)
        pictured = address in ("/", "/going-out")
        at_every_width(page, f"passenger-{address.strip('/') or 'home'}" if pictured else "")
    page.goto(url + journey + "/cancel")
    go_on(page, "Yes, cancel this journey")
    expect(page.get_by_role("main")).to_contain_text("Your journey is cancelled.")
    at_every_width(page)
    page.goto(url + "/journeys")
    at_every_width(page)


def test_waiting_to_hear(
    stage: Stage, mary: Callable[..., Page], url: str, assert_accessible: Check, shot: Shot
) -> None:
    """Where the night decides, each page says so, and none of them promises a bus."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    page = mary(360)
    see_the_times(page, url)
    assert_accessible(page)
    go_on(page)
    assert_accessible(page)
    go_on(page, "Ask for this journey")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")
    assert_accessible(page)
    page.goto(url + "/journeys")
    expect(page.get_by_role("main")).to_contain_text("Waiting to hear")
    assert_accessible(page)
    shot(page, "passenger-waiting")


def test_suggestions_while_typing(
    mary: Callable[..., Page], url: str, assert_accessible: Check
) -> None:
    """Typing a misspelt name suggests the place; the arrow keys choose it."""
    page = mary(360)
    page.goto(url + "/ask/from")
    page.get_by_label("Somewhere else").check()
    box = page.get_by_label("Name of the place")
    box.press_sequentially("clauson", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    if "Gather" in (page.get_by_role("option", selected=True).text_content() or ""):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Long Clawson")
    go_on(page)
    page.wait_for_url("**/ask/to")


def test_back_after_an_error_put_right_shows_the_question(
    mary: Callable[..., Page], url: str
) -> None:
    """The browser does not ask whether to send the form once more: Back is the page again."""
    page = mary(360)
    page.goto(url + "/ask")
    go_on(page)
    go_on(page)
    expect(page.get_by_role("main")).to_contain_text("There is a problem")
    page.get_by_label("A group or club").check()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which group or club?")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do you want to go?")
    expect(page.get_by_role("main")).not_to_contain_text("There is a problem")
