"""The whole day again: the best plan that can be found before a stop.

    result = solve(problem, Stop(seconds=10), seed=1)

Two parts: ruin and recreate (`search`), which collects every good route it meets, and
near the end OR-Tools CP-SAT, which puts the best plan together from those routes
(`ortools_models`). Every plan that leaves here has been through the checker.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.breeding import Heats
from routing.checker import check
from routing.cost import cost
from routing.errors import IllegalPlan, RoutingError
from routing.flat import flatten
from routing.model import Plan, Problem
from routing.ortools_models import Effort, route_with_ortools
from routing.rendering import empty_plan, plan_of
from routing.search import orders_of
from routing.team import Team
from routing.validate import validate


@dataclass(frozen=True, slots=True)
class Stop:
    """When to stop: whichever comes first.

    `iterations` counts rounds of ruin and recreate; with it alone the same seed
    gives the same plan. `gap` stops when the cost is proven to be within this
    fraction of the best possible, 0.01 for one per cent; a plan proven to be the best
    ends every search that is limited by `seconds`.

    Raises
    ------
    RoutingError
        There are neither seconds nor iterations, or one of the three is below 0 or not a number.
    """

    seconds: float | None = None
    iterations: int | None = None
    gap: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.iterations is None:
            raise RoutingError("a stop needs seconds or iterations")
        for name in ("seconds", "iterations", "gap"):
            value = getattr(self, name)
            if value is not None and not value >= 0:  # says no to NaN too
                raise RoutingError(f"a stop with {value} {name} is none: it must be 0 or more")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: of the best plan so far its cost, how many requests it leaves
    out, and how far its vehicles have still to drive (problem units); `bound` is what every
    plan costs at least, if that is known."""

    seconds: float
    iterations: int
    cost: float
    unserved: int
    distance: int
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found.

    `feasible`: the plan is legal, all promises included. `cost` is in the objective's unit,
    as is `bound`, what every plan costs at least: None where it was not found out, which is
    so on large days and on days under way. `iterations` are rounds of ruin and recreate.
    """

    plan: Plan
    cost: float
    iterations: int
    seconds: float
    bound: float | None
    feasible: bool

    @property
    def is_best(self) -> bool:
        """Whether it is proven that no plan costs less."""
        return self.bound is not None and self.cost - self.bound <= PROVEN * abs(self.cost)


Report = Callable[[Progress], None]

ENGINES = ("default", "search", "ortools")

ROUNDS_AT_ONCE = 200
"""Between looks at how much of the run is over, where rounds are counted; for a search
that shares the work with others, at least `ROUNDS_EACH` for each request."""

ROUNDS_EACH = 8

SECONDS_AT_ONCE, SHARE_AT_ONCE = 0.05, 0.02
"""The same where seconds are counted: so many, and at most this share of them."""

MEETINGS, MEETING_SHARE = 10, 0.05
"""Searches that share the work search so many times as long as it takes to divide it, up to
this share of the run: dividing 2,000 requests takes longer than they would search."""

HOT, COLD = 0.5, 0.03
"""Temperatures at the start and the end, in average costs of a request."""

LONG = 45.0
"""Seconds from which on a family of plans finds better ones than long searches."""

CHILDISH = 0.2
"""The temperature at which the search for a child begins."""

DEAR = 3.0
"""A vehicle that costs more than driving so many requests is worth trying to do without."""

SHED = 0.4
"""Share of the run for that."""

PROVABLE, MOST_PROVABLE = 25, 60
"""Days of so many requests are small enough to find out what every plan costs at least, and
for a stop by gap one may try for so many: some seconds of one core at most."""

PROVE = 0.02
"""Share of the run after which it is begun; a plan as cheap as that ends the search."""

PROVEN = 1e-5
"""A plan nearer to the bound than this, as a fraction, is the best there is: solvers round."""

TURNS = (0.5, 0.85)
"""Shares of the run after which searches exchange their best; after the last CP-SAT has its
turn. Several searches go on meanwhile, but where rounds are counted: there the same seed is
to give the same plan, whichever is done first."""

SELECT_SHARE = 0.03
"""Of the time allowed, at most, for each half of its turn: pricing, then choosing."""

SELECT_WORK = 0.5
"""The same for a run limited by iterations, in CP-SAT's deterministic time."""


def solve(
    problem: Problem,
    stop: Stop,
    seed: int = 0,
    start: Plan | None = None,
    progress: Report | None = None,
    engine: str = "default",
    workers: int = 1,
) -> Result:
    """Find a good plan.

    Parameters
    ----------
    problem : Problem
    stop : Stop
    seed : int
        Same seed and `Stop(iterations=...)`: same plan.
    start : Plan, optional
        A legal plan to begin with; the result is never worse.
    progress : callable, optional
        Called about ten times a second.
    engine : one of ENGINES
        "search" is ruin and recreate alone, "ortools" the routing model of OR-Tools.
    workers : int
        Searches side by side, each on a core of its own, that exchange their best.

    Returns
    -------
    Result
        The best plan found, checked; never worse than `start`. Where more is promised than
        there was time to fit in and there was no `start`, it is not `feasible`.

    Raises
    ------
    InvalidProblem
        The problem breaks a rule of its own.
    IllegalPlan
        `start` is not legal.
    """
    began = time.monotonic()
    validate(problem)
    if engine not in ENGINES:
        raise RoutingError(f"there is no engine {engine}, only {', '.join(ENGINES)}")
    if start is not None:
        _refuse_illegal(problem, start)
    if engine == "ortools":
        return _solve_with_ortools(problem, stop, start, began)
    first = orders_of(problem, flatten(problem), start or empty_plan(problem))
    team = Team(problem, first, seed, workers)
    try:
        _Run(problem, stop, seed, team, began).go(progress, selecting=engine == "default")
    finally:
        team.close()
    found = _best(problem, start, team.best.best_orders(), team.rounds, began)
    return replace(found, bound=None if team.bound is None else min(team.bound, found.cost))


def _solve_with_ortools(problem: Problem, stop: Stop, start: Plan | None, began: float) -> Result:
    if stop.seconds is None:
        raise RoutingError("the ortools engine stops by seconds only")
    left = max(0.01, stop.seconds - (time.monotonic() - began))
    orders = route_with_ortools(problem, flatten(problem), left)
    return _best(problem, start, orders, 0, began)


def _best(
    problem: Problem, start: Plan | None, orders: list[list[int]], rounds: int, began: float
) -> Result:
    """The plan found, timed and checked, or the one started from if that is no worse."""
    plan = plan_of(problem, flatten(problem), orders)
    if plan is None:
        raise RoutingError("the search found a plan that cannot be timed")
    feasible = not check(problem, plan)
    if start is not None and not (
        feasible and cost(problem, plan).total <= cost(problem, start).total
    ):
        plan, feasible = start, True
    seconds = time.monotonic() - began
    return Result(plan, cost(problem, plan).total, rounds, seconds, None, feasible)


def _refuse_illegal(problem: Problem, plan: Plan) -> None:
    violations = check(problem, plan)
    if violations:
        raise IllegalPlan(f"the plan to start from is not legal: {violations[0].sentence}")


def seconds_at_once(whole: float, left: float, meeting: float) -> float:
    """How long to search before looking up: of `whole` seconds `left` are left, and dividing
    the work takes `meeting`."""
    usual = min(SECONDS_AT_ONCE, SHARE_AT_ONCE * whole)
    worthwhile = min(MEETINGS * meeting, MEETING_SHARE * whole)
    return max(0.0, min(max(usual, worthwhile), left - meeting))


class _Run:
    """One run of `solve`."""

    def __init__(self, problem: Problem, stop: Stop, seed: int, team: Team, began: float) -> None:
        self.stop, self.seed, self.team, self.began = stop, seed, team, began
        self.size = max(1, len(problem.requests))
        self.reported = 0.0
        self.searching = time.monotonic()

    def go(self, progress: Report | None, *, selecting: bool) -> None:
        """Search until the stop, CP-SAT having its turns."""
        if selecting and self._breeds():
            self._breed(progress)
            return
        turns, proving = list(TURNS), False
        scale = self.team.best.scale() or 1.0
        begun = self._shed(progress, scale)
        while (share := self.share()) < 1.0:
            cooled = (share - begun) / (1.0 - begun)
            self.team.run(self._rounds(), scale * HOT * (COLD / HOT) ** cooled)
            if selecting and not proving and self.share() >= PROVE:
                proving = True
                self._prove()
            if turns and self.share() >= turns[0]:
                turns.pop(0)
                if selecting and not turns:
                    meanwhile = self.stop.iterations is None
                    self.team.select(self._effort(), self.seed, meanwhile=meanwhile)
                self.team.share_best()
            self.team.hear()
            self._report(progress)

    def _breeds(self) -> bool:
        """Whether there is time for a family of plans, and it is for this problem."""
        long = self.stop.iterations is None and (self.stop.seconds or 0.0) >= LONG
        return (
            long and self.stop.gap is None and self.team.may_breed and not self._vehicles_are_dear()
        )

    def _breed(self, progress: Report | None) -> None:
        scale = self.team.best.scale() or 1.0
        heats = Heats(scale * HOT, scale * CHILDISH, scale * COLD)
        ends = self.began + (self.stop.seconds or 0.0)
        self.team.breed(ends, heats, self.seed, lambda: self._report(progress))

    def _vehicles_are_dear(self) -> bool:
        best = self.team.best
        return float(best.flat.vehicles["fixed"].max(initial=0.0)) > DEAR * (best.scale() or 1.0)

    def _shed(self, progress: Report | None, scale: float) -> float:
        """Try to do with fewer vehicles, where they are dear; returns the share it took."""
        if not self._vehicles_are_dear():
            return 0.0
        while self.share() < SHED and self.team.shed(self._rounds(), scale * COLD):
            self._report(progress)
        self.team.share_best()
        return self.share()

    def _prove(self) -> None:
        """Begin to find out what every plan costs at least, where there is a use for it."""
        gap, timed = self.stop.gap is not None, self.stop.seconds is not None
        most = MOST_PROVABLE if gap else PROVABLE
        asked = gap or (timed and self.stop.iterations is None)
        if asked and self.size <= most and self.team.best.provable:
            self.team.prove(meanwhile=timed)

    def _near_enough(self) -> bool:
        """Whether the best plan is proven to be as good as it must be."""
        best, bound = self.team.best.best_cost, self.team.bound
        if bound is None:
            return False
        return best - bound <= max(self.stop.gap or 0.0, PROVEN) * abs(best)

    def share(self) -> float:
        """How much of the run is over, from 0 to 1."""
        if self._near_enough():
            return 1.0
        over = 0.0
        if self.stop.seconds is not None:
            over = (time.monotonic() - self.began) / max(self.stop.seconds, 1e-9)
        if self.stop.iterations is not None:
            over = max(over, self.team.rounds / max(self.stop.iterations, 1))
        return over if self.team.best.can_move else 1.0

    def _rounds(self) -> int:
        """How many to do before looking at the clock, or the count, again."""
        done = self.team.rounds
        if self.stop.iterations is not None:
            each = ROUNDS_EACH * self.size if self.team.divides else 0
            return min(max(ROUNDS_AT_ONCE, each), self.stop.iterations - done)
        if done == 0:
            return max(1, min(ROUNDS_AT_ONCE, 20_000 // self.size))
        whole, now = self.stop.seconds or 0.0, time.monotonic()
        speed = done / max(1e-9, now - self.searching - self.team.meetings)
        left = whole - (now - self.began)
        return max(1, int(speed * seconds_at_once(whole, left, self.team.meeting)))

    def _effort(self) -> Effort:
        work = SELECT_WORK if self.stop.iterations is not None else None
        if self.stop.seconds is None:
            return Effort(work=work)
        left = self.stop.seconds - (time.monotonic() - self.began)
        return Effort(seconds=max(0.01, min(left, SELECT_SHARE * self.stop.seconds)), work=work)

    def _report(self, progress: Report | None) -> None:
        seconds = time.monotonic() - self.began
        if progress is not None and seconds - self.reported >= 0.1:
            self.reported = seconds
            team, best = self.team, self.team.found()
            left_out = team.searches[0].left_out_of(best.orders)
            distance = team.searches[0].distance_of(best.orders)
            progress(
                Progress(seconds, team.rounds, best.cost, left_out, distance, bound=team.bound)
            )
