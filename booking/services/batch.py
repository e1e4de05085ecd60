"""The nightly batch: whom the vehicles can carry, decided together, and everybody told.

For zones in batch mode. Requests wait until the evening before; then OR-Tools and
the search choose, by priority and fairness, and each gets a promise or a refusal
with its reason in the same transaction as the message.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.batch_time import last_due
from booking.domain.booking_rules import Broken
from booking.domain.errors import PromiseBroken
from booking.domain.needs import Party
from booking.domain.obstacles import no_buses
from booking.domain.offers import latest_arrival, promised_window
from booking.domain.service_day import moment, seconds_into, today
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.words import day as day_in_words
from booking.models import Booking, JourneyRequest, Refusal, ZoneDay
from booking.services.cancel import release_replaced
from booking.services.day import Day, load_day
from booking.services.editing import Edit, edit_day
from booking.services.fairness import FAIR, FairShares, weights_of
from booking.services.history import move
from booking.services.leg_fare import leg_fare
from booking.services.matrix import PlaceMatrix, look_up
from booking.services.notify import write_message
from booking.services.problem import DayProblem, as_it_can_be, day_problem
from booking.services.replacing import (
    not_begun,
    standing_before,
    stays_words,
    zone_days_behind,
)
from booking.services.stranded import tell_bus_found
from routing.model import Action, Plan, Problem
from routing.optimise import Stop, solve

_log = logging.getLogger(__name__)

FULL: Final = Broken(
    "capacity",
    "More people asked for the bus that day than it can carry, and there was no room left. "
    "You will be among the first next time.",
)


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many requests of a zone-day were promised a bus, and how many could not be."""

    zone_day_id: int
    promised: int
    refused: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Whom the solver would carry on the day as it was read; `plan` is None with nobody to place.

    `made` is the day without the requests `aside`, which no bus could take.
    """

    day: Day
    made: DayProblem
    problem: Problem
    plan: Plan | None
    aside: frozenset[int]


def run_batches(ctx: Context, *, now: datetime) -> list[BatchOutcome]:
    """Decide every day whose time has come and for which somebody still waits.

    A batch that was missed is made up for. One zone-day that cannot be decided is
    logged and tried again at the next sweep; the others do not wait for it.
    """
    outcomes = [_decide_alone(ctx, zone_day_id, now) for zone_day_id in _due(ctx, now)]
    return [outcome for outcome in outcomes if outcome is not None]


def decide_if_due(ctx: Context, zone_day_id: int, *, now: datetime) -> BatchOutcome | None:
    """Decide this zone-day if its time has come and somebody still waits; else None."""
    return _decide_alone(ctx, zone_day_id, now) if is_due(ctx, zone_day_id, now) else None


def is_due(ctx: Context, zone_day_id: int, now: datetime) -> bool:
    """Whether somebody waits on that zone-day whose time has come."""
    return zone_day_id in _due(ctx, now)


def _due(ctx: Context, now: datetime) -> list[int]:
    """Zone-days from today on with people waiting, their time come: whatever the zone's mode now.

    Who was told to wait is told the answer, also when the zone went over to instant mode.
    """
    with ctx.db.reading() as session:
        found = session.scalars(
            select(ZoneDay.id)
            .join(Booking, Booking.zone_day_id == ZoneDay.id)
            .where(
                Booking.status == BookingStatus.WAITING.value,
                ZoneDay.batched_at.is_(None),
                ZoneDay.service_date.between(today(now), last_due(now)),
            )
            .distinct()
            .order_by(ZoneDay.id)
        )
        return list(found)


def _decide_alone(ctx: Context, zone_day_id: int, now: datetime) -> BatchOutcome | None:
    try:
        return decide(ctx, zone_day_id, now=now)
    except Exception:  # noqa: BLE001 - whatever it is, it is this zone's alone
        _log.exception("The batch of zone-day %s failed and will be tried again", zone_day_id)
        return None


def decide(
    ctx: Context,
    zone_day_id: int,
    *,
    now: datetime,
    stop: Stop | None = None,
    shares: FairShares = FAIR,
) -> BatchOutcome | None:
    """Decide one zone-day; None when it was decided before or changed while we solved.

    Changed days are tried again at the next sweep: nobody is told anything until
    the whole decision stands. `stop` ends the search; without it the settings' seconds do.
    """
    with ctx.db.reading() as session:
        zone_day = session.get_one(ZoneDay, zone_day_id)
        if zone_day.batched_at is not None:
            return None
        day = load_day(session, zone_day, with_waiting=True)
        weights = weights_of(session, zone_day_id, now, shares)
        behind = _behind(session, day)
    stop = stop or Stop(seconds=ctx.settings.plan_seconds)
    draft = _draft(day, look_up(ctx.travel_times, day.points), weights, now, stop)

    def publish(edit: Edit) -> BatchOutcome | None:
        if edit.zone_day.batched_at is not None or edit.day != day:
            return None
        return _publish(edit, draft)

    return edit_day(ctx, zone_day_id, publish, now=now, with_waiting=True, also=behind)


def _behind(session: Session, day: Day) -> set[int]:
    """The zone-days of what the waiting requests are to replace."""
    waiting = {b.request_id for b in day.bookings if b.status is BookingStatus.WAITING}
    return {zone_day for request in waiting for zone_day in zone_days_behind(session, request)}


def _draft(
    day: Day, matrix: PlaceMatrix, weights: dict[int, float], now: datetime, stop: Stop
) -> Draft:
    made = day_problem(day, matrix, now)
    left = [b.request_id for b in made.day.bookings if b.status is BookingStatus.WAITING]
    waiting = {b.request_id for b in day.bookings if b.status is BookingStatus.WAITING}
    problem = _weighted(made, weights)
    plan = None
    if left:
        plan = solve(problem, stop, seed=day.version, start=made.plan).plan
    return Draft(day, made, problem, plan, frozenset(waiting.difference(left)))


def _publish(edit: Edit, draft: Draft) -> BatchOutcome | None:
    starts = _starts(draft)
    waiting = _waiting(edit)
    if draft.plan is not None:
        try:
            whole = replace(edit, made=draft.made)
            whole.publish(draft.plan, draft.problem, draft.made.booking_ids, "batch")
        except PromiseBroken:
            return None
        # Who waits is told below; here whoever had lost their bus and has one again.
        tell_bus_found(edit.session, edit.zone_day, before=edit.made.day.runs, now=edit.now)
    promised = 0
    for request in waiting:
        served = all(booking.id in starts for booking in _legs(request))
        promised += served
        if served:
            _promise(edit, request, starts)
        else:
            _refuse(edit, request, _why(edit, request, draft))
    edit.zone_day.batched_at = edit.now
    return BatchOutcome(edit.zone_day.id, promised, len(waiting) - promised)


def _starts(draft: Draft) -> dict[int, int]:
    """booking id → when it is picked up, in seconds of the day."""
    return {
        draft.made.booking_ids[visit.index]: visit.start
        for route in (draft.plan.routes if draft.plan else ())
        for visit in route.visits
        if visit.action is Action.PICKUP
    }


def _why(edit: Edit, request: JourneyRequest, draft: Draft) -> Broken:
    """The rule that kept a request out."""
    day, zone = edit.day.day, edit.zone_day.zone
    if not draft.day.shifts:
        return no_buses(zone.name, day)
    if request.id not in draft.aside:
        return FULL
    return Broken(
        "vehicle", f"No bus that could take you is out in {zone.name} on {day_in_words(day)}."
    )


def _waiting(edit: Edit) -> list[JourneyRequest]:
    found = edit.session.scalars(
        select(JourneyRequest).where(
            JourneyRequest.zone_day_id == edit.zone_day.id,
            JourneyRequest.status == RequestStatus.WAITING.value,
        )
    )
    return list(found.unique())


def _legs(request: JourneyRequest) -> list[Booking]:
    """What there is to decide: a direction that was cancelled meanwhile is not."""
    return [b for b in request.bookings if b.status == BookingStatus.WAITING.value]


def _promise(edit: Edit, request: JourneyRequest, starts: dict[int, int]) -> None:
    """The promise is a window around the planned time, inside what was wished.

    The fare is that of the time they are given, and never more than was said when they
    asked: they took the offer for that, and did not choose the hour.
    """
    for booking in _legs(request):
        _promise_times(edit, booking, starts[booking.id])
        booking.fare_pence = min(booking.fare_pence, _fare(edit, request, booking))
        move(edit.session, booking, BookingStatus.BOOKED, by="batch", now=edit.now)
    request.status = RequestStatus.BOOKED.value
    before = _replaceable(edit, request)
    for old in before:
        release_replaced(edit.session, old, request, by="batch", now=edit.now)
    edit.session.flush()
    kind = "changed" if before else "booked"
    write_message(edit.session, request.person, request, kind, now=edit.now)


def _promise_times(edit: Edit, booking: Booking, planned: int) -> None:
    """When the bus comes, and by when they are there: never later than was said."""
    day = edit.day.day
    assert booking.wished_earliest is not None
    assert booking.wished_latest is not None
    earliest, latest = promised_window(
        planned,
        seconds_into(day, booking.wished_earliest),
        seconds_into(day, booking.wished_latest),
        edit.zone_day.zone.window_minutes * 60,
    )
    booking.promised_earliest = moment(day, earliest)
    booking.promised_latest = moment(day, latest)
    if booking.promised_arrival is not None:
        said = seconds_into(day, booking.promised_arrival)
        there = latest_arrival(latest, booking.boarding_seconds, booking.ride_limit_seconds, said)
        booking.promised_arrival = moment(day, there)


def _fare(edit: Edit, request: JourneyRequest, booking: Booking) -> int:
    """What the direction costs at its promised time."""
    assert booking.promised_latest is not None
    return leg_fare(
        Party.from_json(booking.party),
        edit.day.day,
        booking.promised_latest,
        edit.zone_day.zone.fares,
        pass_wheelchair=request.person.pass_holder,
    )


def _refuse(edit: Edit, request: JourneyRequest, why: Broken) -> None:
    for booking in _legs(request):
        move(edit.session, booking, BookingStatus.REFUSED, by="batch", now=edit.now)
    request.status = RequestStatus.REFUSED.value
    edit.session.add(
        Refusal(
            request_id=request.id,
            zone_id=request.zone_id,
            village=request.person.village,
            rule=why.rule,
            words=why.words,
            created_at=edit.now,
        )
    )
    told = f"{why.words} {stays_words(_replaceable(edit, request))}"
    write_message(edit.session, request.person, request, "batch_refused", now=edit.now, why=told)


def _replaceable(edit: Edit, request: JourneyRequest) -> list[JourneyRequest]:
    """The promised journeys it is to replace, as far as they have not begun."""
    return [old for old in standing_before(edit.session, request) if not_begun(old, edit.now)]


def _weighted(made: DayProblem, weights: dict[int, float]) -> Problem:
    problem = as_it_can_be(made)
    requests = tuple(
        request
        if request.required
        else replace(request, refusal_cost=request.refusal_cost * weights.get(booking, 1.0))
        for request, booking in zip(problem.requests, made.booking_ids, strict=True)
    )
    return replace(problem, requests=requests)
