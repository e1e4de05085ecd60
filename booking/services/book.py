"""Book what is held: the promise is made here, and nowhere else.

Outward and return are one transaction, with the confirmation that follows from
it. The same key always gives the same reference.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Conflict, Gone, NotFound
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.models import Booking, JourneyRequest
from booking.services.cancel import release_replaced
from booking.services.history import move
from booking.services.hold import Chosen, chosen_offer, hold, lock_request, waiting_booking
from booking.services.notify import write_message
from booking.services.references import free_reference
from booking.services.zone_days import lock_zone_day


def book(ctx: Context, request_id: int, *, key: str, by: str, now: datetime) -> str:
    """Turn a held offer into a promise; returns the reference.

    Raises Gone when the hold ran out and the room is taken, Conflict when the
    key was used for another journey.
    """
    for _ in range(2):
        try:
            done = _book_once(ctx, request_id, key, by, now)
        except IntegrityError:
            # The same key at the same moment: the other one has booked it.
            continue
        if done is not None:
            return done
        number = _chosen_number(ctx, request_id)
        hold(ctx, request_id, number, by=by, now=now)
    done = _book_once(ctx, request_id, key, by, now)
    if done is None:
        raise Gone("That journey could not be kept for you. Please ask again.")
    return done


def _book_once(ctx: Context, request_id: int, key: str, by: str, now: datetime) -> str | None:
    """The reference; None when the hold has run out and must be taken again."""
    waiting = _waiting_choice(ctx, request_id)
    with ctx.db.writing() as session:
        known = session.scalar(select(JourneyRequest).where(JourneyRequest.idempotency_key == key))
        if known is not None:
            return _same(known, request_id)
        request = lock_both(session, request_id)
        status = RequestStatus(request.status)
        if status in (RequestStatus.BOOKED, RequestStatus.WAITING):
            return request.reference
        if status is RequestStatus.EXPIRED:
            return None
        if status is not RequestStatus.HELD:
            raise Gone("Please choose one of the times first.")
        _confirm(session, request, key, by, now, waiting)
        return request.reference


def lock_both(session: Session, request_id: int) -> JourneyRequest:
    """The request, its zone-day and that of the journey it replaces locked, lowest id first."""
    replaces_id = session.scalar(
        select(JourneyRequest.replaces_id).where(JourneyRequest.id == request_id)
    )
    days = session.scalars(
        select(JourneyRequest.zone_day_id).where(
            JourneyRequest.id.in_([request_id, replaces_id or request_id])
        )
    )
    for zone_day_id in sorted({day for day in days if day is not None}):
        lock_zone_day(session, zone_day_id)
    return lock_request(session, request_id)


def _confirm(
    session: Session,
    request: JourneyRequest,
    key: str,
    by: str,
    now: datetime,
    waiting: Chosen | None,
) -> None:
    request.idempotency_key = key
    replaced = _replaced(session, request)
    request.reference = free_reference(session)
    if waiting is not None:
        for leg in waiting.legs:
            booking = waiting_booking(request, waiting, leg, now)
            session.add(booking)
            session.flush()
            move(session, booking, BookingStatus.WAITING, by=by, now=now)
        request.status = RequestStatus.WAITING.value
    else:
        for booking in _held(request):
            booking.hold_until = None
            move(session, booking, BookingStatus.BOOKED, by=by, now=now)
        request.status = RequestStatus.BOOKED.value
    session.flush()
    session.refresh(request, ["bookings"])
    if replaced is not None:
        release_replaced(session, replaced, request, by=by, now=now)
    _wants_planning(session, request, now)
    kind = "changed" if replaced else "waiting" if waiting else "booked"
    write_message(session, request.person, request, kind, now=now)


def _held(request: JourneyRequest) -> list[Booking]:
    return [b for b in request.bookings if b.status == BookingStatus.HELD.value]


def _replaced(session: Session, request: JourneyRequest) -> JourneyRequest | None:
    if request.replaces_id is None:
        return None
    old = session.get(JourneyRequest, request.replaces_id, populate_existing=True)
    alive = (RequestStatus.BOOKED.value, RequestStatus.WAITING.value)
    if old is None or old.person_id != request.person_id or old.status not in alive:
        return None
    return old


def _wants_planning(session: Session, request: JourneyRequest, now: datetime) -> None:
    if request.zone_day_id is not None:
        lock_zone_day(session, request.zone_day_id).wants_planning_since = now


def _same(known: JourneyRequest, request_id: int) -> str:
    if known.id != request_id or known.reference is None:
        raise Conflict("That form was already used for another journey. Please start again.")
    return known.reference


def _chosen_number(ctx: Context, request_id: int) -> int:
    with ctx.db.reading() as session:
        number = session.scalar(
            select(JourneyRequest.chosen).where(JourneyRequest.id == request_id)
        )
    if number is None:
        raise Gone("Please choose one of the times first.")
    return number


def _waiting_choice(ctx: Context, request_id: int) -> Chosen | None:
    """The chosen offer, if it is one the nightly batch will decide."""
    with ctx.db.reading() as session:
        request = session.get(JourneyRequest, request_id)
        if request is None:
            raise NotFound("We have no such journey.")
        if request.chosen is None or request.status != RequestStatus.HELD.value:
            return None
        number = request.chosen
    chosen = chosen_offer(ctx, request_id, number)
    return chosen if chosen.legs[0].waiting else None
