"""Ask for a planning: a row that says so, and the task that follows from it.

Apart from `plan.py`, so that a web process which only asks does not load the solver.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.models import ZoneDay
from booking.services.outbox import add

PLAN_TASK: Final = "plan_zone_day"
WAITING_WORDS: Final = "Planning begins in a moment."


def request_planning(ctx: Context, zone_day_id: int, *, now: datetime) -> None:
    """Ask for a planning now; the relay hands it to a worker."""
    with ctx.db.writing() as session:
        zone_day = session.get(ZoneDay, zone_day_id)
        if zone_day is None:
            raise NotFound("We have no such day.")
        ask_in(session, zone_day, now=now)


def ask_in(session: Session, zone_day: ZoneDay, *, now: datetime) -> None:
    """Ask for a planning, in the caller's transaction."""
    session.execute(
        update(ZoneDay)
        .where(ZoneDay.id == zone_day.id)
        .values(wants_planning_since=now, planning_progress=WAITING_WORDS)
    )
    add(session, PLAN_TASK, {"zone_day_id": zone_day.id}, due_at=now, now=now)
