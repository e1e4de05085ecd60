"""The messages written so far, for the demo's page that stands in for a phone."""

from __future__ import annotations

from sqlalchemy import select

from booking.context import Context
from booking.domain.errors import NotFound
from booking.models import Message


def list_messages(ctx: Context, *, limit: int = 100) -> list[Message]:
    """The newest messages. Only in the demo, where nobody in them is real.

    Raises:
        NotFound: this is not the demo.
    """
    if not ctx.settings.demo:
        raise NotFound("That page is part of the demo only.")
    with ctx.db.reading() as session:
        found = session.scalars(select(Message).order_by(Message.id.desc()).limit(limit)).all()
        session.expunge_all()
    return list(found)
