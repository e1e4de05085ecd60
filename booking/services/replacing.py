"""The journeys a request is to take the place of: which of them still stand.

A promised journey is let go of when the new one is promised, never before. While
the new one waits for the batch, the old one stands; changed once more, the
request that waited is passed over and the promise behind it is found again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from booking.domain.needs import Party
from booking.domain.offers import Promised
from booking.domain.service_day import seconds_into
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.words import day, reference, spoken_list
from booking.models import JourneyRequest

STANDING: Final = frozenset({RequestStatus.BOOKED.value, RequestStatus.WAITING.value})
PASSED_OVER: Final = frozenset({RequestStatus.REPLACED.value, RequestStatus.WAITING.value})
"""Behind a request in one of these states an earlier promise may still stand."""


def zone_days_behind(session: Session, request_id: int) -> set[int]:
    """The zone-days of a request and of the journeys it is to replace: what has to be locked."""
    request = session.get(JourneyRequest, request_id)
    if request is None:
        return set()
    found = (request, *_before(session, request))
    return {one.zone_day_id for one in found if one.zone_day_id is not None}


def standing_before(session: Session, request: JourneyRequest) -> list[JourneyRequest]:
    """The same person's journeys that this one is to replace and that still stand."""
    session.flush()
    return [old for old in _before(session, request) if old.status in STANDING]


def promised_now(request: JourneyRequest, party: Party) -> frozenset[Promised]:
    """What this journey promises the same party today; empty where that is another party."""
    booked = [b for b in request.bookings if b.status == BookingStatus.BOOKED.value]
    if any(Party.from_json(booking.party) != party for booking in booked):
        return frozenset()
    day = request.service_date
    return frozenset(
        (
            day.isoformat(),
            seconds_into(day, booking.promised_earliest),
            seconds_into(day, booking.promised_latest),
            booking.pickup_place_id,
            booking.dropoff_place_id,
        )
        for booking in booked
        if booking.promised_earliest and booking.promised_latest
    )


def not_begun(old: JourneyRequest, now: datetime) -> bool:
    """Whether all of a promised journey still lies ahead.

    One that is under way is not let go of: its passenger has to come home, and so may
    somebody whom we did not come for on the way there.
    """
    due = [b for b in old.bookings if b.status == BookingStatus.BOOKED.value]
    begun = (BookingStatus.ON_BOARD, BookingStatus.COMPLETED, BookingStatus.MISSED)
    if not due or any(BookingStatus(booking.status) in begun for booking in old.bookings):
        return False
    return all(b.promised_earliest is not None and b.promised_earliest > now for b in due)


def stays_words(kept: list[JourneyRequest]) -> str:
    """What becomes of the journeys kept, in a sentence; empty for none."""
    if not kept:
        return ""
    told = [f"{day(old.service_date)} (reference {reference(old.reference or '')})" for old in kept]
    return f"Your journey on {spoken_list(told)} stays booked as it is."


def _before(session: Session, request: JourneyRequest) -> Iterator[JourneyRequest]:
    """The journeys behind a request, the nearest first, read afresh."""
    old_id = request.replaces_id
    while old_id is not None:
        old = session.get(JourneyRequest, old_id, populate_existing=True)
        if old is None or old.person_id != request.person_id:
            return
        yield old
        old_id = old.replaces_id if old.status in PASSED_OVER else None
