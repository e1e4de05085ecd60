"""What happened on the road: drivers' facts, and what they make of a booking.

Facts reach us late, twice, in any order, from phones whose clock may be wrong.
They are kept as they were reported; everything here is worked out from all of a
booking's facts afresh, so that every order of arrival ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from booking.domain.service_day import start_of
from booking.domain.statuses import BookingStatus

ROAD_DAY_BEGINS: Final = timedelta(hours=3)
"""A shift belongs to one service day; what it reports lies between 3:00 and 27:00 of it."""
DAY: Final = timedelta(days=1)
ASK_BEFORE: Final = timedelta(minutes=15)
"""Boarding somebody longer than this before their time is asked about: it may be a mis-tap."""


class FactKind(StrEnum):
    """What a driver reports of a booking."""

    ARRIVED = "arrived"
    BOARDED = "boarded"
    NO_SHOW = "no_show"
    DROPPED_OFF = "dropped_off"
    UNDONE = "undone"
    """A mis-tap: the fact with the key in `note` is not true."""


_ORDER: Final = {kind: number for number, kind in enumerate(FactKind)}

ROAD: Final = frozenset({BookingStatus.ON_BOARD, BookingStatus.COMPLETED, BookingStatus.NO_SHOW})
"""States that only facts from the road lead to."""

MOVABLE: Final = ROAD | {
    BookingStatus.BOOKED,
    BookingStatus.CANCELLED,
    BookingStatus.LATE_CANCELLED,
    BookingStatus.MISSED,
}
"""States that facts may change: somebody who cancelled may still be standing there."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One report. `at` is the moment on the device, put right by `on_the_day`; `number`
    grows in the order in which reports were taken in."""

    key: str
    kind: FactKind
    at: datetime
    received_at: datetime
    note: str = ""
    number: int = 0

    @property
    def actual(self) -> datetime:
        """When it happened at the latest: nothing is reported before it happens."""
        return min(self.at, self.received_at)


def on_the_day(reported: datetime, day: date) -> datetime:
    """The moment a device reported, moved by whole days until it lies in the service day.

    A phone whose date is wrong still has the hour right. The answer depends on the
    report alone, never on when it reached us.
    """
    begins = start_of(day) + ROAD_DAY_BEGINS
    return reported - ((reported - begins) // DAY) * DAY


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that were not taken back, in the order they happened."""
    known = list(facts)
    undone = _undone(known)
    kept = [fact for fact in known if fact.kind is not FactKind.UNDONE and fact.key not in undone]
    return sorted(kept, key=lambda fact: (fact.at, _ORDER[fact.kind], fact.key))


def taken_back(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that were mis-taps, in the order in which they were tapped."""
    known = list(facts)
    undone = _undone(known)
    return sorted((fact for fact in known if fact.key in undone), key=lambda fact: fact.at)


def _undone(facts: Iterable[Fact]) -> set[str]:
    """The keys of the facts that were taken back."""
    return {fact.note for fact in facts if fact.kind is FactKind.UNDONE}


def fold(base: BookingStatus, facts: Iterable[Fact], earliest: datetime | None) -> BookingStatus:
    """The state of a booking that was in `base` before anything happened on the road.

    Whoever was set down has travelled, whatever else was tapped. Nobody is a
    no-show before the time they were told (`earliest`), and nobody who cancelled is.
    """
    if base not in MOVABLE:
        return base
    status = base
    for fact in standing(facts):
        if fact.kind is FactKind.DROPPED_OFF:
            return BookingStatus.COMPLETED
        if fact.kind is FactKind.BOARDED:
            status = BookingStatus.ON_BOARD
        if fact.kind is FactKind.NO_SHOW and counts(fact, earliest):
            status = BookingStatus.NO_SHOW if base is BookingStatus.BOOKED else base
    return status


def counts(fact: Fact, earliest: datetime | None) -> bool:
    """Whether a no-show was reported when the person was due to be there."""
    return earliest is None or fact.at >= earliest


def last_of(facts: Sequence[Fact], *kinds: FactKind) -> Fact | None:
    """The latest standing fact of these kinds. `facts` are standing, in order."""
    return next((fact for fact in reversed(facts) if fact.kind in kinds), None)
