"""Ask for the same journey once more: the offers grew old, or the chosen one was taken."""

from __future__ import annotations

from datetime import datetime

from booking.context import Context
from booking.models import Account
from booking.services.journeys import get_wish
from booking.services.let_go import let_go
from booking.services.offer import Asker, ask


def ask_again(
    ctx: Context, account: Account, request_id: int, *, by: str = "web", now: datetime
) -> int:
    """Answer the same wish afresh; returns the new request's id.

    Raises NotFound where the request is not this account's to see.
    """
    wish, replaces_id = get_wish(ctx, account, request_id)
    let_go(ctx, wish.person_id, wish.day, by=f"account:{account.id}", now=now)
    return ask(ctx, wish, Asker(account.id, by), now=now, replaces_id=replaces_id)
