"""Plans: all runs of a zone-day, versioned, never changed once written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Plan(Base):
    """One version of a zone-day's plan. `runs` is `booking.domain.plan_record` as JSON."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("zone_day_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_day_id: Mapped[int] = mapped_column(ForeignKey("zone_days.id"), index=True)
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))
    """booked, cancelled, changed, optimised, batch, disrupted, started."""
    runs: Mapped[list[Any]]
    cost: Mapped[float] = mapped_column(default=0.0)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What differs from the version before: bookings added, removed, moved (id → seconds)."""
    created_at: Mapped[datetime]
