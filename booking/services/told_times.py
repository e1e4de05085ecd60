"""The exact pick-up times we tell: worked out from the plan, and set anew once a bus was lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.plan_record import Run
from booking.domain.service_day import moment
from booking.domain.statuses import BookingStatus
from booking.models import Booking, ZoneDay
from booking.services.windows import TOLD_EARLY, TOLD_LATE
from booking.services.zone_days import current_runs


def pickups_of(zone_day: ZoneDay, runs: Iterable[Run]) -> dict[int, datetime]:
    """When the plan picks up whom: booking id → moment, to the whole minute before."""
    return {
        stop.booking_id: moment(zone_day.service_date, stop.start // 60 * 60)
        for run in runs
        for stop in run.stops
        if stop.action == "pickup" and stop.booking_id is not None
    }


def within_promise(booking: Booking, planned: datetime) -> datetime:
    """The planned time; rounding to the minute never takes it out of the window."""
    earliest, latest = booking.promised_earliest, booking.promised_latest
    if earliest is not None and planned < earliest:
        return earliest
    return latest if latest is not None and planned > latest else planned


def set_new_times(
    session: Session, zone_day: ZoneDay, booking_ids: Collection[int]
) -> frozenset[int]:
    """Of these, whom the plan picks up at another time than we told them; the new one is set.

    Called in the transaction that has put them into another run, and that writes to them.
    """
    pickups = pickups_of(zone_day, current_runs(session, zone_day))
    told = session.scalars(
        select(Booking).where(
            Booking.id.in_(set(booking_ids) & pickups.keys()),
            Booking.status == BookingStatus.BOOKED.value,
            Booking.told_pickup_at.is_not(None),
        )
    ).unique()
    anew = [one for one in told if not _as_told(one.told_pickup_at, pickups[one.id])]
    for booking in anew:
        booking.told_pickup_at = within_promise(booking, pickups[booking.id])
    return frozenset(booking.id for booking in anew)


def _as_told(told: datetime | None, planned: datetime) -> bool:
    early, late = timedelta(seconds=TOLD_EARLY), timedelta(seconds=TOLD_LATE)
    return told is None or told - early <= planned <= told + late
