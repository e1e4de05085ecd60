"""The nightly batch: whom the vehicles can carry, decided together, and everybody told.

For zones in batch mode. Requests wait until the evening before; then OR-Tools and
the search choose, by priority and fairness, and each gets a promise or a refusal
with its reason in the same transaction as the message.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.alternative_words import instead_words
from booking.domain.batch_time import last_due
from booking.domain.errors import PromiseBroken
from booking.domain.service_day import today
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.words import count_of
from booking.models import Booking, JourneyRequest, Refusal, ZoneDay
from booking.services.batch_day import starts_of
from booking.services.batch_promise import fare_of, promise_times
from booking.services.batch_reasons import Decision, TurnedAway, turn_away
from booking.services.cancel import release_replaced
from booking.services.day import Day, load_day
from booking.services.editing import Edit, edit_day
from booking.services.fairness import FAIR, FairShares, weights_of
from booking.services.history import move
from booking.services.matrix import PlaceMatrix, look_up
from booking.services.notify import write_message
from booking.services.offer import offer_of
from booking.services.planning_claim import PROGRESS_LENGTH, Searching, claimed, reporter
from booking.services.problem import DayProblem, as_it_can_be, day_problem
from booking.services.replacing import (
    not_begun,
    standing_before,
    stays_words,
    zone_days_behind,
)
from booking.services.stranded import tell_bus_found
from booking.services.unkeepable import set_aside_words, what_can_be_kept
from routing.errors import IllegalPlan, InvalidProblem
from routing.model import Problem
from routing.optimise import Report, Stop, solve

_log = logging.getLogger(__name__)

NOTHING_DECIDED: Final = (
    "Nobody who waits was decided: a run cannot be kept. "
    "Withdraw that bus or put another on, then plan now."
)
"""Short enough to stand behind what a planning says of that run."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many requests of a zone-day were promised a bus, and how many could not be."""

    zone_day_id: int
    promised: int
    refused: int
    set_aside: tuple[str, ...] = ()
    """Buses that nobody was put on: they cannot keep what they are to drive already."""
    stuck: bool = False
    """Whether nobody could be decided, and it is the operator who has to do something."""

    @property
    def words(self) -> str:
        """What became of those who waited, for the operator."""
        if self.stuck:
            return NOTHING_DECIDED
        waited = count_of(self.promised + self.refused, "request")
        decided = f"Decided {waited} that waited: {self.promised} promised a bus."
        return f"{decided} {set_aside_words(self.set_aside)}".strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """Whom the solver would carry on the day as it was read, and what the others are told.

    The problem is that of the day without the requests `aside`, which no bus could take.
    """

    decision: Decision
    turned_away: dict[int, TurnedAway]
    set_aside: tuple[str, ...] = ()


def run_batches(ctx: Context, *, now: datetime) -> list[BatchOutcome]:
    """Decide every day whose time has come and for which somebody still waits.

    A batch that was missed is made up for. One zone-day that cannot be decided is
    logged and tried again at the next sweep; the others do not wait for it.
    """
    begun = monotonic()
    outcomes = []
    for zone_day_id in _due(ctx, now):
        # A search takes its time: for the next day it is later by then, and what it says
        # of how long it will be heard of would otherwise be over as soon as it is written.
        later = timedelta(seconds=int(monotonic() - begun))
        outcomes.append(_decide_alone(ctx, zone_day_id, now + later))
    return [outcome for outcome in outcomes if outcome is not None and not outcome.stuck]


def decide_if_due(
    ctx: Context, zone_day_id: int, *, now: datetime, token: str | None = None
) -> BatchOutcome | None:
    """Decide this zone-day if its time has come and somebody still waits; else None.

    `token` is that of the planning which does it, if one does.
    """
    return _decide_alone(ctx, zone_day_id, now, token) if is_due(ctx, zone_day_id, now) else None


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


def _decide_alone(
    ctx: Context, zone_day_id: int, now: datetime, token: str | None = None
) -> BatchOutcome | None:
    try:
        return decide(ctx, zone_day_id, now=now, token=token)
    except (IllegalPlan, InvalidProblem):
        _log.exception("The batch of zone-day %s waits for the operator", zone_day_id)
        _turn_to_operator(ctx, zone_day_id)
        return BatchOutcome(zone_day_id, 0, 0, stuck=True)
    except Exception:  # noqa: BLE001 - whatever it is, it is this zone's alone
        _log.exception("The batch of zone-day %s failed and will be tried again", zone_day_id)
        return None


def _turn_to_operator(ctx: Context, zone_day_id: int) -> None:
    """Say on the board that those who wait go on waiting, and what would help."""
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(ZoneDay.id == zone_day_id)
            .values(planning_progress=NOTHING_DECIDED)
        )


def decide(
    ctx: Context,
    zone_day_id: int,
    *,
    now: datetime,
    stop: Stop | None = None,
    shares: FairShares = FAIR,
    token: str | None = None,
) -> BatchOutcome | None:
    """Decide one zone-day; None when it was decided before or changed while we solved.

    Changed days are tried again at the next sweep: nobody is told anything until
    the whole decision stands. `stop` ends the search; without it the settings' seconds do.
    How far it is stands on the operator's screen, under the `token` of a planning that does
    it or one of its own.
    """
    with ctx.db.reading() as session:
        zone_day = session.get_one(ZoneDay, zone_day_id)
        if zone_day.batched_at is not None:
            return None
        day = load_day(session, zone_day, with_waiting=True)
        weights = weights_of(session, zone_day_id, now, shares)
        behind = _behind(session, day)
    stop = stop or Stop(seconds=ctx.settings.plan_seconds)
    matrix = look_up(ctx.travel_times, day.points)
    with claimed(ctx, zone_day_id, token, now) as mine:
        # Those who are turned down are answered after the search: that takes time, too.
        searching = Searching("Deciding who can go", stop, spare=stop.seconds or 0.0)
        report = reporter(ctx, zone_day_id, mine, now, searching, len(day.bookings))
        draft = _drafted(ctx, day, matrix, weights, now, stop, report)

    def publish(edit: Edit) -> BatchOutcome | None:
        if edit.zone_day.batched_at is not None or edit.day != day:
            return None
        return _publish(edit, draft)

    return edit_day(ctx, zone_day_id, publish, now=now, with_waiting=True, also=behind)


def _behind(session: Session, day: Day) -> set[int]:
    """The zone-days of what the waiting requests are to replace."""
    waiting = _waiting_ids(day)
    return {zone_day for request in waiting for zone_day in zone_days_behind(session, request)}


def _drafted(
    ctx: Context,
    day: Day,
    matrix: PlaceMatrix,
    weights: dict[int, float],
    now: datetime,
    stop: Stop,
    report: Report,
) -> Draft:
    """The decision; without the buses that cannot keep their runs where the solver says so."""
    try:
        return _draft(ctx, _decision(day, day, matrix, weights, now, stop, report), now)
    except (IllegalPlan, InvalidProblem):
        kept = what_can_be_kept(day, matrix, now)
        if kept is None:
            raise
    decision = _decision(kept.whole, kept.asked, matrix, weights, now, stop, report)
    return replace(_draft(ctx, decision, now), set_aside=kept.buses)


def _decision(
    day: Day,
    asked: Day,
    matrix: PlaceMatrix,
    weights: dict[int, float],
    now: datetime,
    stop: Stop,
    report: Report,
) -> Decision:
    made = day_problem(asked, matrix, now)
    left = {b.request_id for b in made.day.bookings if b.status is BookingStatus.WAITING}
    problem = _weighted(made, weights)
    plan = None
    if left:
        plan = solve(problem, stop, seed=day.version, start=made.plan, progress=report).plan
    waiting = _waiting_ids(day)
    split = frozenset(waiting - _waiting_ids(asked))
    return Decision(day, made, problem, plan, matrix, frozenset(waiting - left), split)


def _waiting_ids(day: Day) -> set[int]:
    """The requests that wait to be decided."""
    return {b.request_id for b in day.bookings if b.status is BookingStatus.WAITING}


def _draft(ctx: Context, decision: Decision, now: datetime) -> Draft:
    """The decision with what those are told whom it leaves out."""
    starts = starts_of(decision.made, decision.plan)
    out = {
        b.request_id
        for b in decision.day.bookings
        if b.status is BookingStatus.WAITING and b.id not in starts
    }
    return Draft(decision, turn_away(ctx, decision, out, now))


def _publish(edit: Edit, draft: Draft) -> BatchOutcome | None:
    decision = draft.decision
    made = decision.made
    starts = starts_of(made, decision.plan)
    waiting = _waiting(edit)
    if decision.plan is not None:
        try:
            whole = replace(edit, made=made)
            whole.publish(decision.plan, decision.problem, made.booking_ids, "batch")
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
            _refuse(edit, request, draft.turned_away[request.id])
    edit.zone_day.batched_at = edit.now
    refused = len(waiting) - promised
    outcome = BatchOutcome(edit.zone_day.id, promised, refused, draft.set_aside)
    edit.zone_day.planning_progress = outcome.words[:PROGRESS_LENGTH]
    return outcome


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
        promise_times(edit, booking, starts[booking.id])
        booking.fare_pence = min(booking.fare_pence, fare_of(edit, request, booking))
        move(edit.session, booking, BookingStatus.BOOKED, by="batch", now=edit.now)
    request.status = RequestStatus.BOOKED.value
    before = _replaceable(edit, request)
    for old in before:
        release_replaced(edit.session, old, request, by="batch", now=edit.now)
    edit.session.flush()
    kind = "changed" if before else "booked"
    write_message(edit.session, request.person, request, kind, now=edit.now)


def _refuse(edit: Edit, request: JourneyRequest, away: TurnedAway) -> None:
    """Tell them why, and what they could have instead: offers of this request, to choose from."""
    why, ways = away.broken, away.ways
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
            alternatives=[way.legs[0].to_json() for way in ways],
            created_at=edit.now,
        )
    )
    first = max((offer.number for offer in request.offers), default=0) + 1
    for number, way in enumerate(ways, start=first):
        edit.session.add(offer_of(request.id, number, way, edit.now))
    told = f"{why.words} {stays_words(_replaceable(edit, request))}".strip()
    write_message(
        edit.session,
        request.person,
        request,
        "batch_refused",
        now=edit.now,
        why=told,
        instead=instead_words(ways),
    )


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
