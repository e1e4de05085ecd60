"""The states a request and a booking can be in, and which may follow which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RequestStatus(StrEnum):
    """Where a request stands."""

    OFFERED = "offered"
    REFUSED = "refused"
    HELD = "held"
    WAITING = "waiting"
    """Asked for in a zone in batch mode; decided in the nightly batch."""
    BOOKED = "booked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"


class BookingStatus(StrEnum):
    """Where one direction of a journey stands."""

    HELD = "held"
    WAITING = "waiting"
    BOOKED = "booked"
    ON_BOARD = "on_board"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    NO_SHOW = "no_show"
    MISSED = "missed"
    REFUSED = "refused"
    EXPIRED = "expired"


PLANNED: Final = frozenset({BookingStatus.HELD, BookingStatus.BOOKED, BookingStatus.ON_BOARD})
"""States in which a booking takes room in the plan."""

IN_PLAN: Final = PLANNED | {BookingStatus.COMPLETED}
"""States whose stops stay in the plan: what was done is part of the day."""

PROMISED: Final = frozenset({BookingStatus.BOOKED, BookingStatus.ON_BOARD})
"""States in which we owe somebody a bus."""

OVER: Final = frozenset(BookingStatus) - PLANNED - {BookingStatus.WAITING}
"""States that never change again, but for a correction from the road."""
