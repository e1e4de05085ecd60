"""Buses driven: what drivers would have reported of each run, up to a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import select

from booking.context import Context
from booking.domain.plan_record import Run
from booking.domain.service_day import moment
from booking.domain.statuses import BookingStatus
from booking.models import Booking, Shift, ZoneDay
from booking.services.drive import Event, record_events
from booking.services.zone_days import current_runs

NOT_THERE: Final = 0.03
"""The share of passengers who do not come."""
WAITED: Final = timedelta(minutes=4)
LATE_AT_MOST: Final = 9
STEPS: Final = (-1, 0, 0, 1, 1, 2)
"""Minutes a bus gains or loses from stop to stop."""
HEARD_WITHIN: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Due:
    """A run to be driven, and from when each of its bookings may be reported missing."""

    run: Run
    shift_id: int
    driver_id: int
    earliest: dict[int, datetime]
    sure: frozenset[int]
    """Bookings of people who always come."""


def drive(ctx: Context, zone_day_id: int, *, until: datetime, sure: frozenset[int]) -> int:
    """Report what happened on that zone-day before `until`; returns how many reports.

    The people in `sure` always come.
    """
    day, due = _due(ctx, zone_day_id, sure)
    reported = 0
    for one in due:
        events = [event for event in _events(one, day) if event.happened_at + HEARD_WITHIN <= until]
        if events:
            heard = events[-1].happened_at + HEARD_WITHIN
            record_events(ctx, one.driver_id, events, now=heard)
            reported += len(events)
    return reported


def _due(ctx: Context, zone_day_id: int, sure: frozenset[int]) -> tuple[date, list[Due]]:
    with ctx.db.reading() as session:
        zone_day = session.get_one(ZoneDay, zone_day_id)
        runs = {run.shift_id: run for run in current_runs(session, zone_day)}
        shifts = session.execute(
            select(Shift.id, Shift.driver_id)
            .where(Shift.id.in_(runs), Shift.driver_id.is_not(None))
            .order_by(Shift.id)
        ).all()
        bookings = session.execute(
            select(Booking.id, Booking.person_id, Booking.promised_earliest).where(
                Booking.zone_day_id == zone_day_id,
                Booking.__table__.c.status == BookingStatus.BOOKED.value,
            )
        ).all()
        earliest = {row.id: row.promised_earliest for row in bookings}
        coming = frozenset(row.id for row in bookings if row.person_id in sure)
        day = zone_day.service_date
    return day, [Due(runs[row.id], row.id, row.driver_id, earliest, coming) for row in shifts]


def _events(due: Due, day: date) -> Iterator[Event]:
    """Arrived, boarded or not there, dropped off: a few minutes late, as buses are."""
    random = Random(f"{due.shift_id} {day}")  # noqa: S311 - a story, not a secret
    late, missing = random.randint(0, 2), set[int]()
    clock = moment(day, 0)
    for stop in due.run.stops:
        booking = stop.booking_id
        if booking is None or booking not in due.earliest or booking in missing:
            continue
        late = max(0, min(LATE_AT_MOST, late + random.choice(STEPS)))
        clock = max(clock, moment(day, stop.start + late * 60)) + timedelta(seconds=5)
        if stop.action == "dropoff":
            yield _event(due, booking, "dropped_off", clock)
            continue
        yield _event(due, booking, "arrived", clock)
        if booking not in due.sure and random.random() < NOT_THERE:
            missing.add(booking)
            clock = max(clock, due.earliest[booking]) + WAITED
            yield _event(due, booking, "no_show", clock)
        else:
            clock += timedelta(seconds=max(30, stop.departure - stop.start - 20))
            yield _event(due, booking, "boarded", clock)


def _event(due: Due, booking: int, kind: str, at: datetime) -> Event:
    return Event(f"sample-{due.shift_id}-{booking}-{kind}", due.shift_id, booking, kind, at)
