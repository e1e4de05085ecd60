"""The passenger's blueprint, and what all its pages show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, request
from markupsafe import Markup

from booking.services.access import RoleName, roles_of
from booking.web import here

bp: Final = Blueprint("passenger", __name__)

_ASKING: Final = ("ask", "answer", "check")


@bp.context_processor
def navigation() -> dict[str, Any]:
    """The bar at the top: the same for everybody, with the way in or out at its end."""
    endpoint = (request.endpoint or "").partition(".")[2]
    asking = endpoint.startswith(_ASKING)
    items = [
        {"text": "Book a journey", "href": "/ask", "active": asking},
        {"text": "What’s on", "href": "/going-out", "active": endpoint.startswith("going_out")},
        {"text": "My journeys", "href": "/journeys", "active": endpoint.startswith("journey")},
    ]
    account = here.find_account()
    if account is None:
        items.append({"text": "Sign in", "href": "/sign-in", "active": False})
    return {"nav_items": items, "is_passenger": bool(account and _travels(account))}


@bp.app_template_filter("lines")
def lines(sentences: Sequence[str]) -> list[str]:
    """Sentences that each get a line of their own, for parts that join them with spaces."""
    broken = [part for sentence in sentences for part in (Markup("<br>"), sentence)]
    return broken[1:]


def _travels(account: Any) -> bool:
    return RoleName.PASSENGER in roles_of(account)
