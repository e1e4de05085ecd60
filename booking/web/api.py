"""Small JSON for the pages' own scripts: places to suggest, the zones' shapes. Public data only."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.services.access import RoleName, roles_of
from booking.services.places import find_places
from booking.services.traveller import get_traveller
from booking.services.zone_shapes import list_shapes
from booking.web import here
from booking.web.access import open_to_all
from booking.web.limits import limiter

bp: Final = Blueprint("api", __name__)

LONGEST: Final = 160
SUGGESTIONS: Final = 6
TYPING: Final = "300 per minute"
"""Per address: a fast typist in a village hall full of them."""


@bp.get("/places")
@open_to_all
@limiter.limit(TYPING)
def places() -> ResponseReturnValue:
    """Places the words so far may mean, as [{"value", "text", "detail"}]; nobody's home."""
    text = request.args.get("q", "")[:LONGEST]
    found = find_places(here.ctx(), text, now=here.now(), zone_id=_zone_id(), limit=SUGGESTIONS)
    return jsonify(
        [{"value": place.value, "text": place.words, "detail": place.detail} for place in found]
    )


@bp.get("/zones.geojson")
@open_to_all
def zones() -> ResponseReturnValue:
    """The zones' shapes as a FeatureCollection."""
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": shape.boundary,
            "properties": {"id": shape.id, "code": shape.code, "name": shape.name},
        }
        for shape in list_shapes(here.ctx())
    ]
    return jsonify(type="FeatureCollection", features=features)


def _zone_id() -> int | None:
    """The zone whose places come first: the one asked for, else the traveller's own."""
    asked = request.args.get("zone", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        return int(asked)
    account = here.find_account()
    if account is None or RoleName.PASSENGER not in roles_of(account):
        return None
    return get_traveller(here.ctx(), account).zone_id
