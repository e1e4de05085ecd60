"""Let go of what a person holds but has not booked, before they ask for that day afresh.

Their own hold would otherwise stand in the way of their own next offer: a bus has
one wheelchair space, and it would be theirs already.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from booking.context import Context
from booking.domain.statuses import RequestStatus
from booking.models import JourneyRequest
from booking.services.hold import release


def let_go(ctx: Context, person_id: int, day: date, *, by: str, now: datetime) -> int:
    """Release every held request of this person on that day; returns how many."""
    with ctx.db.reading() as session:
        held = session.scalars(
            select(JourneyRequest.id).where(
                JourneyRequest.person_id == person_id,
                JourneyRequest.service_date == day,
                JourneyRequest.status == RequestStatus.HELD.value,
            )
        ).all()
    for request_id in held:
        release(ctx, request_id, by=by, now=now)
    return len(held)
