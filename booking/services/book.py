"""Book what is held: the promise is made here, and nowhere else.

Outward and return are one transaction, with the confirmation that follows from
it. The same key always gives the same reference.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.batch_time import is_to_come
from booking.domain.errors import Conflict, Gone, Over
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.models import Booking, JourneyRequest
from booking.services.cancel import release_replaced
from booking.services.history import move
from booking.services.hold import (
    Chosen,
    give_back,
    held_offer,
    hold,
    lock_request,
    waiting_booking,
)
from booking.services.notify import write_message
from booking.services.references import free_reference
from booking.services.replacing import STANDING, standing_before, stays_words, zone_days_behind
from booking.services.zone_days import current_runs, lock_zone_day

NO_MORE: Final = "That journey was booked before. It is cancelled or over now."


def book(
    ctx: Context,
    request_id: int,
    *,
    key: str,
    by: str,
    now: datetime,
    on_the_phone: bool = False,
) -> str:
    """Turn a held offer into a promise; returns the reference.

    `on_the_phone`: they hear it from who books it, and are not rung about it.

    Raises Gone when the hold ran out and the room is taken, when the batch has
    decided the day meanwhile, or when what this key booked no longer stands;
    Conflict when the key was used for another journey.
    """
    for _ in range(2):
        try:
            done = _book_once(ctx, request_id, key, by, now, heard=on_the_phone)
        except IntegrityError:
            # The same key at the same moment: the other one has booked it.
            continue
        if done is not None:
            return done
        number = _chosen_number(ctx, request_id)
        hold(ctx, request_id, number, by=by, now=now)
    done = _book_once(ctx, request_id, key, by, now, heard=on_the_phone)
    if done is None:
        raise Gone("That journey could not be kept for you. Please ask again.")
    return done


def _book_once(
    ctx: Context, request_id: int, key: str, by: str, now: datetime, *, heard: bool
) -> str | None:
    """The reference; None when what was held stands no longer and must be held again."""
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
        chosen = held_offer(request)
        if not _stands(session, request, chosen, now):
            give_back(session, request, by=by, now=now)
            return None
        request.idempotency_key = key
        _confirm(session, request, chosen, by, now, heard=heard)
        return request.reference


def lock_both(session: Session, request_id: int) -> JourneyRequest:
    """The request, its zone-day and those of what it replaces locked, lowest id first."""
    for zone_day_id in sorted(zone_days_behind(session, request_id)):
        lock_zone_day(session, zone_day_id)
    return lock_request(session, request_id)


def _stands(session: Session, request: JourneyRequest, chosen: Chosen, now: datetime) -> bool:
    """Whether what is held can be booked: the batch is to come, or every leg is in a run.

    A bus may have been withdrawn while its room was held.
    """
    zone_day = lock_zone_day(session, chosen.zone_day_id)
    if chosen.waits:
        decided = zone_day.batched_at is not None
        return is_to_come(zone_day.service_date, now, decided=decided)
    runs = current_runs(session, zone_day)
    carried = {stop.booking_id for run in runs for stop in run.stops}
    held = _held(request)
    return len(held) == len(chosen.legs) and all(booking.id in carried for booking in held)


def _confirm(
    session: Session,
    request: JourneyRequest,
    chosen: Chosen,
    by: str,
    now: datetime,
    *,
    heard: bool,
) -> None:
    before = standing_before(session, request)
    request.reference = free_reference(session)
    if chosen.waits:
        _wait(session, request, chosen, by, now)
    else:
        _promise(session, request, by, now)
    session.flush()
    session.refresh(request, ["bookings"])
    # A promise is kept until there is another; one wish may take the place of another at once.
    kept = [old for old in before if chosen.waits and old.status == RequestStatus.BOOKED.value]
    for old in before:
        if old not in kept:
            release_replaced(session, old, request, by=by, now=now)
    _wants_planning(session, request, now)
    kind = "waiting" if chosen.waits else "changed" if before else "booked"
    why = stays_words(kept)
    write_message(session, request.person, request, kind, now=now, heard=heard, why=why)


def _wait(
    session: Session, request: JourneyRequest, chosen: Chosen, by: str, now: datetime
) -> None:
    for leg in chosen.legs:
        booking = waiting_booking(request, chosen, leg, now)
        session.add(booking)
        session.flush()
        move(session, booking, BookingStatus.WAITING, by=by, now=now)
    request.status = RequestStatus.WAITING.value


def _promise(session: Session, request: JourneyRequest, by: str, now: datetime) -> None:
    for booking in _held(request):
        booking.hold_until = None
        move(session, booking, BookingStatus.BOOKED, by=by, now=now)
    request.status = RequestStatus.BOOKED.value


def _held(request: JourneyRequest) -> list[Booking]:
    return [b for b in request.bookings if b.status == BookingStatus.HELD.value]


def _wants_planning(session: Session, request: JourneyRequest, now: datetime) -> None:
    if request.zone_day_id is not None:
        lock_zone_day(session, request.zone_day_id).wants_planning_since = now


def _same(known: JourneyRequest, request_id: int) -> str:
    if known.id != request_id or known.reference is None:
        raise Conflict("That form was already used for another journey. Please start again.")
    if known.status not in STANDING:
        raise Over(NO_MORE)
    return known.reference


def _chosen_number(ctx: Context, request_id: int) -> int:
    with ctx.db.reading() as session:
        number = session.scalar(
            select(JourneyRequest.chosen).where(JourneyRequest.id == request_id)
        )
    if number is None:
        raise Gone("Please choose one of the times first.")
    return number
