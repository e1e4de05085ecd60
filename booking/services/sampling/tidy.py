"""Nothing of the past is left to be done: messages have gone, calls were made, days are planned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, update

from booking.context import Context
from booking.models import Message, OutboxEntry, ZoneDay
from booking.services.channels import CALL

RUNG_WITHIN: Final = timedelta(hours=20)
"""Calls older than that were made; the others are on the list."""


def settle(ctx: Context, *, now: datetime, to_plan: Iterable[int]) -> None:
    """Close what is over; leave only the zone-days `to_plan` for a worker to plan again."""
    with ctx.db.writing() as session:
        gone = [Message.status == "waiting", Message.due_at <= now]
        session.execute(
            update(Message)
            .where(*gone, Message.channel != CALL)
            .values(status="sent", sent_at=Message.due_at, attempts=1)
        )
        session.execute(
            update(Message)
            .where(
                *gone,
                Message.channel == CALL,
                or_(Message.due_at <= now - RUNG_WITHIN, Message.stale_at <= now),
            )
            .values(status="done", sent_at=Message.due_at)
        )
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.done_at.is_(None), OutboxEntry.due_at <= now)
            .values(done_at=OutboxEntry.due_at)
        )
        session.execute(update(ZoneDay).values(wants_planning_since=None))
        session.execute(
            update(ZoneDay).where(ZoneDay.id.in_(list(to_plan))).values(wants_planning_since=now)
        )
