"""Areas and zones: where the bus runs, when, and by which rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.place import Place


class Area(Base):
    """A named part of the county with zones in it."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))


class Zone(Base):
    """A shape in which one fleet runs, with the booking rules that hold in it.

    `hours` maps "mon".."sun" to [open, close] in minutes from midnight; a day
    that is absent is closed. `boundary` is a GeoJSON MultiPolygon geometry.
    """

    __tablename__ = "zones"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    boundary: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    # A boundary is large and rarely looked at: read when it is asked for.
    hours: Mapped[dict[str, Any]]
    book_ahead_days: Mapped[int] = mapped_column(default=14)
    book_latest_minutes: Mapped[int] = mapped_column(default=60)
    window_minutes: Mapped[int] = mapped_column(default=20)
    walk_limit_m: Mapped[int] = mapped_column(default=300)
    ride_extra_minutes: Mapped[int] = mapped_column(default=20)
    ride_factor: Mapped[float] = mapped_column(default=1.6)
    ride_cap_minutes: Mapped[int] = mapped_column(default=60)
    party_max: Mapped[int] = mapped_column(default=5)
    fare_adult_pence: Mapped[int] = mapped_column(default=200)
    fare_child_pence: Mapped[int] = mapped_column(default=100)
    mode: Mapped[str] = mapped_column(String(10), default="instant")
    licence: Mapped[str] = mapped_column(String(30), default="flexible_registered")
    is_sample: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")

    area: Mapped[Area] = relationship(lazy="joined")
    links: Mapped[list[ZoneLink]] = relationship(lazy="selectin")

    @property
    def fares(self) -> tuple[int, int]:
        """What an adult and a child pay, in pence."""
        return self.fare_adult_pence, self.fare_child_pence


class ZoneLink(Base):
    """A named place outside the zone that its journeys may begin or end at."""

    __tablename__ = "zone_links"
    __table_args__ = (UniqueConstraint("zone_id", "place_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    days: Mapped[list[str]]
    opens: Mapped[int]
    """Minutes from midnight."""
    closes: Mapped[int]

    place: Mapped[Place] = relationship()
