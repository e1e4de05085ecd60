"""The history of a booking: each change written as it is made, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from booking.domain.statuses import BookingStatus
from booking.models import Booking, BookingEvent


def move(
    session: Session,
    booking: Booking,
    status: BookingStatus,
    *,
    by: str,
    now: datetime,
    **detail: Any,
) -> None:
    """Put a booking into another state and write down who did it and why."""
    booking.status = status.value
    booking.updated_at = now
    session.add(
        BookingEvent(booking_id=booking.id, at=now, kind=status.value, by=by, detail=detail)
    )
