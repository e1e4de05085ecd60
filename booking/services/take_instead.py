"""Take what was offered instead of a wish the nightly batch had to turn down.

The wish that was turned down stays as it is, with its reference and its reason: what
they take is a journey of its own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.statuses import RequestStatus
from booking.models import JourneyRequest, Offer, Refusal
from booking.services.hold import hold
from booking.services.let_go import let_go


def hold_or_take(ctx: Context, request_id: int, number: int, *, by: str, now: datetime) -> int:
    """Hold an offer of this request; returns the request that is held, which may be a new one.

    Raises what `hold` raises.
    """
    new_id = _taken_up(ctx, request_id, number, by, now)
    try:
        hold(ctx, new_id, number, by=by, now=now)
    except Exception:
        # Nobody asked for it and nobody can see it: it would only be counted.
        if new_id != request_id:
            _leave_nothing(ctx, new_id)
        raise
    return new_id


def _taken_up(ctx: Context, request_id: int, number: int, by: str, now: datetime) -> int:
    """A request like the one the batch turned down, with what was offered instead."""
    with ctx.db.reading() as session:
        old = session.get(JourneyRequest, request_id)
        if old is None or not was_turned_down(old):
            return request_id
        instead = offers_instead(session, old)
        chosen = next((offer for offer in instead if offer.number == number), None)
        person = old.person_id
    if chosen is None:
        return request_id
    let_go(ctx, person, date.fromisoformat(chosen.legs[0]["day"]), by=by, now=now)
    with ctx.db.writing() as session:
        new = _like(old, now)
        session.add(new)
        session.flush()
        session.add_all(_again(new.id, offer) for offer in instead)
        return new.id


def _leave_nothing(ctx: Context, request_id: int) -> None:
    """What could not be held is as if it had never been tried."""
    with ctx.db.writing() as session:
        session.execute(delete(Offer).where(Offer.request_id == request_id))
        session.execute(delete(JourneyRequest).where(JourneyRequest.id == request_id))


def was_turned_down(request: JourneyRequest) -> bool:
    """Whether it waited for the batch, and the batch could not take it."""
    return request.status == RequestStatus.REFUSED.value and request.reference is not None


def offers_instead(session: Session, request: JourneyRequest) -> list[Offer]:
    """What can be chosen: what was offered instead, where the batch turned down the wish.

    What was offered before is over: it may be an hour to wait for that the batch has decided.
    """
    if not was_turned_down(request):
        return list(request.offers)
    refusal = last_refusal(session, request.id)
    return [o for o in request.offers if refusal and o.created_at == refusal.created_at]


def last_refusal(session: Session, request_id: int) -> Refusal | None:
    """Why it could not be, when it was said last: a wish may be turned down again at night."""
    return session.scalar(
        select(Refusal).where(Refusal.request_id == request_id).order_by(Refusal.id.desc()).limit(1)
    )


def _like(old: JourneyRequest, now: datetime) -> JourneyRequest:
    return JourneyRequest(
        zone_id=old.zone_id,
        service_date=old.service_date,
        person_id=old.person_id,
        booker_id=old.booker_id,
        asked_by=old.asked_by,
        from_place_id=old.from_place_id,
        to_place_id=old.to_place_id,
        purpose=old.purpose,
        session_id=old.session_id,
        wish=old.wish,
        status=RequestStatus.OFFERED.value,
        note=old.note,
        replaces_id=old.replaces_id,
        created_at=now,
    )


def _again(request_id: int, offer: Offer) -> Offer:
    """The same offer, as old as it is: whether it can still be kept is looked at when held."""
    return Offer(
        request_id=request_id,
        number=offer.number,
        legs=offer.legs,
        fare_pence=offer.fare_pence,
        created_at=offer.created_at,
        expires_at=offer.expires_at,
    )
