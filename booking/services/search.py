"""Look for ways to meet a wish in the day's current plan: all windows, both directions.

Pure but for the routing engine: a `Day` and a matrix in, possible ways out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from booking.adapters.bank_holidays import is_bank_holiday
from booking.domain.booking_rules import Broken, Hours, ZoneRules, check_notice
from booking.domain.fares import fare_pence, pass_is_free
from booking.domain.obstacles import no_buses, obstacle, outside_hours
from booking.domain.offers import (
    MINUTE_POUNDS,
    VISIT_AT_LEAST,
    Candidate,
    LegShape,
    OfferedLeg,
    Possible,
    candidates,
)
from booking.domain.service_day import local, moment, seconds_into
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.services.day import Day
from booking.services.matrix import PlaceMatrix
from booking.services.problem import alight_seconds, day_problem
from booking.services.stops import Standing
from routing.insertion import Inserter, Insertion
from routing.model import Plan, Problem, Request, Window
from routing.schedule import fits

OUTWARD_TRIED: Final = 8
"""So many outward windows are tried together with every way home."""
SPREAD: Final = 1200


@dataclass(frozen=True, slots=True)
class Journey:
    """A wish with what the rules and places say of it; times in seconds of the day."""

    wish: Wish
    rules: ZoneRules
    start: Standing
    finish: Standing
    opens: int
    closes: int
    boarding: int
    fares: tuple[int, int]
    pass_wheelchair: bool
    batch: bool

    @property
    def firm(self) -> bool:
        """Whether the times are those of a meeting or an appointment."""
        return self.wish.purpose is not PurposeKind.OTHER


@dataclass(frozen=True, slots=True)
class Obstructed:
    """Nothing was found, and the rule that stood in the way."""

    broken: Broken


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    request: Request
    insertion: Insertion


def search(
    journey: Journey, day: Day, matrix: PlaceMatrix, now: datetime, *, widen: bool = False
) -> list[Possible] | Obstructed:
    """All ways found, unsorted; or what stands in the way.

    With `widen` both directions may be up to four hours from the wish: for the
    alternatives that go with a refusal.
    """
    if not day.shifts:
        return Obstructed(no_buses(journey.rules.name, day.day))
    shape = _shape(journey, matrix, homeward=False, not_before=_soonest(journey, day, now))
    tries = candidates(shape, journey.wish.when)
    if widen:
        tries += candidates(shape, journey.wish.when, widen=True, firm=journey.firm)
    if not tries:
        return Obstructed(_no_time(journey, shape, now))
    if journey.batch:
        return _to_wait(journey, day, matrix, tries, now)
    engine = Inserter(*_problem(day, matrix, journey, now))
    return _ways(journey, day, matrix, engine, tries, widen)


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
    widen: bool,
) -> list[Possible] | Obstructed:
    outward = _insertable(journey, matrix, engine, tries, homeward=False)
    if not outward:
        widest = _widest(journey, matrix, tries, homeward=False)
        rule = engine.explain(widest).rule.value
        return Obstructed(obstacle(rule, journey.wish.when, day.day, homeward=False))
    if journey.wish.home is None:
        return [_possible(journey, day, matrix, [found]) for found in outward]
    return _with_way_home(journey, day, matrix, engine, outward, widen)


def _with_way_home(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    engine: Inserter,
    outward: list[_Found],
    widen: bool,
) -> list[Possible] | Obstructed:
    assert journey.wish.home is not None
    ways: list[Possible] = []
    broken: Broken | None = None
    for found in _spread(outward):
        both = engine.insert(found.request, found.insertion)
        soonest = found.candidate.arrive_by
        if journey.wish.home.kind is not WhenKind.LEAVE_AT:
            soonest = found.insertion.dropoff_start + VISIT_AT_LEAST
        shape = _shape(journey, matrix, homeward=True, not_before=soonest)
        tries = candidates(shape, journey.wish.home)
        if widen:
            tries += candidates(shape, journey.wish.home, widen=True, firm=journey.firm)
        homeward = _insertable(journey, matrix, both, tries, homeward=True) if tries else []
        if homeward:
            best = min(homeward, key=lambda item: _burden(item))
            ways.append(_possible(journey, day, matrix, [found, best]))
        elif broken is None:
            broken = _not_home(journey, day, matrix, both, tries)
    if ways:
        return ways
    assert broken is not None
    return Obstructed(broken)


def _not_home(
    journey: Journey, day: Day, matrix: PlaceMatrix, engine: Inserter, tries: list[Candidate]
) -> Broken:
    assert journey.wish.home is not None
    if not tries:
        hours = Hours(journey.opens // 60, journey.closes // 60)
        return outside_hours(hours, journey.wish.home, homeward=True)
    widest = _widest(journey, matrix, tries, homeward=True)
    rule = engine.explain(widest).rule.value
    return obstacle(rule, journey.wish.home, day.day, homeward=True)


def _burden(found: _Found) -> float:
    return found.insertion.added_cost + MINUTE_POUNDS * found.candidate.away


def _spread(found: list[_Found]) -> list[_Found]:
    """The best few outward windows that differ by twenty minutes or more."""
    kept: list[_Found] = []
    for item in sorted(found, key=_burden):
        start = item.candidate.earliest
        if all(abs(start - other.candidate.earliest) >= SPREAD for other in kept):
            kept.append(item)
        if len(kept) == OUTWARD_TRIED:
            break
    return kept


def _insertable(
    journey: Journey,
    matrix: PlaceMatrix,
    engine: Inserter,
    tries: Sequence[Candidate],
    *,
    homeward: bool,
) -> list[_Found]:
    requests = [_request(journey, matrix, candidate, homeward) for candidate in tries]
    answers = engine.best_of(requests)
    return [
        _Found(candidate, request, insertion)
        for candidate, request, insertion in zip(tries, requests, answers, strict=True)
        if insertion is not None
    ]


def _request(
    journey: Journey, matrix: PlaceMatrix, candidate: Candidate, homeward: bool
) -> Request:
    start, finish = _ends(journey, homeward)
    direct = matrix.seconds(start.place_id, finish.place_id)
    return Request(
        id="new return" if homeward else "new outward",
        pickup=matrix.index[start.place_id],
        dropoff=matrix.index[finish.place_id],
        pickup_window=Window(candidate.earliest, candidate.latest),
        dropoff_window=Window(candidate.arrive_after, candidate.arrive_by),
        pickup_service=journey.boarding,
        dropoff_service=alight_seconds(journey.boarding),
        load=journey.wish.party.load,
        max_ride=journey.rules.ride_limit(direct),
        required=True,
        together=None if homeward else journey.wish.together,
    )


def _widest(
    journey: Journey, matrix: PlaceMatrix, tries: Sequence[Candidate], *, homeward: bool
) -> Request:
    return _request(journey, matrix, _whole(tries), homeward)


def _whole(tries: Sequence[Candidate]) -> Candidate:
    """The whole range of times that would do."""
    return Candidate(
        min(item.earliest for item in tries),
        max(item.latest for item in tries),
        0,
        max(item.arrive_by for item in tries),
        0.0,
    )


def _ends(journey: Journey, homeward: bool) -> tuple[Standing, Standing]:
    return (journey.finish, journey.start) if homeward else (journey.start, journey.finish)


def _shape(journey: Journey, matrix: PlaceMatrix, *, homeward: bool, not_before: int) -> LegShape:
    start, finish = _ends(journey, homeward)
    direct = matrix.seconds(start.place_id, finish.place_id)
    return LegShape(
        direct=direct,
        ride_limit=journey.rules.ride_limit(direct),
        boarding=journey.boarding,
        window=journey.rules.window_minutes * 60,
        opens=journey.opens,
        closes=journey.closes,
        not_before=not_before,
    )


def _soonest(journey: Journey, day: Day, now: datetime) -> int:
    return seconds_into(day.day, now + timedelta(minutes=journey.rules.book_latest_minutes))


def _no_time(journey: Journey, shape: LegShape, now: datetime) -> Broken:
    """Why no window exists at all: too short notice, or outside the hours."""
    day, when = journey.wish.day, journey.wish.when
    wished = shape.closes - shape.direct - shape.boarding
    if when.clock is not None:
        wished = when.clock.hour * 3600 + when.clock.minute * 60
    late = check_notice(journey.rules, moment(day, wished), now)
    hours = Hours(journey.opens // 60, journey.closes // 60)
    soon = shape.not_before > shape.opens and shape.not_before > wished - shape.direct - 3600
    if late is None and soon and wished <= shape.closes:
        late = check_notice(journey.rules, now, now)
    return late or outside_hours(hours, when, homeward=False)


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
    start, finish = _ends(journey, homeward)
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
    boarding = local(moment(day.day, candidate.latest)).time()
    free = pass_is_free(day.day, boarding, bank_holiday=is_bank_holiday(day.day))
    adult, child = journey.fares
    return fare_pence(
        journey.wish.party,
        adult_pence=adult,
        child_pence=child,
        pass_free=free,
        pass_wheelchair=journey.pass_wheelchair,
    )


def _to_wait(
    journey: Journey, day: Day, matrix: PlaceMatrix, tries: list[Candidate], now: datetime
) -> list[Possible] | Obstructed:
    """In batch mode: one answer, the whole range of times that would do, decided later.

    Who fits no bus even on an empty day is told so at once.
    """
    empty = replace(day, bookings=(), events=(), runs=())
    engine = Inserter(*_problem(empty, matrix, journey, now))
    broken = _uncarriable(journey, day, matrix, engine, tries, homeward=False)
    if broken is not None:
        return Obstructed(broken)
    legs = [_waiting_leg(journey, day, matrix, tries, homeward=False)]
    home: When | None = journey.wish.home
    if home is not None:
        shape = _shape(journey, matrix, homeward=True, not_before=legs[0].arrive_by)
        homeward = candidates(shape, home)
        if not homeward:
            hours = Hours(journey.opens // 60, journey.closes // 60)
            return Obstructed(outside_hours(hours, home, homeward=True))
        broken = _uncarriable(journey, day, matrix, engine, homeward, homeward=True)
        if broken is not None:
            return Obstructed(broken)
        legs.append(_waiting_leg(journey, day, matrix, homeward, homeward=True))
    return [Possible(tuple(legs), 0.0, 0.0)]


def _uncarriable(
    journey: Journey,
    day: Day,
    matrix: PlaceMatrix,
    engine: Inserter,
    tries: list[Candidate],
    *,
    homeward: bool,
) -> Broken | None:
    """Why no bus could take this leg with nobody else on it; None where one could."""
    widest = _widest(journey, matrix, tries, homeward=homeward)
    if engine.best(widest) is not None:
        return None
    wished = journey.wish.home if homeward and journey.wish.home else journey.wish.when
    has_space = any(fits(vehicle, widest.load) for vehicle in engine.problem.vehicles)
    rule = engine.explain(widest).rule.value if has_space else "vehicle"
    return obstacle(rule, wished, day.day, homeward=homeward)


def _waiting_leg(
    journey: Journey, day: Day, matrix: PlaceMatrix, tries: list[Candidate], *, homeward: bool
) -> OfferedLeg:
    first = tries[0]
    expected = (first.earliest, first.arrive_by)
    leg = _leg(journey, day, matrix, _whole(tries), expected, homeward=homeward)
    return replace(leg, waiting=True, fare_pence=_fare(journey, day, first))
