"""The nightly batch: whom the vehicles can carry, decided together, and everybody told.

For zones in batch mode. Requests wait until the evening before; then OR-Tools and
the search choose, by priority and fairness, and each gets a promise or a refusal
with its reason in the same transaction as the message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import PromiseBroken
from booking.domain.service_day import local, moment, today
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import PurposeKind
from booking.models import Booking, JourneyRequest, Refusal, Zone, ZoneDay
from booking.services.day import load_day
from booking.services.editing import Edit, edit_day
from booking.services.history import move
from booking.services.matrix import look_up
from booking.services.notify import write_message
from booking.services.problem import DayProblem, as_it_can_be, day_problem
from booking.services.zone_days import ensure_zone_day
from routing.model import Action, Plan, Problem
from routing.optimise import Stop, solve

BATCH_HOUR: Final = 17
"""From five in the afternoon the day after is decided."""
PURPOSE_WEIGHT: Final = {
    PurposeKind.APPOINTMENT: 3.0,
    PurposeKind.SESSION: 2.0,
    PurposeKind.OTHER: 1.0,
}
REFUSED_BEFORE_WEIGHT: Final = 1.0
"""Added for each refusal in the last sixty days: fair shares instead of first come."""
FAIR_DAYS: Final = 60
WORDS: Final = (
    "More people asked for the bus that day than it can carry, and there was no room left. "
    "You will be among the first next time."
)


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many requests of a zone-day were promised a bus, and how many could not be."""

    zone_day_id: int
    promised: int
    refused: int


def run_batches(ctx: Context, *, now: datetime) -> list[BatchOutcome]:
    """Decide tomorrow for every zone in batch mode that has not been decided yet."""
    if local(now).hour < BATCH_HOUR:
        return []
    day = today(now) + timedelta(days=1)
    with ctx.db.writing() as session:
        zones = session.scalars(select(Zone.id).where(Zone.mode == "batch")).all()
        due = [ensure_zone_day(session, zone, day) for zone in zones]
    outcomes = [decide(ctx, zone_day_id, now=now) for zone_day_id in due]
    return [outcome for outcome in outcomes if outcome is not None]


def decide(
    ctx: Context, zone_day_id: int, *, now: datetime, seconds: float | None = None
) -> BatchOutcome | None:
    """Decide one zone-day; None when it was decided before or changed while we solved.

    Changed days are tried again at the next sweep: nobody is told anything until
    the whole decision stands.
    """
    with ctx.db.reading() as session:
        zone_day = session.get_one(ZoneDay, zone_day_id)
        if zone_day.batched_at is not None:
            return None
        day = load_day(session, zone_day, with_waiting=True)
        weights = _weights(session, zone_day_id, now)
    made = day_problem(day, look_up(ctx.travel_times, day.points), now)
    problem = _weighted(made, weights)
    stop = Stop(seconds=ctx.settings.plan_seconds if seconds is None else seconds)
    plan = solve(problem, stop, seed=day.version, start=made.plan).plan

    def publish(edit: Edit) -> BatchOutcome | None:
        same = edit.made.booking_ids == made.booking_ids and edit.day.version == day.version
        if edit.zone_day.batched_at is not None or not same:
            return None
        return _publish(edit, plan, problem)

    return edit_day(ctx, zone_day_id, publish, now=now, with_waiting=True)


def _publish(edit: Edit, plan: Plan, problem: Problem) -> BatchOutcome | None:
    starts = {
        edit.made.booking_ids[visit.index]: visit.start
        for route in plan.routes
        for visit in route.visits
        if visit.action is Action.PICKUP
    }
    waiting = _waiting(edit)
    try:
        edit.publish(plan, problem, edit.made.booking_ids, "batch")
    except PromiseBroken:
        return None
    promised = 0
    for request in waiting:
        served = all(booking.id in starts for booking in request.bookings)
        promised += served
        if served:
            _promise(edit, request, starts)
        else:
            _refuse(edit, request)
    edit.zone_day.batched_at = edit.now
    return BatchOutcome(edit.zone_day.id, promised, len(waiting) - promised)


def _waiting(edit: Edit) -> list[JourneyRequest]:
    found = edit.session.scalars(
        select(JourneyRequest).where(
            JourneyRequest.zone_day_id == edit.zone_day.id,
            JourneyRequest.status == RequestStatus.WAITING.value,
        )
    )
    return list(found.unique())


def _promise(edit: Edit, request: JourneyRequest, starts: dict[int, int]) -> None:
    """The promise is a window around the planned time, inside what was wished."""
    window = timedelta(minutes=edit.zone_day.zone.window_minutes)
    for booking in request.bookings:
        planned = moment(edit.day.day, starts[booking.id])
        first = booking.wished_earliest or planned
        last = booking.wished_latest or planned
        booking.promised_earliest = max(first, planned - window / 2)
        booking.promised_latest = min(last, booking.promised_earliest + window)
        move(edit.session, booking, BookingStatus.BOOKED, by="batch", now=edit.now)
    request.status = RequestStatus.BOOKED.value
    edit.session.flush()
    write_message(edit.session, request.person, request, "booked", now=edit.now)


def _refuse(edit: Edit, request: JourneyRequest) -> None:
    for booking in request.bookings:
        move(edit.session, booking, BookingStatus.REFUSED, by="batch", now=edit.now)
    request.status = RequestStatus.REFUSED.value
    edit.session.add(
        Refusal(
            request_id=request.id,
            zone_id=request.zone_id,
            village=request.person.village,
            rule="capacity",
            words=WORDS,
            created_at=edit.now,
        )
    )
    write_message(edit.session, request.person, request, "batch_refused", now=edit.now)


def _weighted(made: DayProblem, weights: dict[int, float]) -> Problem:
    problem = as_it_can_be(made)
    requests = tuple(
        request
        if request.required
        else replace(request, refusal_cost=request.refusal_cost * weights.get(booking, 1.0))
        for request, booking in zip(problem.requests, made.booking_ids, strict=True)
    )
    return replace(problem, requests=requests)


def _weights(session: Session, zone_day_id: int, now: datetime) -> dict[int, float]:
    """booking id → how much it weighs to be left out."""
    rows = session.execute(
        select(Booking.id, JourneyRequest.purpose, JourneyRequest.person_id)
        .join(JourneyRequest, JourneyRequest.id == Booking.request_id)
        .where(
            Booking.zone_day_id == zone_day_id,
            Booking.status == BookingStatus.WAITING.value,
        )
    ).all()
    refused = _refused_before(session, {row.person_id for row in rows}, now)
    return {
        row.id: PURPOSE_WEIGHT[PurposeKind(row.purpose)]
        + REFUSED_BEFORE_WEIGHT * refused.get(row.person_id, 0)
        for row in rows
    }


def _refused_before(session: Session, people: set[int], now: datetime) -> dict[int, int]:
    rows = session.execute(
        select(JourneyRequest.person_id, func.count(Refusal.id))
        .join(Refusal, Refusal.request_id == JourneyRequest.id)
        .where(
            JourneyRequest.person_id.in_(people),
            Refusal.created_at > now - timedelta(days=FAIR_DAYS),
        )
        .group_by(JourneyRequest.person_id)
    )
    return {row[0]: row[1] for row in rows}
