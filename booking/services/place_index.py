"""The gazetteer of a database: built from its public places and groups, kept in memory.

Built again as soon as places or groups come or go; a changed name shows within
minutes. Homes and other people's own places are never in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.db import Database
from booking.domain.gazetteer import Entry, Gazetteer
from booking.models import Group, Place, Zone, ZoneLink

APPOINTMENTS: Final = "appointments"
"""The kind of a group that stands for a surgery's or a hospital's opening hours."""
FRESH_FOR: Final = timedelta(minutes=5)
"""How long a changed name may go unnoticed; added and removed places show at once."""
HIDDEN_KINDS: Final = ("depot",)


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: tuple[int, ...]
    built_at: datetime
    gazetteer: Gazetteer


_known: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()
_building = Lock()


def gazetteer_of(db: Database, session: Session, now: datetime) -> Gazetteer:
    """The gazetteer of this database, built again when places came or went, or it grew old."""
    stamp = _stamp(session)
    known = _known.get(db)
    if known is None or known.stamp != stamp or abs(now - known.built_at) > FRESH_FOR:
        with _building:
            known = _Known(stamp, now, Gazetteer(_entries(session)))
            _known[db] = known
    return known.gazetteer


def _stamp(session: Session) -> tuple[int, ...]:
    public = Place.person_id.is_(None)
    places = select(func.count(), func.max(Place.id)).select_from(Place).where(public)
    groups = select(func.count(), func.max(Group.id)).select_from(Group)
    links = select(func.count(), func.max(ZoneLink.id)).select_from(ZoneLink)
    rows = [session.execute(query).one() for query in (places, groups, links)]
    return tuple(int(number or 0) for row in rows for number in row)


def _entries(session: Session) -> list[Entry]:
    zones = _zones_of_places(session)
    public = select(Place).where(Place.person_id.is_(None), Place.kind.not_in(HIDDEN_KINDS))
    places = list(session.scalars(public))
    # A surgery is found as the place it is: its appointments are not another one beside it.
    groups = session.scalars(select(Group).where(Group.kind != APPOINTMENTS)).unique()
    return [
        *(_place_entry(place, zones.get(place.id, frozenset())) for place in places),
        *(_group_entry(group, zones.get(group.place_id, frozenset())) for group in groups),
    ]


def _zones_of_places(session: Session) -> dict[int, frozenset[str]]:
    """place id → codes of the zones it lies in or is a named outside place of."""
    inside = session.execute(select(Place.id, Zone.code).join(Zone, Zone.id == Place.zone_id))
    linked = session.execute(
        select(ZoneLink.place_id, Zone.code).join(Zone, Zone.id == ZoneLink.zone_id)
    )
    zones: dict[int, frozenset[str]] = {}
    for place_id, code in (*inside, *linked):
        zones[place_id] = zones.get(place_id, frozenset()) | {code}
    return zones


def _place_entry(place: Place, zones: frozenset[str]) -> Entry:
    return Entry(
        key=f"place:{place.id}",
        name=place.name,
        kind=place.kind,
        latitude=place.latitude,
        longitude=place.longitude,
        village=place.village,
        alternatives=tuple(place.alternative_names),
        zones=zones,
        postcode=place.postcode,
        authority=place.boarding_authority,
    )


def _group_entry(group: Group, zones: frozenset[str]) -> Entry:
    return Entry(
        key=f"group:{group.id}",
        name=group.name,
        kind=group.kind,
        latitude=group.place.latitude,
        longitude=group.place.longitude,
        village=group.place.village,
        zones=zones,
        keywords=group.description,
        authority=group.place.boarding_authority,
    )
