"""Zones with today's figures, their rules, and the vehicles."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from booking.services import fleet
from booking.services.board_map import zone_map
from booking.web import here
from booking.web.audit import unaudited
from booking.web.operator.blueprint import bp, operators_only, page


@bp.get("/")
@operators_only
@unaudited("counts only: it names nobody")
def zones() -> ResponseReturnValue:
    """The operator's first page: every zone with today's figures."""
    return page("zones.html", zones=fleet.list_zones(here.ctx(), now=here.now()))


@bp.get("/zones/<zone_code>")
@operators_only
@unaudited("a zone's rules: it names nobody")
def zone(zone_code: str) -> ResponseReturnValue:
    """A zone: its shape, hours and rules."""
    return page("zone.html", view=fleet.view_zone(here.ctx(), zone_code))


@bp.get("/zones/<zone_code>/map.geojson")
@operators_only
@unaudited("a zone's shape: it names nobody")
def zone_shape(zone_code: str) -> ResponseReturnValue:
    """The zone's shape for its map."""
    return jsonify(zone_map(here.ctx(), zone_code))


@bp.get("/vehicles")
@operators_only
@unaudited("vehicles only: it names nobody")
def vehicles() -> ResponseReturnValue:
    """Every vehicle."""
    return page("vehicles.html", vehicles=fleet.list_vehicles(here.ctx()))


@bp.get("/vehicles/<int:vehicle_id>")
@operators_only
def vehicle(vehicle_id: int) -> ResponseReturnValue:
    """A vehicle and its next shifts."""
    return page("vehicle.html", view=fleet.view_vehicle(here.ctx(), vehicle_id, now=here.now()))
