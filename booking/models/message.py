"""Messages to people, by text, e-mail, letter or a call on the call handler's list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class Message(Base):
    """One message to one person. Never sent after `stale_at`: it goes to the call list."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_status_due", "status", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """What it is about, such as booked:12:3; the same message is never written twice."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("journey_requests.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(Text, default="")
    """A number, an e-mail address, or a postal address, a line each: as long as its parts."""
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    """waiting, sent, failed (a call: nobody got through in time), stale, or done (a call made)."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    stale_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
