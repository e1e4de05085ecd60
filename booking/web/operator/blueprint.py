"""The blueprint, what every page of it shows, and who may open it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import NotFound
from booking.domain.service_day import today
from booking.services.access import RoleName
from booking.web import here
from booking.web.access import staff

View = TypeVar("View", bound=Callable[..., Any])

bp: Final = Blueprint("operator", __name__)

YEARS: Final = range(2020, 2100)
"""Days outside them are no days of this service."""

_NAV: Final = (
    ("Zones today", "zones", "z"),
    ("Vehicles", "vehicles", "v"),
    ("Drivers", "drivers", "d"),
)
_OF_ZONES: Final = frozenset({"zones", "board", "zone"})


def operators_only(view: View) -> View:
    """Operators: they plan the days and look after shifts, vehicles and drivers."""
    return staff(RoleName.OPERATOR)(view)


def page(template: str, errors: dict[str, str] | None = None, **values: Any) -> ResponseReturnValue:
    """A page; `errors` (field → words) make it a 422 with the error summary."""
    listed = [{"text": words, "href": f"#{field}"} for field, words in (errors or {}).items()]
    body = render_template(
        f"operator/{template}", errors=listed, field_errors=errors or {}, **values
    )
    return body, 422 if errors else 200


def day_of(text: str) -> date:
    """The day in an address. Raises NotFound where there is no such day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise NotFound("There is no such day. Choose one from the board.")
    return day


@bp.context_processor
def _frame() -> dict[str, Any]:
    view = (request.endpoint or "").partition(".")[2]
    return {
        "today": today(here.now()),
        "staff_area": "Operations",
        "home_href": url_for("operator.zones"),
        "nav_items": [_item(text, endpoint, key, view) for text, endpoint, key in _NAV]
        + [{"text": "Calls", "href": url_for("callcentre.start"), "active": False, "key": "c"}],
    }


def _item(text: str, endpoint: str, key: str, view: str) -> dict[str, Any]:
    active = view == endpoint or (endpoint == "zones" and view in _OF_ZONES)
    return {"text": text, "href": url_for(f"operator.{endpoint}"), "active": active, "key": key}
