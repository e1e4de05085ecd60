"""New references, never one that is already somebody's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.errors import Conflict
from booking.domain.references import new_reference
from booking.models import JourneyRequest


def free_reference(session: Session) -> str:
    """A reference nobody has. (30⁶ of them: a second try is rare, a tenth never.)"""
    for _ in range(10):
        reference = new_reference()
        taken = select(JourneyRequest.id).where(JourneyRequest.reference == reference)
        if session.scalar(taken) is None:
            return reference
    raise Conflict("We could not make a reference just now. Please try again.")
