"""Places to choose from without typing: a caller's own, the zone's groups, its places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.service_day import WEEKDAYS
from booking.models import Group, Person, Place, ZoneLink
from booking.models import Session as Meeting
from booking.services.places import HIDDEN_KINDS, VILLAGE_KINDS, say_place

AT_MOST: Final = 600


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """One place of a list; `value` is what `places.choose_place` takes."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Places under a heading."""

    label: str
    places: tuple[PlaceChoice, ...]


@dataclass(frozen=True, slots=True)
class MeetingTime:
    """One weekly meeting of a group; minutes from midnight."""

    id: int
    weekday: str
    starts: int
    ends: int


def list_meeting_times(ctx: Context, group_id: int) -> tuple[MeetingTime, ...]:
    """When a group meets, in the order of the week."""
    with ctx.db.reading() as session:
        found = session.scalars(select(Meeting).where(Meeting.group_id == group_id)).all()
    times = [MeetingTime(one.id, one.weekday, one.starts, one.ends) for one in found]
    return tuple(sorted(times, key=lambda one: (WEEKDAYS.index(one.weekday), one.starts)))


def list_choices(ctx: Context, person_id: int) -> tuple[PlaceGroup, ...]:
    """Where this person may go from or to: their home, groups and clubs, the zone's places."""
    with ctx.db.reading() as session:
        person = session.get(Person, person_id)
        if person is None:
            return ()
        reachable = _reachable(session, person.zone_id)
        villages = [place for place in reachable if place.kind in VILLAGE_KINDS]
        others = [place for place in reachable if place.kind not in VILLAGE_KINDS]
        groups = [
            PlaceGroup("Their own", _own(session, person)),
            PlaceGroup("Groups and clubs", _groups(session, reachable)),
            PlaceGroup("Villages", tuple(_choices(villages, person_id))),
            PlaceGroup("Other places", tuple(_choices(others, person_id))),
        ]
    return tuple(group for group in groups if group.places)


def list_villages(ctx: Context) -> tuple[PlaceGroup, ...]:
    """Every village and town inside a zone: where somebody new may live."""
    with ctx.db.reading() as session:
        villages = session.scalars(
            select(Place)
            .where(
                Place.kind.in_(VILLAGE_KINDS),
                Place.person_id.is_(None),
                Place.zone_id.is_not(None),
            )
            .order_by(Place.name)
            .limit(AT_MOST)
        ).all()
        return (PlaceGroup("Villages", tuple(_choices(villages, 0))),)


def list_outside(ctx: Context, zone_id: int | None) -> tuple[str, ...]:
    """The named places outside a zone that its buses go to."""
    with ctx.db.reading() as session:
        linked = select(ZoneLink.place_id).where(ZoneLink.zone_id == zone_id)
        places = session.scalars(select(Place).where(Place.id.in_(linked)).order_by(Place.name))
        return tuple(say_place(place, 0) for place in places)


def _own(session: Session, person: Person) -> tuple[PlaceChoice, ...]:
    own = session.scalars(
        select(Place).where(Place.person_id == person.id).order_by(Place.id).limit(30)
    ).all()
    return tuple(
        PlaceChoice("home", "Home")
        if place.id == person.home_place_id
        else PlaceChoice(f"place:{place.id}", place.name)
        for place in own
    )


def _reachable(session: Session, zone_id: int | None) -> list[Place]:
    """The public places of the zone, and its named places outside."""
    linked = select(ZoneLink.place_id).where(ZoneLink.zone_id == zone_id)
    within = (Place.zone_id == zone_id) if zone_id is not None else Place.zone_id.is_not(None)
    return list(
        session.scalars(
            select(Place)
            .where(
                Place.person_id.is_(None),
                Place.kind.not_in(HIDDEN_KINDS),
                within | Place.id.in_(linked),
            )
            .order_by(Place.name, Place.village)
            .limit(AT_MOST)
        )
    )


def _groups(session: Session, places: list[Place]) -> tuple[PlaceChoice, ...]:
    found = session.scalars(
        select(Group).where(Group.place_id.in_([place.id for place in places])).order_by(Group.name)
    ).unique()
    return tuple(
        PlaceChoice(f"group:{group.id}", f"{group.name}, {say_place(group.place, 0)}")
        for group in found
    )


def _choices(places: Iterable[Place], person_id: int) -> Iterable[PlaceChoice]:
    return (PlaceChoice(f"place:{place.id}", say_place(place, person_id)) for place in places)
