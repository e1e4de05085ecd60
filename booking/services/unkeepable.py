"""Runs that can no longer be driven as they were promised: a shift was shortened, a bus changed.

The night is decided without those buses: nobody new is put on them, and what they were to
drive stays as it is until somebody has decided what becomes of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking.domain.statuses import BookingStatus
from booking.domain.words import count_of, spoken_list
from booking.services.day import Day
from booking.services.matrix import PlaceMatrix
from booking.services.problem import day_problem
from routing.checker import check

NAMED_AT_MOST: Final = 2
"""More buses than these are counted, not named: the operator's line is short."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What can still be planned. `whole` is the day without the buses set aside.

    `asked` is without those, too, who wait to travel with somebody on one of those buses:
    on another bus they would go without the one they need.
    """

    whole: Day
    asked: Day
    buses: tuple[str, ...]
    """The names of the buses set aside."""


def what_can_be_kept(day: Day, matrix: PlaceMatrix, now: datetime) -> Kept | None:
    """The day without the buses that cannot keep their runs; None where no bus would be left."""
    made = day_problem(day, matrix, now)
    broken = {violation.vehicle for violation in check(made.problem, made.plan)}
    out = [shift for shift in day.shifts if str(shift.id) in broken]
    if not out or len(out) == len(day.shifts):
        return None
    aside = {shift.id for shift in out}
    # A run whose shift is not there is kept as it is: like what a withdrawn bus has driven.
    whole = replace(day, shifts=tuple(shift for shift in day.shifts if shift.id not in aside))
    split = _would_be_split(day, aside)
    asked = replace(whole, bookings=tuple(b for b in day.bookings if b.request_id not in split))
    return Kept(whole, asked, tuple(sorted({shift.vehicle_name for shift in out})))


def _would_be_split(day: Day, aside: Collection[int]) -> set[int]:
    """The waiting requests of who is to travel with somebody on a bus that is set aside."""
    on_it = {stop.booking_id for run in day.runs if run.shift_id in aside for stop in run.stops}
    company = {one.together for one in day.bookings if one.together and one.id in on_it}
    return {
        one.request_id
        for one in day.bookings
        if one.status is BookingStatus.WAITING and one.together in company
    }


def set_aside_words(buses: Collection[str]) -> str:
    """What the operator reads of buses nobody was put on; empty for none."""
    if not buses:
        return ""
    runs = "its run as it was" if len(buses) == 1 else "their runs as they were"
    named = len(buses) <= NAMED_AT_MOST
    which = spoken_list(list(buses)) if named else count_of(len(buses), "bus", "buses")
    return f"{which} cannot keep {runs}: nobody new was put on."
