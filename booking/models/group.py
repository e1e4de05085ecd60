"""Groups (clubs, societies, appointment places) and the sessions they hold."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base
from booking.models.place import Place


class Group(Base):
    """Somewhere to go: a club, a class, a lunch, a surgery."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(150))
    kind: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    is_sample: Mapped[bool] = mapped_column(default=False)

    place: Mapped[Place] = relationship(lazy="joined")
    sessions: Mapped[list[Session]] = relationship(lazy="selectin", back_populates="group")


class Session(Base):
    """One weekly meeting of a group."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    weekday: Mapped[str] = mapped_column(String(3))
    starts: Mapped[int]
    """Minutes from midnight."""
    ends: Mapped[int]

    group: Mapped[Group] = relationship(back_populates="sessions")
