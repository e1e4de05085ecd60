"""People on a bus that was not planned for them: a seat is taken, and they get home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.models import Booking, Plan, ZoneDay
from booking.services.cancel import cancel
from booking.services.day import load_day
from booking.services.drive import Event, record_events
from booking.services.matrix import look_up
from booking.services.plan import plan_zone_day
from booking.services.problem import DayProblem, day_problem
from routing.model import Action
from tests.world import (
    World,
    book_one,
    make_context,
    make_world,
    promises,
    violations,
    wish,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two buses; three people booked from Hose, Hose and Harby to Melton Mowbray by ten."""
    made = make_world(make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path), buses=2)
    for person, start in enumerate(("Hose", "Hose", "Harby")):
        book_one(made, wish(made, person, start=start, home=time(14)))
    yield made
    made.ctx.db.close()


def outward(world: World) -> list[Booking]:
    with world.ctx.db.reading() as session:
        rows = session.scalars(
            select(Booking).where(Booking.leg == "outward").order_by(Booking.id)
        ).unique()
        found = list(rows)
        session.expunge_all()
    return found


def planned_on(world: World) -> dict[int, int]:
    """The shift whose run picks each booking up."""
    with world.ctx.db.reading() as session:
        plan = session.scalars(select(Plan).join(ZoneDay, ZoneDay.plan_id == Plan.id)).one()
        return {
            stop["booking_id"]: run["shift_id"]
            for run in plan.runs
            for stop in run["stops"]
            if stop["action"] == "pickup"
        }


def tap(world: World, booking: Booking, shift: int, kind: str, at: datetime) -> None:
    driver = world.drivers[world.shifts.index(shift)]
    event = Event(f"{kind} {booking.id}", shift, booking.id, kind, at)
    (answer,) = record_events(world.ctx, driver, [event], now=at)
    assert answer.known


def problem_of(world: World, now: datetime) -> DayProblem:
    with world.ctx.db.reading() as session:
        day = load_day(session, session.scalars(select(ZoneDay)).one())
    return day_problem(day, look_up(world.ctx.travel_times, day.points), now)


def due(booking: Booking) -> datetime:
    assert booking.promised_earliest is not None
    return booking.promised_earliest


def test_who_cancelled_and_boards_takes_a_seat_and_is_set_down(world: World) -> None:
    """On board in the problem at once, in the stored plan after the next planning."""
    booking = outward(world)[0]
    shift = planned_on(world)[booking.id]
    cancel(world.ctx, booking.request_id, by="test", now=due(booking) - timedelta(hours=3))
    assert booking.id not in planned_on(world)
    now = due(booking) + timedelta(minutes=5)
    tap(world, booking, shift, "boarded", now)
    made = problem_of(world, now)
    index = made.booking_ids.index(booking.id)
    assert any(
        (done.action, done.index) == (Action.PICKUP, index)
        for vehicle in made.problem.vehicles
        for done in vehicle.history
    )
    assert index not in made.plan.unserved
    assert violations(world, now=now) == []
    assert plan_zone_day(world.ctx, made.day.zone_day_id, now=now, seconds=0.5).outcome != "busy"
    assert planned_on(world)[booking.id] == shift
    assert violations(world, now=now) == []


def test_who_boards_the_other_bus_is_moved_to_it(world: World) -> None:
    """The bus that was to fetch them no longer goes there; the one they are on takes them."""
    booking = outward(world)[2]
    shift = planned_on(world)[booking.id]
    other = next(other for other in world.shifts if other != shift)
    now = due(booking) + timedelta(minutes=2)
    tap(world, booking, other, "boarded", now)
    assert violations(world, now=now) == []
    zone_day = problem_of(world, now).day.zone_day_id
    plan_zone_day(world.ctx, zone_day, now=now, seconds=0.5)
    assert planned_on(world)[booking.id] == other
    assert violations(world, now=now) == []


def test_who_travelled_unplanned_is_not_fetched_again(world: World) -> None:
    """Set down already: part of the day's past, and nobody to be carried any more."""
    booking = outward(world)[0]
    shift = planned_on(world)[booking.id]
    cancel(world.ctx, booking.request_id, by="test", now=due(booking) - timedelta(hours=3))
    now = due(booking) + timedelta(minutes=5)
    tap(world, booking, shift, "boarded", now)
    tap(world, booking, shift, "dropped_off", now + timedelta(minutes=20))
    made = problem_of(world, now + timedelta(minutes=21))
    index = made.booking_ids.index(booking.id)
    past = [done.action for v in made.problem.vehicles for done in v.history if done.index == index]
    assert {Action.PICKUP, Action.DROPOFF} <= set(past)
    assert violations(world, now=now + timedelta(minutes=21)) == []


def test_a_mis_tap_taken_back_freezes_nothing(world: World) -> None:
    """A boarding that was undone leaves the problem as it was before."""
    booking = outward(world)[0]
    shift = planned_on(world)[booking.id]
    early = due(booking) - timedelta(hours=2)
    before = problem_of(world, early).problem.vehicles
    tap(world, booking, shift, "boarded", early)
    driver = world.drivers[world.shifts.index(shift)]
    undo = Event("undo", shift, booking.id, "undone", early, f"boarded {booking.id}")
    record_events(world.ctx, driver, [undo], now=early)
    assert problem_of(world, early).problem.vehicles == before


def test_a_late_bus_promises_nothing_it_cannot_keep(world: World) -> None:
    """Forty minutes late by its driver's report: whoever asks now is not told the old times."""
    booking = outward(world)[0]
    shift = planned_on(world)[booking.id]
    vehicle, now = world.shifts.index(shift), due(booking) + timedelta(minutes=40)
    by_plan = problem_of(world, now).problem.vehicles[vehicle].ready
    tap(world, booking, shift, "boarded", now)
    ready = problem_of(world, now).problem.vehicles[vehicle].ready
    assert by_plan is not None
    assert ready is not None
    assert ready >= by_plan + 10 * 60


def test_a_late_run_is_timed_as_it_will_be(world: World) -> None:
    """Past everybody's promise the run is planned at the times it can still keep, and legal."""
    booking = outward(world)[0]
    shift = planned_on(world)[booking.id]
    now = due(booking) + timedelta(minutes=90)
    tap(world, booking, shift, "boarded", now)
    made = problem_of(world, now)
    assert violations(world, now=now) == []
    route = next(r for r in made.plan.routes if made.day.shifts[r.vehicle].id == shift)
    past = len(made.problem.vehicles[route.vehicle].history)
    starts = [visit.start for visit in route.visits[past:]]
    assert starts == sorted(starts)
    assert starts[0] > route.visits[past - 1].departure
    assert promises(world)[booking.id][1] == booking.promised_earliest
