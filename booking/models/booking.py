"""Bookings: one direction of a journey, and the promise made for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.place import Place

if TYPE_CHECKING:
    from booking.models.journey_request import JourneyRequest


class Booking(Base):
    """One direction of a request: held, then booked, then travelled or not.

    The promise is what the passenger was told: pick-up between
    `promised_earliest` and `promised_latest`, there by `promised_arrival`. In a
    zone in batch mode a waiting booking has wished times and no promise yet.
    `direct_seconds` is the ride without detour, `ride_limit_seconds` the longest
    ride allowed. `load` is [seats, wheelchair spaces].
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("request_id", "leg"),
        Index("ix_bookings_zone_day_status", "zone_day_id", "status"),
        Index("ix_bookings_status_hold_until", "status", "hold_until"),
        CheckConstraint("promised_earliest <= promised_latest", name="promise_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("journey_requests.id"), index=True)
    zone_day_id: Mapped[int] = mapped_column(ForeignKey("zone_days.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    leg: Mapped[str] = mapped_column(String(8))
    """outward or return."""
    status: Mapped[str] = mapped_column(String(14))
    hold_until: Mapped[datetime | None]
    pickup_place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    dropoff_place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    walk_from_m: Mapped[int] = mapped_column(default=0)
    walk_to_m: Mapped[int] = mapped_column(default=0)
    promised_earliest: Mapped[datetime | None]
    promised_latest: Mapped[datetime | None]
    promised_arrival: Mapped[datetime | None]
    wished_earliest: Mapped[datetime | None]
    wished_latest: Mapped[datetime | None]
    arrive_after: Mapped[datetime | None]
    """Not to be set down before this (a hall that is still locked)."""
    load: Mapped[list[Any]]
    party: Mapped[dict[str, Any]]
    boarding_seconds: Mapped[int]
    direct_seconds: Mapped[int]
    ride_limit_seconds: Mapped[int]
    together: Mapped[str | None] = mapped_column(String(40))
    fare_pence: Mapped[int]
    told_pickup_at: Mapped[datetime | None]
    """The exact time we told them the evening before."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    request: Mapped[JourneyRequest] = relationship(back_populates="bookings")
    pickup_place: Mapped[Place] = relationship(foreign_keys=[pickup_place_id], lazy="joined")
    dropoff_place: Mapped[Place] = relationship(foreign_keys=[dropoff_place_id], lazy="joined")

    @property
    def due_from(self) -> datetime | None:
        """When they were told to be there: the exact time, once that was told."""
        return self.told_pickup_at or self.promised_earliest
