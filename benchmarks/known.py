"""Public instances solved and compared with the best known: shared by darp and pdptw."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.figures import Options
from routing.benchmark_check import check_routes, length
from routing.benchmark_files import read_benchmark
from routing.instances import instance_of
from routing.optimise import Stop, solve
from routing.warming import warm


def run(options: Options, paths: Iterable[Path], known: dict[str, Any]) -> int:
    """Solve each file and show cost, gap, vehicles, unserved; 1 if a plan is not legal."""
    warm()
    gaps = []
    wrong = 0
    for path in paths:
        gap, faults = _one(options, path, known.get(path.stem))
        wrong += faults
        if gap is not None:
            gaps.append(gap)
    if gaps:
        mean = sum(gaps) / len(gaps)
        options.summary("average gap", round(mean, 4), "%", f"{len(gaps)} instances").show()
        options.summary("worst gap", round(max(gaps), 4), "%", f"{len(gaps)} instances").show()
    return 1 if wrong else 0


def _one(options: Options, path: Path, best: dict[str, Any] | None) -> tuple[float | None, int]:
    file = read_benchmark(path)
    instance = instance_of(file)
    result = solve(
        instance.problem,
        Stop(seconds=options.seconds),
        options.seed,
        engine=options.engine,
        workers=options.workers,
    )
    routes = instance.routes(result.plan)
    faults = check_routes(file, routes)
    cost = length(file, routes)
    show = [
        ("cost", round(cost, 4), "distance"),
        ("vehicles", len(routes), "vehicles"),
        ("unserved", len(result.plan.unserved), "requests"),
        ("faults", len(faults), "violations"),
        ("rounds", result.iterations, "rounds"),
    ]
    gap = None
    if best is not None:
        gap = 100.0 * (cost / float(best["cost"]) - 1.0)
        show.append(("gap", round(gap, 4), "%"))
        if "vehicles" in best:
            show.append(("vehicles over", len(routes) - int(best["vehicles"]), "vehicles"))
    for name, value, unit in show:
        options.figure(name, value, unit, path.stem).show()
    return gap, len(faults)
