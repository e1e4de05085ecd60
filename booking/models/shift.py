"""Shifts: when which vehicle is out with which driver."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.driver import Driver
from booking.models.vehicle import Vehicle


class ShiftPattern(Base):
    """The same shift every week; `materialise_shifts` makes a Shift of it for each date."""

    __tablename__ = "shift_patterns"
    __table_args__ = (UniqueConstraint("vehicle_id", "weekday", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    driver_id: Mapped[int | None] = mapped_column(ForeignKey("drivers.id"))
    weekday: Mapped[str] = mapped_column(String(3))
    starts: Mapped[int]
    """Minutes from the start of the service day, as all times of a shift."""
    ends: Mapped[int]
    break_from: Mapped[int | None]
    break_to: Mapped[int | None]
    break_minutes: Mapped[int] = mapped_column(default=0)


class Shift(Base):
    """One vehicle's planned availability on one service day."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("vehicle_id", "service_date", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), index=True)
    service_date: Mapped[date] = mapped_column(index=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    driver_id: Mapped[int | None] = mapped_column(ForeignKey("drivers.id"), index=True)
    starts: Mapped[int]
    """Minutes from the start of the service day, as all times of a shift."""
    ends: Mapped[int]
    break_from: Mapped[int | None]
    break_to: Mapped[int | None]
    break_minutes: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(12), default="planned")
    """planned, or withdrawn (breakdown, nobody to drive)."""

    vehicle: Mapped[Vehicle] = relationship(lazy="joined")
    driver: Mapped[Driver | None] = relationship(lazy="joined")
