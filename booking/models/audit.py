"""The audit: who of the staff read or searched what, when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.models.base import Base


class AuditEntry(Base):
    """One read, search or change by an account. Append-only; holds ids, not people."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), default="")
    """What it was about, such as person:12 or booking:7."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
