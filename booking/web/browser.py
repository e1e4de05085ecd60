"""What a browser holds of a sign-in: a token in the signed session cookie, and no more.

Signing in starts a new session (nothing planted before it survives) and the
account is looked up by the token at every request.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import segno
from flask import Flask, g, session
from flask_security import Security, UserDatastore
from flask_security.utils import login_user, logout_user

from booking.config import Settings
from booking.domain.errors import NotAllowed
from booking.models import Account, Role
from booking.services import credentials, sign_ins
from booking.services.access import RoleName, roles_of
from booking.web import here

LONGEST_COOKIE: Final = timedelta(days=365)
"""How long a browser may keep the cookie; how long it is good for is our own record."""

KEPT_AT_SIGN_IN: Final = ("draft",)
"""What somebody had begun before signing in, and goes on with after."""

_TOKEN: Final = "sign_in"  # noqa: S105
_NEXT: Final = "next"
_HALF: Final = "half"
_HALF_GOOD_FOR: Final = timedelta(minutes=10)

_FIRST_PAGES: Final = {
    RoleName.PASSENGER: "/journeys",
    RoleName.DRIVER: "/drive/",
    RoleName.CALL_HANDLER: "/calls/",
    RoleName.OPERATOR: "/board/",
}


class SignedInAccounts(UserDatastore):
    """Flask-Security's view of the accounts: the one this browser is signed in as.

    It reads in a transaction of its own that is over at once, so that no page holds
    the database open while it works, and never writes.
    """

    def find_user(self, case_insensitive: bool = False, **which: Any) -> Account | None:
        token = session.get(_TOKEN)
        if case_insensitive or set(which) != {"fs_uniquifier"} or not token:
            return None
        account = sign_ins.find_account(here.ctx(), token, here.now())
        if account is None or account.fs_uniquifier != which["fs_uniquifier"]:
            return None
        return account


def init_browser(app: Flask, settings: Settings) -> None:
    """Set Flask-Security up as the keeper of who is signed in, without pages of its own."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="outabout",
        PERMANENT_SESSION_LIFETIME=LONGEST_COOKIE,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SALT=credentials.derive(settings.secret_key, "salt").hex(),
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
        WTF_CSRF_TIME_LIMIT=None,  # A page may lie open all afternoon.
    )
    security = Security(app, SignedInAccounts(Account, Role), register_blueprint=False)
    security.login_manager.request_loader(None)  # No signing in by a token in an address.
    # Who is there is asked when a page needs it, not before every picture and error page.
    security.principal.identity_loaders.clear()


def sign_in(token: str, *, lasting: bool = False) -> str:
    """Sign this browser in with a token of `services.sign_ins`; returns where to go on.

    `lasting` keeps the cookie when the browser is closed.
    """
    account = sign_ins.find_account(here.ctx(), token, here.now())
    if account is None:
        raise NotAllowed("That sign-in is over. Sign in again.")
    where = session.get(_NEXT) or first_page(account)
    kept = {name: session[name] for name in KEPT_AT_SIGN_IN if name in session}
    session.clear()
    g.pop("csrf_token", None)
    session.update(kept)
    session[_TOKEN] = token
    session.permanent = lasting
    login_user(account, remember=False)
    return where


def sign_out() -> None:
    """End this browser's sign-in, in our own record too."""
    token = session.get(_TOKEN)
    account = here.find_account()
    if token:
        by = f"account:{account.id}" if account else "browser"
        sign_ins.end(here.ctx(), token, by, here.now())
    logout_user()
    session.clear()


def first_page(account: Account) -> str:
    """Where an account begins its work."""
    roles = roles_of(account)
    for role, page in _FIRST_PAGES.items():
        if role in roles:
            return page
    return "/"


def keep_next(page: str) -> None:
    """Remember where somebody was going, if it is a page of ours."""
    inside = page.startswith("/") and not page.startswith(("//", "/\\"))
    if inside and page.isprintable() and len(page) <= 500:
        session[_NEXT] = page


def begin_second_step(account_id: int, now: datetime) -> None:
    """Remember that the password was right; the second factor is still to come."""
    session[_HALF] = [account_id, int(now.timestamp())]


def second_step_of(now: datetime) -> int | None:
    """Whose second factor is awaited; None where nobody's is, or not any more."""
    half = session.get(_HALF)
    if not half or now.timestamp() - half[1] > _HALF_GOOD_FOR.total_seconds():
        return None
    return int(half[0])


def qr_path(uri: str) -> dict[str, Any]:
    """A QR code as an SVG path: {"d", "size"} (no picture file, no inline style)."""
    code = segno.make(uri, error="m")
    border = 4
    parts = [
        f"M{x + border} {y + border}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    ]
    return {"d": "".join(parts), "size": len(code.matrix) + 2 * border}
