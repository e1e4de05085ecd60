"""The whole day again: the best plan that can be found before a stop.

    result = solve(problem, Stop(seconds=10), seed=1)

Two parts take turns: ruin and recreate (`search`), which collects every good route
it meets, and OR-Tools CP-SAT, which puts the best plan together from those routes
(`ortools_models`). Every plan that leaves here has been through the checker.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing.checker import check
from routing.cost import cost
from routing.errors import IllegalPlan, RoutingError
from routing.flat import flatten
from routing.model import Plan, Problem
from routing.ortools_models import Effort
from routing.rendering import empty_plan, plan_of
from routing.search import Search, orders_of
from routing.selection import improve_by_selection
from routing.validate import validate


@dataclass(frozen=True, slots=True)
class Stop:
    """When to stop: whichever comes first.

    `iterations` counts rounds of ruin and recreate; with it alone the same seed
    gives the same plan. `gap` stops when the cost is proven to be within this
    fraction of the best possible.
    """

    seconds: float | None = None
    iterations: int | None = None
    gap: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is None and self.iterations is None:
            raise RoutingError("a stop needs seconds or iterations")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is."""

    seconds: float
    iterations: int
    cost: float
    unserved: int
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found. `feasible`: the plan is legal, all promises included."""

    plan: Plan
    cost: float
    iterations: int
    seconds: float
    bound: float | None
    feasible: bool


Report = Callable[[Progress], None]

ROUNDS_AT_ONCE = 200
HOT, COLD = 0.5, 0.01
"""Temperatures at the start and the end, in average costs of a request."""

SELECT_AT = (0.35, 0.6, 0.8, 0.95)
"""Shares of the run after which CP-SAT has a turn."""

SELECT_SHARE = 0.06
"""Of the time allowed, at most, for each turn of CP-SAT."""

SELECT_WORK = 2.0
"""The same for a run limited by iterations, in CP-SAT's deterministic time."""


def solve(
    problem: Problem,
    stop: Stop,
    seed: int = 0,
    start: Plan | None = None,
    progress: Report | None = None,
    engine: str = "default",
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
    engine : {"default", "search"}
        "search" is ruin and recreate alone.

    Raises
    ------
    InvalidProblem
        The problem breaks a rule of its own.
    IllegalPlan
        `start` is not legal.
    """
    began = time.monotonic()
    validate(problem)
    if engine not in ("default", "search"):
        raise RoutingError(f"there is no engine {engine}")
    if start is not None:
        _refuse_illegal(problem, start)
    run = _Run(problem, stop, seed, start or empty_plan(problem), began, progress)
    run.go(selecting=engine == "default")
    return run.result(start)


def _refuse_illegal(problem: Problem, plan: Plan) -> None:
    violations = check(problem, plan)
    if violations:
        raise IllegalPlan(f"the plan to start from is not legal: {violations[0].sentence}")


class _Run:
    """One run of `solve`."""

    def __init__(
        self,
        problem: Problem,
        stop: Stop,
        seed: int,
        start: Plan,
        began: float,
        progress: Report | None,
    ) -> None:
        self.problem, self.stop, self.seed = problem, stop, seed
        self.began, self.progress = began, progress
        self.search = Search(problem, orders_of(problem, flatten(problem), start), seed)
        self.search.fill()
        self.reported = 0.0

    def go(self, *, selecting: bool) -> None:
        """Search until the stop, CP-SAT having its turns."""
        turns = list(SELECT_AT) if selecting else []
        scale = self.search.scale() or 1.0
        while (share := self.share()) < 1.0:
            heat = scale * HOT * (COLD / HOT) ** share
            self.search.run(self._rounds(), heat, heat)
            if turns and self.share() >= turns[0]:
                turns.pop(0)
                improve_by_selection(self.search, self._effort(), self.seed)
            self._report()

    def share(self) -> float:
        """How much of the run is over, from 0 to 1."""
        over = 0.0
        if self.stop.seconds is not None:
            over = (time.monotonic() - self.began) / max(self.stop.seconds, 1e-9)
        if self.stop.iterations is not None:
            over = max(over, self.search.rounds / max(self.stop.iterations, 1))
        if not self.search.work.movable.any():
            return 1.0
        return over

    def _rounds(self) -> int:
        if self.stop.iterations is None:
            return max(1, min(ROUNDS_AT_ONCE, 20_000 // max(1, self.search.flat.n)))
        return min(ROUNDS_AT_ONCE, self.stop.iterations - self.search.rounds)

    def _effort(self) -> Effort:
        if self.stop.seconds is None:
            return Effort(work=SELECT_WORK)
        left = self.stop.seconds - (time.monotonic() - self.began)
        work = SELECT_WORK if self.stop.iterations is not None else None
        return Effort(seconds=max(0.01, min(left, SELECT_SHARE * self.stop.seconds)), work=work)

    def _report(self) -> None:
        seconds = time.monotonic() - self.began
        if self.progress is not None and seconds - self.reported >= 0.1:
            self.reported = seconds
            found = self.search
            self.progress(Progress(seconds, found.rounds, found.best_cost, found.unserved))

    def result(self, start: Plan | None) -> Result:
        """The best plan, timed and checked."""
        plan = plan_of(self.problem, flatten(self.problem), self.search.best_orders())
        if plan is None:
            raise RoutingError("the search found a plan that cannot be timed")
        feasible = not check(self.problem, plan)
        if start is not None and not (
            feasible and cost(self.problem, plan).total <= cost(self.problem, start).total
        ):
            plan, feasible = start, True
        seconds = time.monotonic() - self.began
        total = cost(self.problem, plan).total
        return Result(plan, total, self.search.rounds, seconds, None, feasible)
