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

NEXT_AT_MOST: Final = 3
"""So many more corners are tried where something else is looked for."""


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
    near = _corners(session, place, walk_limit_m)
    return near[0] if near else Standing(place.id, 0)


def next_stands(
    session: Session, place: Place, standing: Standing, walk_limit_m: int
) -> list[Standing]:
    """The next corners they could walk to, for who walks to a corner already.

    Whoever is fetched at the door, or goes to a place that is stopped at, walks nowhere.
    """
    if standing.place_id == place.id:
        return []
    near = _corners(session, place, walk_limit_m)
    return [other for other in near if other.place_id != standing.place_id][:NEXT_AT_MOST]


def _corners(session: Session, home: Place, walk_limit_m: int) -> list[Standing]:
    """Every corner within the walk, the nearest first."""
    reach = walk_limit_m / 111_000
    corners = session.execute(
        select(Place.id, Place.latitude, Place.longitude).where(
            Place.person_id.is_(None),
            Place.kind.in_(STANDING_KINDS),
            Place.latitude.between(home.latitude - reach, home.latitude + reach),
            Place.longitude.between(home.longitude - 2 * reach, home.longitude + 2 * reach),
        )
    )
    walks = sorted(
        (geodesic(home.point, (corner.latitude, corner.longitude)).m, corner.id)
        for corner in corners
    )
    return [Standing(place, round(metres)) for metres, place in walks if metres <= walk_limit_m]
