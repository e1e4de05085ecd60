"""An offered leg as the routing engine is asked for it."""

from __future__ import annotations

from booking.domain.needs import people_of
from booking.domain.offers import OfferedLeg
from booking.services.matrix import PlaceMatrix
from booking.services.problem import alight_seconds
from routing.model import Request, Window


def leg_request(
    leg: OfferedLeg,
    matrix: PlaceMatrix,
    load: tuple[int, int],
    boarding: int,
    together: str | None = None,
    vehicles: frozenset[str] | None = None,
) -> Request:
    """The routing request of a leg that was offered, its promise as hard windows."""
    return Request(
        id=f"new {leg.leg}",
        pickup=matrix.index[leg.pickup_place_id],
        dropoff=matrix.index[leg.dropoff_place_id],
        pickup_window=Window(leg.earliest, leg.latest),
        dropoff_window=Window(leg.arrive_after, leg.arrive_by),
        pickup_service=boarding,
        dropoff_service=alight_seconds(boarding),
        load=load,
        max_ride=leg.ride_limit_seconds,
        required=True,
        together=together,
        people=people_of(load),
        vehicles=vehicles,
    )
