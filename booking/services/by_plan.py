"""Who is taken to have travelled though nobody reported it: many drivers work from paper. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from booking.domain.plan_record import Run
from booking.domain.run_times import expected_starts
from booking.domain.service_day import seconds_into
from booking.domain.statuses import BookingStatus
from booking.services.day import Day
from booking.services.legs import OVER_AFTER
from booking.services.so_far import reported_of

SET_DOWN_FOR: Final = timedelta(hours=1)
"""So long after they were to be set down nobody stands at their stop for that bus any more."""


def went_by_plan(day: Day, run: Run, now: datetime) -> frozenset[int]:
    """The bookings of a run that nothing was reported of, and that went by plan.

    Who was to be set down a short while ago may still be waiting for a bus that is late.
    Where a driver reports, so may everybody after the last report, until their journey
    is over.
    """
    clock = seconds_into(day.day, now)
    reported = reported_of(day, run.shift_id)
    expected = expected_starts(run.stops, reported, clock if reported else None)
    before = clock - SET_DOWN_FOR.total_seconds()
    set_down = {
        stop.booking_id
        for stop, at in zip(run.stops, expected, strict=True)
        if stop.action == "dropoff" and at < before
    }
    carried = {stop.booking_id for stop in run.stops}
    return frozenset(
        booking.id
        for booking in day.bookings
        if booking.id in carried
        and booking.status is BookingStatus.BOOKED
        and (
            booking.id in set_down
            or (booking.arrive_by is not None and now > booking.arrive_by + OVER_AFTER)
        )
    )


def only(run: Run, booking_ids: frozenset[int]) -> Run:
    """The run with nobody else's stops in it."""
    stops = tuple(stop for stop in run.stops if stop.booking_id in booking_ids)
    return Run(run.shift_id, run.start, run.end, stops)
