"""`python -m routing`: solve a benchmark file, or check a plan against it.

    python -m routing solve FILE --seconds 30 --seed 1 --out plan.json
    python -m routing check FILE plan.json

A file of paratransit bookings (.csv) also needs `--day` and `--vehicles`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from routing.benchmark_check import check_routes
from routing.benchmark_files import read_benchmark
from routing.checker import check
from routing.errors import IllegalPlan, InstanceError, RoutingError
from routing.instances import Instance, plan_from_routes, read_instance, read_paratransit
from routing.optimise import ENGINES, Stop, solve
from routing.warming import warm

FINE, WRONG, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, 1 (the plan breaks a rule) or 2 (a file cannot be used)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except RoutingError as problem:
        print(problem, file=sys.stderr)
        return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="routing", description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    solving = commands.add_parser("solve", help="find a plan; prints one line of JSON")
    _add_file(solving)
    solving.add_argument("--seconds", type=float, default=10.0, help="when to stop (10)")
    solving.add_argument("--iterations", type=int, help="stop after so many rounds of search")
    solving.add_argument("--seed", type=int, default=0)
    solving.add_argument("--workers", type=int, default=1, help="searches side by side (1)")
    solving.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    solving.add_argument("--out", type=Path, metavar="PLAN", help="write the routes here")
    solving.set_defaults(command=_solve)
    checking = commands.add_parser("check", help="say what is wrong with a plan")
    _add_file(checking)
    checking.add_argument("plan", type=Path, metavar="PLAN", help="as written by solve --out")
    checking.set_defaults(command=_check)
    return parser


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a benchmark file")
    parser.add_argument("--day", type=int, default=0, help="of a paratransit file (0)")
    parser.add_argument("--vehicles", type=int, default=50, help="for a paratransit file (50)")


def _read(options: argparse.Namespace) -> Instance:
    if options.file.suffix == ".csv":
        return read_paratransit(options.file, options.day, options.vehicles)
    return read_instance(options.file)


def _solve(options: argparse.Namespace) -> int:
    instance = _read(options)
    stop = Stop(seconds=options.seconds, iterations=options.iterations)
    warm()  # compiling, once on a machine, is not part of the time a search is given
    result = solve(
        instance.problem, stop, options.seed, engine=options.engine, workers=options.workers
    )
    routes = instance.routes(result.plan)
    if options.out is not None:
        _write(options.out, routes)
    line = {
        "instance": instance.name,
        "cost": round(instance.length(result.plan), 6),
        "vehicles": len(routes),
        "unserved": len(result.plan.unserved),
        "feasible": result.feasible,
        "seconds": round(result.seconds, 3),
    }
    print(json.dumps(line))
    return FINE


def _write(path: Path, routes: list[list[int]]) -> None:
    try:
        path.write_text(json.dumps({"routes": routes}) + "\n", encoding="utf-8")
    except OSError as problem:
        raise InstanceError(str(path), None, f"cannot be written: {problem}") from problem


def _check(options: argparse.Namespace) -> int:
    routes = _routes(options.plan)
    if options.file.suffix == ".csv":
        instance = _read(options)
        try:
            plan = plan_from_routes(instance, routes)
        except IllegalPlan as problem:
            print(problem)
            return WRONG
        wrong = [violation.sentence for violation in check(instance.problem, plan)]
        wrong += [f"{instance.problem.requests[r].id} is not carried" for r in plan.unserved]
    else:
        wrong = check_routes(read_benchmark(options.file), routes)
    for sentence in wrong:
        print(sentence)
    if not wrong:
        print("The plan is legal.", file=sys.stderr)
    return WRONG if wrong else FINE


def _routes(path: Path) -> list[list[int]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InstanceError(str(path), None, f"cannot be read: {problem}") from problem
    routes = content.get("routes") if isinstance(content, dict) else None
    if not isinstance(routes, list) or not all(_is_route(route) for route in routes):
        raise InstanceError(str(path), None, 'must hold {"routes": [[node, ...], ...]}')
    return routes


def _is_route(route: object) -> bool:
    return isinstance(route, list) and all(type(node) is int for node in route)


if __name__ == "__main__":
    sys.exit(main())
