"""Our engine against OR-Tools routing, VROOM and PyVRP: same files, seconds and cores.

One line for each instance and engine; only plans without a fault count, found by the
check of the file's own numbers. VROOM and PyVRP are asked several times where they lack
a rule of the file (`benchmarks/peer/engines.py`), with all the seconds each time. The
last figures say how often a peer was better; the goal is 0. Instances are files of either
format below `--data`, all of them if none is named.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.common.best import Best, Known, best_known
from benchmarks.common.finding import instances
from benchmarks.common.plainly import plainly
from benchmarks.figures import Options, read_options
from benchmarks.peer.effort import Effort
from benchmarks.peer.engines import OURS, Engine, Reading, engines
from routing.benchmark_check import check_routes, length
from routing.benchmark_files import BenchmarkFile
from routing.warming import warm

SAME = 1e-6
"""Costs nearer than this share of one another are the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine made of one file: its best legal plan, or its least illegal one.

    `counted` are the vehicles where fewer of them come before any distance, else 0.
    """

    reading: str
    cost: float
    vehicles: int
    counted: int
    faults: tuple[str, ...]
    seconds: float
    worked: float
    """Seconds of processor time: what it got of a machine that others use as well."""

    @property
    def feasible(self) -> bool:
        return not self.faults

    @property
    def rank(self) -> tuple[int, int, float]:
        """Legal first, then vehicles where they count, then cost: the smallest is the best."""
        return len(self.faults), self.counted, self.cost


Table = dict[str, dict[str, Answer]]
"""Instance -> engine -> answer."""


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Ask every engine for every instance; 1 if our own plan has a fault."""
    everybody = engines()
    names = ("default", *(engine.name for engine in everybody))
    options = read_options("peers", arguments, __doc__, 30.0, engines=names)
    known = best_known(options.data)
    files = instances(options.data, options.instances, "darp", "pdptw")
    asked = _present(options, everybody)
    warm()
    table: Table = {}
    for file in files:
        best = known.get(file.name.casefold())
        table[file.name] = {engine.name: _ask(options, engine, file, best) for engine in asked}
    _sum_up(options, table, known)
    return 0 if all(answers[OURS].feasible for answers in table.values()) else 1


def _present(options: Options, everybody: list[Engine]) -> list[Engine]:
    """Those that can be asked; says of the others why not. `--engine` names one peer."""
    wanted = [e for e in everybody if options.engine in ("default", e.name) or e.name == OURS]
    for engine in wanted:
        if engine.missing:
            figure = options.summary("left out", None, "", "all instances")
            figure.show(engine=engine.name, reason=engine.missing)
    return [engine for engine in wanted if not engine.missing]


def _ask(options: Options, engine: Engine, file: BenchmarkFile, best: Best | None) -> Answer:
    answers: list[Answer] = []
    for reading in engine.readings(file):
        if not reading.fallback or not any(answer.feasible for answer in answers):
            answers.append(_answer(options, file, reading))
    answer = min(answers, key=lambda answer: answer.rank)
    gap = over = None
    if best is not None and answer.feasible:
        gap = round(best.gap(answer.cost), 4)
        over = None if best.vehicles is None else answer.vehicles - best.vehicles
    options.figure("gap", gap, "%", file.name).show(
        engine=engine.name,
        cost=round(answer.cost, 4),
        feasible=answer.feasible,
        vehicles=answer.vehicles,
        vehicles_over=over,
        reading=answer.reading,
        took=round(answer.seconds, 2),
        worked=round(answer.worked, 2),
        faults=len(answer.faults),
        first_fault=next(iter(answer.faults), None),
    )
    return answer


def _answer(options: Options, file: BenchmarkFile, reading: Reading) -> Answer:
    effort = Effort(options.seconds, options.seed, options.workers)
    began, worked = time.perf_counter(), time.process_time()
    routes = reading.solver(reading.file, effort)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    routes = [route for route in routes if route]
    return Answer(
        reading=reading.name,
        cost=length(file, routes),
        vehicles=len(routes),
        counted=len(routes) if file.kind == "pdptw" else 0,
        faults=tuple(check_routes(file, routes)),
        seconds=took,
        worked=worked,
    )


def better(one: Answer, other: Answer) -> bool:
    """Whether `one` is legal and beats `other` by more than rounding."""
    if not one.feasible or not other.feasible:
        return one.feasible and not other.feasible
    if one.counted != other.counted:
        return one.counted < other.counted
    return one.cost < other.cost * (1.0 - SAME)


def _sum_up(options: Options, table: Table, known: Known) -> None:
    """Per engine: how many legal plans, the mean gap of those; how often a peer beats us."""
    of = f"{len(table)} instances"
    lost: set[str] = set()
    for name in next(iter(table.values())):
        legal = {file: found[name] for file, found in table.items() if found[name].feasible}
        gaps = [
            known[file.casefold()].gap(answer.cost)
            for file, answer in legal.items()
            if file.casefold() in known
        ]
        mean = round(sum(gaps) / len(gaps), 4) if gaps else None
        options.summary("legal plans", len(legal), "instances", of).show(engine=name)
        options.summary("average gap of legal plans", mean, "%", of).show(engine=name)
        if name != OURS:
            beaten = [file for file, found in table.items() if better(found[name], found[OURS])]
            lost |= set(beaten)
            figure = options.summary("worse than", len(beaten), "instances", of)
            figure.show(engine=name, goal=0, which=beaten)
    figure = options.summary("worse than any peer", len(lost), "instances", of)
    figure.show(goal=0, which=sorted(lost))


if __name__ == "__main__":
    sys.exit(main())
