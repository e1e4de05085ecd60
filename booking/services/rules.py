"""Which zone a journey belongs to, and what its rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from geopy.distance import geodesic
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.booking_rules import (
    Broken,
    End,
    Hours,
    ZoneRules,
    check_day,
    check_ends,
    opening_seconds,
)
from booking.domain.errors import Invalid, NotFound
from booking.domain.words import in_its_village, spoken_list
from booking.models import Place, Zone, ZoneLink

PLACES_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Ground:
    """A journey's zone and ends, and the seconds of the day in which it may run."""

    zone: Zone
    rules: ZoneRules
    start: Place
    finish: Place
    opens: int
    closes: int
    link: str = ""
    """The place outside the zone whose own hours make these shorter than the zone's."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A journey that can never run as asked, and the zone it was asked of (if any)."""

    broken: Broken
    zone: Zone | None


def rules_of(zone: Zone) -> ZoneRules:
    """The zone's rules as plain values."""
    return ZoneRules(
        name=zone.name,
        hours={day: Hours(*hours) for day, hours in zone.hours.items() if hours},
        book_ahead_days=zone.book_ahead_days,
        book_latest_minutes=zone.book_latest_minutes,
        window_minutes=zone.window_minutes,
        walk_limit_m=zone.walk_limit_m,
        ride_extra_minutes=zone.ride_extra_minutes,
        ride_factor=zone.ride_factor,
        ride_cap_minutes=zone.ride_cap_minutes,
        party_max=zone.party_max,
    )


def find_ground(
    session: Session, start: Place, finish: Place, day: date, now: datetime
) -> Ground | Forbidden:
    """The zone that can carry this journey that day, or the rule that stands in the way."""
    if start.id == finish.id:
        raise Invalid("The two ends of the journey are the same place. Choose another.", "to")
    zones = _zones(session, start, finish)
    if not zones:
        return Forbidden(
            Broken(
                "area",
                f"Neither {start.name} nor {finish.name} is in one of our zones, "
                "so our buses cannot take you.",
            ),
            None,
        )
    forbidden: list[Forbidden] = []
    for zone in zones:
        ground = _ground(zone, start, finish, day, now)
        if isinstance(ground, Ground):
            return ground
        forbidden.append(ground)
    return forbidden[0]


def get_place(session: Session, place_id: int, *, person_id: int | None = None) -> Place:
    """A public place, or one of this person's own. Raises NotFound for anybody else's."""
    place = session.get(Place, place_id)
    if place is None or place.person_id not in (None, person_id):
        raise NotFound("We do not know that place. Choose one from the list.")
    return place


def _ground(
    zone: Zone, start: Place, finish: Place, day: date, now: datetime
) -> Ground | Forbidden:
    rules = rules_of(zone)
    ends = (end_of(zone, start), end_of(zone, finish))
    broken = check_day(rules, day, now) or check_ends(rules, *ends, day)
    if broken is not None:
        return Forbidden(_with_places(broken, zone, (start, finish), ends), zone)
    hours = rules.hours_on(day)
    if hours is None:
        raise NotFound("The bus does not run on that day.")
    opens, closes = opening_seconds(hours, *ends)
    outside = [p for p, end in zip((start, finish), ends, strict=True) if not end.in_zone]
    shorter = (opens, closes) != opening_seconds(hours)
    link = in_its_village(outside[0].name, outside[0].village) if outside and shorter else ""
    return Ground(zone, rules, start, finish, opens, closes, link)


def _with_places(
    broken: Broken, zone: Zone, places: tuple[Place, Place], ends: tuple[End, End]
) -> Broken:
    """Who asked for a place outside the zone is told the nearest ones we do go to."""
    outside = [
        place
        for place, end in zip(places, ends, strict=True)
        if not end.in_zone and end.link_hours is None
    ]
    if broken.rule != "area" or not outside or not zone.links:
        return broken
    linked = sorted(
        (link.place for link in zone.links),
        key=lambda place: geodesic(place.point, outside[0].point).m,
    )
    names = spoken_list([in_its_village(p.name, p.village) for p in linked[:PLACES_NAMED]])
    return Broken(broken.rule, f"{broken.words} The nearest places we go to are {names}.")


def _zones(session: Session, start: Place, finish: Place) -> Sequence[Zone]:
    ids = [place.zone_id for place in (start, finish) if place.zone_id is not None]
    zones = session.scalars(select(Zone).where(Zone.id.in_(ids))).unique().all()
    return sorted(zones, key=lambda zone: ids.index(zone.id))


def end_of(zone: Zone, place: Place) -> End:
    """A place as an end of a journey: in the zone, or a named place outside with its hours."""
    if place.zone_id == zone.id:
        return End(place.name, in_zone=True)
    link = next((link for link in zone.links if link.place_id == place.id), None)
    if link is None:
        return End(place.name, in_zone=False)
    return End(place.name, False, tuple(link.days), _hours(link))


def _hours(link: ZoneLink) -> Hours:
    return Hours(link.opens, link.closes)
