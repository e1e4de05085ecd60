"""What signing in leaves behind is forgotten when it has served."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, update

from booking.context import Context
from booking.models import DeviceCode, Message, SignIn, SignInCode, SignInTry

CODES_FOR: Final = timedelta(days=1)
SIGN_INS_FOR: Final = timedelta(days=90)
"""Long enough to look into who was signed in where, after something went wrong."""

FORGOTTEN: Final = "(a code to sign in; it is over and no longer kept)"


def forget_old_sign_ins(ctx: Context, now: datetime) -> int:
    """Delete codes, tries and sign-ins that are long over; returns how many rows went.

    Of a sent code the message stays, without the code.
    """
    with ctx.db.writing() as session:
        gone = [
            delete(SignInCode).where(SignInCode.expires_at < now - CODES_FOR),
            delete(DeviceCode).where(DeviceCode.expires_at < now - CODES_FOR),
            delete(SignInTry).where(SignInTry.at < now - CODES_FOR),
            delete(SignIn).where(
                or_(
                    SignIn.expires_at < now - SIGN_INS_FOR,
                    SignIn.ended_at < now - SIGN_INS_FOR,
                )
            ),
        ]
        count = sum(session.execute(one).rowcount for one in gone)  # type: ignore[attr-defined]
        session.execute(
            update(Message)
            .where(
                Message.key.like("sign_in_code:%"),
                Message.created_at < now - CODES_FOR,
                Message.body != FORGOTTEN,
            )
            .values(body=FORGOTTEN)
        )
    return count
