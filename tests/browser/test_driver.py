"""The driver's phone in a real browser: with signal, without it, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from booking.domain.needs import Party
from booking.models import Booking, DriverEvent, Person, Place, Shift
from booking.services import sign_ins
from booking.services.cancel import cancel
from booking.services.manifest import manifest
from tests.browser.conftest import WIDTHS, AtEveryWidth, PageAt
from tests.browser.served import served, sign_in
from tests.integration.cast import Stage, build_stage
from tests.world import World, book_one, wish

KEPT = """async (addresses) => {
    for (const address of addresses)
        while (!(await caches.match(address))) await new Promise((go) => setTimeout(go, 50))
}"""
BEFORE_TEN = datetime.fromisoformat("2026-12-08T09:20:00+00:00")


@contextmanager
def on_the_road(folder: Path) -> Iterator[tuple[Stage, str]]:
    """A day with three people on Dee's or Ray's bus, a while into the run, and its address."""
    stage = build_stage(folder)
    world = World(stage.ctx, zone=stage.ids["zone_id"], places=places_of(stage))
    with stage.ctx.db.writing() as session:
        people = session.scalars(select(Person).order_by(Person.id)).unique().all()
        world.people = [person.id for person in people]
        people[0].note, people[0].needs = "Ring twice, she needs time.", ["wheelchair", "hearing"]
        people[2].name = "Ida Cole"
    book_one(world, wish(world, 1, by=time(10), home=time(13)))
    book_one(world, wish(world, 2, start="Harby", by=time(10), party=Party(adults=1, children=2)))
    with served(stage) as url:
        yield stage, url
    stage.ctx.db.close()


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, built_front_end: Path
) -> Iterator[tuple[Stage, str]]:
    """One day for every test that only looks."""
    with on_the_road(Path(tmp_path_factory.mktemp("road"))) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path, built_front_end: Path) -> Iterator[tuple[Stage, str]]:
    """A day of the test's own, for tapping."""
    with on_the_road(tmp_path) as made:
        yield made


def places_of(stage: Stage) -> dict[str, int]:
    with stage.ctx.db.reading() as session:
        return {place.name: place.id for place in session.scalars(select(Place))}


def busiest(stage: Stage) -> tuple[str, int]:
    """Whose bus has the people: (name of the driver's sign-in, shift)."""
    with stage.ctx.db.reading() as session:
        shifts = session.scalars(select(Shift).where(Shift.service_date == BEFORE_TEN.date())).all()
        found = [(shift.id, shift.driver_id) for shift in shifts]
    drivers = {stage.accounts[name].driver_id: name for name in ("dee", "ray")}
    stage.clock.now = BEFORE_TEN
    shift_id, driver_id = max(
        found, key=lambda one: len(manifest(stage.ctx, one[0], one[1] or 0, now=BEFORE_TEN).stops)
    )
    return drivers[driver_id], shift_id


Run = Callable[..., tuple[Page, str]]


@pytest.fixture
def run(shared: tuple[Stage, str], page_at: PageAt) -> Run:
    """Open the run of the busiest bus, to look: run(360) gives the page and its address."""
    return opener(*shared, page_at)


@pytest.fixture
def own_run(own: tuple[Stage, str], page_at: PageAt) -> Run:
    """The same, to tap."""
    return opener(*own, page_at)


def opener(stage: Stage, url: str, page_at: PageAt) -> Run:
    def open_run(
        width: int, height: int = 780, *, at: datetime = BEFORE_TEN, **options: object
    ) -> tuple[Page, str]:
        name, shift_id = busiest(stage)
        stage.clock.now = at
        page = page_at(width, height, **options)
        sign_in(page.context, stage, name, url)
        address = f"{url}/drive/shifts/{shift_id}"
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_function("() => localStorage.getItem('oa-clock-out') !== null")
        return page, address

    return open_run


def facts(stage: Stage) -> list[tuple[int, str]]:
    with stage.ctx.db.reading() as session:
        return [(e.booking_id, e.kind) for e in session.scalars(select(DriverEvent))]


def statuses(stage: Stage) -> list[str]:
    with stage.ctx.db.reading() as session:
        return sorted(b.status for b in session.scalars(select(Booking)).unique())


def all_are_sent(page: Page) -> None:
    """Wait until the service has every tap. One that it has not is taken back on the phone."""
    page.wait_for_function(
        "() => !JSON.parse(localStorage.getItem('oa-taps')).some((tap) => !tap.sentAt)"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_next_stop_fills_the_phone(
    run: Run,
    assert_accessible: Callable[[Page], None],
    shot: Callable[..., None],
    width: int,
) -> None:
    """Time, place, names and the big button are in sight without scrolling, at every width."""
    page, _ = run(width)
    assert_accessible(page)
    for part in (".oa-stop__time", ".oa-stop__place", ".oa-stop__name", ".oa-button--go"):
        expect(page.locator(f"{part} >> visible=true").first).to_be_in_viewport()
    shot(page, f"driver-next-{width}", full_page=False)
    shot(page, f"driver-run-{width}")


def test_at_arms_length(run: Run) -> None:
    """Time, place and the big button's words are large enough to read from a seat."""
    page, _ = run(360)
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert page.locator(".oa-stop__time >> visible=true").first.evaluate(size) >= 48
    assert page.locator(".oa-stop__place >> visible=true").first.evaluate(size) >= 26
    button = page.locator(".oa-button--go >> visible=true").first
    assert button.evaluate(size) >= 26
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 72


def test_a_stop_without_javascript(
    own_run: Run, own: tuple[Stage, str], assert_accessible: Callable[[Page], None]
) -> None:
    """Here, on board, and taken back again, by plain forms alone."""
    page, _ = own_run(360, java_script_enabled=False)
    page.get_by_role("button", name="I am here").click()
    page.locator("[data-step=pickup] >> visible=true").get_by_role("button").click()
    assert "on_board" in statuses(own[0])
    page.locator("[data-undo]").get_by_role("button").click()
    assert "on_board" not in statuses(own[0])


def test_taps_without_signal_are_sent_when_it_is_back(
    own_run: Run,
    own: tuple[Stage, str],
    assert_accessible: Callable[[Page], None],
    shot: Callable[..., None],
) -> None:
    """Offline the phone goes on to the next stop, survives a reload, and sends each tap once."""
    page, address = own_run(360)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    first = page.locator("[data-stop]:not([hidden])").get_attribute("data-stop")
    page.context.set_offline(True)
    page.get_by_role("button", name="I am here").click()
    page.locator("[data-step=pickup] >> visible=true").get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text="No signal")).to_be_visible()
    assert page.locator("[data-stop]:not([hidden])").get_attribute("data-stop") != first
    now = page.locator("[data-stop]:not([hidden])").get_attribute("data-stop")
    later = page.locator("[data-later-stop] >> visible=true").first
    assert int(later.get_attribute("data-later-stop") or 0) > int(now or 0)
    assert_accessible(page)
    shot(page, "driver-no-signal-360")
    page.goto(address)
    expect(page.get_by_role("status").filter(has_text="saved on this phone")).to_be_visible()
    assert page.locator("[data-stop]:not([hidden])").get_attribute("data-stop") != first
    assert facts(own[0]) == []
    page.context.set_offline(False)
    all_are_sent(page)
    page.wait_for_load_state()
    kept = facts(own[0])
    assert len(kept) == len(set(kept)) >= 2
    assert "on_board" in statuses(own[0])


def test_a_mis_tap_without_signal_never_happened(own_run: Run, own: tuple[Stage, str]) -> None:
    """What is taken back before it was sent is not sent at all; one tap waits by itself."""
    page, _ = own_run(360)
    page.context.set_offline(True)
    page.get_by_role("button", name="I am here").click()
    waits = "1 tap is saved on this phone and will be sent by itself."
    expect(page.get_by_role("status").filter(has_text=waits)).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="I am here")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    assert facts(own[0]) == []


def shown(page: Page) -> Locator:
    """The stop that fills the phone."""
    return page.locator("[data-stop]:not([hidden])")


def board_everybody(page: Page) -> list[str]:
    """Here and on board, at the stop shown; whoever is asked about too. Their names."""
    names = (
        shown(page)
        .locator("[data-action=pickup]")
        .evaluate_all("all => all.map(one => one.dataset.name)")
    )
    page.get_by_role("button", name="I am here").click()
    page.locator("[data-step=pickup] >> visible=true").get_by_role("button").click()
    sure = page.get_by_role("button", name="Yes, on board now")
    if sure.is_visible():
        sure.click()
    return list(names)


def test_without_signal_it_is_counted_who_is_on_board(own_run: Run) -> None:
    """Two stops tapped: both are on board, and the one to take back is the last."""
    page, _ = own_run(360)
    aboard = page.locator("[data-on-board]")
    page.context.set_offline(True)
    first = board_everybody(page)
    expect(aboard).to_contain_text(first[0])
    page.wait_for_timeout(900)  # for that long a second tap would be the same one
    second = board_everybody(page)
    expect(aboard).to_contain_text(f"{first[0]} and {second[0]}")
    page.get_by_role("button", name=f"Take back: On board, {second[0]}").click()
    expect(aboard).not_to_contain_text(second[0])
    expect(aboard).to_contain_text(first[0])


def test_who_is_taken_back_without_signal_is_shown_again_at_once(
    own_run: Run, own: tuple[Stage, str], assert_accessible: Callable[[Page], None]
) -> None:
    """Boarded with signal, taken back without: the pick-up fills the phone, after a reload too,
    and can be tapped again."""
    page, address = own_run(360)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    first = shown(page).get_attribute("data-stop")
    (name,) = board_everybody(page)
    expect(shown(page)).not_to_have_attribute("data-stop", first or "")
    undo = page.locator("[data-undo]").get_by_role("button")
    expect(undo).to_be_visible()
    all_are_sent(page)
    page.context.set_offline(True)
    undo.click()
    for _ in range(2):
        expect(shown(page)).to_have_attribute("data-stop", first or "")
        expect(shown(page).get_by_role("heading", name=name)).to_be_visible()
        expect(page.locator("[data-on-board]")).to_be_hidden()
        page.goto(address)
    assert_accessible(page)
    page.locator("[data-step=pickup] >> visible=true").get_by_role(
        "button", name="On board"
    ).click()
    expect(page.locator("[data-on-board]")).to_contain_text(name)
    expect(shown(page)).not_to_have_attribute("data-stop", first or "")
    page.context.set_offline(False)
    all_are_sent(page)
    kinds = [kind for _, kind in facts(own[0])]
    assert kinds == ["arrived", "boarded", "undone", "boarded"]


def test_what_was_on_its_way_is_taken_back_there_too(own_run: Run, own: tuple[Stage, str]) -> None:
    """The tap arrived and its answer did not: taking it back reaches the service."""
    page, _ = own_run(360)
    page.route("**/drive/events", lambda route: (route.fetch(), route.abort())[1])
    page.get_by_role("button", name="I am here").click()
    expect(page.get_by_role("status").filter(has_text="No signal")).to_be_visible()
    assert [kind for _, kind in facts(own[0])] == ["arrived"]
    page.unroute("**/drive/events")
    page.get_by_role("button", name="Take back: I am here").click()
    all_are_sent(page)
    assert [kind for _, kind in facts(own[0])] == ["arrived", "undone"]
    expect(page.get_by_role("button", name="I am here")).to_be_visible()


def test_boarding_long_before_the_time_is_asked_about_without_signal(
    own_run: Run, assert_accessible: Callable[[Page], None]
) -> None:
    """Hours early the phone asks who that is; no changes nothing, yes is kept."""
    page, _ = own_run(360, at=BEFORE_TEN - timedelta(hours=2))
    page.context.set_offline(True)
    page.get_by_role("button", name="I am here").click()
    big = page.locator("[data-step=pickup] >> visible=true").get_by_role("button")
    big.click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("This is ")
    expect(asked).to_contain_text("Board now?")
    assert_accessible(page)
    asked.get_by_role("button", name="No, not yet").click()
    expect(page.locator("[data-on-board]")).to_be_hidden()
    page.wait_for_timeout(900)
    big.click()
    asked.get_by_role("button", name="Yes, on board now").click()
    expect(page.locator("[data-on-board]")).to_be_visible()


def test_not_there_is_said_at_the_stop_and_asked_about_without_signal(own_run: Run) -> None:
    """Offered once "I am here" was tapped; no leaves everything as it is, yes is kept."""
    page, _ = own_run(360, at=BEFORE_TEN + timedelta(minutes=40))
    page.context.set_offline(True)
    stop = shown(page).get_attribute("data-stop") or ""
    button = shown(page).get_by_role("button", name="Not there").first
    expect(button).to_be_hidden()
    page.get_by_role("button", name="I am here").click()
    page.wait_for_timeout(900)  # for that long a second tap would be the same one
    button.click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("is not at the stop. Drive on without them?")
    asked.get_by_role("button", name="No, wait").click()
    expect(shown(page)).to_have_attribute("data-stop", stop)
    page.wait_for_timeout(1100)  # within a second of the first it would be the same tap
    button.click()
    asked.get_by_role("button", name="Yes, drive on").click()
    expect(shown(page)).not_to_have_attribute("data-stop", stop)


def test_todays_shifts_can_be_read_without_signal(own_run: Run, own: tuple[Stage, str]) -> None:
    """Neither page was opened while the phone could keep it, and both are kept."""
    page, address = own_run(360)
    page.evaluate(KEPT, ["/drive/", page.locator("script[type=module]").get_attribute("src")])
    page.context.set_offline(True)
    page.goto(f"{own[1]}/drive/")
    expect(page.get_by_role("button", name="Open the run")).to_be_visible()
    expect(page.get_by_text("As it stood at 9:20am.")).to_be_visible()
    page.get_by_role("button", name="Open the run").click()
    expect(shown(page)).to_be_visible()
    assert page.url == address


def test_nothing_stays_on_a_phone_that_was_signed_out(own_run: Run, own: tuple[Stage, str]) -> None:
    """After the office signed the phone out, its next page clears what was kept for no signal."""
    page, address = own_run(360)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto(address)
    assert page.locator("[data-task]").count() > 0
    page.context.set_offline(False)
    stage = own[0]
    for name in ("dee", "ray"):
        sign_ins.end_all(stage.ctx, stage.accounts[name].id, "account:1", BEFORE_TEN)
    page.goto(address)
    assert "/sign-in" in page.url
    page.context.set_offline(True)
    later = page.context.new_page()
    later.goto(address)
    expect(later.get_by_role("heading", name="No signal")).to_be_visible()
    assert later.locator("[data-task]").count() == 0


def test_a_changed_run_is_said_and_nothing_jumps(
    own_run: Run, own: tuple[Stage, str], assert_accessible: Callable[[Page], None]
) -> None:
    """Somebody on the run cancels: the open page says so, and shows it when asked to."""
    page, _ = own_run(360)
    stage = own[0]
    names = page.locator("[data-later] >> text=Mary Wells").count()
    cancel(stage.ctx, stage.ids["request_id"], by="test", now=BEFORE_TEN)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    changed = page.get_by_role("button", name="Show the run as it is now")
    expect(changed).to_be_visible()
    assert page.locator("[data-later] >> text=Mary Wells").count() == names > 0
    assert_accessible(page)
    changed.click()
    expect(page.locator("[data-later] >> text=Mary Wells")).to_have_count(0)


def test_the_list_of_shifts(
    shared: tuple[Stage, str], page_at: PageAt, at_every_width: AtEveryWidth
) -> None:
    """Today's shift can be opened by one button; a later one says from when."""
    name, _ = busiest(shared[0])
    page = page_at(360, 780)
    sign_in(page.context, shared[0], name, shared[1])
    page.goto(f"{shared[1]}/drive/")
    at_every_width(page, "driver-today")
    page.get_by_role("button", name="Open the run").click()
    expect(page.locator("[data-stop]:not([hidden])")).to_be_visible()


def test_nobody_booked_and_night(
    shared: tuple[Stage, str],
    page_at: PageAt,
    assert_accessible: Callable[[Page], None],
    shot: Callable[..., None],
) -> None:
    """An empty run says so and what to do; night colours are readable too."""
    name, _ = busiest(shared[0])
    other = next(one for one in ("dee", "ray") if one != name)
    page = page_at(360, 780, color_scheme="dark")
    sign_in(page.context, shared[0], other, shared[1])
    page.goto(f"{shared[1]}/drive/")
    page.get_by_role("button", name="Open the run").click()
    assert_accessible(page)
    shot(page, "driver-empty-night-360")


def test_the_page_to_print(
    run: Run,
    assert_accessible: Callable[[Page], None],
    shot: Callable[..., None],
) -> None:
    """The print page has a box to tick for everybody, in the phone's order."""
    page, address = run(1280)
    page.goto(f"{address}/paper")
    assert_accessible(page)
    assert page.locator(".oa-tickbox").count() >= 2
    shot(page, "driver-paper-1280")
