"""Service days: the date a passenger means, and seconds within it.

A service day starts at noon minus twelve hours, Europe/London (the GTFS rule):
on the two days a year when clocks change, every time after the change is still
its wall-clock reading. Times past midnight are 24:00 and more.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=4096)
def start_of(day: date) -> datetime:
    """The moment (UTC) from which the seconds of this service day count."""
    noon = datetime.combine(day, time(12), tzinfo=LONDON)
    return noon.astimezone(UTC) - timedelta(hours=12)


def moment(day: date, seconds: int) -> datetime:
    """The moment (UTC) so many seconds into the service day."""
    return start_of(day) + timedelta(seconds=seconds)


def seconds_into(day: date, when: datetime) -> int:
    """How many seconds into the service day a moment is; negative before it."""
    return int((when - start_of(day)).total_seconds())


def at(day: date, clock: time) -> datetime:
    """The moment (UTC) at which the clock in the village says this, on this day."""
    return moment(day, clock.hour * 3600 + clock.minute * 60 + clock.second)


def local(when: datetime) -> datetime:
    """The same moment as the clock in the village shows it."""
    return when.astimezone(LONDON)


def today(now: datetime) -> date:
    """The date in Leicestershire."""
    return local(now).date()


def weekday(day: date) -> str:
    """mon .. sun."""
    return WEEKDAYS[day.weekday()]
