"""Whom the nightly batch cannot take: the rule that kept them out, and what would do instead.

Worked out from the plan the batch has found, before the decision is written: nothing
here waits for a lock, and nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.avoids import may_use
from booking.domain.booking_rules import Broken
from booking.domain.errors import BookingError
from booking.domain.obstacles import avoided, no_buses
from booking.domain.offers import Possible, Promised
from booking.domain.statuses import BookingStatus
from booking.domain.wish import Wish
from booking.models import Booking, JourneyRequest
from booking.services.alternatives import find_alternatives, on_other_days
from booking.services.batch_day import decided_day
from booking.services.day import Day
from booking.services.fairness import NO_ROOM
from booking.services.leg_asked import Journey
from booking.services.matrix import PlaceMatrix
from booking.services.prepare import prepare
from booking.services.problem import DayProblem, alone
from booking.services.reasons import no_room
from booking.services.replacing import promised_now, standing_before
from booking.services.rules import Forbidden
from routing.insertion import Inserter
from routing.model import Plan, Problem

FULL: Final = Broken(
    "capacity",
    "More people asked for the bus that day than it can carry, and there was no room left.",
)
"""Where no one rule can be named: there was no time left to look any further."""
SPLIT: Final = Broken(
    "companion",
    "You asked to travel with somebody else, and nobody can be added to the bus they are on.",
)
"""Their bus cannot keep its run: on another one they would go without each other."""
FIRST_NEXT_TIME: Final = "You will be among the first next time."
BAD_LUCK: Final = NO_ROOM - {"vehicle", "no_buses", "avoided"}
"""Rules by which somebody else was taken. Who needs a bus we do not have is not first ever."""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Why somebody cannot be taken, and up to four ways that come nearest to their wish."""

    broken: Broken
    ways: tuple[Possible, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the batch found: `plan` is None where there was nobody to place."""

    day: Day
    made: DayProblem
    problem: Problem
    plan: Plan | None
    matrix: PlaceMatrix
    aside: frozenset[int]
    """Requests that no bus of the day could take, were it empty; and those `split`."""
    split: frozenset[int] = frozenset()
    """Requests of who is to travel with somebody on a bus that nobody new is put on."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it is still asked for, with the bookings to decide and what they have now."""

    request_id: int
    zone_name: str
    window: int
    wish: Wish
    legs: tuple[tuple[int, bool], ...]
    """(booking id, whether it is the way home), the way there first."""
    present: frozenset[Promised]


def turn_away(
    ctx: Context, decision: Decision, refused: Collection[int], now: datetime
) -> dict[int, TurnedAway]:
    """request id → why not, and what instead, for each request the plan does not carry."""
    with ctx.db.reading() as session:
        asked = [_read(session, request_id) for request_id in sorted(refused)]
    window = max((one.window for one in asked), default=0)
    after = decided_day(decision.day, decision.made, decision.plan, window)
    return {one.request_id: _turned_away(ctx, decision, after, one, now) for one in asked}


def _read(session: Session, request_id: int) -> _Asked:
    request = session.get_one(JourneyRequest, request_id)
    waiting = [b for b in request.bookings if b.status == BookingStatus.WAITING.value]
    legs = sorted((b.leg == "return", b.id) for b in waiting)
    wish = _wish_left(Wish.from_json(request.wish), waiting)
    now_theirs = [promised_now(old, wish.party) for old in standing_before(session, request)]
    zone = request.zone_day.zone if request.zone_day else None
    return _Asked(
        request_id=request.id,
        zone_name=zone.name if zone else "",
        window=zone.window_minutes * 60 if zone else 0,
        wish=wish,
        legs=tuple((booking, homeward) for homeward, booking in legs),
        present=frozenset().union(*now_theirs),
    )


def _wish_left(wish: Wish, waiting: list[Booking]) -> Wish:
    """The wish without the direction that was cancelled while it waited."""
    left = {booking.leg for booking in waiting}
    if left == {"return"}:
        return wish.only_home()
    return wish if "return" in left else wish.without_home()


def _turned_away(
    ctx: Context, decision: Decision, after: Day, asked: _Asked, now: datetime
) -> TurnedAway:
    """A wish that cannot even be asked any more (its place is gone) is still answered.

    What else would do is looked for in the day as it is `after` the decision.
    """
    try:
        prepared = prepare(ctx, asked.wish, now)
    except BookingError:
        return TurnedAway(FULL)
    if isinstance(prepared.ground, Forbidden):
        # The zone's rules were changed while they waited.
        ways = on_other_days(ctx, asked.wish, prepared.ground, now)
        return TurnedAway(prepared.ground.broken, tuple(ways))
    assert prepared.journey is not None
    broken = _why(decision, asked, prepared.journey)
    decided = replace(
        prepared,
        day=after,
        journey=replace(prepared.journey, batch=False),
        points={**after.points, **prepared.points},
    )
    ways = find_alternatives(ctx, decided, broken, now, present=asked.present)
    if broken.rule in BAD_LUCK:
        broken = replace(broken, words=f"{broken.words} {FIRST_NEXT_TIME}")
    return TurnedAway(broken, tuple(ways))


def _why(decision: Decision, asked: _Asked, journey: Journey) -> Broken:
    """The rule that kept a request out, in the words of an answer at once."""
    if not decision.day.shifts:
        return no_buses(asked.zone_name, decision.day.day)
    if asked.request_id in decision.split:
        return SPLIT
    if asked.request_id in decision.aside or decision.plan is None:
        return _why_never(decision, asked, journey)
    engine = Inserter(decision.problem, decision.plan)
    number = {booking: index for index, booking in enumerate(decision.made.booking_ids)}
    for booking, homeward in asked.legs:
        wanted = decision.problem.requests[number[booking]]
        found = engine.best(wanted)
        if found is None:
            return no_room(journey, engine, [wanted], homeward=_is_home(asked, homeward))
        engine = engine.insert(wanted, found)
    return FULL


def _why_never(decision: Decision, asked: _Asked, journey: Journey) -> Broken:
    """The rule for whom no bus of the day could take, were it empty."""
    facts = {booking.id: booking for booking in decision.day.bookings}
    for booking, homeward in asked.legs:
        home = _is_home(asked, homeward)
        if may_use(facts[booking].avoids, decision.day.shifts) == frozenset():
            when = journey.wish.home if home and journey.wish.home else journey.wish.when
            return avoided(when, decision.day.day, homeward=home)
        problem = alone(decision.day, facts[booking], decision.matrix)
        engine, (wanted,) = Inserter(problem, Plan((), (0,))), problem.requests
        if engine.best(wanted) is None:
            return no_room(journey, engine, [wanted], homeward=home)
    return FULL


def _is_home(asked: _Asked, homeward: bool) -> bool:
    """Whether it is the way home of a journey with two directions."""
    return homeward and len(asked.legs) > 1
