"""A day as the nightly batch leaves it, before that is written: who is taken has a promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from booking.domain.offers import promise_around
from booking.domain.service_day import moment, seconds_into
from booking.domain.statuses import BookingStatus
from booking.services.day import BookingFacts, Day
from booking.services.problem import DayProblem, runs_of
from routing.model import Action, Plan


def starts_of(made: DayProblem, plan: Plan | None) -> dict[int, int]:
    """booking id → when it is picked up, in seconds of the day."""
    return {
        made.booking_ids[visit.index]: visit.start
        for route in (plan.routes if plan else ())
        for visit in route.visits
        if visit.action is Action.PICKUP
    }


def decided_day(day: Day, made: DayProblem, plan: Plan | None, window: int) -> Day:
    """The day with the plan's runs: who waits is promised a window of so many seconds, or gone."""
    starts = starts_of(made, plan)
    bookings = tuple(
        _promised(day.day, booking, starts[booking.id], window)
        if booking.status is BookingStatus.WAITING
        else booking
        for booking in day.bookings
        if booking.status is not BookingStatus.WAITING or booking.id in starts
    )
    runs = day.runs if plan is None else runs_of(plan, made, made.booking_ids)
    return replace(day, bookings=bookings, runs=runs, batched=True)


def _promised(day: date, booking: BookingFacts, planned: int, window: int) -> BookingFacts:
    wished = seconds_into(day, booking.earliest), seconds_into(day, booking.latest)
    on_the_way = booking.boarding_seconds, booking.ride_limit_seconds
    said = seconds_into(day, booking.arrive_by) if booking.arrive_by else planned
    earliest, latest, arrival = promise_around(planned, wished, window, on_the_way, said)
    return replace(
        booking,
        status=BookingStatus.BOOKED,
        earliest=moment(day, earliest),
        latest=moment(day, latest),
        arrive_by=moment(day, arrival) if booking.arrive_by else None,
    )
