"""A journey found by the reference a caller reads out."""

from __future__ import annotations

from sqlalchemy import select

from booking.context import Context
from booking.domain.errors import NotFound
from booking.models import JourneyRequest


def find_by_reference(ctx: Context, reference: str) -> int | None:
    """The request with this reference (tidied), if there is one."""
    with ctx.db.reading() as session:
        return session.scalar(
            select(JourneyRequest.id).where(JourneyRequest.reference == reference)
        )


def find_person_of(ctx: Context, request_id: int) -> int:
    """Who travels on this request; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        person_id = session.scalar(
            select(JourneyRequest.person_id).where(JourneyRequest.id == request_id)
        )
    if person_id is None:
        raise NotFound("We have no such journey. Look for the caller again.")
    return person_id
