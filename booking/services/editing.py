"""Change one zone-day under its lock: read afresh, decide, check, write the next plan.

Everything that takes or gives back room in a plan goes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from booking.adapters.travel_times import is_immediate
from booking.context import Context
from booking.domain.errors import Conflict, NotFound, PromiseBroken
from booking.domain.plan_record import Run
from booking.models import ZoneDay
from booking.services.day import Day, Point, load_day
from booking.services.matrix import PlaceMatrix, PlacesMissing, look_up
from booking.services.problem import DayProblem, day_problem, runs_of
from booking.services.zone_days import current_runs, lock_zone_day, write_plan
from routing.checker import Violation, check
from routing.cost import cost
from routing.model import Plan, Problem

TRIES: Final = 20

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Edit:
    """A zone-day under lock: its row, what was read of it, and the problem it makes."""

    session: Session
    zone_day: ZoneDay
    day: Day
    matrix: PlaceMatrix
    made: DayProblem
    now: datetime

    def publish(
        self, plan: Plan, problem: Problem, booking_ids: Sequence[int], reason: str
    ) -> None:
        """Check the whole plan and write it as the next version.

        Raises PromiseBroken when the checker finds anything wrong that is not
        already wrong with the plan in force (a bus that is running late).
        """
        refuse_worse(self.made, plan, problem)
        runs = runs_of(plan, self.made, booking_ids)
        write_plan(
            self.session,
            self.zone_day,
            runs,
            before=self.day.runs,
            reason=reason,
            cost=cost(problem, plan).total,
            now=self.now,
        )


def edit_day(
    ctx: Context,
    zone_day_id: int,
    work: Callable[[Edit], Answer],
    *,
    now: datetime,
    places: Mapping[int, Point] | None = None,
    with_waiting: bool = False,
    also: Collection[int] = (),
    first_look: Callable[[DayProblem, PlaceMatrix], None] | None = None,
) -> Answer:
    """Run `work` on the locked day, in one transaction.

    Travel times are looked up before it begins; should the day gain a place in
    between, the transaction is left, the look-up repeated and `work` begun again.
    `first_look` sees the day before the lock is asked for and may raise: what
    cannot succeed need not queue behind everybody else. `also` are other zone-days
    to lock for the transaction, the lowest id first like everywhere.
    """
    extra = dict(places or {})
    for _ in range(TRIES):
        seen = _read(ctx, zone_day_id, with_waiting)
        matrix = look_up(ctx.travel_times, {**seen.points, **extra})
        if first_look is not None:
            first_look(day_problem(seen, matrix, now, extra_places=tuple(extra)), matrix)
        try:
            with ctx.db.writing() as session:
                locked = {n: lock_zone_day(session, n) for n in sorted({zone_day_id, *also})}
                zone_day = locked[zone_day_id]
                day = load_day(session, zone_day, with_waiting=with_waiting)
                if is_immediate(ctx.travel_times) and not matrix.covers(day.place_ids):
                    matrix = look_up(ctx.travel_times, {**day.points, **extra})
                made = day_problem(day, matrix, now, extra_places=tuple(extra))
                return work(Edit(session, zone_day, day, matrix, made, now))
        except PlacesMissing:
            continue
    raise Conflict("So many people are booking that day that we lost the thread. Please try again.")


def refuse_worse(made: DayProblem, plan: Plan, problem: Problem) -> None:
    """Raise PromiseBroken when `plan` breaks a rule the plan in force does not break."""
    found = check(problem, plan)
    if not found:
        return
    known = {_key(violation) for violation in check(made.problem, made.plan)}
    worse = [violation for violation in found if _key(violation) not in known]
    if worse:
        raise PromiseBroken("; ".join(violation.sentence for violation in worse[:5]))


def drop_from_plan(
    session: Session, zone_day: ZoneDay, booking_ids: frozenset[int], *, reason: str, now: datetime
) -> None:
    """Take bookings out of the current plan; everybody else keeps their times to the second.

    The freed time is put to use by the next planning, not here: cancelling must
    never fail for want of an engine.
    """
    before = current_runs(session, zone_day)
    after = tuple(run for run in (_without(run, booking_ids) for run in before) if run is not None)
    if after != before:
        write_plan(session, zone_day, after, before=before, reason=reason, cost=0.0, now=now)
    zone_day.wants_planning_since = now


def _without(run: Run, booking_ids: frozenset[int]) -> Run | None:
    stops = tuple(stop for stop in run.stops if stop.booking_id not in booking_ids)
    if all(stop.booking_id is None for stop in stops):
        return None
    return Run(run.shift_id, run.start, run.end, stops)


def _read(ctx: Context, zone_day_id: int, with_waiting: bool) -> Day:
    with ctx.db.reading() as session:
        zone_day = session.get(ZoneDay, zone_day_id)
        if zone_day is None:
            raise NotFound("We have no such day.")
        return load_day(session, zone_day, with_waiting=with_waiting)


def _key(violation: Violation) -> tuple[str, str | None, str | None]:
    return (violation.rule, violation.vehicle, violation.request)
