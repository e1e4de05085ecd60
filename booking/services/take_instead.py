"""Take what was offered instead of a wish the nightly batch had to turn down.

The wish that was turned down stays as it is, with its reference and its reason: what
they take is a journey of its own.
"""

from __future__ import annotations

from datetime import date, datetime

from booking.context import Context
from booking.domain.statuses import RequestStatus
from booking.models import JourneyRequest, Offer
from booking.services.hold import hold
from booking.services.let_go import let_go


def hold_or_take(ctx: Context, request_id: int, number: int, *, by: str, now: datetime) -> int:
    """Hold an offer of this request; returns the request that is held, which may be a new one.

    Raises what `hold` raises.
    """
    new_id = _taken_up(ctx, request_id, number, by, now)
    hold(ctx, new_id, number, by=by, now=now)
    return new_id


def _taken_up(ctx: Context, request_id: int, number: int, by: str, now: datetime) -> int:
    """A request like the one the batch turned down, with what was offered instead."""
    with ctx.db.reading() as session:
        old = session.get(JourneyRequest, request_id)
        if old is None or not was_turned_down(old):
            return request_id
        chosen = next((offer for offer in old.offers if offer.number == number), None)
        person = old.person_id
    if chosen is None:
        return request_id
    let_go(ctx, person, date.fromisoformat(chosen.legs[0]["day"]), by=by, now=now)
    with ctx.db.writing() as session:
        new = _like(old, now)
        session.add(new)
        session.flush()
        session.add_all(_again(new.id, offer) for offer in offers_instead(old))
        return new.id


def was_turned_down(request: JourneyRequest) -> bool:
    """Whether it waited for the batch, and the batch could not take it."""
    return request.status == RequestStatus.REFUSED.value and request.reference is not None


def offers_instead(request: JourneyRequest) -> list[Offer]:
    """What can be chosen: what was offered instead, where the batch turned down the wish."""
    if not was_turned_down(request):
        return list(request.offers)
    return [offer for offer in request.offers if offer.number != request.chosen]


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
