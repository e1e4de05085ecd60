"""Places: physical points somebody can be picked up from or taken to."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Place(Base):
    """A point with a name. With `person_id` it is that person's own (a home): shown to
    nobody else, never searched."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    latitude: Mapped[float]
    longitude: Mapped[float]
    village: Mapped[str] = mapped_column(String(100), default="")
    alternative_names: Mapped[list[str]] = mapped_column(default=list)
    postcode: Mapped[str] = mapped_column(String(10), default="")
    approximate: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(60), default="")
    boarding_authority: Mapped[str] = mapped_column(String(60), default="")
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    """The zone the point lies in, worked out on import; None outside all zones."""
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", use_alter=True, ondelete="CASCADE")
    )
    access_note: Mapped[str] = mapped_column(Text, default="")
    """How to reach the door: shown to the driver of that run only."""

    @property
    def point(self) -> tuple[float, float]:
        """(latitude, longitude) in degrees."""
        return (self.latitude, self.longitude)
