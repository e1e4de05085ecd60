"""What drivers report, from the phone to the booking's state, on the real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.domain.errors import NotFound
from booking.models import Booking, BookingEvent, DriverEvent, ZoneDay
from booking.services.as_driven import unplanned_of
from booking.services.cancel import cancel
from booking.services.day import load_day
from booking.services.drive import Event, Recorded, record_events
from booking.services.editing import Edit, drop_from_plan, edit_day
from booking.services.manifest import manifest, todays_shifts
from booking.services.missed import mark_missed
from booking.services.plan import plan_zone_day
from booking.services.shifts import withdraw_shift
from booking.services.zone_days import current_runs
from tests.integration.breakdown import messages
from tests.integration.copies import copy_world
from tests.world import (
    NOW,
    World,
    book_one,
    make_context,
    make_world,
    planned_ids,
    violations,
    wish,
)

MORNING = datetime.fromisoformat("2026-12-08T08:00:00+00:00")


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two buses; four people booked from Hose and Harby to Melton Mowbray by ten, and home."""
    folder = Path(tmp_path_factory.mktemp("pattern"))
    made = make_world(make_context(f"sqlite:///{folder / 'drive.db'}", folder), buses=2)
    for person, start in enumerate(("Hose", "Hose", "Harby", "Stathern")):
        book_one(made, wish(made, person, start=start, home=time(14)))
    made.ctx.db.close()
    return made


@pytest.fixture
def world(pattern: World, tmp_path: Path) -> Iterator[World]:
    """A copy of the day, for one test to do with as it likes."""
    made = copy_world(pattern, tmp_path)
    yield made
    made.ctx.db.close()


class Road:
    """A driver's phone for tests: makes events of the run's shift and sends them."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.ctx.db.reading() as session:
            self.bookings = {b.id: b for b in session.scalars(select(Booking)).unique()}
            session.expunge_all()
        self.shift, self.driver = self._shift_with_most()
        self.count = 0

    def _shift_with_most(self) -> tuple[int, int]:
        world = self.world
        views = [
            manifest(world.ctx, shift, driver, now=MORNING)
            for shift, driver in zip(world.shifts, world.drivers, strict=True)
        ]
        number = max(range(len(views)), key=lambda n: len(views[n].stops))
        return world.shifts[number], world.drivers[number]

    def event(self, booking: int, kind: str, at: datetime, note: str = "") -> Event:
        self.count += 1
        return Event(f"key-{self.count}", self.shift, booking, kind, at, note)

    def send(self, *events: Event, now: datetime | None = None) -> list[Recorded]:
        latest = now or max(event.happened_at for event in events)
        return record_events(self.world.ctx, self.driver, events, now=latest)

    def status(self, booking: int) -> str:
        with self.world.ctx.db.reading() as session:
            return session.get_one(Booking, booking).status

    def first(self) -> tuple[int, datetime]:
        """The first booking of the run's first pick-up and the time it was told from."""
        view = manifest(self.world.ctx, self.shift, self.driver, now=MORNING)
        task = next(task for stop in view.stops for task in stop.tasks if task.action == "pickup")
        assert task.due_from is not None
        return task.booking_id, task.due_from


@pytest.fixture
def road(world: World) -> Road:
    return Road(world)


def test_a_journey_goes_from_booked_to_completed(road: Road) -> None:
    """Boarded then dropped off is on board then completed."""
    booking, due = road.first()
    assert road.status(booking) == "booked"
    road.send(road.event(booking, "boarded", due))
    assert road.status(booking) == "on_board"
    road.send(road.event(booking, "dropped_off", due + timedelta(minutes=30)))
    assert road.status(booking) == "completed"


def test_the_same_event_sent_twice_is_kept_once(road: Road) -> None:
    """One key is one fact and one line of history, however often it is sent."""
    booking, due = road.first()
    event = road.event(booking, "boarded", due)
    answers = [road.send(event, event)[0], road.send(event)[0]]
    assert all(answer.known and answer.status == "on_board" for answer in answers)
    with road.world.ctx.db.reading() as session:
        assert len(session.scalars(select(DriverEvent)).all()) == 1
        lines = session.scalars(select(BookingEvent).where(BookingEvent.kind == "boarded")).all()
        assert len(lines) == 1


def test_a_late_boarding_does_not_bring_a_completed_journey_back(road: Road) -> None:
    """Dropped off arrives first, boarded an hour later: the journey stays completed."""
    booking, due = road.first()
    road.send(road.event(booking, "dropped_off", due + timedelta(minutes=30)))
    road.send(road.event(booking, "boarded", due), now=due + timedelta(hours=2))
    assert road.status(booking) == "completed"


def test_a_mis_tap_is_taken_back(road: Road) -> None:
    """Undoing a no-show puts the booking back as it was, and the no-show stays on record."""
    booking, due = road.first()
    tap = road.event(booking, "no_show", due + timedelta(minutes=5))
    road.send(tap)
    assert road.status(booking) == "no_show"
    road.send(road.event(booking, "undone", due + timedelta(minutes=6), note=tap.key))
    assert road.status(booking) == "booked"
    with road.world.ctx.db.reading() as session:
        assert len(session.scalars(select(DriverEvent)).all()) == 2


def mis_tap(road: Road) -> tuple[int, Event]:
    """Said not to be there five minutes after their time; then somebody else has the day's plan
    written."""
    booking, due = road.first()
    tap = road.event(booking, "no_show", due + timedelta(minutes=5))
    road.send(tap)
    edit_day(road.world.ctx, 1, write_as_it_is, now=tap.happened_at)
    assert booking not in planned_ids(road.world)
    return booking, tap


def write_as_it_is(edit: Edit) -> None:
    edit.publish(edit.made.plan, edit.made.problem, edit.made.booking_ids, "held")


def actions(road: Road, booking: int, now: datetime) -> list[tuple[str, str]]:
    """(what is done of somebody, what came of it) in the order of the driver's list."""
    view = manifest(road.world.ctx, road.shift, road.driver, now=now)
    tasks = [task for stop in view.stops for task in stop.tasks if task.booking_id == booking]
    return [(task.action, task.done_words) for task in tasks]


def test_a_mis_tap_can_be_taken_back_once_the_plan_is_written_without_them(road: Road) -> None:
    """The button is still there, and whoever was there after all is in that bus's run again."""
    booking, tap = mis_tap(road)
    now = tap.happened_at + timedelta(minutes=7)
    assert actions(road, booking, now) == [("pickup", "Not there")]
    view = manifest(road.world.ctx, road.shift, road.driver, now=now)
    assert view.last_done is not None
    assert (view.last_done.booking_id, view.last_done.fact_key) == (booking, tap.key)
    road.send(road.event(booking, "undone", now, note=tap.key))
    assert road.status(booking) == "booked"
    to_do = [("pickup", ""), ("dropoff", "")]
    assert actions(road, booking, now) == to_do
    plan_zone_day(road.world.ctx, 1, now=now, seconds=0.2)
    assert shift_of(road, booking) == road.shift
    assert actions(road, booking, now) == to_do
    assert violations(road.world, now=now) == []
    # They were never without a bus, as far as they know.
    assert messages(road.world, road.bookings[booking].request_id, "bus_found") == []


def test_who_is_put_back_hours_later_went_by_plan(road: Road) -> None:
    """A phone without signal all day: nobody is to be set down in the afternoon."""
    booking, tap = mis_tap(road)
    undone = tap.happened_at + timedelta(minutes=1)
    evening = undone + timedelta(hours=6)
    road.send(road.event(booking, "undone", undone, note=tap.key), now=evening)
    assert mark_missed(road.world.ctx, now=evening) == 0
    plan_zone_day(road.world.ctx, 1, now=evening, seconds=0.2)
    assert shift_of(road, booking) == road.shift
    view = manifest(road.world.ctx, road.shift, road.driver, now=evening)
    down = [s.at for s in view.stops for t in s.tasks if t.booking_id == booking][1]
    assert down == road.bookings[booking].promised_arrival


def test_an_early_mis_tap_puts_nobody_on_the_bus(road: Road) -> None:
    """Not there, two hours before their time: whatever becomes of the bus, they are not on it."""
    booking, due = road.first()
    tap = road.event(booking, "no_show", due - timedelta(hours=2))
    road.send(tap)
    road.send(road.event(booking, "undone", tap.happened_at, note=tap.key))
    with road.world.ctx.db.writing() as session:
        gone = frozenset({booking})
        drop_from_plan(session, session.get_one(ZoneDay, 1), gone, reason="test", now=NOW)
        day = load_day(session, session.get_one(ZoneDay, 1))
    assert day.mis_taps
    assert unplanned_of(day) == []


def test_who_was_there_after_all_hears_that_the_bus_was_withdrawn(road: Road) -> None:
    """The bus broke down while they were taken for gone: the undo owes them the bad news."""
    booking, tap = mis_tap(road)
    now = tap.happened_at + timedelta(minutes=7)
    withdraw_shift(road.world.ctx, road.shift, by="test", reason="A flat tyre", now=now)
    request = road.bookings[booking].request_id
    assert all("journey there" not in m.body for m in messages(road.world, request, "disrupted"))
    assert actions(road, booking, now) == [("pickup", "Not there")]
    road.send(road.event(booking, "undone", now, note=tap.key))
    assert actions(road, booking, now) == []
    assert "A flat tyre." in messages(road.world, request, "disrupted")[-1].body


def shift_of(road: Road, booking: int) -> int | None:
    """The shift whose run in the current plan picks them up."""
    with road.world.ctx.db.reading() as session:
        runs = current_runs(session, session.get_one(ZoneDay, 1))
    carried = {stop.booking_id: run.shift_id for run in runs for stop in run.stops}
    return carried.get(booking)


def test_the_last_of_two_quick_taps_is_the_one_to_take_back(road: Road) -> None:
    """Both reached us at one moment, from a phone whose clock is a little ahead, or not."""
    first, due = road.first()
    second = next(
        task.booking_id
        for stop in manifest(road.world.ctx, road.shift, road.driver, now=due).stops
        for task in stop.tasks
        if task.action == "pickup" and task.booking_id != first
    )
    for ahead in (timedelta(0), timedelta(seconds=30)):
        taps = [(first, "z"), (second, "a")]
        events = [
            Event(f"{key}{ahead}", road.shift, booking, "boarded", due + ahead * number)
            for number, (booking, key) in enumerate(taps, start=1)
        ]
        road.send(*events, now=due)
        view = manifest(road.world.ctx, road.shift, road.driver, now=due)
        assert view.last_done is not None
        assert view.last_done.booking_id == second


def test_an_undo_that_arrives_before_what_it_undoes_still_counts(road: Road) -> None:
    """The order of arrival of a tap and its undo does not matter."""
    booking, due = road.first()
    tap = road.event(booking, "boarded", due)
    road.send(road.event(booking, "undone", due + timedelta(minutes=1), note=tap.key))
    road.send(tap, now=due + timedelta(minutes=2))
    assert road.status(booking) == "booked"


def test_nobody_is_a_no_show_before_the_time_they_were_told(road: Road) -> None:
    """An early no-show is kept as a fact, moves nothing, and says until when to wait."""
    booking, due = road.first()
    (answer,) = road.send(road.event(booking, "no_show", due - timedelta(minutes=1)))
    assert answer.known
    assert "wait" in answer.words
    assert road.status(booking) == "booked"
    view = manifest(road.world.ctx, road.shift, road.driver, now=due)
    task = next(t for s in view.stops for t in s.tasks if t.booking_id == booking)
    assert task.outcome == ""


def test_a_no_show_asks_for_planning_and_raises_the_version(road: Road) -> None:
    """The room somebody left free is planned again, by nobody who looked before."""
    booking, due = road.first()
    with road.world.ctx.db.writing() as session:
        zone_day = session.scalars(select(ZoneDay)).one()
        zone_day.wants_planning_since = None
        version = zone_day.version
    road.send(road.event(booking, "no_show", due))
    with road.world.ctx.db.reading() as session:
        zone_day = session.scalars(select(ZoneDay)).one()
        assert zone_day.wants_planning_since == due
        assert zone_day.version > version


def test_a_phone_whose_date_is_wrong_is_believed_by_the_hour(road: Road) -> None:
    """Events from a clock a day ahead or behind give the same states."""
    booking, due = road.first()
    for days in (-1, 1):
        wrong = due + timedelta(days=days, minutes=3)
        road.send(road.event(booking, "no_show", wrong), now=due + timedelta(minutes=3))
        assert road.status(booking) == "no_show"
        tap = road.count
        road.send(road.event(booking, "undone", wrong, note=f"key-{tap}"), now=due)
        assert road.status(booking) == "booked"


def test_another_drivers_shift_takes_nothing(road: Road) -> None:
    """A driver cannot report on a shift that is not theirs; the rest of the batch is kept."""
    booking, due = road.first()
    other = next(shift for shift in road.world.shifts if shift != road.shift)
    foreign = replace(road.event(booking, "boarded", due), shift_id=other)
    own = road.event(booking, "arrived", due)
    refused, kept = road.send(foreign, own)
    assert (refused.known, kept.known) == (False, True)
    assert road.status(booking) == "booked"


def test_nonsense_is_answered_and_the_rest_is_kept(road: Road) -> None:
    """An unknown booking, an unknown word and a key too long are refused one by one."""
    booking, due = road.first()
    answers = road.send(
        road.event(999_999, "boarded", due),
        road.event(booking, "teleported", due),
        replace(road.event(booking, "boarded", due), key="k" * 65),
        road.event(booking, "boarded", due),
    )
    assert [answer.known for answer in answers] == [False, False, False, True]
    assert road.status(booking) == "on_board"


def test_somebody_who_cancelled_but_travels_is_on_the_bus(road: Road) -> None:
    """The road corrects a cancellation, and the manifest still brings them to their place."""
    booking, due = road.first()
    request = road.bookings[booking].request_id
    cancel(road.world.ctx, request, by="test", now=due - timedelta(hours=3))
    assert road.status(booking) == "cancelled"
    (answer,) = road.send(road.event(booking, "boarded", due))
    assert "office" in answer.words
    view = manifest(road.world.ctx, road.shift, road.driver, now=due)
    open_now = [(t.booking_id, t.action) for s in view.stops for t in s.open_tasks]
    assert (booking, "dropoff") in open_now
    road.send(road.event(booking, "undone", due, note=f"key-{road.count}"))
    assert road.status(booking) == "cancelled"


def test_the_manifest_has_every_promise_of_the_run_in_order(road: Road) -> None:
    """Each booking of the run is picked up once and set down once, pick-up first, in time order."""
    view = manifest(road.world.ctx, road.shift, road.driver, now=MORNING)
    seen: dict[int, list[str]] = {}
    for stop in view.stops:
        for task in stop.tasks:
            seen.setdefault(task.booking_id, []).append(task.action)
    assert seen
    assert all(actions == ["pickup", "dropoff"] for actions in seen.values())
    assert [stop.at for stop in view.stops] == sorted(stop.at for stop in view.stops)


def test_two_people_at_one_place_are_one_stop(road: Road) -> None:
    """The two from Hose get on at one stop."""
    view = manifest(road.world.ctx, road.shift, road.driver, now=MORNING)
    hose = [s for s in view.stops if s.place == "Hose" and s.what == "Pick up"]
    assert [len(stop.tasks) for stop in hose] == [2]


def test_a_no_show_is_not_to_be_dropped_off(road: Road) -> None:
    """Whoever was not there has no stop to get off at any more."""
    booking, due = road.first()
    road.send(road.event(booking, "no_show", due))
    view = manifest(road.world.ctx, road.shift, road.driver, now=due)
    assert (booking, "dropoff") not in [
        (t.booking_id, t.action) for s in view.stops for t in s.tasks
    ]


def test_a_driver_sees_their_own_shift_only(road: Road) -> None:
    """Another driver's shift is not there for them."""
    other = next(driver for driver in road.world.drivers if driver != road.driver)
    with pytest.raises(NotFound):
        manifest(road.world.ctx, road.shift, other, now=MORNING)
    cards = todays_shifts(road.world.ctx, road.driver, MORNING)
    assert [card.shift_id for card in cards] == [road.shift]


def test_a_shift_is_shown_from_the_evening_before(road: Road) -> None:
    """Names and notes of a day are not for looking at a week ahead."""
    with pytest.raises(NotFound):
        manifest(road.world.ctx, road.shift, road.driver, now=MORNING - timedelta(days=2))
    manifest(road.world.ctx, road.shift, road.driver, now=MORNING - timedelta(hours=12))
