"""Zone-days: one zone on one service day, the unit that is planned and locked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.zone import Zone


class ZoneDay(Base):
    """The lock and the version of a zone's service day.

    Whoever changes bookings or the plan of a zone-day holds this row's lock and
    raises `version`; `plan_id` is the current plan. `wants_planning_since` is set
    by every change and cleared by the worker that planned at that version.
    """

    __tablename__ = "zone_days"
    __table_args__ = (UniqueConstraint("zone_id", "service_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"))
    service_date: Mapped[date] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=0)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plans.id", use_alter=True))
    wants_planning_since: Mapped[datetime | None] = mapped_column(index=True)
    batched_at: Mapped[datetime | None]
    """When the nightly batch decided this day (zones in batch mode)."""
    planning_by: Mapped[str | None] = mapped_column(String(40))
    """Token of the worker planning it now, so that a second one leaves it alone."""
    planning_until: Mapped[datetime | None]
    planning_progress: Mapped[str] = mapped_column(String(200), default="")
    planning_percent: Mapped[int | None]
    """How much of its time the search of now has used; None while none is on."""

    zone: Mapped[Zone] = relationship()
