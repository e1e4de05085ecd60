"""Refusals: journeys we could not offer, kept as a record of unmet need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Refusal(Base):
    """Why a request could not be met: the rule, the words used, and from which village."""

    __tablename__ = "refusals"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("journey_requests.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    village: Mapped[str] = mapped_column(String(100), default="")
    rule: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(Text)
    """Made of the names of places, and so as long as they are."""
    alternatives: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(index=True)
