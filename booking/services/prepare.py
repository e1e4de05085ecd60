"""All that is read before the engine is asked for a wish: person, places, rules, the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.batch_time import is_to_come
from booking.domain.errors import Invalid, NotFound
from booking.domain.wish import PurposeKind, Wish
from booking.models import Person, ZoneDay
from booking.models import Session as GroupSession
from booking.services.day import Day, load_day, load_points
from booking.services.leg_asked import Journey
from booking.services.rules import Forbidden, Ground, find_ground, get_place
from booking.services.stops import Standing, next_stands, stand_for
from booking.services.zone_days import find_zone_day


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that was read before the engine is asked."""

    person: Person
    ground: Ground | Forbidden
    journey: Journey | None
    day: Day | None
    points: dict[int, tuple[float, float]]


def prepare(ctx: Context, wish: Wish, now: datetime) -> Prepared:
    """Read the person, the places, the rules and the day's plan for a wish."""
    with ctx.db.reading() as session:
        person = session.get(Person, wish.person_id)
        if person is None:
            raise NotFound("We do not know that person.")
        start = get_place(session, wish.from_place_id, person_id=person.id)
        finish = get_place(session, wish.to_place_id, person_id=person.id)
        ground = find_ground(session, start, finish, wish.day, now)
        if isinstance(ground, Forbidden):
            return Prepared(person, ground, None, None, {})
        wish.party.check(ground.rules.party_max)
        _check_session(session, wish)
        door = wish.party.wheelchairs + wish.party.walkers > 0
        stands = (
            stand_for(session, start, person, ground.rules.walk_limit_m, door=door),
            stand_for(session, finish, person, ground.rules.walk_limit_m, door=door),
        )
        day = read_day(session, ground.zone.id, wish.day)
        to_come = is_to_come(wish.day, now, decided=day.batched)
        batch = ground.zone.mode == "batch" and to_come
        points = {**day.points, **load_points(session, {stands[0].place_id, stands[1].place_id})}
    return Prepared(person, ground, journey_of(wish, person, ground, stands, batch), day, points)


def journey_of(
    wish: Wish, person: Person, ground: Ground, stands: tuple[Standing, Standing], batch: bool
) -> Journey:
    """What the engine is asked for."""
    return Journey(
        wish=wish,
        rules=ground.rules,
        start=stands[0],
        finish=stands[1],
        opens=ground.opens,
        closes=ground.closes,
        link=ground.link,
        boarding=wish.party.boarding_seconds(person.boarding_minutes),
        fares=ground.zone.fares,
        pass_wheelchair=person.pass_holder,
        batch=batch,
        avoids=tuple(person.avoids),
    )


def stands_instead(session: Session, prepared: Prepared) -> list[tuple[Standing, Standing]]:
    """Other pairs of places to stand, one end moved to a next stop they can walk to."""
    assert isinstance(prepared.ground, Ground)
    assert prepared.journey is not None
    ground, journey = prepared.ground, prepared.journey
    limit = ground.rules.walk_limit_m
    start, finish = journey.start, journey.finish
    return [
        *((other, finish) for other in next_stands(session, ground.start, start, limit)),
        *((start, other) for other in next_stands(session, ground.finish, finish, limit)),
    ]


def read_day(session: Session, zone_id: int, day: date) -> Day:
    """The zone-day as it stands; an empty one when nobody has asked for it before."""
    found = find_zone_day(session, zone_id, day)
    zone_day = session.get(ZoneDay, found) if found is not None else None
    return load_day(
        session, zone_day or ZoneDay(id=0, zone_id=zone_id, service_date=day, version=0)
    )


def _check_session(session: Session, wish: Wish) -> None:
    if wish.purpose is not PurposeKind.SESSION:
        return
    if wish.session_id is None or session.get(GroupSession, wish.session_id) is None:
        raise Invalid("Choose which meeting of the group you want to go to.", "session")
