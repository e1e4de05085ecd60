"""When somebody may be picked up: as promised, as told, and how it is once their bus was lost.

Pure: seconds of the service day.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from booking.domain.service_day import seconds_into
from booking.services.day import BookingFacts, Day
from routing.model import Window

TOLD_EARLY: Final = 120
TOLD_LATE: Final = 300
"""How far a pick-up may move once its exact time was told the evening before."""
TELL_SECONDS: Final = 35 * 60
"""Who is to be there earlier than we told them has so long to hear of it."""


def windows_of(day: Day, clock: int) -> list[Window]:
    """For each booking of the day when it may be picked up, seen from `clock`."""
    carried = day.carried
    return [
        told_window(day.day, booking)
        if booking.id in carried
        else window_again(day.day, booking, clock)
        for booking in day.bookings
    ]


def told_of(day: Day) -> dict[int, Window]:
    """For whoever was told a time and is in no run any more the minutes around that time.

    By their number among the day's bookings.
    """
    carried = day.carried
    return {
        index: told_window(day.day, booking)
        for index, booking in enumerate(day.bookings)
        if booking.told_at is not None and booking.id not in carried
    }


def promised_window(day: date, booking: BookingFacts) -> Window:
    """The promise (or, while it is undecided, the wish)."""
    return Window(seconds_into(day, booking.earliest), seconds_into(day, booking.latest))


def told_window(day: date, booking: BookingFacts) -> Window:
    """The promise; once the exact time has been told, only a few minutes around that."""
    whole = promised_window(day, booking)
    if booking.told_at is None:
        return whole
    told = seconds_into(day, booking.told_at)
    return Window(max(whole.earliest, told - TOLD_EARLY), min(whole.latest, told + TOLD_LATE))


def window_again(day: date, booking: BookingFacts, clock: int) -> Window:
    """Of who has lost their bus: the whole promise, for the time we told holds no more.

    They are not to be there earlier than told unless there is time to tell them.
    """
    whole, told = promised_window(day, booking), told_window(day, booking)
    soonest = max(whole.earliest, clock + TELL_SECONDS)
    return Window(min(told.earliest, soonest), whole.latest)
