"""Drivers."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Driver(Base):
    """Somebody who drives the bus."""

    __tablename__ = "drivers"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(20), default="")
    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
