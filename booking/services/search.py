"""Look for ways to meet a wish in the day's current plan: all windows, both directions.

Pure but for the routing engine: a `Day` and a matrix in, possible ways out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from booking.domain.avoids import may_use
from booking.domain.booking_rules import Broken
from booking.domain.obstacles import avoided, no_buses
from booking.domain.offers import (
    ALTERNATIVE_REACH,
    Candidate,
    LegShape,
    OfferedLeg,
    Possible,
    candidates,
    home_from,
    roomy,
)
from booking.domain.rates import RATES
from booking.domain.service_day import moment, seconds_into
from booking.domain.wish import When, WhenKind
from booking.services.day import Day
from booking.services.leg_asked import Journey, ends, leg_shape, legs_asked
from booking.services.leg_fare import leg_fare
from booking.services.matrix import PlaceMatrix
from booking.services.problem import day_problem
from booking.services.reasons import no_room, no_window, no_window_home
from routing.insertion import Inserter, Insertion
from routing.model import Plan, Problem, Request

OUTWARD_TRIED: Final = 8
"""So many outward windows are tried together with every way home."""
SPREAD: Final = 1200
A_DAY: Final = 24 * 3600
NEAR_MINUTES: Final = 60


class Wide(Enum):
    """How far from the wish to look, for the alternatives that go with a refusal."""

    AROUND = "around"
    """Up to four hours from it, but on the right side of a meeting or an appointment."""
    NEAREST = "nearest"
    """However far: no bus runs at the hour that was wished for."""


@dataclass(frozen=True, slots=True)
class Obstructed:
    """Nothing was found, and the rule that stood in the way."""

    broken: Broken


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    request: Request
    insertion: Insertion

    @property
    def wide_enough(self) -> bool:
        """Whether its window has the least width."""
        return self.candidate.wide_enough


def search(
    journey: Journey, day: Day, matrix: PlaceMatrix, now: datetime, *, wide: Wide | None = None
) -> list[Possible] | Obstructed:
    """All ways found, unsorted; or what stands in the way.

    With `wide` both directions may be away from the wish.
    """
    if not day.shifts:
        return Obstructed(no_buses(journey.rules.name, day.day))
    journey = replace(journey, vehicles=may_use(journey.avoids, day.shifts))
    soonest = _soonest(journey, day, now)
    shape = leg_shape(journey, matrix, homeward=False, not_before=soonest)
    tries = _tries(journey, shape, journey.wish.when, wide)
    if not tries:
        return Obstructed(no_window(journey, shape, now))
    if journey.vehicles == frozenset():
        return Obstructed(avoided(journey.wish.when, day.day, homeward=False))
    if journey.batch:
        return _to_wait(journey, day, matrix, tries, now, wide)
    engine = Inserter(*_problem(day, matrix, journey, now))
    return _ways(journey, day, matrix, engine, tries, wide)


def _tries(journey: Journey, shape: LegShape, when: When, wide: Wide | None) -> list[Candidate]:
    """The windows to try for one direction, those that meet the wish first."""
    tries = candidates(shape, when)
    if wide is None:
        return tries
    nearest = wide is Wide.NEAREST
    reach = A_DAY if nearest else ALTERNATIVE_REACH
    firm = journey.firm(nearest=nearest)
    return tries + candidates(shape, when, widen=True, firm=firm, reach=reach)


def _problem(
    day: Day, matrix: PlaceMatrix, journey: Journey, now: datetime
) -> tuple[Problem, Plan]:
    made = day_problem(
        day, matrix, now, extra_places=(journey.start.place_id, journey.finish.place_id)
    )
    return made.problem, made.plan


def _ways(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    engine: Inserter,
    tries: list[Candidate],
    wide: Wide | None,
) -> list[Possible] | Obstructed:
    asked = legs_asked(journey, matrix, tries, homeward=False)
    outward = _insertable(engine, tries, asked)
    if not outward:
        return Obstructed(no_room(journey, engine, asked, homeward=False))
    if journey.wish.home is None:
        return [_possible(journey, day, matrix, [found]) for found in outward]
    return _with_way_home(journey, day, matrix, engine, outward, wide)


def _with_way_home(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    engine: Inserter,
    outward: list[_Found],
    wide: Wide | None,
) -> list[Possible] | Obstructed:
    ways: list[Possible] = []
    broken: Broken | None = None
    for found in _spread(outward):
        home = _way_home(journey, matrix, engine, found, wide, explain=broken is None)
        if isinstance(home, _Found):
            ways.append(_possible(journey, day, matrix, [found, home]))
        broken = broken or (home if isinstance(home, Broken) else None)
    if ways:
        return ways
    assert broken is not None
    return Obstructed(broken)


def _way_home(
    journey: Journey,
    matrix: PlaceMatrix,
    engine: Inserter,
    outward: _Found,
    wide: Wide | None,
    *,
    explain: bool,
) -> _Found | Broken | None:
    """The best way home after that way there; or, where asked to `explain`, why there is none."""
    home = journey.wish.home
    assert home is not None
    both = engine.insert(outward.request, outward.insertion)
    soonest = home_from(journey.wish.when, home, outward.candidate.arrive_by)
    shape = leg_shape(journey, matrix, homeward=True, not_before=soonest)
    tries = _tries(journey, shape, home, wide)
    asked = legs_asked(journey, matrix, tries, homeward=True)
    homeward = _insertable(both, tries, asked)
    if homeward:
        return min(roomy(homeward), key=_burden)
    if not explain:
        return None
    if not tries:
        return no_window_home(journey, shape)
    return no_room(journey, both, asked, homeward=True)


def _burden(found: _Found) -> float:
    return found.insertion.added_cost + RATES.minute_away * found.candidate.away


def _spread(found: list[_Found]) -> list[_Found]:
    """The best few outward windows that differ by twenty minutes or more."""
    kept: list[_Found] = []
    for item in sorted(roomy(found), key=_burden):
        start = item.candidate.earliest
        if all(abs(start - other.candidate.earliest) >= SPREAD for other in kept):
            kept.append(item)
        if len(kept) == OUTWARD_TRIED:
            break
    return kept


def _insertable(
    engine: Inserter, tries: Sequence[Candidate], asked: Sequence[Request]
) -> list[_Found]:
    return [
        _Found(candidate, request, insertion)
        for candidate, request, insertion in zip(tries, asked, engine.best_of(asked), strict=True)
        if insertion is not None
    ]


def _whole(tries: Sequence[Candidate]) -> Candidate:
    """The whole range of times that would do."""
    return Candidate(
        min(item.earliest for item in tries),
        max(item.latest for item in tries),
        0,
        max(item.arrive_by for item in tries),
        0.0,
    )


def _soonest(journey: Journey, day: Day, now: datetime) -> int:
    return seconds_into(day.day, now + timedelta(minutes=journey.rules.book_latest_minutes))


def _possible(journey: Journey, day: Day, matrix: PlaceMatrix, found: Sequence[_Found]) -> Possible:
    legs = tuple(
        _leg(
            journey,
            day,
            matrix,
            item.candidate,
            (item.insertion.pickup_start, item.insertion.dropoff_start),
            homeward=index == 1,
        )
        for index, item in enumerate(found)
    )
    return Possible(
        legs=legs,
        added_cost=sum(item.insertion.added_cost for item in found),
        away=sum(item.candidate.away for item in found),
    )


def _leg(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    candidate: Candidate,
    expected: tuple[int, int],
    *,
    homeward: bool,
) -> OfferedLeg:
    """The candidate as an offer; `expected` are the planned pick-up and drop-off."""
    start, finish = ends(journey, homeward)
    direct = matrix.seconds(start.place_id, finish.place_id)
    return OfferedLeg(
        leg="return" if homeward else "outward",
        day=day.day.isoformat(),
        earliest=candidate.earliest,
        latest=candidate.latest,
        arrive_after=candidate.arrive_after,
        arrive_by=candidate.arrive_by,
        pickup_place_id=start.place_id,
        dropoff_place_id=finish.place_id,
        walk_from_m=start.walk_m,
        walk_to_m=finish.walk_m,
        direct_seconds=direct,
        ride_limit_seconds=journey.rules.ride_limit(direct),
        fare_pence=_fare(journey, day, candidate),
        expected_pickup=expected[0],
        expected_dropoff=expected[1],
    )


def _fare(journey: Journey, day: Day, candidate: Candidate) -> int:
    return leg_fare(
        journey.wish.party,
        day.day,
        moment(day.day, candidate.latest),
        journey.fares,
        pass_wheelchair=journey.pass_wheelchair,
    )


def _to_wait(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    tries: list[Candidate],
    now: datetime,
    wide: Wide | None,
) -> list[Possible] | Obstructed:
    """In batch mode: one answer, the whole range of times that would do, decided later.

    Who fits no bus even on an empty day is told so at once.
    """
    empty = replace(day, bookings=(), events=(), runs=())
    engine = Inserter(*_problem(empty, matrix, journey, now))
    outward = _nearest(tries)
    if journey.wish.when.kind is WhenKind.ANY:
        outward = _leaving_time(journey, matrix, outward, wide)
    broken = _uncarriable(journey, matrix, engine, outward, homeward=False)
    if broken is not None:
        return Obstructed(broken)
    legs = [_waiting_leg(journey, day, matrix, outward, homeward=False)]
    if journey.wish.home is not None:
        shape, homeward = _home_tries(journey, matrix, journey.wish.home, legs[0].arrive_by, wide)
        if not homeward:
            return Obstructed(no_window_home(journey, shape))
        broken = _uncarriable(journey, matrix, engine, homeward, homeward=True)
        if broken is not None:
            return Obstructed(broken)
        legs.append(_waiting_leg(journey, day, matrix, homeward, homeward=True))
    return [Possible(tuple(legs), 0.0, 0.0)]


def _home_tries(
    journey: Journey, matrix: PlaceMatrix, home: When, arrive_by: int, wide: Wide | None
) -> tuple[LegShape, list[Candidate]]:
    """The way home of who is there by then, and the windows nearest to what they wished."""
    soonest = home_from(journey.wish.when, home, arrive_by)
    shape = leg_shape(journey, matrix, homeward=True, not_before=soonest)
    return shape, _nearest(_tries(journey, shape, home, wide))


def _leaving_time(
    journey: Journey, matrix: PlaceMatrix, outward: list[Candidate], wide: Wide | None
) -> list[Candidate]:
    """Of windows all day long those that leave time for the visit and the way home.

    The way home is to be as near to the wish as it can be. Where that leaves a choice, as
    any time home does, the day is parted so that the shorter range is long.
    """
    home = journey.wish.home
    if home is None:
        return outward

    def room(arrive_by: int) -> tuple[float, int, int]:
        homeward = _home_tries(journey, matrix, home, arrive_by, wide)[1]
        far = min((item.away for item in homeward), default=float("inf"))
        there = _span([item for item in outward if item.arrive_by <= arrive_by])
        back = _span(homeward)
        nearness = 0.0 if home.kind is WhenKind.ANY and homeward else -far
        return nearness, min(there, back), there + back

    by = max(sorted({item.arrive_by for item in outward}), key=room)
    return [item for item in outward if item.arrive_by <= by]


def _span(tries: Sequence[Candidate]) -> int:
    """From the first to the last moment of a pick-up; less than nothing where there is none."""
    if not tries:
        return -1
    whole = _whole(tries)
    return whole.latest - whole.earliest


def _nearest(tries: list[Candidate]) -> list[Candidate]:
    """Those that are about as near to the wish as the nearest: one range to wait for."""
    nearest = min((item.away for item in tries), default=0.0)
    return [item for item in tries if item.away <= nearest + NEAR_MINUTES]


def _uncarriable(
    journey: Journey,
    matrix: PlaceMatrix,
    engine: Inserter,
    tries: list[Candidate],
    *,
    homeward: bool,
) -> Broken | None:
    """Why no bus could take this leg with nobody else on it; None where one could."""
    whole = legs_asked(journey, matrix, [_whole(tries)], homeward=homeward)
    if engine.best_of(whole) != [None]:
        return None
    return no_room(journey, engine, whole, homeward=homeward)


def _waiting_leg(
    journey: Journey, day: Day, matrix: PlaceMatrix, tries: list[Candidate], *, homeward: bool
) -> OfferedLeg:
    first = tries[0]
    expected = (first.earliest, first.arrive_by)
    leg = _leg(journey, day, matrix, _whole(tries), expected, homeward=homeward)
    return replace(leg, waiting=True, fare_pence=_fare(journey, day, first))
