"""People who travel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.place import Place


class Person(Base):
    """A passenger: how to reach them and what they need to travel well.

    `needs` holds words of `booking.domain.needs.Need`; `channel` is how they
    want to be told things (text, email, letter, call).
    """

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_name", "name"), Index("ix_people_phone", "phone"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(20), default="")
    """E.164, such as +441632960001; empty when there is none."""
    phone_type: Mapped[str] = mapped_column(String(10), default="landline")
    email: Mapped[str] = mapped_column(String(200), default="")
    channel: Mapped[str] = mapped_column(String(10), default="call")
    birth_year: Mapped[int | None]
    village: Mapped[str] = mapped_column(String(100), default="", index=True)
    needs: Mapped[list[str]] = mapped_column(default=list)
    boarding_minutes: Mapped[int] = mapped_column(default=1)
    pass_holder: Mapped[bool] = mapped_column(default=False)
    no_other_way: Mapped[bool] = mapped_column(default=False)
    """No car, no other bus near and nobody who could drive them: they said so when asked."""
    avoids: Mapped[list[str]] = mapped_column(default=list)
    """The buses and drivers they cannot travel with, as `booking.domain.avoids` writes them."""
    note: Mapped[str] = mapped_column(Text, default="")
    home_place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    created_at: Mapped[datetime]

    home: Mapped[Place | None] = relationship(foreign_keys=[home_place_id], lazy="joined")
