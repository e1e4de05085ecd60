"""What happened to a booking, in order, for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class BookingEvent(Base):
    """One change of a booking's state, by whom and why. Append-only."""

    __tablename__ = "booking_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    """account:ID, or the name of the part of the service that did it."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
