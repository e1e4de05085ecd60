"""The audit: every look and search by staff, written before the page is shown.

Holds ids, never names or what was typed: the audit itself must not become a
second store of personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.context import Context
from booking.models import AuditEntry


def record(
    ctx: Context,
    account_id: int | None,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write that an account did this: `action` such as person.read, `subject` such as person:12."""
    with ctx.db.writing() as session:
        session.add(
            AuditEntry(
                at=now,
                account_id=account_id,
                action=action[:60],
                subject=subject[:60],
                detail=dict(detail),
            )
        )


def list_entries(ctx: Context, *, subject: str = "", limit: int = 200) -> list[AuditEntry]:
    """The newest entries, of one subject if it is given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    with ctx.db.reading() as session:
        found = session.scalars(query).all()
        session.expunge_all()
    return list(found)
