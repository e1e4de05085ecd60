"""Who may open which page: every route says so, and one guard holds them to it.

    @bp.get("/journeys")
    @passengers_only
    def journeys() -> str: ...

A route that says nothing stops the service at start-up. Whether an object on the
page is this person's own is asked in `booking/services/access.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from booking.domain.errors import NotAllowed
from booking.services.access import STAFF, RoleName, roles_of
from booking.web import here

View = TypeVar("View", bound=Callable[..., Any])

_DECLARED: Final = "__access__"


class UndeclaredRoute(Exception):
    """A route does not say who may use it. Give its view one of the decorators here."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route: the roles, or None for everybody."""

    roles: frozenset[str] | None

    @property
    def is_for_staff(self) -> bool:
        return self.roles is not None and bool(self.roles & STAFF)

    def allows(self, roles: frozenset[str]) -> bool:
        return self.roles is None or bool(self.roles & roles)


OPEN: Final = Access(None)


def roles_only(*roles: str) -> Callable[[View], View]:
    """Only accounts with one of these roles."""
    access = Access(frozenset(RoleName(role) for role in roles))

    def declare(view: View) -> View:
        setattr(view, _DECLARED, access)
        return view

    return declare


def open_to_all(view: View) -> View:
    """Everybody, signed in or not."""
    setattr(view, _DECLARED, OPEN)
    return view


def passengers_only(view: View) -> View:
    """Signed-in passengers, each for themselves."""
    return roles_only(RoleName.PASSENGER)(view)


def drivers_only(view: View) -> View:
    """Drivers, on a device they enrolled."""
    return roles_only(RoleName.DRIVER)(view)


def staff(*roles: str) -> Callable[[View], View]:
    """Staff with one of these roles; each look is recorded (`booking/web/audit.py`)."""
    unknown = frozenset(roles) - STAFF
    if unknown or not roles:
        raise ValueError(f"@staff takes roles of {sorted(STAFF)}, not {sorted(unknown)}.")
    return roles_only(*roles)


def access_to(app: Flask, endpoint: str) -> Access | None:
    """What a route declares; None where it declares nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return OPEN
    view = app.view_functions[endpoint]
    declared = getattr(view, _DECLARED, None) or getattr(
        getattr(view, "view_class", None), _DECLARED, None
    )
    return declared if isinstance(declared, Access) else None


def check_every_route(app: Flask) -> None:
    """Raise UndeclaredRoute, naming every route that does not say who may use it."""
    bare = sorted(
        {
            f"{rule.rule} ({rule.endpoint})"
            for rule in app.url_map.iter_rules()
            if access_to(app, rule.endpoint) is None
        }
    )
    if bare:
        raise UndeclaredRoute(f"These routes do not say who may use them: {', '.join(bare)}")


def init_access(app: Flask) -> None:
    """Hold every request to what its route declares."""
    app.before_request(_guard)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None  # There is no such page: the answer is 404 whoever asks.
    access = access_to(current_app, request.endpoint)
    if access is OPEN:
        return None
    account = here.find_account()
    if account is None:
        return _ask_to_sign_in(access)
    if access is None or not access.allows(roles_of(account)):
        raise NotAllowed("That page is for another kind of work than your sign-in is for.")
    return None


def _ask_to_sign_in(access: Access | None) -> Response:
    if wants_json() or request.method not in ("GET", "HEAD"):
        raise Unauthorized("You are not signed in, or your sign-in has ended. Sign in again.")
    return redirect(url_for(_sign_in_page(access), next=request.full_path.rstrip("?")))


def _sign_in_page(access: Access | None) -> str:
    roles = (access and access.roles) or frozenset()
    if roles == {RoleName.DRIVER}:
        return "auth.enrol_device"
    if roles & STAFF:
        return "auth.staff_sign_in"
    return "auth.sign_in"


def wants_json() -> bool:
    """Whether the asker is a program: the API, or a page's own script."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    if request.headers.get("Sec-Fetch-Dest") == "empty":  # Asked for by a script.
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"
