"""Vehicles."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.place import Place


class Vehicle(Base):
    """A minibus. Each wheelchair on board folds `seats_per_wheelchair` seats away."""

    __tablename__ = "vehicles"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    registration: Mapped[str] = mapped_column(String(12), default="")
    zone_id: Mapped[int] = mapped_column(ForeignKey("zones.id"), index=True)
    seats: Mapped[int] = mapped_column(default=12)
    wheelchair_spaces: Mapped[int] = mapped_column(default=1)
    seats_per_wheelchair: Mapped[int] = mapped_column(default=3)
    depot_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    active: Mapped[bool] = mapped_column(default=True)

    depot: Mapped[Place] = relationship(lazy="joined")
