"""The outbox: what must follow from a commit is written in it, and relayed afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from booking.adapters.task_queue import QueueDownError, TaskQueue
from booking.context import Context
from booking.models import OutboxEntry

CLAIM: Final = timedelta(seconds=30)
"""A relay that died gives its rows back after so long."""
BATCH: Final = 100
LONGEST_WAIT_SECONDS: Final = 300


def add(
    session: Session, kind: str, payload: dict[str, Any], *, due_at: datetime, now: datetime
) -> None:
    """Write an entry in the caller's transaction. `kind` is a task's name; `payload` its ids,
    in the order the task takes them."""
    session.add(OutboxEntry(kind=kind, payload=payload, due_at=due_at, created_at=now))


def relay(ctx: Context, queue: TaskQueue, *, now: datetime) -> int:
    """Send what is due; returns how many. What the broker refuses is tried again later.

    A row is marked done after it was sent: a crash in between sends it twice,
    which every task bears.
    """
    sent = 0
    for entry_id in _due(ctx, now):
        entry = _claim(ctx, entry_id, now)
        if entry is None:
            continue
        try:
            queue.send(entry.kind, *entry.payload.values())
        except QueueDownError:
            _later(ctx, entry, now)
            break
        _done(ctx, entry_id, now)
        sent += 1
    return sent


def _due(ctx: Context, now: datetime) -> list[int]:
    with ctx.db.reading() as session:
        return list(
            session.scalars(
                select(OutboxEntry.id)
                .where(
                    OutboxEntry.done_at.is_(None),
                    OutboxEntry.due_at <= now,
                    _unclaimed(now),
                )
                .order_by(OutboxEntry.due_at, OutboxEntry.id)
                .limit(BATCH)
            )
        )


def _unclaimed(now: datetime) -> Any:
    return or_(OutboxEntry.claimed_until.is_(None), OutboxEntry.claimed_until < now)


def _claim(ctx: Context, entry_id: int, now: datetime) -> OutboxEntry | None:
    with ctx.db.writing() as session:
        claimed = session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id == entry_id, OutboxEntry.done_at.is_(None), _unclaimed(now))
            .values(claimed_until=now + CLAIM)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return None
        return session.get_one(OutboxEntry, entry_id)


def _later(ctx: Context, entry: OutboxEntry, now: datetime) -> None:
    wait = min(2**entry.attempts, LONGEST_WAIT_SECONDS)
    with ctx.db.writing() as session:
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id == entry.id)
            .values(
                attempts=OutboxEntry.attempts + 1,
                due_at=now + timedelta(seconds=wait),
                claimed_until=None,
            )
        )


def _done(ctx: Context, entry_id: int, now: datetime) -> None:
    with ctx.db.writing() as session:
        session.execute(update(OutboxEntry).where(OutboxEntry.id == entry_id).values(done_at=now))
