"""What the driver saw: facts from the road, kept even when they arrive late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class DriverEvent(Base):
    """arrived, boarded, no_show or dropped_off. `key` is made on the driver's device, so
    the same event sent twice is stored once."""

    __tablename__ = "driver_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"), index=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("drivers.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
