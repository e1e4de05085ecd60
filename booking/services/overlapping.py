"""Journeys somebody has already at the time of the one they are about to book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from booking.context import Context
from booking.domain.overlaps import Ride, overlap
from booking.models import Account, JourneyRequest
from booking.services.access import check_request
from booking.services.journeys import JourneyView, OfferView, journey_views
from booking.services.legs import LegView
from booking.services.replacing import STANDING, standing_before


def list_overlapping(
    ctx: Context, account: Account, request_id: int, offer: OfferView, *, now: datetime
) -> tuple[JourneyView, ...]:
    """The same traveller's journeys to come that overlap the offer, the first one first.

    The one it is to replace is none of them. Raises NotFound where the request is
    not this account's to see.
    """
    with ctx.db.reading() as session:
        request = check_request(account, session.get(JourneyRequest, request_id))
        replaced = {old.id for old in standing_before(session, request)}
        near = session.scalars(
            select(JourneyRequest).where(
                JourneyRequest.person_id == request.person_id,
                JourneyRequest.status.in_(STANDING),
                JourneyRequest.id.not_in({request.id, *replaced}),
                JourneyRequest.service_date.between(
                    offer.day - timedelta(days=1), offer.day + timedelta(days=1)
                ),
            )
        ).unique()
        found = journey_views(session, near.all(), now)
    rides = _rides(offer.legs)
    both = [one for one in found if overlap(rides, _rides(one.live_legs))]
    return tuple(sorted(both, key=lambda one: (one.day, one.request_id)))


def _rides(legs: Iterable[LegView]) -> tuple[Ride, ...]:
    return tuple(
        Ride(leg.earliest, leg.arrive_by) for leg in legs if leg.earliest and leg.arrive_by
    )
