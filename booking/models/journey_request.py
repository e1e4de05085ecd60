"""Requests: what somebody asked for, in their own terms, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.booking import Booking
from booking.models.offer import Offer
from booking.models.person import Person
from booking.models.place import Place
from booking.models.zone_day import ZoneDay


class JourneyRequest(Base):
    """A wish for a journey, outward only or with the way home.

    `wish` is `booking.domain.wish.Wish` as JSON. `status` is a word of
    `booking.domain.statuses.RequestStatus`. When it is booked it has a
    `reference` and one or two bookings.
    """

    __tablename__ = "journey_requests"
    __table_args__ = (Index("ix_journey_requests_status_created", "status", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_day_id: Mapped[int | None] = mapped_column(ForeignKey("zone_days.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    service_date: Mapped[date] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    booker_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_by: Mapped[str] = mapped_column(String(10))
    """web or phone."""
    from_place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    to_place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    """session, appointment or other."""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"), index=True)
    wish: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), index=True)
    reference: Mapped[str | None] = mapped_column(String(8), unique=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    chosen: Mapped[int | None]
    """The number of the offer that is held or was booked."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("journey_requests.id"))
    """The booked request this one is to take the place of (a change of time)."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What the person wants the driver to know."""
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")
    zone_day: Mapped[ZoneDay | None] = relationship()
    from_place: Mapped[Place] = relationship(foreign_keys=[from_place_id], lazy="joined")
    to_place: Mapped[Place] = relationship(foreign_keys=[to_place_id], lazy="joined")
    offers: Mapped[list[Offer]] = relationship(order_by=Offer.number, lazy="selectin")
    bookings: Mapped[list[Booking]] = relationship(
        order_by=Booking.leg, lazy="selectin", back_populates="request"
    )
