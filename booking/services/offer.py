"""Ask for a journey: up to four offers at once, or why not and what else.

The plan is read, the engine asked and the answer stored; nothing is held yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.batch_time import is_to_come
from booking.domain.booking_rules import Broken
from booking.domain.errors import Invalid, NotFound
from booking.domain.obstacles import no_road, only_present
from booking.domain.offers import OFFERS_AT_MOST, Possible, Promised, choose
from booking.domain.statuses import RequestStatus
from booking.domain.wish import PurposeKind, Wish
from booking.models import JourneyRequest, Offer, Person, Refusal, Zone, ZoneDay
from booking.models import Session as GroupSession
from booking.services.day import Day, load_day, load_points
from booking.services.leg_asked import Journey
from booking.services.matrix import PlaceMatrix, look_up
from booking.services.replacing import promised_now
from booking.services.rules import Forbidden, Ground, find_ground, get_place
from booking.services.search import Obstructed, Wide, search
from booking.services.stops import Standing, stand_for
from booking.services.zone_days import find_zone_day

OFFER_MINUTES: Final = 10
"""How long an offer stays on the table before it is asked for afresh."""
WEEK: Final = 7
TAPPED_TWICE_SECONDS: Final = 5
OTHER_DAYS: Final = 7
"""How far ahead another day is looked for: a group's meeting a week later at most."""
THAT_DAY_ONLY: Final = frozenset({"closed", "link_day"})
"""Rules that stand in the way on some days of the week only."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is asking, and how."""

    account_id: int | None
    by: str
    """web or phone."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that was read before the engine is asked."""

    person: Person
    ground: Ground | Forbidden
    journey: Journey | None
    day: Day | None
    points: dict[int, tuple[float, float]]


def ask(
    ctx: Context, wish: Wish, asker: Asker, *, now: datetime, replaces_id: int | None = None
) -> int:
    """Answer a wish and store the answer; returns the request's id.

    The request is then `offered` with up to four offers, or `refused` with the
    rule, the words and (where there are any) other times as offers of their own.
    Raises Invalid for a wish that makes no sense, NotFound for unknown places and
    for a journey to replace that is not this person's.
    """
    present = _present(ctx, wish, replaces_id) if replaces_id is not None else frozenset()
    prepared = prepare(ctx, wish, now)
    if isinstance(prepared.ground, Forbidden):
        broken = prepared.ground.broken
        possible = _on_other_days(ctx, wish, prepared.ground, now)
        return _store(ctx, wish, asker, prepared, possible, broken, now, replaces_id)
    ways, obstacle = _answer(ctx, wish, prepared, present, now)
    return _store(ctx, wish, asker, prepared, ways, obstacle, now, replaces_id)


def _present(ctx: Context, wish: Wish, replaces_id: int) -> frozenset[Promised]:
    """What they have now, which is no offer of another time.

    Only one's own journey can be let go of for another: raises NotFound for any other.
    """
    with ctx.db.reading() as session:
        old = session.get(JourneyRequest, replaces_id)
        if old is None or old.person_id != wish.person_id:
            raise NotFound("We could not find the journey you want to change.")
        return promised_now(old, wish.party)


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
    )


def read_day(session: Session, zone_id: int, day: date) -> Day:
    """The zone-day as it stands; an empty one when nobody has asked for it before."""
    found = find_zone_day(session, zone_id, day)
    zone_day = session.get(ZoneDay, found) if found is not None else None
    return load_day(
        session, zone_day or ZoneDay(id=0, zone_id=zone_id, service_date=day, version=0)
    )


def _answer(
    ctx: Context, wish: Wish, prepared: Prepared, present: frozenset[Promised], now: datetime
) -> tuple[list[Possible], Broken | None]:
    assert prepared.journey is not None
    assert prepared.day is not None
    matrix = look_up(ctx.travel_times, prepared.points)
    broken = _no_road(prepared, matrix)
    if broken is not None:
        return [], broken
    found = search(prepared.journey, prepared.day, matrix, now)
    if isinstance(found, Obstructed):
        broken = found.broken
    else:
        new = [way for way in found if not way.is_now(present)]
        if new:
            return choose(new), None
        broken = only_present(wish.when)
    wide = Wide.NEAREST if broken.rule == "hours" else Wide.AROUND
    others = search(prepared.journey, prepared.day, matrix, now, wide=wide)
    near = [] if isinstance(others, Obstructed) else others
    ways = choose(
        [way for way in near if not way.is_now(present)],
        OFFERS_AT_MOST - 1,
        nearest=wide is Wide.NEAREST,
    )
    ways += _other_days(ctx, wish, now, OFFERS_AT_MOST - len(ways), prepared.ground.zone)
    return ways, broken


def _on_other_days(ctx: Context, wish: Wish, ground: Forbidden, now: datetime) -> list[Possible]:
    """What is forbidden on that day only may be possible on the next ones."""
    if ground.broken.rule not in THAT_DAY_ONLY:
        return []
    return _other_days(ctx, wish, now, OFFERS_AT_MOST, ground.zone)


def _no_road(prepared: Prepared, matrix: PlaceMatrix) -> Broken | None:
    """Why no bus could get from the one place to the other, whatever the time; by their names."""
    assert isinstance(prepared.ground, Ground)
    assert prepared.journey is not None
    ends = (
        (prepared.journey.start.place_id, prepared.ground.start.name),
        (prepared.journey.finish.place_id, prepared.ground.finish.name),
    )
    off = [name for place, name in ends if place in matrix.off_road]
    if off:
        return no_road(off, between=False)
    ways = [ends, ends[::-1]] if prepared.journey.wish.home is not None else [ends]
    for (start, from_name), (finish, to_name) in ways:
        if not matrix.has_way(start, finish):
            return no_road([from_name, to_name], between=True)
    return None


def _other_days(
    ctx: Context, wish: Wish, now: datetime, at_most: int, zone: Zone | None
) -> list[Possible]:
    """The same wish on the days that follow, or at a group's next meetings; one offer each."""
    ways: list[Possible] = []
    step = WEEK if wish.purpose is PurposeKind.SESSION else 1
    for ahead in range(1, OTHER_DAYS // step + 1):
        if len(ways) >= at_most:
            break
        other = replace(wish, day=wish.day + timedelta(days=ahead * step))
        prepared = prepare(ctx, other, now)
        if prepared.journey is None or prepared.day is None:
            continue
        if zone is None or prepared.ground.zone is None or prepared.ground.zone.id != zone.id:
            continue
        found = search(
            prepared.journey, prepared.day, look_up(ctx.travel_times, prepared.points), now
        )
        if not isinstance(found, Obstructed):
            ways += choose(found, 1)
    return ways


def _check_session(session: Session, wish: Wish) -> None:
    if wish.purpose is not PurposeKind.SESSION:
        return
    if wish.session_id is None or session.get(GroupSession, wish.session_id) is None:
        raise Invalid("Choose which meeting of the group you want to go to.", "session")


def _store(
    ctx: Context,
    wish: Wish,
    asker: Asker,
    prepared: Prepared,
    possible: list[Possible],
    broken: Broken | None,
    now: datetime,
    replaces_id: int | None,
) -> int:
    zone = prepared.ground.zone
    with ctx.db.writing() as session:
        tapped = _just_refused(session, wish, asker, now) if broken else None
        if tapped is not None:
            return tapped
        request = JourneyRequest(
            zone_id=zone.id if zone else None,
            service_date=wish.day,
            person_id=wish.person_id,
            booker_id=asker.account_id,
            asked_by=asker.by,
            from_place_id=wish.from_place_id,
            to_place_id=wish.to_place_id,
            purpose=wish.purpose.value,
            session_id=wish.session_id,
            wish=wish.to_json(),
            status=(RequestStatus.REFUSED if broken else RequestStatus.OFFERED).value,
            note=wish.note,
            replaces_id=replaces_id,
            created_at=now,
        )
        session.add(request)
        session.flush()
        for number, way in enumerate(possible, start=1):
            session.add(_offer(request.id, number, way, now))
        if broken is not None:
            session.add(_refusal(request, prepared, broken, possible, now))
        return request.id


def _just_refused(session: Session, wish: Wish, asker: Asker, now: datetime) -> int | None:
    """The same wish refused a moment ago: a button tapped twice is one refusal in the figures."""
    rows = session.execute(
        select(JourneyRequest.id, JourneyRequest.wish).where(
            JourneyRequest.person_id == wish.person_id,
            JourneyRequest.booker_id == asker.account_id,
            JourneyRequest.status == RequestStatus.REFUSED.value,
            JourneyRequest.created_at > now - timedelta(seconds=TAPPED_TWICE_SECONDS),
        )
    )
    return next((row.id for row in rows if Wish.from_json(row.wish) == wish), None)


def _offer(request_id: int, number: int, way: Possible, now: datetime) -> Offer:
    return Offer(
        request_id=request_id,
        number=number,
        legs=[leg.to_json() for leg in way.legs],
        fare_pence=sum(leg.fare_pence for leg in way.legs),
        created_at=now,
        expires_at=now + timedelta(minutes=OFFER_MINUTES),
    )


def _refusal(
    request: JourneyRequest,
    prepared: Prepared,
    broken: Broken,
    possible: list[Possible],
    now: datetime,
) -> Refusal:
    return Refusal(
        request_id=request.id,
        zone_id=request.zone_id,
        village=prepared.person.village,
        rule=broken.rule,
        words=broken.words,
        alternatives=[way.legs[0].to_json() for way in possible],
        created_at=now,
    )
