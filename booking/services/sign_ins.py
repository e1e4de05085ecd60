"""Who is signed in, where: kept by us, so that signing out ends it everywhere it was copied.

The browser holds a random token in its signed cookie; the row here says whether
it is still good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from booking.context import Context
from booking.models import Account, SignIn
from booking.services import credentials


class Kind(StrEnum):
    """How somebody came in, which says how long they may stay."""

    PASSENGER = "passenger"
    STAFF = "staff"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a sign-in lasts unused, and at the very longest."""

    idle: timedelta
    longest: timedelta
    noted_every: timedelta
    """How stale `seen_at` may be: saves a write for every page."""


STAYS: Final = {
    Kind.PASSENGER: Stay(timedelta(days=30), timedelta(days=180), timedelta(hours=6)),
    Kind.STAFF: Stay(timedelta(hours=2), timedelta(hours=12), timedelta(minutes=10)),
    Kind.DRIVER: Stay(timedelta(days=60), timedelta(days=365), timedelta(hours=6)),
}


def start_in(
    session: Session, account: Account, kind: Kind, now: datetime, *, label: str = ""
) -> str:
    """Sign an account in within a service's own transaction; returns the token to keep."""
    token = credentials.new_token()
    session.add(
        SignIn(
            token_hash=credentials.hash_token(token),
            account_id=account.id,
            kind=kind,
            label=label[:80],
            started_at=now,
            seen_at=now,
            expires_at=now + STAYS[kind].idle,
        )
    )
    return token


def find_account(ctx: Context, token: str, now: datetime) -> Account | None:
    """The account signed in with this token, with its roles; None where it is over.

    The account is detached: looking at it never touches the database again.
    """
    with ctx.db.reading() as session:
        sign_in = session.scalar(
            select(SignIn).where(SignIn.token_hash == credentials.hash_token(token))
        )
        if sign_in is None or not _good(sign_in, now):
            return None
        session.expunge_all()
    if now - sign_in.seen_at > STAYS[Kind(sign_in.kind)].noted_every:
        _note_seen(ctx, sign_in, now)
    return sign_in.account


def end(ctx: Context, token: str, by: str, now: datetime) -> None:
    """Sign out: the token is worthless from here on."""
    with ctx.db.writing() as session:
        _end(session, SignIn.token_hash == credentials.hash_token(token), by, now)


def end_all(ctx: Context, account_id: int, by: str, now: datetime) -> int:
    """Sign an account out everywhere (a lost device, a new password); returns how many."""
    with ctx.db.writing() as session:
        return _end(session, SignIn.account_id == account_id, by, now)


def _good(sign_in: SignIn, now: datetime) -> bool:
    return sign_in.ended_at is None and now < sign_in.expires_at and sign_in.account.active


def _note_seen(ctx: Context, sign_in: SignIn, now: datetime) -> None:
    stay = STAYS[Kind(sign_in.kind)]
    with ctx.db.writing() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == sign_in.id, SignIn.ended_at.is_(None), SignIn.seen_at < now)
            .values(seen_at=now, expires_at=min(now + stay.idle, sign_in.started_at + stay.longest))
        )


def _end(session: Session, which: object, by: str, now: datetime) -> int:
    ended = session.execute(
        update(SignIn)
        .where(which, SignIn.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=now, ended_by=by)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]
