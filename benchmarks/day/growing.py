"""One search of a zone-day in a process of its own, so that its memory is its own.

    python -m benchmarks.day.growing PEOPLE SECONDS SEED WORKERS ENGINE

prints one line of JSON: `Grown`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.common.plainly import plainly
from benchmarks.day.zone import places, zone_day
from routing.checker import check
from routing.model import Action, Plan, Problem
from routing.optimise import Progress, Stop, solve
from routing.travel_times import Point
from routing.warming import warm


@dataclass(frozen=True, slots=True)
class Grown:
    """What a search came to. `curve`: seconds, cost and people left out, in between; `routes`:
    where each bus that goes out drives, from garage to garage."""

    people: int
    buses: int
    cost: float
    unserved: int
    faults: int
    rounds: int
    seconds: float
    worked: float
    """Seconds of processor time, of all cores together."""
    first: float | None
    """Seconds until nobody was left out; None if that never was."""
    bound: float | None
    """What every plan of that day costs at least, where it was found out."""
    megabytes: float
    curve: list[tuple[float, float, int]]
    routes: list[list[Point]]


def grow(people: int, seconds: float, seed: int, workers: int, engine: str = "default") -> Grown:
    """Plan a zone-day of so many people for so long."""
    problem = zone_day(people, seed)
    seen: list[Progress] = []
    warm()
    before = time.process_time()
    found = solve(
        problem, Stop(seconds=seconds), seed, progress=seen.append, engine=engine, workers=workers
    )
    worked = time.process_time() - before
    unserved = len(found.plan.unserved)
    full = [step.seconds for step in seen if step.unserved == 0]
    return Grown(
        people=people,
        buses=len(problem.vehicles),
        cost=found.cost,
        unserved=unserved,
        faults=len(check(problem, found.plan)),
        rounds=found.iterations,
        seconds=found.seconds,
        worked=worked,
        first=full[0] if full else found.seconds if unserved == 0 else None,
        bound=found.bound,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        curve=[(round(s.seconds, 2), round(s.cost, 2), s.unserved) for s in seen],
        routes=_driven(problem, found.plan),
    )


def _driven(problem: Problem, plan: Plan) -> list[list[Point]]:
    points = places()[0]
    routes = []
    for route in plan.routes:
        vehicle = problem.vehicles[route.vehicle]
        stops = [vehicle.start]
        for visit in route.visits:
            if visit.action is not Action.BREAK:
                request = problem.requests[visit.index]
                boards = visit.action is Action.PICKUP
                stops.append(request.pickup if boards else request.dropoff)
        routes.append([points[stop] for stop in [*stops, vehicle.end]])
    return routes


@plainly
def main(arguments: Sequence[str]) -> int:
    """Grow as told and print it."""
    people, seconds, seed, workers, engine = arguments
    grown = grow(int(people), float(seconds), int(seed), int(workers), engine)
    print(json.dumps(asdict(grown)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
