"""The blueprint, what every page of it shows, and who may open it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, TypeVar

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain import words
from booking.domain.service_day import today
from booking.services.access import RoleName, roles_of
from booking.services.call_list import count_calls
from booking.services.find_journey import find_board_of
from booking.web import here
from booking.web.access import staff

View = TypeVar("View", bound=Callable[..., Any])

bp: Final = Blueprint("callcentre", __name__)

BARE: Final = ("find_places", "day_sheet_paper")
"""Views without the frame."""


def handlers_only(view: View) -> View:
    """Call handlers, and operators, who may book for anybody too."""
    return staff(RoleName.CALL_HANDLER, RoleName.OPERATOR)(view)


def page(template: str, errors: dict[str, str] | None = None, **values: Any) -> ResponseReturnValue:
    """A page; `errors` (field → words) make it a 422 with the error summary."""
    listed = [{"text": words, "href": f"#{field}"} for field, words in (errors or {}).items()]
    body = render_template(
        f"callcentre/{template}", errors=listed, field_errors=errors or {}, **values
    )
    return body, 422 if errors else 200


@bp.context_processor
def frame() -> dict[str, Any]:
    """The bar at the top, with how many people wait to be rung."""
    view = (request.endpoint or "").partition(".")[2]
    if here.find_account() is None or view in BARE:
        return {"today": today(here.now())}
    waiting = count_calls(here.ctx(), now=here.now())
    ring = f"To ring ({waiting})" if waiting else "To ring"
    plans_days = RoleName.OPERATOR in roles_of(here.account())
    board = [_item("Zones today", "operator.zones", False, "")] if plans_days else []
    return {
        "board_way": _board_way() if plans_days else None,
        "today": today(here.now()),
        "staff_area": "Call handling",
        "home_href": url_for("callcentre.start"),
        "nav_items": [
            _item("Find a caller", "start", view in ("start", "search"), "q"),
            _item(ring, "call_list", view == "call_list", "v"),
            _item("Day sheet", "day_choice", view.startswith("day_"), "y"),
            *board,
        ],
    }


def _board_way() -> dict[str, str] | None:
    """For an operator the way back from a journey: the board of its zone and day."""
    request_id = (request.view_args or {}).get("request_id")
    found = find_board_of(here.ctx(), request_id) if request_id is not None else None
    if found is None:
        return None
    day = found.day.isoformat()
    return {
        "href": url_for("operator.board_of_day", zone_code=found.zone_code, day=day),
        "text": f"The board of {found.zone_name}, {words.day(found.day)}",
    }


@bp.app_template_filter()
def first_capital(text: str) -> str:
    """The words as a sentence begins: "today" -> "Today", the rest as it is."""
    return text[:1].upper() + text[1:]


@bp.app_template_filter()
def of_them(place: str) -> str:
    """A place as staff say it: "your home" is "home"."""
    return "home" if place == "your home" else place


@bp.app_template_global()
def day_options(days: Iterable[date], today: date) -> list[tuple[str, str]]:
    """Days to choose from; the name of the day comes first, so that typing "tue" finds it."""
    near = {0: " (today)", 1: " (tomorrow)", -1: " (yesterday)"}
    return [
        (day.isoformat(), f"{words.day(day)}{near.get((day - today).days, '')}") for day in days
    ]


def _item(text: str, endpoint: str, active: bool, key: str) -> dict[str, Any]:
    """An entry of the bar; an endpoint of this blueprint goes by its view's name alone."""
    href = url_for(endpoint if "." in endpoint else f"callcentre.{endpoint}")
    return {"text": text, "href": href, "active": active, "key": key}
