"""How often something may be tried: counted in the database, so that every process knows.

Counted by what was typed, known to us or not, so that the count tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import BookingError
from booking.models import SignInTry
from booking.services import credentials


class TooManyTries(BookingError):
    """Tried too often in a short time. Waiting helps."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `window`."""

    what: str
    times: int
    window: timedelta


PASSWORDS: Final = Limit("password", 10, timedelta(minutes=15))
SECOND_FACTORS: Final = Limit("second_factor", 6, timedelta(minutes=15))
CODES_ASKED: Final = Limit("code_asked", 5, timedelta(hours=1))
CODES_TYPED: Final = Limit("code_typed", 15, timedelta(hours=1))
DEVICE_CODES: Final = Limit("device_code", 20, timedelta(hours=1))


def count(ctx: Context, limit: Limit, key: str, now: datetime) -> None:
    """Count one try before it is made.

    Raises:
        TooManyTries: there were as many as are allowed; this one is not made.
    """
    key_hash = credentials.hash_code(ctx, limit.what, key.strip().lower())
    same = (SignInTry.what == limit.what, SignInTry.key_hash == key_hash)
    with ctx.db.writing() as session:
        _one_at_a_time(session, key_hash)
        session.execute(
            delete(SignInTry).where(SignInTry.what == limit.what, SignInTry.at < now - limit.window)
        )
        tries = session.scalar(select(func.count()).select_from(SignInTry).where(*same)) or 0
        if tries < limit.times:
            session.add(SignInTry(what=limit.what, key_hash=key_hash, at=now))
    if tries >= limit.times:
        raise TooManyTries(_words(limit))


def forget(ctx: Context, limit: Limit, key: str) -> None:
    """Start counting afresh, after it went right."""
    key_hash = credentials.hash_code(ctx, limit.what, key.strip().lower())
    with ctx.db.writing() as session:
        session.execute(
            delete(SignInTry).where(SignInTry.what == limit.what, SignInTry.key_hash == key_hash)
        )


def _one_at_a_time(session: Session, key_hash: str) -> None:
    """Many tries at once are counted one after the other; SQLite's writers take turns anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(key_hash[:15], 16))))


def _words(limit: Limit) -> str:
    minutes = int(limit.window.total_seconds() // 60)
    wait = "an hour" if minutes >= 60 else f"{minutes} minutes"
    return f"There have been many tries in a short time. Wait {wait}, then try again, or ring us."
