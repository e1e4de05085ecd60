"""Public instances solved and compared with the best known: shared by darp and pdptw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.common.best import Best, Known
from benchmarks.common.families import family
from benchmarks.common.plainly import Unusable
from benchmarks.figures import Options
from routing.benchmark_check import check_routes, length
from routing.benchmark_files import BenchmarkFile
from routing.errors import InvalidProblem
from routing.instances import SCALE, Instance, instance_of
from routing.optimise import Progress, Result, Stop, solve
from routing.warming import warm

Curve = list[tuple[float, float]]
"""Seconds and length of the best plan with everybody in it, in the file's unit."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What became of one file; `falling` is how its plan grew shorter."""

    name: str
    family: str
    cost: float
    vehicles: int
    unserved: int
    faults: int
    best: Best | None
    falling: Curve

    @property
    def gap(self) -> float | None:
        """Per cent over the best known, if that is known."""
        return None if self.best is None else self.best.gap(self.cost)

    def curve(self) -> Curve:
        """Seconds and per cent over the best known, or over its own end where none is known."""
        base = self.best or Best(self.cost)
        return [(seconds, base.gap(cost)) for seconds, cost in self.falling]


def run(options: Options, files: Iterable[BenchmarkFile], known: Known) -> list[Solved]:
    """Solve each file and show cost, gap, vehicles, unserved; then each family as a whole."""
    warm()
    solved = []
    for file in files:
        solved.append(_solved(options, file, known.get(file.name.casefold())))
    for name in dict.fromkeys(one.family for one in solved):
        _sum_up(options, name, [one for one in solved if one.family == name])
    return solved


def _solved(options: Options, file: BenchmarkFile, best: Best | None) -> Solved:
    instance = instance_of(file)
    seen: list[Progress] = []
    try:
        result = solve(
            instance.problem,
            Stop(seconds=options.seconds),
            options.seed,
            progress=seen.append,
            engine=options.engine,
            workers=options.workers,
        )
    except InvalidProblem as problem:
        raise Unusable(f"{file.name}: {problem}; mend the file, or name others") from problem
    routes = instance.routes(result.plan)
    solved = Solved(
        file.name,
        family(file.name, file.kind),
        length(file, routes),
        len(routes),
        len(result.plan.unserved),
        len(check_routes(file, routes)),
        best,
        _falling(seen, instance, result),
    )
    _show(options, solved, result.iterations)
    return solved


def _falling(seen: list[Progress], instance: Instance, result: Result) -> Curve:
    curve = [(step.seconds, step.distance / SCALE) for step in seen if not step.unserved]
    if not result.plan.unserved:
        curve.append((result.seconds, instance.length(result.plan)))
    return curve


def _show(options: Options, solved: Solved, rounds: int) -> None:
    show: list[tuple[str, float | int, str]] = [
        ("cost", round(solved.cost, 4), "distance"),
        ("vehicles", solved.vehicles, "vehicles"),
        ("unserved", solved.unserved, "requests"),
        ("faults", solved.faults, "violations"),
        ("rounds", rounds, "rounds"),
    ]
    if solved.gap is not None:
        show.append(("gap", round(solved.gap, 4), "%"))
    if solved.best is not None and solved.best.vehicles is not None:
        show.append(("vehicles over", solved.vehicles - solved.best.vehicles, "vehicles"))
    for name, value, unit in show:
        options.figure(name, value, unit, solved.name).show()


def _sum_up(options: Options, name: str, solved: list[Solved]) -> None:
    """One line with the average gap and what else the family came to."""
    gaps = {one.name: one.gap for one in solved if one.gap is not None}
    compared = [(one, one.best) for one in solved if one.best is not None]
    reached = [
        (one, best) for one, best in compared
        if not one.unserved and not one.faults and best.reached(one.cost, one.vehicles)
    ]  # fmt: skip
    average = round(sum(gaps.values()) / len(gaps), 4) if gaps else None
    worst = max(gaps, key=lambda each: gaps[each]) if gaps else None
    of = f"{name}: {len(solved)} instance{'' if len(solved) == 1 else 's'}"
    options.summary("average gap", average, "%", of).show(
        worst_gap=round(gaps[worst], 4) if worst else None,
        worst=worst,
        compared=len(compared),
        best_reached=len(reached),
        optimal=sum(best.proven for _, best in reached),
        beaten=[one.name for one, best in reached if best.beaten(one.cost, one.vehicles)],
        vehicles_over=sum(one.vehicles - best.vehicles for one, best in compared if best.vehicles),
        unserved=sum(one.unserved for one in solved),
        faults=sum(one.faults for one in solved),
    )
