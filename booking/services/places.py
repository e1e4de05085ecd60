"""Places for pages: named as people say them, found by what they type, chosen by a value.

Searching is offline, over the imported places, landmarks and groups; a configured
geocoder is asked only when nothing of ours fits. A person's own places (a home) are
never searched, and shown to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.adapters.geocoder import Address, Box, geocoder_from
from booking.context import Context
from booking.domain.errors import Invalid, NotFound
from booking.domain.gazetteer import Entry, Match
from booking.domain.zone_shape import contains
from booking.models import Group, Person, Place, Zone
from booking.services.message_words import name_place
from booking.services.place_index import APPOINTMENTS as APPOINTMENTS
from booking.services.place_index import HIDDEN_KINDS as HIDDEN_KINDS
from booking.services.place_index import gazetteer_of

OWN_PLACES_AT_MOST: Final = 30
"""Addresses kept for one person, so that searching cannot fill the tables."""
VILLAGE_KINDS: Final = ("village", "hamlet", "town")
"""Kinds of places somebody lives in."""
ADDRESS: Final = "address"
"""The kind of a place kept for one person because a geocoder found it: not their home."""
SURE: Final = 90.0
"""A single match that fits this well is taken without asking which one was meant."""
GOOD: Final = 80.0
"""Where something fits as well as this, what fits badly is left out."""
WELL_KNOWN: Final = 60.0
"""Below this nothing of ours fits, and a geocoder is asked where there is one."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place as it is said to one person."""

    id: int
    words: str
    is_home: bool
    zone_id: int | None
    address: str = ""
    """What a home is called when its owner looks at it; empty for public places."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One answer to a search. `value` is sent back to choose it; `exact` needs no question."""

    value: str
    words: str
    detail: str
    in_zone: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """What a value stands for: a place, and the group that meets there if that was meant.

    `group_kind` is the group's, or "appointments" for a place that holds them.
    """

    place_id: int
    words: str
    zone_id: int | None
    group_id: int | None = None
    group_kind: str = ""


def find_places(
    ctx: Context,
    text: str,
    *,
    now: datetime,
    zone_id: int | None = None,
    near_place_id: int | None = None,
    addresses: bool = False,
    limit: int = 8,
) -> tuple[FoundPlace, ...]:
    """Places and groups the text may mean, likeliest first; with `addresses` the geocoder's too."""
    with ctx.db.reading() as session:
        gazetteer = gazetteer_of(ctx.db, session, now)
        zone = session.get(Zone, zone_id) if zone_id is not None else None
        near = session.get(Place, near_place_id) if near_place_id is not None else None
        code, point = (zone.code if zone else None), (near.point if near else None)
    matches = gazetteer.find(text, near=point, zone=code, limit=limit)
    if any(match.score >= GOOD for match in matches):
        matches = [match for match in matches if match.score >= WELL_KNOWN]
    found = _found(text, matches)
    if addresses and not any(match.score >= WELL_KNOWN for match in matches):
        found += [_found_address(address) for address in _addresses(ctx, text)]
    return tuple(found[:limit])


def choose_place(ctx: Context, value: str, *, person_id: int, text: str = "") -> ChosenPlace:
    """The place a value of `find_places` (or "home") stands for.

    `text` is what was searched for: an address is looked up again by it, so that
    nobody can make up a point.

    Raises:
        NotFound: there is no such place, or it is somebody else's.
        Invalid: an address outside all zones.
    """
    kind, _, rest = value.partition(":")
    if kind == "address":
        return _keep_address(ctx, rest, text, person_id)
    number = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 10 else -1
    with ctx.db.reading() as session:
        if kind == "group":
            return _group(session, number, person_id)
        chosen = _chosen(_find_own(session, kind, number, person_id), person_id)
        return replace(chosen, group_kind=_kind_held_at(session, chosen.place_id))


def get_place_view(ctx: Context, place_id: int, person_id: int) -> PlaceView:
    """A place this person may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with ctx.db.reading() as session:
        place = session.get(Place, place_id)
        if place is None or place.person_id not in (None, person_id):
            raise NotFound("We do not know that place. Choose another.")
        return PlaceView(
            id=place.id,
            words=say_place(place, person_id),
            is_home=place.person_id == person_id and place.kind != ADDRESS,
            zone_id=place.zone_id,
        )


def say_place(place: Place, person_id: int) -> str:
    """A place as it is said to this person: "your home", "Village hall, Hose"."""
    if place.person_id == person_id and place.kind == ADDRESS:
        return place.name
    return name_place(place, person_id)


def _find_own(session: Session, kind: str, number: int, person_id: int) -> Place | None:
    if kind == "home":
        person = session.get(Person, person_id)
        return person.home if person else None
    place = session.get(Place, number) if kind == "place" else None
    return place if place and place.person_id in (None, person_id) else None


def _chosen(place: Place | None, person_id: int) -> ChosenPlace:
    if place is None:
        raise NotFound("We do not know that place. Choose one from the list.")
    return ChosenPlace(place.id, say_place(place, person_id), place.zone_id)


def _group(session: Session, number: int, person_id: int) -> ChosenPlace:
    group = session.get(Group, number)
    if group is None:
        raise NotFound("We do not know that group. Choose one from the list.")
    words = f"{group.name}, {say_place(group.place, person_id)}"
    return ChosenPlace(group.place_id, words, group.place.zone_id, group.id, group.kind)


def _kind_held_at(session: Session, place_id: int) -> str:
    """ "appointments" for a surgery or hospital that holds them; else nothing."""
    held = select(Group.id).where(Group.place_id == place_id, Group.kind == APPOINTMENTS).limit(1)
    return "" if session.scalar(held) is None else APPOINTMENTS


def _found(text: str, matches: list[Match]) -> list[FoundPlace]:
    said = " ".join(text.casefold().split())
    same = [match for match in matches if match.label.casefold() == said]
    sure = same if len(same) == 1 else [m for m in matches if len(matches) == 1 and m.score >= SURE]
    return [
        FoundPlace(
            value=match.entry.key,
            words=match.label,
            detail=_detail(match.entry),
            in_zone=match.in_zone,
            exact=match in sure,
        )
        for match in matches
    ]


def _detail(entry: Entry) -> str:
    if entry.key.startswith("group:"):
        return "Group or club"
    return {"village": "Village", "hamlet": "Village", "town": "Town"}.get(entry.kind, "")


def _found_address(address: Address) -> FoundPlace:
    value = f"address:{address.latitude:.6f},{address.longitude:.6f}"
    return FoundPlace(value, address.words, "Address", True, False)


def _addresses(ctx: Context, text: str) -> list[Address]:
    """What the configured geocoder finds in our zones. No transaction is open meanwhile."""
    with ctx.db.reading() as session:
        boundaries = list(session.scalars(select(Zone.boundary)))
    if not boundaries:
        return []
    found = geocoder_from(ctx.settings).find(text, _box(boundaries))
    return [
        address
        for address in found
        if any(contains(shape, address.latitude, address.longitude) for shape in boundaries)
    ]


def _box(boundaries: Iterable[dict[str, object]]) -> Box:
    points = [point for shape in boundaries for point in _points(shape["coordinates"])]
    longitudes, latitudes = zip(*points, strict=True)
    return Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes))


def _points(value: object) -> list[tuple[float, float]]:
    assert isinstance(value, list | tuple)
    if isinstance(value[0], int | float):
        return [(float(value[0]), float(value[1]))]
    return [point for part in value for point in _points(part)]


def _keep_address(ctx: Context, point: str, text: str, person_id: int) -> ChosenPlace:
    """Keep an address the geocoder found as this person's own place."""
    address = next((a for a in _addresses(ctx, text) if _at(a) == point), None)
    if address is None:
        raise NotFound("We could not find that address again. Search for it once more.")
    with ctx.db.writing() as session:
        own = session.scalars(select(Place).where(Place.person_id == person_id)).all()
        known = next((place for place in own if place.point == _point(address)), None)
        if known is None and len(own) >= OWN_PLACES_AT_MOST:
            raise Invalid("You have used many addresses. Please ring us to add another.", "place")
        place = known or _new_place(session, address, person_id)
        return _chosen(place, person_id)


def _new_place(session: Session, address: Address, person_id: int) -> Place:
    zones = session.scalars(select(Zone)).unique()
    zone = next((z for z in zones if contains(z.boundary, *_point(address))), None)
    place = Place(
        name=address.words[:200],
        kind=ADDRESS,
        latitude=address.latitude,
        longitude=address.longitude,
        approximate=False,
        source=address.source,
        zone_id=zone.id if zone else None,
        person_id=person_id,
    )
    session.add(place)
    session.flush()
    return place


def _at(address: Address) -> str:
    return f"{address.latitude:.6f},{address.longitude:.6f}"


def _point(address: Address) -> tuple[float, float]:
    return (address.latitude, address.longitude)
