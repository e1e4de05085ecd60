"""Hold an offer for five minutes: what was read out to a caller can be accepted.

A held journey takes its room in the plan like a booked one; when the hold runs
out it is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.avoids import may_use
from booking.domain.batch_time import is_to_come
from booking.domain.booking_rules import check_notice
from booking.domain.errors import Conflict, Gone, NotFound, PromiseBroken
from booking.domain.needs import Party
from booking.domain.offers import OfferedLeg
from booking.domain.service_day import moment
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import Wish
from booking.models import Booking, JourneyRequest, Offer, Person
from booking.services.day import Point, load_points
from booking.services.editing import Edit, drop_from_plan, edit_day
from booking.services.history import move
from booking.services.leg_request import leg_request
from booking.services.matrix import PlaceMatrix
from booking.services.problem import DayProblem
from booking.services.rules import Ground, find_ground
from booking.services.zone_days import ensure_zone_day, find_zone_day, lock_zone_day
from routing.insertion import Inserter

HOLD_MINUTES: Final = 5
CHOOSABLE: Final = frozenset(
    {RequestStatus.OFFERED, RequestStatus.REFUSED, RequestStatus.HELD, RequestStatus.EXPIRED}
)
GONE: Final = "That journey has just been taken by somebody else. Here is what we can offer now."
TOO_LATE: Final = "That day has been decided in the meantime. Please ask again."
TOO_OLD: Final = "Too much time has passed since we offered you that. Please ask again."
MOVED: Final = "This journey was changed at the same moment. Please look at it and try again."

_CHOSEN = (
    select(
        JourneyRequest.zone_id,
        JourneyRequest.status,
        JourneyRequest.wish,
        Person.boarding_minutes,
        Person.avoids,
        Offer.legs,
    )
    .join(Person, Person.id == JourneyRequest.person_id)
    .join(Offer, Offer.request_id == JourneyRequest.id)
    .where(JourneyRequest.id == bindparam("request"), Offer.number == bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An offer somebody chose, and what it takes to hold it."""

    request_id: int
    zone_day_id: int
    number: int
    legs: tuple[OfferedLeg, ...]
    wish: Wish
    boarding: int
    points: dict[int, Point]
    """Its places; empty where the offer is held already."""
    held: bool
    """Whether the request was holding something already when it was read."""
    avoids: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the nightly batch will decide it."""
        return self.legs[0].waiting


def hold(ctx: Context, request_id: int, number: int, *, by: str, now: datetime) -> datetime:
    """Hold offer `number` of the request; returns until when.

    Holding the same offer again changes nothing; choosing another lets go of
    the first. Raises Gone when it no longer fits, NotFound for no such offer.
    """
    chosen = _chosen(ctx, request_id, number)
    return edit_day(
        ctx,
        chosen.zone_day_id,
        lambda edit: _hold(edit, chosen, by=by),
        now=now,
        places=chosen.points,
        first_look=lambda made, matrix: _glance(made, matrix, chosen),
    )


def release(ctx: Context, request_id: int, *, by: str, now: datetime) -> None:
    """Let go of a held offer; the request can be offered again. Safe to repeat."""
    with ctx.db.writing() as session:
        request = lock_request(session, request_id)
        if request.status != RequestStatus.HELD.value:
            return
        _let_go(session, request, by=by, now=now)
        request.status = RequestStatus.OFFERED.value


def expire_holds(ctx: Context, *, now: datetime) -> int:
    """Give back the room of every hold that ran out; returns how many."""
    with ctx.db.reading() as session:
        due = {*session.scalars(_holds_of_room(now)), *session.scalars(_holds_without_room(now))}
    return sum(_expire(ctx, request_id, now) for request_id in sorted(due))


def give_back(session: Session, request: JourneyRequest, *, by: str, now: datetime) -> None:
    """End a hold that no longer stands: its room is free, and it has to be held again."""
    _let_go(session, request, by=by, now=now)
    request.status = RequestStatus.EXPIRED.value


def lock_request(session: Session, request_id: int) -> JourneyRequest:
    """The request and its zone-day locked (the zone-day first: the order everybody keeps).

    Raises Conflict when the request was moved to another day in between.
    """
    zone_day_id = session.scalar(
        select(JourneyRequest.zone_day_id).where(JourneyRequest.id == request_id)
    )
    if zone_day_id is not None:
        lock_zone_day(session, zone_day_id)
    request = _lock_row(session, request_id)
    if request.zone_day_id != zone_day_id:
        raise Conflict(MOVED)
    return request


def _lock_row(session: Session, request_id: int) -> JourneyRequest:
    """The request's own row, locked: two offers of it may lie on days with a lock each."""
    request = session.get(
        JourneyRequest, request_id, populate_existing=True, with_for_update={"of": JourneyRequest}
    )
    if request is None:
        raise NotFound("We have no such journey.")
    return request


def _holds_of_room(now: datetime) -> Select[int]:
    return select(Booking.request_id).where(
        Booking.status == BookingStatus.HELD.value, Booking.hold_until < now
    )


def _holds_without_room(now: datetime) -> Select[int]:
    """Held requests that have no bookings yet (they would wait for the batch)."""
    chosen = and_(
        Offer.request_id == JourneyRequest.id,
        Offer.number == JourneyRequest.chosen,
        Offer.expires_at < now,
    )
    has_room = exists().where(
        Booking.request_id == JourneyRequest.id, Booking.status == BookingStatus.HELD.value
    )
    return (
        select(JourneyRequest.id)
        .join(Offer, chosen)
        .where(JourneyRequest.status == RequestStatus.HELD.value, ~has_room)
    )


def _expire(ctx: Context, request_id: int, now: datetime) -> bool:
    try:
        with ctx.db.writing() as session:
            request = lock_request(session, request_id)
            if request.status != RequestStatus.HELD.value or _held_until(request) >= now:
                return False
            give_back(session, request, by="expiry", now=now)
            return True
    except Conflict:
        # Somebody is holding another day of it just now: the next sweep looks again.
        return False


def _held_until(request: JourneyRequest) -> datetime:
    """Until when a held request is held; what has no room yet, while its offer stands."""
    held = [b.hold_until for b in request.bookings if b.status == BookingStatus.HELD.value]
    ends = [until for until in held if until is not None]
    return max(ends) if ends else _offer_of(request, request.chosen).expires_at


def _offer_of(request: JourneyRequest, number: int | None) -> Offer:
    found = next((offer for offer in request.offers if offer.number == number), None)
    if found is None:
        raise NotFound("We have no such offer. Please choose one from the list.")
    return found


def _let_go(session: Session, request: JourneyRequest, *, by: str, now: datetime) -> None:
    """Take a held request's bookings out of the plan and away."""
    held = [b for b in request.bookings if b.status == BookingStatus.HELD.value]
    if not held or request.zone_day_id is None:
        return
    zone_day = lock_zone_day(session, request.zone_day_id)
    for booking in held:
        move(session, booking, BookingStatus.EXPIRED, by=by, now=now)
    drop_from_plan(session, zone_day, frozenset(b.id for b in held), reason="expired", now=now)


def _chosen(ctx: Context, request_id: int, number: int) -> Chosen:
    with ctx.db.reading() as session:
        row = session.execute(_CHOSEN, {"request": request_id, "number": number}).one_or_none()
        if row is None or row.zone_id is None:
            raise NotFound("We have no such offer. Please choose one from the list.")
        legs = tuple(OfferedLeg.from_json(leg) for leg in row.legs)
        points = load_points(
            session, {leg.pickup_place_id for leg in legs} | {leg.dropoff_place_id for leg in legs}
        )
        wish = Wish.from_json(row.wish)
        boarding = wish.party.boarding_seconds(row.boarding_minutes)
        zone_id, day = row.zone_id, date.fromisoformat(legs[0].day)
        held = row.status == RequestStatus.HELD.value
        zone_day_id = find_zone_day(session, zone_id, day)
    if zone_day_id is None:
        with ctx.db.writing() as session:
            zone_day_id = ensure_zone_day(session, zone_id, day)
    return Chosen(
        request_id, zone_day_id, number, legs, wish, boarding, points, held, tuple(row.avoids)
    )


def _hold(edit: Edit, chosen: Chosen, *, by: str) -> datetime:
    request = _lock_row(edit.session, chosen.request_id)
    if RequestStatus(request.status) not in CHOOSABLE or request.reference is not None:
        raise Gone("This journey has already been decided. Look at your journeys.")
    if request.status == RequestStatus.HELD.value:
        if request.chosen == chosen.number:
            return _held_until(request)
        raise Gone("You are holding another time. Let it go first, or go on with it.")
    offer = _offer_of(request, chosen.number)
    _check_age(edit, request, chosen, offer)
    until = edit.now + timedelta(minutes=HOLD_MINUTES)
    if chosen.waits:
        # It takes no room, so there is no booking yet to say how long it is held.
        until = offer.expires_at = max(until, offer.expires_at)
    else:
        _insert(edit, request, chosen, until, by)
    request.status = RequestStatus.HELD.value
    request.chosen = chosen.number
    request.zone_day_id = chosen.zone_day_id
    request.service_date = edit.day.day
    return until


def _check_age(edit: Edit, request: JourneyRequest, chosen: Chosen, offer: Offer) -> None:
    """Raise Gone for an offer that would not be made any more, were it asked for now."""
    day = edit.day.day
    if chosen.waits and not is_to_come(day, edit.now, decided=edit.day.batched):
        raise Gone(TOO_LATE)
    if offer.expires_at >= edit.now:
        return
    ground = find_ground(edit.session, request.from_place, request.to_place, day, edit.now)
    if not isinstance(ground, Ground) or ground.zone.id != edit.zone_day.zone_id:
        raise Gone(TOO_OLD)
    open_then = all(
        ground.opens <= leg.earliest and leg.arrive_by <= ground.closes for leg in chosen.legs
    )
    late = check_notice(ground.rules, moment(day, chosen.legs[0].earliest), edit.now)
    if not open_then or late or chosen.wish.party.people > ground.rules.party_max:
        raise Gone(TOO_OLD)


def _glance(made: DayProblem, matrix: PlaceMatrix, chosen: Chosen) -> None:
    """Raise Gone for an offer that does not fit any more, without queueing for the lock."""
    if not chosen.waits and not chosen.held:
        _fit(made, matrix, chosen)


def _fit(made: DayProblem, matrix: PlaceMatrix, chosen: Chosen) -> Inserter:
    """The plan with every leg of the offer in it, at the promised times; raises Gone."""
    vehicles = may_use(chosen.avoids, made.day.shifts)
    if not made.problem.vehicles or vehicles == frozenset():
        raise Gone(GONE)
    engine = Inserter(made.problem, made.plan)
    for leg in chosen.legs:
        together = chosen.wish.together if leg.leg == "outward" else None
        load, boarding = chosen.wish.party.load, chosen.boarding
        wanted = leg_request(leg, matrix, load, boarding, together, vehicles)
        (found,) = engine.best_of([wanted])
        if found is None:
            raise Gone(GONE)
        engine = engine.insert(wanted, found)
    return engine


def _insert(edit: Edit, request: JourneyRequest, chosen: Chosen, until: datetime, by: str) -> None:
    engine = _fit(edit.made, edit.matrix, chosen)
    made = [_booking(request, chosen, leg, edit.now) for leg in chosen.legs]
    for booking in made:
        booking.hold_until = until
        edit.session.add(booking)
        edit.session.flush()
        move(edit.session, booking, BookingStatus.HELD, by=by, now=edit.now)
    ids = [*edit.made.booking_ids, *(booking.id for booking in made)]
    try:
        edit.publish(engine.plan, engine.problem, ids, "held")
    except PromiseBroken as broken:
        raise Gone(GONE) from broken


def _booking(request: JourneyRequest, chosen: Chosen, leg: OfferedLeg, now: datetime) -> Booking:
    """The leg's row; one that was held before and ran out is taken up again."""
    ran_out = {b.leg: b for b in request.bookings if b.status == BookingStatus.EXPIRED.value}
    booking = ran_out.get(leg.leg) or Booking(
        request_id=request.id,
        person_id=request.person_id,
        leg=leg.leg,
        status=BookingStatus.HELD.value,
        created_at=now,
    )
    for name, value in _promise(chosen, leg).items():
        setattr(booking, name, value)
    booking.updated_at = now
    return booking


def _promise(chosen: Chosen, leg: OfferedLeg) -> dict[str, Any]:
    day = date.fromisoformat(leg.day)
    party: Party = chosen.wish.party
    return {
        "zone_day_id": chosen.zone_day_id,
        "pickup_place_id": leg.pickup_place_id,
        "dropoff_place_id": leg.dropoff_place_id,
        "walk_from_m": leg.walk_from_m,
        "walk_to_m": leg.walk_to_m,
        "promised_earliest": moment(day, leg.earliest),
        "promised_latest": moment(day, leg.latest),
        "promised_arrival": moment(day, leg.arrive_by),
        "arrive_after": moment(day, leg.arrive_after) if leg.arrive_after else None,
        "load": list(party.load),
        "party": party.to_json(),
        "boarding_seconds": chosen.boarding,
        "direct_seconds": leg.direct_seconds,
        "ride_limit_seconds": leg.ride_limit_seconds,
        "together": chosen.wish.together,
        "fare_pence": leg.fare_pence,
    }


def waiting_booking(
    request: JourneyRequest, chosen: Chosen, leg: OfferedLeg, now: datetime
) -> Booking:
    """A leg asked for in batch mode: wished times, and no promise yet but the arrival asked."""
    booking = _booking(request, chosen, leg, now)
    booking.status = BookingStatus.WAITING.value
    booking.wished_earliest, booking.wished_latest = (
        booking.promised_earliest,
        booking.promised_latest,
    )
    booking.promised_earliest = booking.promised_latest = booking.hold_until = None
    return booking


def held_offer(request: JourneyRequest) -> Chosen:
    """What a held request is holding, as its row under lock says."""
    if request.chosen is None or request.zone_day_id is None:
        raise Gone("Please choose one of the times first.")
    wish = Wish.from_json(request.wish)
    return Chosen(
        request_id=request.id,
        zone_day_id=request.zone_day_id,
        number=request.chosen,
        legs=tuple(map(OfferedLeg.from_json, _offer_of(request, request.chosen).legs)),
        wish=wish,
        boarding=wish.party.boarding_seconds(request.person.boarding_minutes),
        points={},
        held=True,
        avoids=tuple(request.person.avoids),
    )
