"""Cancel a journey or one direction of it; late or in good time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Gone
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.models import Booking, JourneyRequest, ZoneDay
from booking.services.editing import drop_from_plan
from booking.services.history import move
from booking.services.hold import lock_request
from booking.services.legs import is_over
from booking.services.notify import write_message

LIVE = frozenset({BookingStatus.BOOKED.value, BookingStatus.WAITING.value})
BOTH = ("outward", "return")
LEGS: Final = {"both": BOTH, "outward": ("outward",), "return": ("return",)}
"""What can be chosen to be cancelled: a form's word → the legs it means."""


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """Which legs were cancelled, and whether any of it was too late to be of use to others."""

    cancelled: tuple[str, ...]
    late: bool


def cancel(
    ctx: Context,
    request_id: int,
    *,
    by: str,
    now: datetime,
    legs: tuple[str, ...] = BOTH,
    reason: str = "",
    on_the_phone: bool = False,
) -> CancelOutcome:
    """Cancel those legs of a booked or waiting request. Repeating it changes nothing more.

    `on_the_phone`: they hear it from who does it, and are not rung about it.
    Raises Gone when there is nothing to cancel: it was travelled, its times are past,
    or it was never booked.
    """
    with ctx.db.writing() as session:
        request = lock_request(session, request_id)
        going = [b for b in _cancellable(request, now) if b.leg in legs]
        if not going:
            return _already(request, legs)
        zone_day = session.get_one(ZoneDay, request.zone_day_id)
        late = _cancel(session, zone_day, going, by=by, now=now, reason=reason)
        if not any(b.status in LIVE for b in request.bookings):
            request.status = RequestStatus.CANCELLED.value
        outcome = CancelOutcome(tuple(b.leg for b in going), late)
        write_message(
            session,
            request.person,
            request,
            "cancelled",
            now=now,
            heard=on_the_phone,
            legs=outcome.cancelled,
        )
        return outcome


def release_replaced(
    session: Session, old: JourneyRequest, new: JourneyRequest, *, by: str, now: datetime
) -> None:
    """Let the old journey go, in the transaction that promised the new one."""
    zone_day = session.get_one(ZoneDay, old.zone_day_id)
    going = _cancellable(old, now)
    if not going:
        # It was travelled in the meantime: there is nothing to let go of.
        return
    _cancel(session, zone_day, going, by=by, now=now, reason=f"changed to request {new.id}")
    old.status = RequestStatus.REPLACED.value


def is_late(booking: Booking, notice_minutes: int, now: datetime) -> bool:
    """Whether a cancellation now comes within the notice the zone asks for."""
    due = booking.promised_earliest
    return due is not None and now > due - timedelta(minutes=notice_minutes)


def _cancel(
    session: Session,
    zone_day: ZoneDay,
    going: list[Booking],
    *,
    by: str,
    now: datetime,
    reason: str,
) -> bool:
    notice = zone_day.zone.book_latest_minutes
    any_late = False
    for booking in going:
        late = is_late(booking, notice, now)
        any_late = any_late or late
        status = BookingStatus.LATE_CANCELLED if late else BookingStatus.CANCELLED
        move(session, booking, status, by=by, now=now, reason=reason)
    drop_from_plan(session, zone_day, frozenset(b.id for b in going), reason="cancelled", now=now)
    return any_late


def _cancellable(request: JourneyRequest, now: datetime) -> list[Booking]:
    return [b for b in request.bookings if b.status in LIVE and not is_over(b, now)]


def _already(request: JourneyRequest, legs: tuple[str, ...]) -> CancelOutcome:
    gone = (BookingStatus.CANCELLED.value, BookingStatus.LATE_CANCELLED.value)
    before = [b for b in request.bookings if b.leg in legs and b.status in gone]
    if not before:
        raise Gone("There is nothing to cancel: that journey is over or was never booked.")
    late = any(b.status == BookingStatus.LATE_CANCELLED.value for b in before)
    return CancelOutcome(tuple(b.leg for b in before), late)
