"""When the nightly batch decides a service day, and whether that is still to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from booking.domain.service_day import at, local, today

DECIDED_FROM: Final = time(17)
"""From five in the afternoon the day after is decided."""


def decides_at(day: date) -> datetime:
    """The moment (UTC) from which the batch decides this service day."""
    return at(day - timedelta(days=1), DECIDED_FROM)


def is_to_come(day: date, now: datetime, *, decided: bool) -> bool:
    """Whether who asks now for that day can still wait for the batch to decide it."""
    return not decided and now < decides_at(day)


def last_due(now: datetime) -> date:
    """The last service day whose time to be decided has come."""
    has_come = local(now).time() >= DECIDED_FROM
    return today(now) + timedelta(days=1 if has_come else 0)
