"""Ask for a journey: up to four offers at once, or why not and what else.

The plan is read, the engine asked and the answer stored; nothing is held yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.booking_rules import Broken
from booking.domain.errors import NotFound
from booking.domain.obstacles import no_road, only_present
from booking.domain.offers import Possible, Promised, choose
from booking.domain.statuses import RequestStatus
from booking.domain.wish import Wish
from booking.models import JourneyRequest, Offer, Refusal
from booking.services.alternatives import find_alternatives, on_other_days
from booking.services.matrix import PlaceMatrix, look_up
from booking.services.prepare import Prepared, prepare
from booking.services.replacing import promised_now
from booking.services.rules import Forbidden, Ground
from booking.services.search import Obstructed, search

OFFER_MINUTES: Final = 10
"""How long an offer stays on the table before it is asked for afresh."""
TAPPED_TWICE_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is asking, and how."""

    account_id: int | None
    by: str
    """web or phone."""


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
        possible = on_other_days(ctx, wish, prepared.ground, now)
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


def _answer(
    ctx: Context, wish: Wish, prepared: Prepared, present: frozenset[Promised], now: datetime
) -> tuple[list[Possible], Broken | None]:
    assert prepared.journey is not None
    assert prepared.day is not None
    matrix = look_up(ctx.travel_times, prepared.points)
    broken = _no_road(prepared, matrix)
    if broken is not None:
        return find_alternatives(ctx, prepared, broken, now), broken
    found = search(prepared.journey, prepared.day, matrix, now)
    if isinstance(found, Obstructed):
        broken = found.broken
    else:
        new = [way for way in found if not way.is_now(present)]
        if new:
            return choose(new), None
        broken = only_present(wish.when)
    return find_alternatives(ctx, prepared, broken, now, present=present), broken


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
            session.add(offer_of(request.id, number, way, now))
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


def offer_of(request_id: int, number: int, way: Possible, now: datetime) -> Offer:
    """A way found, as a row of its own."""
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
        words=broken.said(offered=bool(possible)),
        alternatives=[way.legs[0].to_json() for way in possible],
        created_at=now,
    )
