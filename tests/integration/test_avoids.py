"""Nobody is planned onto a bus, or with a driver, they cannot travel with."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.avoids import driver_word, vehicle_word
from booking.domain.needs import Party
from booking.domain.plan_record import runs_from_json
from booking.domain.service_day import at
from booking.models import Booking, JourneyRequest, Person, Plan, Refusal, Shift, Zone, ZoneDay
from booking.services.batch import run_batches
from booking.services.board import board
from booking.services.hold import hold
from booking.services.plan import plan_zone_day
from booking.services.roster import assign_driver
from booking.services.shifts import withdraw_shift
from tests.world import DAY, NOW, World, ask_for, book_one, make_world, promises, violations, wish

NEXT = DAY + timedelta(days=1)
NIGHT = at(DAY - timedelta(days=1), time(17, 2))
ONLY = "the only buses with room then are ones you cannot travel on"


def avoid(world: World, *words: str, person: int = 0) -> None:
    """Somebody's list, as it is from now on."""
    with world.ctx.db.writing() as session:
        session.get_one(Person, world.people[person]).avoids = list(words)


def bus(world: World, number: int) -> str:
    return vehicle_word(world.vehicles[number])


def set_mode(world: World, mode: str) -> None:
    with world.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode=mode))


def vehicle_of(world: World, request: int) -> int | None:
    """The vehicle whose run a request's way there is in."""
    with world.ctx.db.reading() as session:
        (booking, *_) = session.get_one(JourneyRequest, request).bookings
        plan = session.scalars(select(Plan).join(ZoneDay, ZoneDay.plan_id == Plan.id)).one()
        for run in runs_from_json(plan.runs):
            if any(stop.booking_id == booking.id for stop in run.stops):
                return session.get_one(Shift, run.shift_id).vehicle_id
    return None


def refused(world: World, request: int) -> tuple[str, str]:
    with world.ctx.db.reading() as session:
        found = session.scalars(select(Refusal).where(Refusal.request_id == request)).one()
        return found.rule, found.words


def both_ways(world: World, request: int) -> list[str]:
    with world.ctx.db.reading() as session:
        return [b.status for b in session.get_one(JourneyRequest, request).bookings]


# An answer at once


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("kind", ["vehicle", "driver"])
def test_the_other_bus_is_found(ctx: Context, number: int, kind: str) -> None:
    """Whichever of two they cannot use, by its bus or its driver, they go with the other."""
    world = make_world(ctx, buses=2)
    driver = driver_word(world.drivers[number])
    avoid(world, bus(world, number) if kind == "vehicle" else driver)
    request = book_one(world, wish(world, home=time(15)))
    assert vehicle_of(world, request) == world.vehicles[1 - number]
    assert violations(world) == []


def test_with_no_other_bus_that_is_what_is_said(ctx: Context) -> None:
    """The only bus of the day is one of them; on the next day there is another one."""
    world = make_world(ctx, buses=2, days=(DAY, NEXT))
    with ctx.db.writing() as session:
        session.execute(
            update(Shift)
            .where(Shift.service_date == DAY, Shift.vehicle_id == world.vehicles[1])
            .values(status="withdrawn")
        )
    avoid(world, bus(world, 0))
    request = ask_for(world, wish(world))
    rule, words = refused(world, request)
    assert rule == "avoided"
    assert ONLY in words
    with ctx.db.reading() as session:
        days = {offer.legs[0]["day"] for offer in session.get_one(JourneyRequest, request).offers}
    assert days == {NEXT.isoformat()}


def test_the_other_bus_is_full(ctx: Context) -> None:
    """There is a bus they can use and it is full; there is room only in the other."""
    world = make_world(ctx, buses=2, seats=4)
    for person in range(1, 20):
        avoid(world, bus(world, 0), person=person)
    avoid(world, bus(world, 0))
    for person in range(1, 12):
        asked = ask_for(world, wish(world, person, party=Party(adults=4)))
        with ctx.db.reading() as session:
            if session.get_one(JourneyRequest, asked).status == "refused":
                break
        book_one(world, wish(world, person, party=Party(adults=4)))
    rule, words = refused(world, asked)
    assert (rule, ONLY in words) == ("avoided", True)


def test_an_offer_is_not_held_once_they_cannot_use_its_bus(ctx: Context) -> None:
    """The list changed between the offer and the choice: what is held is on the other bus."""
    world = make_world(ctx, buses=2)
    request = ask_for(world, wish(world))
    probe = book_one(world, wish(world))
    taken = vehicle_of(world, probe)
    assert taken is not None
    avoid(world, vehicle_word(taken))
    hold(ctx, request, 1, by="test", now=NOW)
    assert vehicle_of(world, request) not in (None, taken)


# The batch


def test_the_batch_keeps_to_it(ctx: Context) -> None:
    """Both go, each on the bus they can use."""
    world = make_world(ctx, mode="batch", buses=2)
    avoid(world, bus(world, 0))
    avoid(world, bus(world, 1), person=1)
    first, second = book_one(world, wish(world)), book_one(world, wish(world, 1))
    run_batches(ctx, now=NIGHT)
    assert vehicle_of(world, first) == world.vehicles[1]
    assert vehicle_of(world, second) == world.vehicles[0]
    assert violations(world) == []


def test_the_batch_says_why_not(ctx: Context) -> None:
    """The bus they could use was withdrawn while they waited: the others go, and they hear why."""
    world = make_world(ctx, mode="batch", buses=2)
    avoid(world, bus(world, 0))
    request, other = book_one(world, wish(world)), book_one(world, wish(world, 1))
    with ctx.db.writing() as session:
        session.execute(
            update(Shift).where(Shift.vehicle_id == world.vehicles[1]).values(status="withdrawn")
        )
    run_batches(ctx, now=NIGHT)
    rule, words = refused(world, request)
    assert (rule, ONLY in words) == ("avoided", True)
    assert "among the first" not in words
    assert both_ways(world, other) == ["booked"]


def test_who_can_use_no_bus_is_not_let_wait(ctx: Context) -> None:
    """In batch mode, too, they are told when they ask."""
    world = make_world(ctx, mode="batch")
    avoid(world, bus(world, 0))
    assert refused(world, ask_for(world, wish(world)))[0] == "avoided"


# Planning again


def test_planning_again_never_moves_them_onto_it(ctx: Context) -> None:
    """One bus would do for both and be cheaper: they stay on the one they can use."""
    world = make_world(ctx, buses=2)
    avoid(world, bus(world, 0))
    request = book_one(world, wish(world))
    avoid(world, bus(world, 1), person=1)
    other = book_one(world, wish(world, 1))
    plan_zone_day(ctx, 1, now=NOW, seconds=0.5)
    assert vehicle_of(world, request) == world.vehicles[1]
    assert vehicle_of(world, other) == world.vehicles[0]
    avoid(world, person=1)
    plan_zone_day(ctx, 1, now=NOW, seconds=0.5)
    assert vehicle_of(world, request) == vehicle_of(world, other) == world.vehicles[1]
    assert violations(world) == []


def test_a_withdrawn_bus_sends_nobody_onto_it(ctx: Context) -> None:
    """Their bus breaks down: they are left for the operator rather than put on the other one."""
    world = make_world(ctx, buses=2)
    avoid(world, bus(world, 0))
    request = book_one(world, wish(world))
    withdraw_shift(ctx, world.shifts[1], by="test", reason="Broke down", now=NOW)
    plan_zone_day(ctx, 1, now=NOW, seconds=0.1)
    assert vehicle_of(world, request) is None
    found = board(ctx, "MEL1", DAY, now=NOW).decisions
    assert "Person 0 has no bus" in [one.title for one in found]


# What changes after the promise


def to_decide(world: World) -> list[str]:
    found = board(world.ctx, "MEL1", DAY, now=NOW).decisions
    return [one.title for one in found if "cannot use" in one.title]


def decisions(world: World) -> list[str]:
    return [one.words for one in board(world.ctx, "MEL1", DAY, now=NOW).decisions]


def test_another_driver_after_the_promise_is_for_the_operator(ctx: Context) -> None:
    """The promise stands, the day can still be planned and booked, and the board says so."""
    world = make_world(ctx, buses=2)
    with ctx.db.writing() as session:
        session.execute(update(Shift).where(Shift.id == world.shifts[1]).values(driver_id=None))
    avoid(world, driver_word(world.drivers[1]), bus(world, 1))
    request = book_one(world, wish(world))
    avoid(world, driver_word(world.drivers[1]))
    told = promises(world)
    assert vehicle_of(world, request) == world.vehicles[0]
    assert to_decide(world) == []
    assign_driver(ctx, world.shifts[0], world.drivers[1], now=NOW)
    assert to_decide(world) == ["Person 0 is on a bus they cannot use"]
    assert any("with Driver 2. Put another driver on" in words for words in decisions(world))
    plan_zone_day(ctx, 1, now=NOW, seconds=0.1)
    assert promises(world) == told
    assert vehicle_of(world, request) is not None
    book_one(world, wish(world, 1))
    assert violations(world) == []
    assign_driver(ctx, world.shifts[0], world.drivers[0], now=NOW)
    assert to_decide(world) == []


def test_who_is_on_board_is_not_to_be_decided(ctx: Context) -> None:
    """They got on: there is nothing left to ask them."""
    world = make_world(ctx)
    book_one(world, wish(world))
    avoid(world, bus(world, 0))
    assert to_decide(world) == ["Person 0 is on a bus they cannot use"]
    assert any("They cannot travel on Bus 1. Ring them" in words for words in decisions(world))
    with ctx.db.writing() as session:
        session.execute(update(Booking).values(status="on_board"))
    assert to_decide(world) == []
