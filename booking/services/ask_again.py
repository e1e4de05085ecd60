"""Ask afresh: something else for the same day, or the same once more (the offers grew old)."""

from __future__ import annotations

from datetime import datetime

from booking.context import Context
from booking.domain.wish import Wish
from booking.models import Account
from booking.services.journeys import get_wish
from booking.services.let_go import let_go
from booking.services.offer import Asker, ask


def ask_afresh(
    ctx: Context, wish: Wish, asker: Asker, *, now: datetime, replaces_id: int | None = None
) -> int:
    """Answer a wish, once what this person holds on that day is let go of; the request's id.

    Raises what `ask` raises.
    """
    let_go(ctx, wish.person_id, wish.day, by=f"account:{asker.account_id}", now=now)
    return ask(ctx, wish, asker, now=now, replaces_id=replaces_id)


def ask_again(
    ctx: Context, account: Account, request_id: int, *, by: str = "web", now: datetime
) -> int:
    """Answer the same wish afresh; returns the new request's id.

    Raises NotFound where the request is not this account's to see.
    """
    wish, replaces_id = get_wish(ctx, account, request_id)
    return ask_afresh(ctx, wish, Asker(account.id, by), now=now, replaces_id=replaces_id)
