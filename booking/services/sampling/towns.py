"""Who lives in each zone and where they could go: read once, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.booking_rules import ZoneRules
from booking.domain.needs import Party, party_of
from booking.models import Account, AccountRole, Group, Person, Place, Role, Zone
from booking.services.access import RoleName
from booking.services.day import Point
from booking.services.places import APPOINTMENTS
from booking.services.rules import rules_of
from booking.services.stops import Standing, stand_for

ERRANDS: Final = ("shop", "retail", "surgery", "hospital", "station")
GOERS: Final = 0.45
"""The share of residents who go out by bus; the same people week by week."""
FEWEST_GOERS: Final = 12
VISITS: Final = ("hall", "church", "pub", "stop", "landmark")


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody who lives there, and where the bus stops for them."""

    person_id: int
    home: int
    stand: Standing
    party: Party
    boarding: int
    pass_holder: bool
    by_web: bool
    village: str
    avoids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meeting:
    """A weekly meeting, or the opening hours of somewhere one has an appointment."""

    session_id: int
    place_id: int
    weekday: str
    starts: int
    ends: int
    is_appointments: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A zone with its people and what there is to go to in it."""

    zone_id: int
    code: str
    rules: ZoneRules
    is_batch: bool
    fares: tuple[int, int]
    residents: int
    travellers: tuple[Traveller, ...]
    """Those of the residents who go out by bus."""
    meetings: tuple[Meeting, ...]
    errands: tuple[int, ...]
    visits: tuple[int, ...]
    points: Mapping[int, Point]
    """place id → (latitude, longitude) of every place above."""

    def traveller(self, person_id: int) -> Traveller | None:
        return next((one for one in self.travellers if one.person_id == person_id), None)


def read_towns(ctx: Context, star: int | None) -> list[Town]:
    """Every zone that has residents, by code; `star` (a person) goes out in any case."""
    with ctx.db.reading() as session:
        zones = session.scalars(select(Zone).order_by(Zone.code)).unique().all()
        people: dict[int, list[Person]] = defaultdict(list)
        for person in session.scalars(select(Person).order_by(Person.id)).unique():
            if person.zone_id is not None and person.home is not None:
                people[person.zone_id].append(person)
        groups = list(session.scalars(select(Group).order_by(Group.id)).unique())
        return [
            _town(session, zone, people[zone.id], groups, star) for zone in zones if people[zone.id]
        ]


def list_handlers(ctx: Context) -> list[int]:
    """The accounts of those who take calls; at least one."""
    with ctx.db.reading() as session:
        found = session.scalars(
            select(Account.id)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .join(Role, Role.id == AccountRole.role_id)
            .where(Role.name == RoleName.CALL_HANDLER.value)
            .order_by(Account.id)
        )
        return list(found)


def _town(
    session: Session, zone: Zone, people: list[Person], groups: list[Group], star: int | None
) -> Town:
    meetings = tuple(
        Meeting(
            session_id=meeting.id,
            place_id=group.place_id,
            weekday=meeting.weekday,
            starts=meeting.starts,
            ends=meeting.ends,
            is_appointments=group.kind == APPOINTMENTS,
        )
        for group in groups
        if group.place.zone_id == zone.id
        for meeting in sorted(group.sessions, key=lambda one: one.id)
    )
    goers = _goers(zone, people, star)
    travellers = tuple(_traveller(session, zone, person) for person in goers)
    errands, visits = (_places(session, zone, kinds) for kinds in (ERRANDS, VISITS))
    ids = {*errands, *visits, *(one.place_id for one in meetings)}
    ids |= {place for one in travellers for place in (one.home, one.stand.place_id)}
    return Town(
        zone_id=zone.id,
        code=zone.code,
        rules=rules_of(zone),
        is_batch=zone.mode == "batch",
        fares=zone.fares,
        residents=len(people),
        travellers=travellers,
        meetings=meetings,
        errands=errands,
        visits=visits,
        points=_points(session, ids),
    )


def _goers(zone: Zone, people: list[Person], star: int | None) -> list[Person]:
    random = Random(zone.code)  # noqa: S311 - a story, not a secret
    many = max(FEWEST_GOERS, round(len(people) * GOERS))
    chosen = {person.id for person in random.sample(people, min(many, len(people)))}
    return [person for person in people if person.id in chosen or person.id == star]


def _traveller(session: Session, zone: Zone, person: Person) -> Traveller:
    assert person.home is not None
    party = party_of(person.needs, pass_holder=person.pass_holder)
    return Traveller(
        person_id=person.id,
        home=person.home.id,
        stand=stand_for(session, person.home, person, zone.walk_limit_m),
        party=party,
        boarding=party.boarding_seconds(person.boarding_minutes),
        pass_holder=person.pass_holder,
        by_web=person.channel in ("text", "email") and person.id % 3 != 0,
        village=person.village,
        avoids=tuple(person.avoids),
    )


def _places(session: Session, zone: Zone, kinds: tuple[str, ...]) -> tuple[int, ...]:
    found = session.scalars(
        select(Place.id)
        .where(Place.zone_id == zone.id, Place.person_id.is_(None), Place.kind.in_(kinds))
        .order_by(Place.id)
    )
    return tuple(found)


def _points(session: Session, ids: set[int]) -> dict[int, Point]:
    rows = session.execute(select(Place.id, Place.latitude, Place.longitude))
    return {row.id: (row.latitude, row.longitude) for row in rows if row.id in ids}
