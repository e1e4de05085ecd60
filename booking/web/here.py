"""What a view needs to know about this request: the context, the time, who is asking.

Imports Flask and the context only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, cast

from flask import current_app, g
from flask_login import current_user

from booking.context import Context
from booking.domain.errors import NotAllowed
from booking.models import Account

CONTEXT: Final = "outabout"
CLOCK: Final = "outabout_clock"


def ctx() -> Context:
    """The context of this process, passed first to every service."""
    return cast(Context, current_app.extensions[CONTEXT])


def now() -> datetime:
    """The time of this request (aware, UTC): one and the same from its start to its end.

    Tests put their own clock in `app.extensions["outabout_clock"]`.
    """
    if "now" not in g:
        clock = cast(Callable[[], datetime], current_app.extensions[CLOCK])
        g.now = clock().astimezone(UTC)
    return cast(datetime, g.now)


def find_account() -> Account | None:
    """Who is signed in, if anybody is."""
    user = current_user._get_current_object()
    return user if isinstance(user, Account) else None


def account() -> Account:
    """Who is signed in.

    Raises:
        NotAllowed: nobody is (a page that asks this must not be open to all).
    """
    found = find_account()
    if found is None:
        raise NotAllowed("Sign in first.")
    return found


def who() -> str:
    """Who is signed in, as written into histories: "account:12"."""
    return f"account:{account().id}"
