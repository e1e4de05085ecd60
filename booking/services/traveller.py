"""Who is asking, and what their zone allows: the facts the questions start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.booking_rules import Hours, ZoneRules
from booking.domain.errors import NotAllowed, NotFound
from booking.domain.needs import Party, party_of
from booking.domain.service_day import seconds_into, today
from booking.models import Account, Person, Place, Zone
from booking.services.places import PlaceView, say_place
from booking.services.rules import rules_of

PARTY_MAX_ANYWHERE = 5
"""Where no zone is known yet."""


@dataclass(frozen=True, slots=True)
class TravellerView:
    """A passenger as their own pages know them."""

    person_id: int
    name: str
    village: str
    home: PlaceView | None
    zone_id: int | None
    zone_name: str
    party: Party
    """How they travel alone, as their record says."""
    pass_holder: bool
    channel: str
    """How they want to be told things: text, email, letter or call."""


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone's rules for the questions about a journey."""

    id: int
    name: str
    rules: ZoneRules
    is_batch: bool
    days: tuple[date, ...]
    """The days that can be booked now, the first one first."""

    def hours_on(self, day: date) -> Hours | None:
        return self.rules.hours_on(day)


def get_traveller(ctx: Context, account: Account) -> TravellerView:
    """The person this account travels as.

    Raises:
        NotAllowed: the account is not a passenger's.
    """
    with ctx.db.reading() as session:
        person = session.get(Person, account.person_id) if account.person_id else None
        if person is None:
            raise NotAllowed("This sign-in has no traveller of its own. Please ring us.")
        zone = _zone_of(session, person)
        return TravellerView(
            person_id=person.id,
            name=person.name,
            village=person.village,
            home=_home(person),
            zone_id=zone.id if zone else None,
            zone_name=zone.name if zone else "",
            party=party_of(person.needs, pass_holder=person.pass_holder),
            pass_holder=person.pass_holder,
            channel=person.channel,
        )


def get_zone_view(ctx: Context, zone_id: int, *, now: datetime) -> ZoneView:
    """A zone as the questions need it; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        zone = session.get(Zone, zone_id)
        if zone is None:
            raise NotFound("We have no such zone.")
        return zone_view(zone, now)


def find_journey_zone(
    ctx: Context, from_place_id: int, to_place_id: int, *, now: datetime
) -> ZoneView | None:
    """The zone a journey between two places would be in; None where both are outside.

    Where each end is in a zone of its own, it is the one that may go to the other's place.
    """
    with ctx.db.reading() as session:
        places = session.scalars(select(Place).where(Place.id.in_([from_place_id, to_place_id])))
        ends = {place.id: place.zone_id for place in places}
        ids = [ends.get(from_place_id), ends.get(to_place_id)]
        zones = [zone for zone in (session.get(Zone, i) for i in ids if i is not None) if zone]
        for zone in zones:
            linked = {link.place_id for link in zone.links}
            if all(ends.get(i) == zone.id or i in linked for i in (from_place_id, to_place_id)):
                return zone_view(zone, now)
        return zone_view(zones[0], now) if zones else None


def zone_view(zone: Zone, now: datetime) -> ZoneView:
    """The view of a zone that was read."""
    rules = rules_of(zone)
    first = today(now)
    ahead = (first + timedelta(days=n) for n in range(rules.book_ahead_days + 1))
    return ZoneView(
        id=zone.id,
        name=zone.name,
        rules=rules,
        is_batch=zone.mode == "batch",
        days=tuple(day for day in ahead if _still_open(rules, day, now)),
    )


def _still_open(rules: ZoneRules, day: date, now: datetime) -> bool:
    """Whether the bus runs that day, and there is time left to ask for it."""
    hours = rules.hours_on(day)
    if hours is None:
        return False
    if day > today(now):
        return True
    soonest = seconds_into(day, now) + rules.book_latest_minutes * 60
    return soonest < hours.closes * 60


def _zone_of(session: Session, person: Person) -> Zone | None:
    zone_id = person.zone_id or (person.home.zone_id if person.home else None)
    return session.get(Zone, zone_id) if zone_id else _zone_of_village(session, person.village)


def _zone_of_village(session: Session, village: str) -> Zone | None:
    """The zone of somebody who only told us their village."""
    place = session.scalar(
        select(Place).where(
            Place.person_id.is_(None), Place.name == village.strip(), Place.zone_id.is_not(None)
        )
    )
    return session.get(Zone, place.zone_id) if place else None


def _home(person: Person) -> PlaceView | None:
    home = person.home
    if home is None:
        return None
    return PlaceView(home.id, say_place(home, person.id), True, home.zone_id, home.name)
