"""A journey found by the reference a caller reads out; and whose, and of which board, it is."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from booking.context import Context
from booking.domain.errors import NotFound
from booking.models import JourneyRequest, Zone


class BoardOf(NamedTuple):
    """The board a journey is on: its zone and its day."""

    zone_code: str
    zone_name: str
    day: date


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


def find_board_of(ctx: Context, request_id: int) -> BoardOf | None:
    """The board this request is on; None where there is no such request, or it has no zone."""
    with ctx.db.reading() as session:
        row = session.execute(
            select(Zone.code, Zone.name, JourneyRequest.service_date)
            .join(JourneyRequest, JourneyRequest.zone_id == Zone.id)
            .where(JourneyRequest.id == request_id)
        ).one_or_none()
    return None if row is None else BoardOf(*row)
