"""The operator's board, lists and shifts in a real browser, in every state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from booking.adapters.osrm import Osrm
from booking.adapters.travel_times import WithStandIn
from booking.domain.needs import Party
from booking.models import Booking, Person, Place, Shift
from booking.services.drive import Event, record_events
from booking.services.plan import plan_zone_day
from booking.web import here
from routing.travel_times import StraightLine
from tests.browser.conftest import AtEveryWidth, PageAt
from tests.browser.served import served, sign_in
from tests.integration.cast import Stage, build_stage
from tests.world import DAY, World, ask_for, book_one, wish

HALF_PAST_NINE = datetime.fromisoformat("2026-12-08T09:30:00+00:00")


@dataclass
class Office:
    """The operator's desk: an address, and a browser signed in."""

    stage: Stage
    world: World
    url: str
    page_at: PageAt
    pages: list[Page] = field(default_factory=list)

    def open(self, path: str, width: int = 1280, **options: object) -> Page:
        page = self.page_at(width, 900, **options)
        sign_in(page.context, self.stage, "operator", self.url)
        page.goto(f"{self.url}/board/{path}")
        self.pages.append(page)
        return page

    def close(self) -> None:
        """Close the pages while there is still somebody to answer them."""
        for page in self.pages:
            page.close()


@contextmanager
def an_office(folder: Path) -> Iterator[tuple[Stage, World, str]]:
    """A day with six journeys, one refusal, a bus that runs late and one without a driver."""
    stage = build_stage(folder)
    world = busy_day(stage)
    stage.clock.now = HALF_PAST_NINE
    with served(stage) as url:
        yield stage, world, url
    stage.ctx.db.close()


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, built_front_end: Path
) -> Iterator[tuple[Stage, World, str]]:
    """One office for every test that only looks."""
    with an_office(Path(tmp_path_factory.mktemp("office"))) as made:
        yield made


@pytest.fixture
def office(shared: tuple[Stage, World, str], page_at: PageAt) -> Office:
    """The shared desk, for looking."""
    return Office(*shared, page_at)


@pytest.fixture
def own_office(tmp_path: Path, built_front_end: Path, page_at: PageAt) -> Iterator[Office]:
    """A desk of the test's own, for changing things."""
    with an_office(tmp_path) as made:
        desk = Office(*made, page_at)
        yield desk
        desk.close()


def busy_day(stage: Stage) -> World:
    world = World(stage.ctx, zone=stage.ids["zone_id"])
    with stage.ctx.db.writing() as session:
        people = session.scalars(select(Person).order_by(Person.id)).unique().all()
        people[2].name = "Ida Cole"
        world.people = [person.id for person in people]
        world.places = {place.name: place.id for place in session.scalars(select(Place))}
    book_one(world, wish(world, 1, by=time(10), home=time(13)))
    book_one(world, wish(world, 2, start="Harby", by=time(10), party=Party(adults=2)))
    book_one(world, wish(world, 2, start="Great Dalby", by=time(15)))
    ask_for(world, wish(world, 1, start="Bottesford", finish="Somerby", by=time(6)))
    with stage.ctx.db.writing() as session:
        idle = stage.ids["shift_id"]
        shifts = session.scalars(select(Shift).where(Shift.service_date == DAY)).unique().all()
        next(shift for shift in shifts if shift.id != idle).driver_id = None
    return world


def test_the_board(
    office: Office,
    at_every_width: AtEveryWidth,
) -> None:
    """The day has a row for each bus, what is to decide beside it, and each number its list."""
    page = office.open(f"MEL1/{DAY}")
    page.wait_for_selector(".leaflet-interactive")
    at_every_width(page, "operator-board")
    expect(page.locator(".oa-timeline__row-name")).to_have_count(2)
    expect(page.get_by_role("heading", name="Bus 2 has no driver")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Refused: .*, Hose"))).to_be_visible()


@pytest.mark.parametrize("width", [360, 768])
def test_the_timeline_scrolls_beside_its_names(office: Office, width: int) -> None:
    """Where the day is wider than the screen its frame is moved by keys; the names stay put."""
    page = office.open(f"MEL1/{DAY}", width)
    frame = page.get_by_role("region", name="Vehicles through the day")
    frame.focus()
    name = page.locator(".oa-timeline__row-name").first
    before = name.bounding_box()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => { const f = document.querySelector('.oa-timeline-scroll');"
        " return f.scrollLeft > 0 && f.scrollLeft + f.clientWidth >= f.scrollWidth - 1 }"
    )
    assert name.bounding_box() == before
    assert before is not None
    assert before["x"] >= 0


def test_the_map_names_places_over_nothing(office: Office) -> None:
    """Villages are named, also where a bus stops, and no name lies over another or a stop."""
    page = office.open(f"MEL1/{DAY}")
    page.wait_for_selector(".oa-map__name")
    names = page.locator(".oa-map__name")
    assert {"Bottesford", "Melton Mowbray"} <= set(names.all_inner_texts())
    boxes = [one.bounding_box() for one in (*names.all(), *page.locator(".oa-map__stop").all())]
    for number, box in enumerate(boxes[: names.count()]):
        assert box is not None
        for other in boxes[number + 1 :]:
            assert other is not None
            apart_x = (
                box["x"] >= other["x"] + other["width"] or other["x"] >= box["x"] + box["width"]
            )
            apart_y = (
                box["y"] >= other["y"] + other["height"] or other["y"] >= box["y"] + box["height"]
            )
            assert apart_x or apart_y


def test_the_board_says_when_driving_times_are_guessed(
    own_office: Office,
    at_every_width: AtEveryWidth,
) -> None:
    """A roads engine that does not answer is a notice at the top, in plain words."""
    away = WithStandIn(Osrm("http://127.0.0.1:1", sleep=lambda _: None), StraightLine())
    app = own_office.stage.app
    app.extensions[here.CONTEXT] = replace(own_office.stage.ctx, travel_times=away)
    away.matrix([(52.7, -0.9), (52.8, -0.9)])
    page = own_office.open(f"MEL1/{DAY}")
    page.wait_for_selector(".leaflet-interactive")
    expect(page.get_by_text("The roads engine does not answer")).to_be_visible()
    at_every_width(page, "operator-board-roads-away")


def test_every_number_leads_to_its_list(office: Office) -> None:
    """The list behind a figure has as many rows as the figure says."""
    page = office.open(f"MEL1/{DAY}")
    links = page.locator(".oa-figure a")
    found = [
        (link.get_attribute("href"), link.locator(".oa-figure__number").inner_text())
        for link in links.all()
    ]
    assert found.pop(0) == ("#decide", str(page.locator(".oa-decision").count()))
    for href, number in found:
        page.goto(f"{office.url}{href}")
        assert page.locator("tbody tr").count() == int(number), href


def test_the_board_without_javascript(
    office: Office, assert_accessible: Callable[[Page], None]
) -> None:
    """Every stop is in the table, and the map's absence is said."""
    page = office.open(f"MEL1/{DAY}", java_script_enabled=False)
    page.get_by_text("Every stop in a table").click()
    expect(page.get_by_role("cell", name="Ida Cole gets on, Harby")).to_be_visible()
    expect(page.get_by_text("The map needs JavaScript")).to_be_visible()
    expect(page.locator(".oa-map")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_plan_now(
    own_office: Office,
    assert_accessible: Callable[[Page], None],
    shot: Callable[..., None],
    scripts: bool,
) -> None:
    """Planning is asked for and followed, also by looking again; the way on is the board.

    What changed is led to where anything was published.
    """
    page = own_office.open(f"MEL1/{DAY}", java_script_enabled=scripts)
    page.get_by_role("button", name="Plan now").click()
    expect(page.get_by_text("Planning begins in a moment")).to_be_visible()
    if scripts:
        assert_accessible(page)
        shot(page, "operator-planning-1280")
    leave = page.get_by_text("You can leave this page")
    expect(leave).to_be_visible()
    day = own_office.stage.ids["zone_day_id"]
    outcome = plan_zone_day(own_office.stage.ctx, day, now=HALF_PAST_NINE)
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    expect(leave).to_be_hidden()
    changes = page.get_by_role("link", name="See what changed")
    expect(changes).to_have_count(int(outcome.outcome == "published"))
    page.get_by_role("link", name="Go to the board").click()
    expect(page.get_by_role("button", name="Plan now")).to_be_visible()


def test_what_a_version_changed(
    office: Office,
    at_every_width: AtEveryWidth,
) -> None:
    """A version says in words whose pick-up moved, and that it is inside what they were told."""
    page = office.open(f"MEL1/{DAY}/plans")
    at_every_width(page, "operator-plans")
    page.get_by_role("link", name="Plan", exact=False).and_(page.locator("tbody a")).first.click()
    at_every_width(page, "operator-version")


def test_a_driver_is_put_on_and_a_shift_withdrawn(
    own_office: Office,
    assert_accessible: Callable[[Page], None],
    at_every_width: AtEveryWidth,
    shot: Callable[..., None],
) -> None:
    """A driver is taken off; a withdrawal needs a reason and tells what became of everybody."""
    shift = own_office.stage.ids["shift_id"]
    page = own_office.open(f"shifts/{shift}")
    expect(page.get_by_text("Against drivers’ hours").first).to_be_visible()
    at_every_width(page, "operator-shift")
    page.get_by_label("Who drives").select_option(label="Nobody yet")
    page.get_by_role("button", name="Change the driver").click()
    expect(page.get_by_text("Nobody drives now. No promised time has changed.")).to_be_visible()
    page.get_by_role("button", name="Withdraw this shift").click()
    page.get_by_role("button", name="Withdraw the shift").click()
    expect(page.locator("#reason-error")).to_be_visible()
    assert_accessible(page)
    shot(page, "operator-withdraw-1280")
    page.get_by_label("Why can it not go out?").fill("the bus has broken down")
    page.get_by_role("button", name="Withdraw the shift").click()
    expect(page.get_by_text("The shift is withdrawn")).to_be_visible()
    assert_accessible(page)


def test_a_shift_is_added(
    own_office: Office,
    assert_accessible: Callable[[Page], None],
    at_every_width: AtEveryWidth,
    shot: Callable[..., None],
) -> None:
    """What cannot be is said beside its field, the break that is missing too; then it is kept."""
    page = own_office.open("MEL1/shifts/new?day=2026-12-09")
    assert_accessible(page)
    page.get_by_role("button", name="Add the shift").click()
    expect(page.locator("#starts-error")).to_be_visible()
    assert_accessible(page)
    shot(page, "operator-new-shift-1280")
    page.get_by_label("Leaves the depot").fill("07:30")
    page.get_by_label("Is back by").fill("15:00")
    page.get_by_role("button", name="Add the shift").click()
    expect(page.locator("#break_minutes-error")).to_contain_text("between 09:00 and 13:30")
    at_every_width(page, "operator-new-shift-hours")
    page.get_by_label("Break, in minutes").fill("30")
    page.get_by_label("Break not before").fill("09:00")
    page.get_by_label("Break over by").fill("13:30")
    page.get_by_role("button", name="Add the shift").click()
    expect(page.get_by_text("The shift is added")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "zones/MEL1",
        "vehicles",
        "vehicles/1",
        "drivers",
        "drivers/1",
        "MEL1/shifts?first=2026-12-08",
        "MEL1/unmet?first=2026-11-01&last=2026-12-31",
        "MEL1/unmet?first=x",
        f"MEL1/{DAY}/journeys",
        f"MEL1/{DAY}/journeys?show=refused",
        "MEL1/2026-12-20",
        "MEL1/2026-12-20/journeys",
        "MEL1/2026-12-20/plans",
    ],
)
def test_every_other_page(
    office: Office,
    at_every_width: AtEveryWidth,
    path: str,
) -> None:
    """Lists, zones, vehicles, drivers, unmet need and empty days are whole and accessible."""
    page = office.open(path)
    assert page.locator("h1").count() == 1
    name = "".join(c if c.isalnum() else "-" for c in path) or "zones"
    at_every_width(page, f"operator-{name}")


def test_lateness_is_said_in_words(own_office: Office, shot: Callable[..., None]) -> None:
    """A bus behind its promise stands first but for promises without a bus, and says for whom."""
    stage = own_office.stage
    with stage.ctx.db.reading() as session:
        booking = session.scalars(
            select(Booking).order_by(Booking.promised_earliest, Booking.id)
        ).first()
        assert booking is not None
        shifts = session.scalars(select(Shift).where(Shift.service_date == DAY)).unique().all()
        driven = [(shift.id, shift.driver_id) for shift in shifts if shift.driver_id]
    shift_id, driver_id = driven[0]
    when = HALF_PAST_NINE
    record_events(
        stage.ctx, driver_id or 0, [Event("k", shift_id, booking.id, "boarded", when)], now=when
    )
    page = own_office.open(f"MEL1/{DAY}")
    expect(page.locator(".oa-decision").filter(has_text="min late").first).to_be_visible()
    shot(page, "operator-late-1280")
