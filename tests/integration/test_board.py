"""The operator's services: the board, its lists and decisions, plan versions, the roster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from booking.domain.errors import Conflict, Invalid, NotFound
from booking.domain.needs import Party
from booking.models import Booking, Driver, OutboxEntry, Place, Plan, Shift, ShiftPattern, ZoneDay
from booking.services import roster, zone_lists
from booking.services.board import BoardView, board, plan_now, planning
from booking.services.board_map import board_map
from booking.services.cancel import cancel
from booking.services.drive import Event, record_events
from booking.services.fleet import list_vehicles, list_zones, view_vehicle, view_zone
from booking.services.manifest import manifest_for_staff
from booking.services.plan import plan_zone_day
from booking.services.plan_history import plan_version, plan_versions
from booking.services.roster import NewShift, add_shift, assign_driver
from booking.services.shifts import materialise_shifts, withdraw_shift
from tests.integration.copies import copy_world
from tests.world import DAY, NOW, World, ask_for, book_one, make_context, make_world, wish

NINE = datetime.fromisoformat("2026-12-08T09:00:00+00:00")


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two buses, three journeys (one with the way home), one refusal; copied for each test."""
    folder = Path(tmp_path_factory.mktemp("pattern"))
    made = make_world(make_context(f"sqlite:///{folder / 'board.db'}", folder), buses=2)
    book_one(made, wish(made, 0, home=time(14)))
    book_one(made, wish(made, 1, start="Harby", party=Party(adults=3)))
    book_one(made, wish(made, 2, start="Somerby", by=time(12)))
    ask_for(made, wish(made, 3, start="Bottesford", finish="Somerby", by=time(6)))
    made.ctx.db.close()
    return made


@pytest.fixture
def world(pattern: World, tmp_path: Path) -> Iterator[World]:
    """A copy of the day, for one test to do with as it likes."""
    made = copy_world(pattern, tmp_path)
    yield made
    made.ctx.db.close()


def look(world: World, now: datetime = NINE) -> BoardView:
    return board(world.ctx, "MEL1", DAY, now=now)


def figures(view: BoardView) -> dict[str, int]:
    return {figure.show: figure.number for figure in view.figures}


def bookings(world: World) -> list[Booking]:
    with world.ctx.db.reading() as session:
        found = list(session.scalars(select(Booking).order_by(Booking.id)).unique())
        session.expunge_all()
    return found


def drive(world: World, booking: Booking, kind: str, when: datetime) -> None:
    """The driver of the booking's run reports it."""
    shift_id, driver_id = driven_by(world, booking.id)
    event = Event(f"{kind}-{booking.id}", shift_id, booking.id, kind, when)
    (answer,) = record_events(world.ctx, driver_id, [event], now=when)
    assert answer.known


def driven_by(world: World, booking_id: int) -> tuple[int, int]:
    for shift_id, driver_id in zip(world.shifts, world.drivers, strict=True):
        view = manifest_for_staff(world.ctx, shift_id, now=NINE)
        if any(task.booking_id == booking_id for stop in view.stops for task in stop.tasks):
            return shift_id, driver_id
    raise AssertionError("the booking is on no run")


def test_each_row_carries_what_its_run_has(world: World) -> None:
    """Every booking has its two marks in order on a row; nobody rides without a seat."""
    view = look(world)
    marks = [mark for row in view.rows for mark in row.stops]
    ids = sorted(mark.booking_id for mark in marks)
    assert ids == sorted([booking.id for booking in bookings(world)] * 2)
    for row in view.rows:
        assert all(0 < part.people <= row.capacity for part in row.load)
        assert [mark.at for mark in row.stops] == sorted(mark.at for mark in row.stops)
    assert max(part.people for row in view.rows for part in row.load) >= 3


def test_every_figure_is_the_length_of_its_list(world: World) -> None:
    """A number and the list it leads to say the same, whatever has happened."""
    first, *_ = bookings(world)
    assert first.promised_earliest is not None
    drive(world, first, "boarded", first.promised_earliest)
    for show, number in figures(look(world)).items():
        rows = zone_lists.journeys(world.ctx, "MEL1", DAY, show, now=NINE).rows
        assert len(rows) == number, show
    assert figures(look(world))["on_board"] == 1


def test_nothing_is_to_decide_on_a_quiet_morning(world: World) -> None:
    """Before the day, with drivers on every shift, only the refusal is on the list."""
    view = look(world, NOW)
    assert [decision.show for decision in view.decisions] == ["refused"]
    assert view.now is None


def test_a_promise_without_a_bus_is_the_first_to_decide(world: World) -> None:
    """Both buses withdrawn: everybody promised is on the list, before anything else."""
    for shift in world.shifts:
        withdraw_shift(world.ctx, shift, by="account:1", reason="broken down", now=NINE)
    view = look(world)
    owed = [b for b in bookings(world) if b.status == "booked"]
    assert figures(view)["without_bus"] == len(owed) == 4
    assert [d.state for d in view.decisions[: len(owed)]] == ["problem"] * len(owed)
    assert all("has no bus" in d.title for d in view.decisions[: len(owed)])


def test_who_sits_in_a_bus_that_is_withdrawn_is_not_forgotten(world: World) -> None:
    """They are named before it is done and after; the driver still has where to set them down."""
    first = min(bookings(world), key=lambda b: b.promised_earliest or NINE)
    assert first.promised_earliest is not None
    assert first.promised_arrival is not None
    when = first.promised_earliest
    drive(world, first, "boarded", when)
    shift_id, _ = driven_by(world, first.id)
    name = f"Person {first.person_id - 1}"
    assert [one.name for one in manifest_for_staff(world.ctx, shift_id, now=when).on_board] == [
        name
    ]
    withdraw_shift(world.ctx, shift_id, by="account:1", reason="broken down", now=when)
    (decision,) = [d for d in look(world, when).decisions if name in d.title]
    assert decision.title == f"{name} is on board and in no plan"
    assert "Ring the driver" in decision.words
    assert not decision.another_bus
    (stop,) = [s for s in manifest_for_staff(world.ctx, shift_id, now=when).stops if s.open_tasks]
    assert stop.at == first.promised_arrival


def test_a_late_bus_says_for_whom(world: World) -> None:
    """An hour after the first pick-up was due and nothing reported, its people are named."""
    early = min(bookings(world), key=lambda b: b.promised_earliest or NINE)
    assert early.promised_latest is not None
    view = look(world, early.promised_latest + timedelta(minutes=42))
    late = [decision for decision in view.decisions if decision.state == "late"]
    assert late
    assert "42 min late" in late[0].title
    assert f"Person {early.person_id - 1}" in late[0].words


def test_a_stop_that_is_done_is_late_no_more(world: World) -> None:
    """What was reported is over: it stays out of the decisions however late it was."""
    early = min(bookings(world), key=lambda b: b.promised_earliest or NINE)
    assert early.promised_latest is not None
    when = early.promised_latest + timedelta(minutes=42)
    drive(world, early, "boarded", when)
    drive(world, early, "dropped_off", when + timedelta(minutes=1))
    marks = [m for row in look(world, when).rows for m in row.stops if m.booking_id == early.id]
    assert [mark.late_min for mark in marks] == [0, 0]


def test_on_time_is_said_only_of_a_run_that_has_begun(world: World) -> None:
    """Before it nothing is said of any stop; who got on too soon was early."""
    assert {mark.how for row in look(world, NOW).rows for mark in row.stops} == {""}
    first = min(bookings(world), key=lambda b: b.promised_earliest or NINE)
    assert first.promised_earliest is not None
    when = first.promised_earliest - timedelta(minutes=20)
    drive(world, first, "boarded", when)
    row = next(row for row in look(world, when).rows for m in row.stops if m.booking_id == first.id)
    said = {(mark.booking_id, mark.kind): mark.how for mark in row.stops}
    assert said.pop((first.id, "pickup")) == "20 min early"
    assert set(said.values()) == {"on time"}


def test_a_shift_without_driver_is_to_be_decided(world: World) -> None:
    """With people on it it is a problem, without it only waits."""
    busy, _ = driven_by(world, bookings(world)[0].id)
    assign_driver(world.ctx, busy, None, now=NOW)
    found = [d for d in look(world, NOW).decisions if d.shift_id == busy]
    assert [(d.state, "no driver" in d.title) for d in found] == [("problem", True)]


def test_waiting_requests_are_named(tmp_path: Path) -> None:
    """In a zone in batch mode the board says who waits, and when it will be decided."""
    made = make_world(
        make_context(f"sqlite:///{tmp_path / 'batch.db'}", tmp_path), buses=1, mode="batch"
    )
    book_one(made, wish(made, 0))
    view = board(made.ctx, "MEL1", DAY, now=NOW)
    (waiting,) = [d for d in view.decisions if d.show == "waiting"]
    assert "Person 0" in waiting.words
    assert figures(view)["waiting"] == 1
    late = board(made.ctx, "MEL1", DAY, now=NINE - timedelta(hours=12))
    assert [d.state for d in late.decisions if d.show == "waiting"] == ["problem"]
    made.ctx.db.close()


def test_plan_now_is_a_row_and_no_call(world: World) -> None:
    """Asking for a planning writes an outbox entry with ids alone; the queue is not touched."""
    plan_now(world.ctx, "MEL1", DAY, now=NINE)
    with world.ctx.db.reading() as session:
        entry = session.scalars(
            select(OutboxEntry).where(OutboxEntry.kind == "plan_zone_day")
        ).all()
        assert [e.payload for e in entry] == [{"zone_day_id": 1}]
    state = planning(world.ctx, "MEL1", DAY, now=NINE)
    assert (state.is_running, state.words) == (True, "Planning begins in a moment.")


def test_a_planning_ends_on_the_screen(world: World) -> None:
    """Once the worker is done the progress says so, and what it found."""
    plan_now(world.ctx, "MEL1", DAY, now=NOW)
    plan_zone_day(world.ctx, 1, now=NOW, seconds=0.2)
    state = planning(world.ctx, "MEL1", DAY, now=NOW)
    assert not state.is_running
    assert re.search(r"No better runs|Found better runs|no others can be better", state.words)


def test_a_planning_nobody_takes_up_is_said(world: World) -> None:
    """Three minutes on with no worker, the screen stops pretending to wait."""
    plan_now(world.ctx, "MEL1", DAY, now=NINE)
    state = planning(world.ctx, "MEL1", DAY, now=NINE + timedelta(minutes=3))
    assert not state.is_running
    assert "has not begun yet" in state.words


def test_a_version_says_whose_pick_up_moved(world: World) -> None:
    """A moved pick-up is told from when to when, and whether it is still what they were told."""
    booking = bookings(world)[1]
    assert booking.promised_earliest is not None
    inside = move_pickup(world, booking, 120)
    (change,) = plan_version(world.ctx, "MEL1", DAY, inside).changes
    assert change.kept
    assert change.words.startswith("Person 0's pick-up 14:00 → 14:02, ")
    assert "still inside what they were told" in change.words
    outside = move_pickup(world, booking, 3 * 3600)
    (change,) = plan_version(world.ctx, "MEL1", DAY, outside).changes
    assert not change.kept
    assert "NOT as told" in change.words


def move_pickup(world: World, booking: Booking, seconds: int) -> int:
    """Write a next version in which the pick-up is so much later; its number."""
    with world.ctx.db.writing() as session:
        zone_day = session.scalars(select(ZoneDay)).one()
        plan = session.get_one(Plan, zone_day.plan_id)
        runs = [
            {
                **run,
                "stops": [
                    {**stop, "start": stop["start"] + seconds}
                    if (stop["booking_id"], stop["action"]) == (booking.id, "pickup")
                    else stop
                    for stop in run["stops"]
                ],
            }
            for run in plan.runs
        ]
        moved = Plan(
            zone_day_id=zone_day.id,
            version=zone_day.version + 1,
            reason="optimised",
            runs=runs,
            changes={"added": [], "removed": [], "moved": {str(booking.id): seconds}},
            created_at=NINE,
        )
        session.add(moved)
        session.flush()
        zone_day.version, zone_day.plan_id = moved.version, moved.id
        return moved.version


def test_every_change_of_the_day_is_a_version(world: World) -> None:
    """Bookings, a cancellation and a withdrawal each stand in the history, the newest in force."""
    before = len(plan_versions(world.ctx, "MEL1", DAY).versions)
    cancel(world.ctx, 1, by="test", now=NOW)
    withdraw_shift(world.ctx, world.shifts[0], by="account:1", reason="no brakes", now=NOW)
    versions = plan_versions(world.ctx, "MEL1", DAY).versions
    assert len(versions) > before
    assert [v.is_current for v in versions] == [True] + [False] * (len(versions) - 1)
    disrupted = plan_version(world.ctx, "MEL1", DAY, versions[0].version)
    assert disrupted.why == "no brakes"
    with pytest.raises(NotFound):
        plan_version(world.ctx, "MEL1", DAY, 999)


def test_every_number_of_the_plan_versions_is_accounted_for(world: World) -> None:
    """Putting a driver on uses two numbers up and changes no run: the list says where they are."""
    for driver in (None, world.drivers[0]):
        assign_driver(world.ctx, world.shifts[0], driver, now=NOW)
    cancel(world.ctx, 1, by="test", now=NOW)
    newest, *older = plan_versions(world.ctx, "MEL1", DAY).versions
    assert newest.skipped == (newest.version - 2, newest.version - 1)
    numbers = [newest, *older]
    told = sum(1 + (v.skipped[1] - v.skipped[0] + 1 if v.skipped else 0) for v in numbers)
    assert told == newest.version


def test_the_map_has_the_zone_the_runs_and_their_stops(world: World) -> None:
    """Longitude first; a line for each bus that drives, its stops numbered from one."""
    features = board_map(world.ctx, "MEL1", DAY, now=NINE)["features"]
    shape, *rest = features
    assert shape["geometry"]["type"] == "Polygon"
    lines = [f for f in rest if f["geometry"]["type"] == "LineString"]
    points = [f for f in rest if f["geometry"]["type"] == "Point"]
    assert len(lines) == sum(1 for row in look(world).rows if row.stops)
    for longitude, latitude in (f["geometry"]["coordinates"] for f in points):
        assert -1.2 < longitude < -0.6
        assert 52.6 < latitude < 53.0
    assert points[0]["properties"]["number"] == 1


def test_the_map_names_the_places_and_nobodys_home(world: World) -> None:
    """Towns and villages by name, the most important first; a person's own place never."""
    with world.ctx.db.writing() as session:
        session.get_one(Place, world.places["Melton Mowbray"]).kind = "town"
        hall = {"latitude": 52.857, "longitude": -0.905, "village": "Hose", "zone_id": world.zone}
        session.add(Place(name="Village hall", kind="hall", **hall))
        session.add(Place(name="Rose Cottage", kind="village", person_id=world.people[0], **hall))
    features = board_map(world.ctx, "MEL1", DAY, now=NINE)["features"]
    labels = [f["properties"]["label"] for f in features if "label" in f["properties"]]
    assert labels[:2] == ["Melton Mowbray", "Hose"]
    assert set(labels) == set(world.places)


def test_unmet_need_is_counted_by_village_and_reason(world: World) -> None:
    """The refusal is in its days and not outside them, with its words."""
    found = zone_lists.unmet_need(world.ctx, "MEL1", NOW.date(), NOW.date())
    assert [(row.village, row.rule, row.count) for row in found.rows] == [
        ("Hose", "Outside the hours", 1)
    ]
    none = zone_lists.unmet_need(world.ctx, "MEL1", date(2026, 12, 2), date(2026, 12, 9))
    assert (none.total, none.rows) == (0, ())


def test_zones_and_vehicles(world: World) -> None:
    """The first page counts today's journeys; a zone and a vehicle show their rules and shifts."""
    (card,) = list_zones(world.ctx, now=NINE)
    assert (card.out_today, card.booked, card.refused, card.to_decide) == (2, 4, 1, 0)
    zone = view_zone(world.ctx, "MEL1")
    assert zone.hours[0] == ("Monday", 420, 1140)
    assert len(zone.vehicles) == len(list_vehicles(world.ctx)) == 2
    assert [row.day for row in view_vehicle(world.ctx, 1, now=NINE).shifts] == [DAY]
    for missing in (
        lambda: view_zone(world.ctx, "X"),
        lambda: view_vehicle(world.ctx, 9, now=NINE),
    ):
        with pytest.raises(NotFound):
            missing()


def test_promises_without_bus_are_counted_on_the_first_page(world: World) -> None:
    """The first page and the board agree on how many have no bus."""
    for shift in world.shifts:
        withdraw_shift(world.ctx, shift, by="account:1", reason="broken down", now=NINE)
    (card,) = list_zones(world.ctx, now=NINE)
    assert card.to_decide == figures(look(world))["without_bus"]


NEW = NewShift(vehicle_id=1, day=date(2026, 12, 9), starts=480, ends=780, driver_id=1)


def test_a_shift_is_added_and_the_day_is_planned_again(world: World) -> None:
    """The new shift stands, and its day wants planning at a higher version."""
    shift_id = add_shift(world.ctx, NEW, now=NOW)
    with world.ctx.db.reading() as session:
        shift = session.get_one(Shift, shift_id)
        day = session.scalars(select(ZoneDay).where(ZoneDay.service_date == NEW.day)).one()
        assert (shift.starts, shift.status, shift.zone_id) == (480, "planned", world.zone)
        assert day.version == 1
        assert day.wants_planning_since == NOW


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day": date(2026, 11, 30)}, "day"),
        ({"day": date(2027, 6, 1)}, "day"),
        ({"ends": 400}, "ends"),
        ({"ends": 500}, "ends"),
        ({"ends": 2000}, "ends"),
        ({"vehicle_id": 99}, "vehicle"),
        ({"driver_id": 99}, "driver"),
        ({"break_minutes": 30}, "break_from"),
        ({"break_minutes": 30, "break_from": 500, "break_to": 520}, "break_from"),
        ({"break_minutes": 30, "break_from": 400, "break_to": 520}, "break_from"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_by_its_field(
    world: World, change: dict[str, object], field: str
) -> None:
    """Nothing is written, and the field that is wrong is named."""
    with pytest.raises(Invalid) as caught:
        add_shift(world.ctx, replace(NEW, **change), now=NOW)
    assert caught.value.field == field
    with world.ctx.db.reading() as session:
        assert len(session.scalars(select(Shift)).unique().all()) == 2


def test_a_vehicle_and_a_driver_are_in_one_place_at_a_time(world: World) -> None:
    """A second shift at the same time is refused for the vehicle, and for the driver."""
    add_shift(world.ctx, NEW, now=NOW)
    for clash in (replace(NEW, starts=700, ends=900), replace(NEW, vehicle_id=2, starts=500)):
        with pytest.raises(Conflict):
            add_shift(world.ctx, clash, now=NOW)
    add_shift(world.ctx, replace(NEW, starts=960, ends=1080), now=NOW)


def test_a_shift_after_midnight_is_in_the_way_of_the_next_morning(world: World) -> None:
    """A bus and a driver out until two are not out again from one."""
    night = replace(NEW, starts=21 * 60, ends=26 * 60)
    add_shift(world.ctx, night, now=NOW)
    morning = replace(NEW, day=date(2026, 12, 10), starts=60, ends=180)
    for clash in (morning, replace(morning, vehicle_id=2)):
        with pytest.raises(Conflict):
            add_shift(world.ctx, clash, now=NOW)
    other = add_shift(world.ctx, replace(morning, vehicle_id=2, driver_id=None), now=NOW)
    with pytest.raises(Conflict):
        assign_driver(world.ctx, other, 1, now=NOW)
    add_shift(world.ctx, replace(morning, starts=120, ends=180, driver_id=None), now=NOW)
    add_shift(world.ctx, replace(morning, vehicle_id=2, starts=180, ends=240), now=NOW)


def add_patterns(world: World, *times: tuple[int, int]) -> None:
    """Let bus 1 go out every Wednesday at these minutes."""
    with world.ctx.db.writing() as session:
        session.add_all(
            ShiftPattern(vehicle_id=1, weekday="wed", starts=starts, ends=ends, driver_id=1)
            for starts, ends in times
        )


def out_on(world: World, day: date) -> list[tuple[int, int]]:
    """When bus 1 is planned to be out that day, in minutes."""
    with world.ctx.db.reading() as session:
        shifts = session.scalars(
            select(Shift)
            .where(Shift.service_date == day, Shift.vehicle_id == 1, Shift.status == "planned")
            .order_by(Shift.starts)
        ).unique()
        return [(shift.starts, shift.ends) for shift in shifts]


def test_the_weekly_pattern_never_puts_a_bus_out_twice(world: World) -> None:
    """A shift put in by hand stands; the pattern fills in only where the bus is free."""
    add_patterns(world, (420, 720), (700, 900), (720, 1140))
    add_shift(world.ctx, replace(NEW, starts=600, ends=660), now=NOW)
    materialise_shifts(world.ctx, now=NOW)
    assert out_on(world, NEW.day) == [(600, 660), (700, 900)]
    assert out_on(world, NEW.day + timedelta(days=7)) == [(420, 720), (720, 1140)]
    assert materialise_shifts(world.ctx, now=NOW) == 0


def test_the_weekly_pattern_never_puts_a_driver_out_twice(world: World) -> None:
    """Their own bus goes out without them where they are on another by hand; the board says so."""
    add_patterns(world, (420, 720), (760, 1000))
    add_shift(world.ctx, replace(NEW, vehicle_id=2, driver_id=1, starts=600, ends=720), now=NOW)
    materialise_shifts(world.ctx, now=NOW)
    rows = roster.list_shifts(world.ctx, "MEL1", NEW.day, NEW.day)
    assert [(row.vehicle_id, row.starts, row.driver) for row in rows] == [
        (1, 420, ""),
        (2, 600, "Driver 1"),
        (1, 760, "Driver 1"),
    ]
    decisions = board(world.ctx, "MEL1", NEW.day, now=NOW).decisions
    assert [one.title for one in decisions] == ["Bus 1 has no driver"]


def test_the_weekly_pattern_sends_out_nobody_who_drives_no_more(world: World) -> None:
    """The shift is made, and the operator sees that it has no driver."""
    add_patterns(world, (420, 1140))
    with world.ctx.db.writing() as session:
        session.execute(update(Driver).where(Driver.id == 1).values(active=False))
    materialise_shifts(world.ctx, now=NOW)
    (row,) = roster.list_shifts(world.ctx, "MEL1", NEW.day, NEW.day)
    assert row.driver == ""


def test_the_pattern_leaves_a_withdrawn_shift_withdrawn(world: World) -> None:
    """The bus is broken: the next making of shifts does not send it out again."""
    add_patterns(world, (420, 1140))
    materialise_shifts(world.ctx, now=NOW)
    with world.ctx.db.reading() as session:
        shift_id = session.scalars(select(Shift.id).where(Shift.service_date == NEW.day)).one()
    withdraw_shift(world.ctx, shift_id, by="account:1", reason="broken down", now=NOW)
    assert materialise_shifts(world.ctx, now=NOW) == 0
    assert out_on(world, NEW.day) == []


def test_a_driver_is_changed_and_no_time_is(world: World) -> None:
    """Taking a driver off and putting them on again moves nobody; a busy one is refused."""
    before = [row.stops for row in look(world, NOW).rows]
    first, second = world.shifts
    with pytest.raises(Conflict):
        assign_driver(world.ctx, first, world.drivers[1], now=NOW)
    assign_driver(world.ctx, second, None, now=NOW)
    assign_driver(world.ctx, first, world.drivers[1], now=NOW)
    assert [row.stops for row in look(world, NOW).rows] == before
    rows = roster.list_shifts(world.ctx, "MEL1", DAY, DAY)
    assert [row.driver for row in rows] == ["Driver 2", ""]


def test_a_withdrawn_shift_gets_no_driver(world: World) -> None:
    """Nobody is put on a bus that stays in."""
    withdraw_shift(world.ctx, world.shifts[0], by="account:1", reason="broken down", now=NOW)
    with pytest.raises(Conflict):
        assign_driver(world.ctx, world.shifts[0], None, now=NOW)
