"""Corner to corner: where somebody stands, given where they asked to go from or to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geopy.distance import geodesic
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.needs import Need
from booking.models import Person, Place

STANDING_KINDS: Final = ("stop", "hall", "church", "shop", "pub", "school", "landmark", "village")
"""Places by a road where a bus can draw up."""
DOOR_NEEDS: Final = frozenset({Need.HOME_PICKUP, Need.WHEELCHAIR, Need.WALKER, Need.SIGHT})
"""Needs for which the bus comes to the door."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A place to stand and the walk to it in metres."""

    place_id: int
    walk_m: int


def stand_for(
    session: Session, place: Place, person: Person, walk_limit_m: int, *, door: bool = False
) -> Standing:
    """The place itself, or for a home the nearest corner within the walk they can manage.

    Public places are stopped at directly; a home is stopped at when the person or
    somebody with them needs it (`door`), or when no corner is near enough.
    """
    if place.person_id is None or door or DOOR_NEEDS & set(person.needs):
        return Standing(place.id, 0)
    near = _nearest(session, place, walk_limit_m)
    return near or Standing(place.id, 0)


def _nearest(session: Session, home: Place, walk_limit_m: int) -> Standing | None:
    reach = walk_limit_m / 111_000
    corners = session.execute(
        select(Place.id, Place.latitude, Place.longitude).where(
            Place.person_id.is_(None),
            Place.kind.in_(STANDING_KINDS),
            Place.latitude.between(home.latitude - reach, home.latitude + reach),
            Place.longitude.between(home.longitude - 2 * reach, home.longitude + 2 * reach),
        )
    )
    walks = [
        (geodesic(home.point, (corner.latitude, corner.longitude)).m, corner.id)
        for corner in corners
    ]
    if not walks or min(walks)[0] > walk_limit_m:
        return None
    metres, place_id = min(walks)
    return Standing(place_id, round(metres))
