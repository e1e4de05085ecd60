"""Whether the sample was begun and finished: one broken off half-way is begun afresh."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

from sqlalchemy import delete, select, update

from booking.db import Database
from booking.models import AuditEntry, Base, Person, Zone, ZoneDay

BEGUN: Final = "sample begun"
READY: Final = "sample ready"


class State(Enum):
    """What is in the database."""

    EMPTY = "empty"
    BROKEN_OFF = "broken off"
    READY = "ready"
    """The sample, or an operator's own data: not to be touched."""


def read_state(db: Database) -> State:
    """Look at the marks and whether there is any zone."""
    with db.reading() as session:
        marks = set(
            session.scalars(select(AuditEntry.action).where(AuditEntry.action.in_((BEGUN, READY))))
        )
        has_zone = session.scalar(select(Zone.id).limit(1)) is not None
    if READY in marks:
        return State.READY
    if BEGUN in marks:
        return State.BROKEN_OFF
    return State.READY if has_zone else State.EMPTY


def set_mark(db: Database, mark: str, now: datetime) -> None:
    """Write a mark, in a transaction of its own."""
    with db.writing() as session:
        session.add(AuditEntry(at=now, action=mark, subject="sample", detail={}))


def clear(db: Database) -> None:
    """Take away everything an unfinished load has written."""
    with db.writing() as session:
        # Rows that point at each other let go first.
        session.execute(update(ZoneDay).values(plan_id=None))
        session.execute(update(Person).values(home_place_id=None))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
