"""Offers: what we said we could do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Offer(Base):
    """One answer to a request: `legs` is a list of `booking.domain.offers.OfferedLeg`."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("journey_requests.id"), index=True)
    number: Mapped[int]
    legs: Mapped[list[Any]]
    fare_pence: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
