"""Which windows to try for a wish, and which of the possible ones to offer.

Everything in seconds of the service day; money in pounds where it weighs against
minutes. A candidate is a window for the pick-up and one for the arrival; the
routing engine says which of them a bus can keep and what each would cost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from booking.domain.rates import RATES
from booking.domain.walks import walk_minutes
from booking.domain.wish import When, WhenKind

STEP: Final = 600
"""Windows begin on ten-minute marks: times people can remember."""
ROUND: Final = 300
"""Windows end, and latest arrivals fall, on five-minute marks."""
LEAST_WINDOW: Final = 300
"""A promised window is five minutes wide at least: to the minute is a promise soon broken."""
EARLY_ARRIVAL: Final = 3600
"""Arriving more than an hour before one must be there is not an answer."""
LATER_START: Final = 3600
"""Leaving more than an hour after one wished to is not an answer."""
ALTERNATIVE_REACH: Final = 4 * 3600
"""How far from the wish an alternative the same day may lie."""
VISIT_AT_LEAST: Final = 45 * 60
"""The shortest visit worth a journey, when the way home may be any time."""
OFFERS_AT_MOST: Final = 4

Promised = tuple[str, int, int, int, int]
"""A leg's day (ISO), pick-up window in seconds of it, and the ids of its two places."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Pick-up between `earliest` and `latest`, set down between `arrive_after` and
    `arrive_by`; `away` is how many minutes it is from what was wished."""

    earliest: int
    latest: int
    arrive_after: int
    arrive_by: int
    away: float

    @property
    def wide_enough(self) -> bool:
        """Whether its window can be kept by a bus that is a little late."""
        return wide_enough(self.earliest, self.latest)


def wide_enough(earliest: int, latest: int) -> bool:
    """Whether a window for the pick-up has the least width that may be promised."""
    return latest - earliest >= LEAST_WINDOW


def promised_window(planned: int, first: int, last: int, window: int) -> tuple[int, int]:
    """The window to promise around a planned pick-up, within `first` and `last`.

    As wide as the zone's wherever that fits: near an end it lies to the one side.
    """
    earliest = max(first, min(planned - window // 2, last - window))
    return earliest, min(last, earliest + window)


def promise_around(
    planned: int, wished: tuple[int, int], window: int, on_the_way: tuple[int, int], said: int
) -> tuple[int, int, int]:
    """What is promised to who waited: the window (two times), and the latest arrival.

    `wished` is from when to when they could be picked up, `on_the_way` how long they take
    to get on and may ride at most; the arrival is never later than was `said`.
    """
    earliest, latest = promised_window(planned, *wished, window)
    return earliest, latest, latest_arrival(latest, *on_the_way, said)


@dataclass(frozen=True, slots=True)
class OfferedLeg:
    """One direction as offered: the promise it would become, and what it asks of them.

    Times in seconds of the service day `day` (ISO date), distances in metres.
    With `waiting` there is no promise yet: the times are the wish that the
    nightly batch will try to meet.
    """

    leg: str
    day: str
    earliest: int
    latest: int
    arrive_after: int
    arrive_by: int
    pickup_place_id: int
    dropoff_place_id: int
    walk_from_m: int
    walk_to_m: int
    direct_seconds: int
    ride_limit_seconds: int
    fare_pence: int
    expected_pickup: int
    expected_dropoff: int
    waiting: bool = False

    @property
    def promised(self) -> Promised:
        """What the promise of this leg would be known by."""
        return (self.day, self.earliest, self.latest, self.pickup_place_id, self.dropoff_place_id)

    def to_json(self) -> dict[str, Any]:
        """A plain dict, as stored with the offer."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> OfferedLeg:
        """The leg as it was stored."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class LegShape:
    """What is fixed about a leg before its time: how long it takes and when it may run."""

    direct: int
    ride_limit: int
    boarding: int
    window: int
    opens: int
    closes: int
    not_before: int
    """The soonest a pick-up may begin (notice; for the way home, after the arrival)."""


def candidates(
    shape: LegShape,
    when: When,
    *,
    widen: bool = False,
    firm: bool = False,
    reach: int = ALTERNATIVE_REACH,
) -> list[Candidate]:
    """All windows worth trying for this wish, nearest to it first.

    With `widen` the wish is only a direction: windows up to `reach` seconds around it
    that `candidates` without it would not give. `firm` says that something
    happens at that time (a meeting, an appointment): then nobody is brought
    after it begins or fetched before it ends, however wide we look.
    """
    if when.kind is WhenKind.ANY or when.clock is None:
        return _any_time(shape) if not widen else []
    wished = _seconds(when)
    found = (
        _arriving(shape, wished, widen, firm, reach)
        if when.kind is WhenKind.ARRIVE_BY
        else _leaving(shape, wished, widen, firm, reach)
    )
    return sorted(found, key=lambda candidate: (candidate.away, candidate.earliest))


def _arriving(shape: LegShape, wished: int, widen: bool, firm: bool, reach: int) -> list[Candidate]:
    """Windows from which one is there by the wished time."""
    latest_start = wished - shape.direct - shape.boarding
    found = []
    for start in _marks(shape):
        late = start - latest_start
        early = max(0, -late - shape.window // 2)
        if late > 0:
            if widen and not firm and late <= reach:
                found.append(_at(shape, start, _arrival(shape, start), late / 60 + 40))
        elif (early <= EARLY_ARRIVAL) is not widen and early <= reach:
            # Ten minutes early is what people like best; on the dot is a worry.
            by = min(wished, _arrival(shape, start))
            found.append(_at(shape, start, by, abs(early / 60 - 10)))
    return found


def _leaving(shape: LegShape, wished: int, widen: bool, firm: bool, reach: int) -> list[Candidate]:
    """Windows that begin at the wished time or soon after it."""
    found = []
    for start in _marks(shape, through=wished):
        later = start - wished
        near = 0 <= later <= LATER_START
        if near is widen or abs(later) > reach or (firm and later < 0):
            continue
        away = later / 60 if later >= 0 else -later / 60 + 15
        found.append(_at(shape, start, _arrival(shape, start), away))
    return found


def _any_time(shape: LegShape) -> list[Candidate]:
    middle = 12 * 3600
    return [
        _at(shape, start, _arrival(shape, start), abs(start - middle) / 3600)
        for start in _marks(shape)
        if start % (3 * STEP) == 0
    ]


def _marks(shape: LegShape, *, through: int | None = None) -> Iterable[int]:
    """Ten-minute marks in the hours; shifted so that one of them is `through`."""
    first = max(shape.opens, shape.not_before)
    offset = (through or 0) % STEP
    start = first + (offset - first) % STEP
    last = shape.closes - shape.direct - shape.boarding
    return range(start, last + 1, STEP)


def _arrival(shape: LegShape, start: int) -> int:
    """The latest arrival a window that starts then promises, in round minutes."""
    return latest_arrival(start + shape.window, shape.boarding, shape.ride_limit, shape.closes)


def latest_arrival(pickup: int, boarding: int, ride_limit: int, at_most: int) -> int:
    """When one picked up by `pickup` is there at the latest, in round minutes."""
    latest = pickup + boarding + ride_limit
    return min(at_most, latest + -latest % ROUND)


def _at(shape: LegShape, start: int, arrive_by: int, away: float) -> Candidate:
    latest = min(start + shape.window, arrive_by - shape.boarding - shape.direct)
    latest -= (latest - start) % ROUND
    return Candidate(start, max(start, latest), 0, arrive_by, max(0.0, away))


def home_from(when: When, home: When, arrive_by: int) -> int:
    """The soonest the way home may begin, after a way there that promises `arrive_by`.

    They have time for a visit from when they are to be there: the time they said, though
    the bus may be earlier, but for an alternative that brings them hours before it. Who
    says when they want to be there and to leave knows how long it takes, and may stay for less.
    """
    there = arrive_by
    if when.kind is WhenKind.ARRIVE_BY:
        wished = _seconds(when)
        there = max(there, wished if wished - there <= EARLY_ARRIVAL else 0)
    soonest = there + VISIT_AT_LEAST
    if home.kind is WhenKind.LEAVE_AT and when.kind is not WhenKind.ANY:
        return max(arrive_by, min(soonest, _seconds(home)))
    return soonest


def _seconds(when: When) -> int:
    assert when.clock is not None
    return when.clock.hour * 3600 + when.clock.minute * 60


@dataclass(frozen=True, slots=True)
class Possible:
    """A way to meet a wish that a bus can keep: what it costs and how far off it is."""

    legs: tuple[OfferedLeg, ...]
    added_cost: float
    away: float

    def is_now(self, present: Collection[Promised]) -> bool:
        """Whether it is just what somebody has already: every leg at the same times."""
        return {leg.promised for leg in self.legs} == set(present)

    @property
    def wide_enough(self) -> bool:
        """Whether every window of it has the least width."""
        return all(wide_enough(leg.earliest, leg.latest) for leg in self.legs)

    @property
    def burden(self) -> float:
        """Pounds of driving plus the minutes asked of the person; less is better."""
        return self.added_cost + RATES.minute_away * self.away

    def asks(self, wished: date) -> float:
        """Pounds that what differs from a wish for that day weighs: time, walks, another day."""
        metres = sum(leg.walk_from_m + leg.walk_to_m for leg in self.legs)
        later = (date.fromisoformat(self.legs[0].day) - wished).days
        return (
            RATES.minute_away * self.away
            + RATES.walk_minute * walk_minutes(metres)
            + RATES.other_day * abs(later)
        )


def choose(possible: Sequence[Possible], at_most: int = OFFERS_AT_MOST) -> list[Possible]:
    """The few to read out: the best one first, then ones that really differ, by time of day.

    Two whose pick-ups begin less than twenty minutes apart are one choice, and one
    without the least window is read out only where there is no other.
    """
    ranked = sorted(possible, key=lambda way: (way.burden, way.legs[0].earliest))
    return sorted(
        _that_differ(ranked, at_most), key=lambda item: (item.legs[0].day, item.legs[0].earliest)
    )


def choose_instead(possible: Sequence[Possible], wished: date, at_most: int) -> list[Possible]:
    """The few that ask least of somebody whose wish for that day cannot be met, the least first."""
    return _that_differ(nearest_first(possible, wished), at_most)


def nearest_first(possible: Sequence[Possible], wished: date) -> list[Possible]:
    """In the order of how much they ask of the person; what they cost to drive breaks a tie."""
    return sorted(
        possible, key=lambda way: (way.asks(wished), way.added_cost, way.legs[0].earliest)
    )


def _that_differ(ranked: Sequence[Possible], at_most: int) -> list[Possible]:
    """The first ones of that order that are choices of their own."""
    if not any(way.wide_enough for way in ranked):
        at_most = min(at_most, 1)
    chosen: list[Possible] = []
    for way in roomy(ranked):
        if all(_differs(way, other) for other in chosen):
            chosen.append(way)
        if len(chosen) == at_most:
            break
    return chosen


class _Roomy(Protocol):
    @property
    def wide_enough(self) -> bool: ...


W = TypeVar("W", bound=_Roomy)


def roomy(found: Sequence[W]) -> Sequence[W]:
    """Those with the least window; all of them where none has it."""
    return [item for item in found if item.wide_enough] or found


def _differs(one: Possible, other: Possible) -> bool:
    first, second = one.legs[0], other.legs[0]
    return first.day != second.day or abs(first.earliest - second.earliest) >= 2 * STEP
