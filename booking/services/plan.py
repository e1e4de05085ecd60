"""Re-optimise a zone-day in the background and publish the better plan.

The solver runs outside any transaction on the plan of version v. Its plan is
published only onto the version in force at that moment: if somebody booked or
cancelled meanwhile, the plan is rebased first, and dropped when it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import or_, select, update

from booking.adapters.task_queue import TaskQueue
from booking.adapters.travel_times import trouble
from booking.context import Context
from booking.domain.errors import NotFound, PromiseBroken
from booking.domain.rates import RATES
from booking.domain.words import count_of
from booking.models import ZoneDay
from booking.services.batch import decide_if_due, is_due
from booking.services.day import Day, load_day
from booking.services.editing import Edit, edit_day
from booking.services.matrix import look_up
from booking.services.plan_request import PLAN_TASK, WAITING_WORDS, request_planning
from booking.services.planning_claim import Searching, claim, reporter, unclaim
from booking.services.problem import DayProblem, as_it_can_be, day_problem
from booking.services.rebase import rebase
from booking.services.stranded import tell_bus_found
from routing.cost import cost
from routing.errors import IllegalPlan, InvalidProblem
from routing.model import Action
from routing.optimise import Result, Stop, solve

__all__ = ["PlanOutcome", "plan_if_wanted", "plan_zone_day", "request_planning", "sweep"]

REST_SECONDS: Final = 60
"""So long nobody tries a day again whose planning failed."""
QUIET_SECONDS: Final = 10
"""A day is planned once nobody has changed it for so long."""
TOO_LATE_WORDS: Final = "A bus is too late to keep its times: nothing was moved."
WRONG_WORDS: Final = {
    "window": "somebody cannot be there by the time they were promised",
    "ride limit": "somebody will be on the bus for longer than they should be",
    "capacity": "somebody fits on no bus",
}
"""What the operator reads, by the rule of a problem that is broken."""


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What came of a planning: published, kept (nothing better), busy or nothing."""

    outcome: str
    version: int
    cost_before: float = 0.0
    cost_after: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A better plan, made for the day as it was, not yet published."""

    version: int
    runs_by_booking: tuple[tuple[int, tuple[tuple[str, int | None], ...]], ...]
    """Per shift id the visits in order, as (action, booking id)."""
    is_best: bool
    """Whether it is proven that no plan of that day costs less."""


def plan_zone_day(
    ctx: Context,
    zone_day_id: int,
    *,
    now: datetime,
    seconds: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> PlanOutcome:
    """Plan that zone-day again. Safe to run any number of times, also at once.

    Whoever comes second while a planning runs is told `busy`; a claim left by a
    worker that died runs out by itself.
    """
    seconds = ctx.settings.plan_seconds if seconds is None else seconds
    token = uuid4().hex
    # A late batch is decided first.
    late = ctx.settings.plan_seconds if is_due(ctx, zone_day_id, now) else 0.0
    if not claim(ctx, zone_day_id, token, now, spare=2 * late):
        return PlanOutcome("busy", 0)
    decided = decide_if_due(ctx, zone_day_id, now=now, token=token)
    try:
        stop = Stop(seconds=seconds)
        searching = Searching("Looking for better runs", stop, progress, spare=2 * late)
        outcome = _plan(ctx, zone_day_id, token, now, searching)
    except Exception:
        _rest(ctx, zone_day_id, token, now)
        raise
    note = f"{decided.words if decided else ''} {trouble(ctx.travel_times)}".strip()
    unclaim(ctx, zone_day_id, token, note)
    return outcome


def plan_if_wanted(ctx: Context, zone_day_id: int, *, now: datetime) -> PlanOutcome:
    """What a worker does: a day that was planned meanwhile is left alone.

    The sweep sends a task again until the day is planned, so there are often several.
    """
    with ctx.db.reading() as session:
        zone_day = session.get(ZoneDay, zone_day_id)
        wanted = zone_day is not None and zone_day.wants_planning_since is not None
        version = zone_day.version if zone_day else 0
    if not wanted:
        _clear_waiting(ctx, zone_day_id)
        return PlanOutcome("nothing", version)
    return plan_zone_day(ctx, zone_day_id, now=now)


def sweep(ctx: Context, queue: TaskQueue, *, now: datetime) -> int:
    """Send a planning task for every day that has wanted one for a while; returns how many.

    Runs every few seconds: the database knows what is to be done, so a task that
    was lost is simply sent again.
    """
    quiet = now - timedelta(seconds=QUIET_SECONDS)
    with ctx.db.reading() as session:
        due = session.scalars(
            select(ZoneDay.id).where(
                ZoneDay.wants_planning_since < quiet,
                ZoneDay.service_date >= (now - timedelta(days=1)).date(),
                or_(ZoneDay.planning_until.is_(None), ZoneDay.planning_until < now),
            )
        ).all()
    for zone_day_id in due:
        queue.send(PLAN_TASK, zone_day_id)
    return len(due)


def _rest(ctx: Context, zone_day_id: int, token: str, now: datetime) -> None:
    """Keep the claim for a while: what failed just now would only fail again."""
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(ZoneDay.id == zone_day_id, ZoneDay.planning_by == token)
            .values(
                planning_until=now + timedelta(seconds=REST_SECONDS),
                planning_percent=None,
                planning_progress="Planning failed and will be tried again in a minute.",
            )
        )


def _clear_waiting(ctx: Context, zone_day_id: int) -> None:
    """Another planning has done what was asked for: nobody waits for a worker any more."""
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(
                ZoneDay.id == zone_day_id,
                ZoneDay.wants_planning_since.is_(None),
                ZoneDay.planning_progress == WAITING_WORDS,
            )
            .values(planning_progress="")
        )


def _plan(
    ctx: Context,
    zone_day_id: int,
    token: str,
    now: datetime,
    searching: Searching,
) -> PlanOutcome:
    day = _read(ctx, zone_day_id)
    if not day.bookings or not day.shifts:
        return _nothing(ctx, zone_day_id, day)
    matrix = look_up(ctx.travel_times, day.points)
    made = day_problem(day, matrix, now)
    report = reporter(ctx, zone_day_id, token, now, searching, len(made.booking_ids))
    try:
        result = solve(
            as_it_can_be(made),
            searching.stop,
            seed=day.version,
            start=made.plan,
            progress=report,
        )
    except IllegalPlan:
        return _give_up(ctx, zone_day_id, day, TOO_LATE_WORDS)
    except InvalidProblem as error:
        return _give_up(ctx, zone_day_id, day, what_is_wrong(error))
    draft = _draft(made, result)
    return edit_day(ctx, zone_day_id, lambda edit: _publish(edit, draft), now=now)


def _read(ctx: Context, zone_day_id: int) -> Day:
    with ctx.db.reading() as session:
        zone_day = session.get(ZoneDay, zone_day_id)
        if zone_day is None:
            raise NotFound("We have no such day.")
        return load_day(session, zone_day)


def _nothing(ctx: Context, zone_day_id: int, day: Day) -> PlanOutcome:
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(ZoneDay.id == zone_day_id, ZoneDay.version == day.version)
            .values(wants_planning_since=None, planning_progress="Nothing to plan.")
        )
    return PlanOutcome("nothing", day.version)


def _give_up(ctx: Context, zone_day_id: int, day: Day, words: str) -> PlanOutcome:
    """This day cannot be planned as it is: nothing is moved until somebody has decided.

    Whoever changed the day meanwhile still wants it planned.
    """
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(ZoneDay.id == zone_day_id, ZoneDay.version == day.version)
            .values(wants_planning_since=None, planning_progress=words)
        )
    return PlanOutcome("kept", day.version)


def what_is_wrong(error: InvalidProblem) -> str:
    """Why the day makes no problem that can be solved, for the operator."""
    what = WRONG_WORDS.get(error.rule, "something does not add up")
    return f"Nothing was moved: {what} ({error.subject.replace('request', 'booking')})."


def _draft(made: DayProblem, result: Result) -> Draft:
    runs = tuple(
        (
            made.day.shifts[route.vehicle].id,
            tuple(
                (
                    visit.action.value,
                    None if visit.action is Action.BREAK else made.booking_ids[visit.index],
                )
                for visit in route.visits
            ),
        )
        for route in result.plan.routes
    )
    return Draft(made.day.version, runs, result.is_best)


def _publish(edit: Edit, draft: Draft) -> PlanOutcome:
    """Put the draft onto the version in force, if it is legal there and better."""
    before = cost(edit.made.problem, edit.made.plan).total
    version = edit.zone_day.version
    plan = rebase(edit.made, draft.runs_by_booking)
    changed_since = edit.zone_day.version != draft.version
    if not changed_since:
        edit.zone_day.wants_planning_since = None
    if plan is None and edit.made.unwritten:
        plan = edit.made.plan
    after = before if plan is None else cost(edit.made.problem, plan).total
    if plan is None or (after > before - RATES.least_saving and not edit.made.unwritten):
        is_best = draft.is_best and not changed_since
        edit.zone_day.planning_progress = _kept_words(len(edit.made.plan.unserved), is_best)
        return PlanOutcome("kept", version, before, before)
    try:
        edit.publish(plan, edit.made.problem, edit.made.booking_ids, "optimised")
    except PromiseBroken:
        edit.zone_day.planning_progress = "The plan found would have broken a promise: not used."
        return PlanOutcome("kept", version, before, before)
    tell_bus_found(edit.session, edit.zone_day, before=edit.made.day.runs, now=edit.now)
    found = len(edit.made.plan.unserved) - len(plan.unserved)
    words = _gain_words(found, before - after)
    if draft.is_best and not changed_since:
        words += " No runs can be better for that day as it is."
    edit.zone_day.planning_progress = words
    return PlanOutcome("published", edit.zone_day.version, before, after)


def _kept_words(without: int, is_best: bool) -> str:
    """The runs are as good as can be found, or can be; who has no bus has none now either."""
    left = f" {count_of(without, 'journey has', 'journeys have')} no bus." if without else ""
    if is_best:
        return f"The runs stay as they are: no others can be better.{left}"
    return f"No better runs found: they stay as they are.{left}"


def _gain_words(found: int, saved: float) -> str:
    """What a planning was good for: somebody who had no bus counts before any money."""
    if found > 0:
        return f"Found a bus for {count_of(found, 'journey', 'journeys')} that had none."
    if saved >= RATES.least_saving:
        return f"Found better runs: they save £{saved:.2f}."
    return "Everybody who is on a bus is in its run now."
