"""Too few seats: who goes first in the batch, and what counts as having been refused before."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.service_day import at
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import PurposeKind
from booking.models import Booking, JourneyRequest, Person, Refusal, Shift, ZoneDay
from booking.services.batch import decide
from booking.services.cancel import cancel
from booking.services.fairness import (
    FAIR,
    FAIR_DAYS,
    REFUSED_AT_MOST,
    FairShares,
    refused_in_a_row,
    weights_of,
)
from routing.optimise import Stop
from tests.world import DAY, NOW, World, book_one, make_world, violations, wish

WEDNESDAY = DAY + timedelta(days=1)
NIGHT = at(DAY - timedelta(days=1), time(17, 2))
NEVER = FairShares(refused_before=0.0, no_other_way=0.0)
FAR, NEAR = 0, 1
"""Two people. Without any fairness the bus fetches the near one: that is the shorter way."""


def one_seat(ctx: Context) -> World:
    """A bus of one seat that is out for one journey to town and no more, on two days."""
    world = make_world(ctx, people=2, seats=1, days=(DAY, WEDNESDAY), mode="batch")
    with ctx.db.writing() as session:
        session.execute(update(Shift).values(starts=9 * 60 + 10, ends=10 * 60, break_minutes=0))
    return world


def both_ask(
    world: World, day: date = DAY, *, far: PurposeKind = PurposeKind.OTHER
) -> tuple[int, int]:
    """The far and the near one want to be in town by ten; their requests."""
    wanted = (
        replace(wish(world, FAR, start="Long Clawson", day=day), purpose=far),
        wish(world, NEAR, start="Great Dalby", day=day),
    )
    return book_one(world, wanted[0]), book_one(world, wanted[1])


def who_goes(world: World, requests: tuple[int, int], shares: FairShares) -> list[int]:
    """Decide the day of these requests: the people who were promised the bus."""
    with world.ctx.db.reading() as session:
        day = session.get_one(JourneyRequest, requests[0]).zone_day_id
    assert day is not None
    assert decide(world.ctx, day, now=NIGHT, stop=Stop(iterations=300), shares=shares) is not None
    assert violations(world) == []
    with world.ctx.db.reading() as session:
        states = [session.get_one(JourneyRequest, one).status for one in requests]
    return [person for person, status in enumerate(states) if status == "booked"]


# Who goes first


@pytest.mark.parametrize(("shares", "first"), [(FAIR, FAR), (NEVER, NEAR)])
def test_who_was_refused_the_day_before_goes_first(
    ctx: Context, shares: FairShares, first: int
) -> None:
    """The near one goes on Tuesday, the far one on Wednesday; without the weight never."""
    world = one_seat(ctx)
    assert who_goes(world, both_ask(world), shares) == [NEAR]
    assert who_goes(world, both_ask(world, WEDNESDAY), shares) == [first]


@pytest.mark.parametrize(("shares", "first"), [(FAIR, FAR), (NEVER, NEAR)])
def test_who_has_no_other_way_goes_first(ctx: Context, shares: FairShares, first: int) -> None:
    """Of two who want the same the one who cannot get there otherwise goes."""
    world = one_seat(ctx)
    has_no_other_way(world, FAR)
    assert who_goes(world, both_ask(world), shares) == [first]


@pytest.mark.parametrize(
    ("shares", "first"),
    [(FAIR, FAR), (FairShares(refused_before=1.1, at_most=math.inf), NEAR)],
)
def test_an_appointment_still_goes_before_a_shopping_trip(
    ctx: Context, shares: FairShares, first: int
) -> None:
    """Refused ten times and no other way: never before it. Control: weights without that end."""
    world = one_seat(ctx)
    has_no_other_way(world, NEAR)
    for days in range(1, 11):
        was_refused(world, NEAR, DAY - timedelta(days=days))
    asked = both_ask(world, far=PurposeKind.APPOINTMENT)
    assert who_goes(world, asked, shares) == [first]


@pytest.mark.parametrize(
    ("refusals", "states"),
    [(1, ["booked", "booked", "refused"]), (2, ["refused", "refused", "booked"])],
)
def test_two_stay_at_home_only_for_who_was_refused_twice(
    ctx: Context, refusals: int, states: list[str]
) -> None:
    """Who lives far out takes the time of two: refused once they wait, refused twice they go."""
    world = make_world(ctx, people=3, seats=2, mode="batch")
    with ctx.db.writing() as session:
        session.execute(update(Shift).values(starts=9 * 60 + 20, ends=10 * 60, break_minutes=0))
    has_no_other_way(world, 2)
    for days in range(1, 1 + refusals):
        was_refused(world, 2, DAY - timedelta(days=days))
    near = [book_one(world, wish(world, n, start="Great Dalby")) for n in (0, 1)]
    far = book_one(world, wish(world, 2, start="Long Clawson"))
    with ctx.db.reading() as session:
        day = session.scalars(select(ZoneDay.id)).one()
    decide(ctx, day, now=NIGHT, stop=Stop(iterations=300))
    with ctx.db.reading() as session:
        told = [session.get_one(JourneyRequest, one).status for one in (*near, far)]
    assert told == states


# What counts


def has_no_other_way(world: World, person: int) -> None:
    with world.ctx.db.writing() as session:
        session.get_one(Person, world.people[person]).no_other_way = True


def was_refused(
    world: World,
    person: int,
    day: date,
    *,
    rule: str = "capacity",
    status: RequestStatus = RequestStatus.REFUSED,
    changing: int | None = None,
) -> int:
    """Write a refusal of the past, of a request that now has this status; its id."""
    with world.ctx.db.writing() as session:
        request = JourneyRequest(
            service_date=day,
            person_id=world.people[person],
            asked_by="phone",
            from_place_id=world.places["Hose"],
            to_place_id=world.places["Harby"],
            purpose="other",
            wish={},
            status=status.value,
            replaces_id=changing,
            created_at=NOW,
        )
        session.add(request)
        session.flush()
        session.add(
            Refusal(request_id=request.id, rule=rule, words="", alternatives=[], created_at=NOW)
        )
        return request.id


def went(world: World, day: date, status: BookingStatus = BookingStatus.COMPLETED) -> int:
    """Promised a bus that day, and what became of it; the request."""
    request = book_one(world, wish(world, FAR, day=day))
    with world.ctx.db.writing() as session:
        session.execute(
            update(Booking).where(Booking.request_id == request).values(status=status.value)
        )
        session.get_one(JourneyRequest, request).status = RequestStatus.BOOKED.value
    return request


def counted(world: World, decided: date = WEDNESDAY) -> int:
    """How often in a row the far one was refused, for who decides that day."""
    with world.ctx.db.reading() as session:
        found = refused_in_a_row(session, set(world.people), NIGHT, decided)
    return found.get(world.people[FAR], 0)


@pytest.fixture
def world(ctx: Context) -> World:
    """Two people, a bus, two days to come."""
    return small_world(ctx)


def small_world(ctx: Context) -> World:
    return make_world(ctx, people=2, days=(DAY, WEDNESDAY), mode="batch")


YESTERDAY = DAY - timedelta(days=1)


def test_one_outing_refused_three_times_is_one_refusal(world: World) -> None:
    """Ten o'clock, half past, eleven: asked three times, turned away once."""
    for _ in range(3):
        was_refused(world, FAR, YESTERDAY)
    was_refused(world, NEAR, YESTERDAY - timedelta(days=1))
    assert counted(world) == 1
    was_refused(world, FAR, YESTERDAY - timedelta(days=2))
    assert counted(world) == 2


@pytest.mark.parametrize("rule", ["hours", "closed", "notice", "too_far_ahead", "area", "present"])
def test_a_wish_that_can_never_be_is_no_way_to_the_front(world: World, rule: str) -> None:
    """Being told that no bus runs at night is no bad luck to be made good."""
    was_refused(world, FAR, YESTERDAY, rule=rule)
    assert counted(world) == 0


@pytest.mark.parametrize("rule", ["capacity", "wheelchair", "no_buses", "vehicle", "promise"])
def test_too_few_buses_is_what_counts(world: World, rule: str) -> None:
    """Full buses, a wheelchair space that was taken, a bus that was withdrawn."""
    was_refused(world, FAR, YESTERDAY, rule=rule)
    assert counted(world) == 1


@pytest.mark.parametrize("status", [RequestStatus.BOOKED, RequestStatus.CANCELLED])
def test_another_time_that_was_taken_is_no_refusal(world: World, status: RequestStatus) -> None:
    """Refused at ten, given eleven: they had an answer."""
    was_refused(world, FAR, YESTERDAY, status=status)
    assert counted(world) == 0


def test_who_withdraws_was_not_refused(world: World) -> None:
    """They cancelled while they waited."""
    request = book_one(world, wish(world, FAR, day=DAY))
    cancel(world.ctx, request, by="test", now=NOW)
    assert counted(world) == 0


def test_who_was_let_wait_counts_by_whatever_rule(world: World) -> None:
    """The batch says that no bus is out at that hour; it was not so when they asked."""
    request = went(world, DAY, BookingStatus.REFUSED)
    with world.ctx.db.writing() as session:
        session.get_one(JourneyRequest, request).status = RequestStatus.REFUSED.value
        words = {"words": "", "alternatives": [], "created_at": NOW}
        session.add(Refusal(request_id=request, rule="hours", **words))
    assert counted(world) == 1


def test_long_ago_is_forgotten(world: World) -> None:
    """After sixty days nobody is owed anything any more."""
    was_refused(world, FAR, YESTERDAY - timedelta(days=FAIR_DAYS + 1))
    assert counted(world) == 0
    was_refused(world, FAR, YESTERDAY - timedelta(days=FAIR_DAYS))
    assert counted(world) == 1


@pytest.mark.parametrize("status", [BookingStatus.COMPLETED, BookingStatus.NO_SHOW])
def test_a_seat_since_then_makes_it_good(world: World, status: BookingStatus) -> None:
    """Counted in a row: since the last time they had one, whether or not they came."""
    was_refused(world, FAR, YESTERDAY)
    went(world, DAY, status)
    assert counted(world) == 0
    was_refused(world, FAR, WEDNESDAY)
    assert counted(world) == 1


def test_a_seat_still_to_come_makes_nothing_good(world: World) -> None:
    """Booked for Wednesday: whoever decides Tuesday counts the refusals before it."""
    was_refused(world, FAR, YESTERDAY)
    went(world, WEDNESDAY, BookingStatus.BOOKED)
    assert counted(world, DAY) == 1
    assert counted(world, WEDNESDAY) == 0
    both_ask(world)
    assert weigh(world) == pytest.approx([1.0 + FAIR.refused_before, 1.0])


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.MISSED])
def test_a_seat_they_did_not_have_makes_nothing_good(world: World, status: BookingStatus) -> None:
    """Given back in good time, or we did not come."""
    was_refused(world, FAR, YESTERDAY)
    went(world, DAY, status)
    assert counted(world) == 1


def test_a_change_that_cannot_be_leaves_them_their_bus(world: World) -> None:
    """They asked for Wednesday instead of Tuesday; Tuesday stays booked."""
    old = went(world, DAY, BookingStatus.BOOKED)
    was_refused(world, FAR, WEDNESDAY, changing=old)
    assert counted(world) == 0
    was_refused(world, FAR, WEDNESDAY)
    assert counted(world) == 1


def test_the_weights_of_the_waiting(any_ctx: Context) -> None:
    """What it is for, and what is added: for two refusals, not for more; for no other way."""
    world = small_world(any_ctx)
    was_refused(world, FAR, YESTERDAY)
    has_no_other_way(world, NEAR)
    both_ask(world, far=PurposeKind.APPOINTMENT)
    expected = [3.0 + FAIR.refused_before, 1.0 + FAIR.no_other_way]
    assert weigh(world) == pytest.approx(expected)
    for days in range(1, 6):
        was_refused(world, FAR, YESTERDAY - timedelta(days=days))
    expected[0] = 3.0 + FAIR.refused_before * REFUSED_AT_MOST
    assert weigh(world) == pytest.approx(expected)


def weigh(world: World) -> list[float]:
    """The weights of Tuesday's bookings in the order in which they were asked for."""
    with world.ctx.db.reading() as session:
        day = session.scalars(select(ZoneDay.id).where(ZoneDay.service_date == DAY)).one()
        return [weight for _, weight in sorted(weights_of(session, day, NIGHT).items())]
