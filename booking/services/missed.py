"""Promises no bus kept: written down as missed once their times are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.service_day import today
from booking.domain.statuses import BookingStatus
from booking.models import Booking, ZoneDay
from booking.services.as_driven import as_driven, unplanned_of
from booking.services.day import load_day
from booking.services.history import move
from booking.services.legs import OVER_AFTER, is_over
from booking.services.zone_days import lock_zone_day

LOOK_BACK: Final = timedelta(days=7)
"""Workers that were away for so long make up for it."""


def mark_missed(ctx: Context, *, now: datetime) -> int:
    """Write down as missed every promise that is over and that no run carries; how many.

    Whom a run carries is taken to have travelled, reported or not. Safe to repeat.
    """
    with ctx.db.reading() as session:
        lost = {
            zone_day.id: _lost(session, zone_day, now) for zone_day in _with_promises(session, now)
        }
    return sum(_mark(ctx, zone_day_id, now) for zone_day_id, gone in lost.items() if gone)


def _with_promises(session: Session, now: datetime) -> list[ZoneDay]:
    """The zone-days of late with a promise whose times are over and of which nothing is known."""
    there = func.coalesce(Booking.promised_arrival, Booking.promised_latest)
    over = select(Booking.zone_day_id).where(
        Booking.status == BookingStatus.BOOKED.value, there < now - OVER_AFTER
    )
    date_now = today(now)
    found = session.scalars(
        select(ZoneDay)
        .where(ZoneDay.service_date.between(date_now - LOOK_BACK, date_now), ZoneDay.id.in_(over))
        .order_by(ZoneDay.id)
    )
    return list(found.unique())


def _mark(ctx: Context, zone_day_id: int, now: datetime) -> int:
    with ctx.db.writing() as session:
        lost = _lost(session, lock_zone_day(session, zone_day_id), now)
        for booking in lost:
            move(session, booking, BookingStatus.MISSED, by="missed", now=now)
        return len(lost)


def _lost(session: Session, zone_day: ZoneDay, now: datetime) -> list[Booking]:
    """The promises of that day that are over and that no run carries, as the road has it."""
    promised = session.scalars(
        select(Booking)
        .where(Booking.zone_day_id == zone_day.id, Booking.status == BookingStatus.BOOKED.value)
        .order_by(Booking.id)
        .execution_options(populate_existing=True)
    ).unique()
    over = [booking for booking in promised if is_over(booking, now)]
    if not over:
        return []
    day = load_day(session, zone_day)
    carried = as_driven(day, unplanned_of(day)).carried
    return [booking for booking in over if booking.id not in carried]
