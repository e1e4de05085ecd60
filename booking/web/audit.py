"""Every page that only staff may open writes an audit row, without being asked to.

    @audited("person.read", "person:{person_id}")    gives the row its words
    @audited_by_service("person.change")             where the service writes what was done
    @unaudited("tells progress only, names nobody")  is the exception, with its reason
    note(found=[12, 40])                             adds ids to the row from inside a view

The row is written before the page leaves: what cannot be recorded is not shown. A form
that comes back with an error shows the person too: its row says `.not_done` at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, request
from flask.wrappers import Response

from booking.services import audit
from booking.services.access import is_staff
from booking.web import here
from booking.web.access import access_to

View = TypeVar("View", bound=Callable[..., Any])

_DECLARED: Final = "__audit__"
_FORM_AGAIN: Final = 422
"""The status of a form that comes back with what is wrong in it."""
NOT_DONE: Final = ".not_done"


@dataclass(frozen=True, slots=True)
class Audit:
    """What is written for a route; `reason` is why nothing is.

    `by_service`: what was done is in the service's own row, and only a form that
    comes back has one from here.
    """

    action: str = ""
    subject: str = ""
    reason: str = ""
    by_service: bool = False


def audited(action: str, subject: str = "") -> Callable[[View], View]:
    """Name what a route does; `subject` may use the names of the address's parts."""
    return _declare(Audit(action, subject))


def audited_by_service(action: str, subject: str = "") -> Callable[[View], View]:
    """The service writes the row, in the transaction of the deed; a form that comes back
    shows people without the deed, and its row is written here."""
    return _declare(Audit(action, subject, by_service=True))


def unaudited(reason: str) -> Callable[[View], View]:
    """Write nothing for a route that shows nothing of anybody, and say why."""
    return _declare(Audit(reason=reason))


def note(subject: str = "", **detail: Any) -> None:
    """Add to this request's row: ids and counts, never names or what was typed."""
    if subject:
        g.audit_subject = subject
    g.setdefault("audit_detail", {}).update(detail)


def init_audit(app: Flask) -> None:
    app.after_request(_write)


def audit_of(app: Flask, endpoint: str) -> Audit | None:
    """What a route declares for its audit, if it declares anything."""
    found = getattr(app.view_functions[endpoint], _DECLARED, None)
    return found if isinstance(found, Audit) else None


def _declare(what: Audit) -> Callable[[View], View]:
    def declare(view: View) -> View:
        setattr(view, _DECLARED, what)
        return view

    return declare


def _write(response: Response) -> Response:
    endpoint = request.endpoint
    came_back = response.status_code == _FORM_AGAIN
    if endpoint is None or (response.status_code >= 400 and not came_back):
        return response
    access = access_to(current_app, endpoint)
    account = here.find_account() if access is not None and access.is_for_staff else None
    declared = audit_of(current_app, endpoint) or Audit()
    written_elsewhere = declared.reason or (declared.by_service and not came_back)
    if account is None or not is_staff(account) or written_elsewhere:
        return response
    args = request.view_args or {}
    action = declared.action or f"{request.method.lower()} {endpoint}"
    audit.record(
        here.ctx(),
        account.id,
        f"{action}{NOT_DONE}" if came_back else action,
        g.get("audit_subject") or declared.subject.format(**args) or _subject(args),
        {"method": request.method, **g.get("audit_detail", {})},
        here.now(),
    )
    return response


def _subject(args: dict[str, Any]) -> str:
    return " ".join(f"{name.removesuffix('_id')}:{value}" for name, value in args.items())
