"""A bus that can no longer keep its run does not leave those waiting undecided, nor unnoticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.needs import Party
from booking.domain.plan_record import Run, runs_from_json
from booking.domain.service_day import at
from booking.models import JourneyRequest, Plan, Refusal, Shift, Vehicle, Zone, ZoneDay
from booking.services.batch import NOTHING_DECIDED, run_batches
from booking.services.board import board
from booking.services.plan import WRONG_WORDS, plan_zone_day, what_is_wrong
from booking.services.planning_claim import PROGRESS_LENGTH
from booking.services.shifts import withdraw_shift
from booking.services.unkeepable import set_aside_words
from routing.errors import InvalidProblem
from tests.world import DAY, World, book_one, make_world, promises, wish

NIGHT = at(DAY - timedelta(days=1), time(17, 2))


def set_mode(world: World, mode: str) -> None:
    with world.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode=mode))


def promised(world: World, *, together: str | None = None) -> int:
    """The shift of somebody promised a bus for five o'clock, before its hours were cut to one."""
    set_mode(world, "instant")
    book_one(world, replace(wish(world, by=time(17)), together=together))
    set_mode(world, "batch")
    (run,) = runs(world)
    with world.ctx.db.writing() as session:
        shorter = {"ends": 13 * 60, "break_minutes": 0}
        session.execute(update(Shift).where(Shift.id == run.shift_id).values(**shorter))
    return run.shift_id


def runs(world: World) -> tuple[Run, ...]:
    with world.ctx.db.reading() as session:
        plan = session.scalars(select(Plan).join(ZoneDay, ZoneDay.plan_id == Plan.id)).one()
        return runs_from_json(plan.runs)


def status(world: World, request: int) -> str:
    with world.ctx.db.reading() as session:
        return session.get_one(JourneyRequest, request).status


def words(world: World) -> str:
    """What the operator reads of the planning, once a worker has done what was asked for."""
    with world.ctx.db.writing() as session:
        session.execute(update(ZoneDay).values(wants_planning_since=None))
    return board(world.ctx, "MEL1", DAY, now=NIGHT).planning.words


def test_the_others_are_decided_with_the_other_bus(ctx: Context) -> None:
    """The run that cannot be kept stays as it is, with nobody new on it; the operator is told."""
    world = make_world(ctx, mode="batch", buses=2)
    short = promised(world)
    (before,) = runs(world)
    waiting = [book_one(world, wish(world, person)) for person in (1, 2)]
    told = promises(world)
    (outcome,) = run_batches(ctx, now=NIGHT)
    assert (outcome.promised, outcome.refused) == (2, 0)
    assert [status(world, one) for one in waiting] == ["booked", "booked"]
    after = {run.shift_id: run for run in runs(world)}
    assert after[short] == before
    assert len(after) == 2
    first = min(told)
    assert promises(world)[first] == told[first]
    assert "cannot keep its run as it was: nobody new was put on" in words(world)


def test_long_names_of_buses_leave_room_for_the_decision(ctx: Context) -> None:
    """Two buses with the longest of names are set aside: what is written fits its column."""
    world = make_world(ctx, mode="batch", buses=3, seats=4)
    set_mode(world, "instant")
    for person in range(2):
        book_one(world, wish(world, person, by=time(17), party=Party(adults=4)))
    set_mode(world, "batch")
    short = [run.shift_id for run in runs(world)]
    with ctx.db.writing() as session:
        shorter = {"ends": 13 * 60, "break_minutes": 0}
        session.execute(update(Shift).where(Shift.id.in_(short)).values(**shorter))
        for vehicle in session.scalars(select(Vehicle)):
            vehicle.name = f"{vehicle.id}".ljust(60, "x")
    waiting = book_one(world, wish(world, 2))
    (outcome,) = run_batches(ctx, now=NIGHT)
    assert len(outcome.words) > PROGRESS_LENGTH
    assert status(world, waiting) == "booked"
    assert words(world) == outcome.words[:PROGRESS_LENGTH]


def test_many_buses_are_counted() -> None:
    """Two are named; from the third on how many they are."""
    assert set_aside_words(["A", "B"]).startswith("A and B cannot keep their runs")
    assert set_aside_words(["A", "B", "C"]).startswith("3 buses cannot keep their runs")


def test_nobody_is_put_on_the_other_bus_without_the_one_they_need(ctx: Context) -> None:
    """They wait to travel with who sits on the bus that is set aside: they are told no."""
    world = make_world(ctx, mode="batch", buses=2)
    promised(world, together="Ann and Bea")
    friend = book_one(world, replace(wish(world, 1, by=time(17)), together="Ann and Bea"))
    other = book_one(world, wish(world, 2))
    run_batches(ctx, now=NIGHT)
    assert (status(world, friend), status(world, other)) == ("refused", "booked")
    with ctx.db.reading() as session:
        refusal = session.scalars(select(Refusal)).one()
    assert (refusal.request_id, refusal.rule) == (friend, "companion")
    assert "nobody can be added to the bus they are on" in refusal.words
    assert "among the first next time" in refusal.words


def test_with_no_bus_left_it_is_the_operators(ctx: Context) -> None:
    """The only bus cannot keep its run: nobody is refused for it, and the board says what helps."""
    world = make_world(ctx, mode="batch")
    short = promised(world)
    waiting = book_one(world, wish(world, 1))
    assert run_batches(ctx, now=NIGHT) == []
    assert status(world, waiting) == "waiting"
    assert words(world) == NOTHING_DECIDED
    (decision,) = [d for d in board(ctx, "MEL1", DAY, now=NIGHT).decisions if d.show == "waiting"]
    assert decision.state == "problem"
    assert "withdraw it or put another one on first" in decision.words
    withdraw_shift(ctx, short, by="test", reason="Its hours were cut", now=NIGHT)
    run_batches(ctx, now=NIGHT)
    assert status(world, waiting) == "refused"


@pytest.mark.parametrize("buses", [1, 2])
def test_planning_by_hand_says_so_too(ctx: Context, buses: int) -> None:
    """Who presses the button is not left with a failure that is tried again for ever."""
    world = make_world(ctx, mode="batch", buses=buses)
    promised(world)
    waiting = book_one(world, wish(world, 1))
    plan_zone_day(ctx, 1, now=NIGHT, seconds=0.1)
    assert status(world, waiting) == ("booked" if buses == 2 else "waiting")
    assert "othing was moved" in words(world)
    helps = NOTHING_DECIDED if buses == 1 else "Decided 1 request that waited: 1 promised a bus."
    assert helps in words(world)


def test_what_would_help_is_never_cut_off() -> None:
    """Whatever a planning says of the run first, there is room for it in the column."""
    for rule in WRONG_WORDS:
        said = what_is_wrong(InvalidProblem("request 9999999", rule, ""))
        assert len(f"{said} {NOTHING_DECIDED}") <= PROGRESS_LENGTH
