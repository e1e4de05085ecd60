"""How long "can you take this, and when?" takes, without looking up travel times.

Instances are named VEHICLESxSTOPS: so many vehicles with so many stops each, in a
county of random places, windows of half an hour, ride limits, and six in ten of the
questions have an answer. They are made up, so nothing below `--data` is read. 2,000
questions are asked, and with `--seconds` over and over until so much time is over. Also
says what starting up costs: first use, later starts.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np

from benchmarks.common.plainly import Unusable, plainly
from benchmarks.figures import Options, read_options
from routing.insertion import Inserter
from routing.model import Matrix, Objective, Plan, Problem, Request, Route, Vehicle, Window
from routing.rendering import empty_plan
from routing.travel_times import StraightLine
from routing.warming import warm

USUAL = ["20x20", "100x20", "100x40"]
QUESTIONS = 2_000
PLACES = 400
DAY = Window(6 * 3600, 20 * 3600)


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size."""
    options = read_options("insertion", arguments, __doc__, 0.0, engines=("default",))
    sizes = {name: _size(name) for name in options.instances or USUAL}
    _measure_start(options)
    warm()
    for name, (vehicles, stops) in sizes.items():
        _measure(options, name, vehicles, stops)
    return 0


def _size(name: str) -> tuple[int, int]:
    """Vehicles and stops of each; at least one person gets on and off again."""
    found = re.fullmatch(r"([1-9]\d*)x(\d+)", name)
    if found is None or int(found[2]) < 2:
        raise Unusable(f"{name}: no size; name vehicles and stops of each, such as 100x40")
    return int(found[1]), int(found[2])


def _measure(options: Options, name: str, vehicles: int, stops: int) -> None:
    dice = np.random.default_rng(options.seed)
    inserter = _busy_day(dice, vehicles, stops)
    asked = [_wish(dice, k, inserter.problem) for k in range(QUESTIONS)]
    times: list[float] = []
    found, end = 0, time.perf_counter() + options.seconds
    for request in cycle(asked):
        if len(times) >= QUESTIONS and time.perf_counter() >= end:
            break
        began = time.perf_counter()
        answer = inserter.best(request)
        times.append(1e3 * (time.perf_counter() - began))
        found += answer is not None
    carried = len(inserter.problem.requests)
    for label, share in (("p50", 50), ("p95", 95), ("p99", 99)):
        options.figure(label, round(float(np.percentile(times, share)), 4), "ms", name).show()
    options.figure("answered", round(found / len(times), 3), "share", name).show()
    options.figure("requests carried", carried, "requests", name).show()


def _busy_day(dice: np.random.Generator, vehicles: int, stops: int) -> Inserter:
    """Vehicles with full days: each is filled by itself until it has its stops."""
    points = [(52.6 + 0.3 * dice.random(), -1.2 + 0.5 * dice.random()) for _ in range(PLACES)]
    durations, distances = StraightLine().matrix(points)
    fleet = tuple(
        Vehicle(f"v{k}", 0, 0, DAY, ((12, 0), (9, 1)), max_duration=12 * 3600)
        for k in range(vehicles)
    )
    inserter = _empty(durations, distances, fleet)
    requests: list[Request] = []
    routes: list[Route] = []
    for v in range(vehicles):
        alone = _empty(durations, distances, (fleet[v],))
        tries = 0
        while len(alone.problem.requests) < stops // 2 and tries < 50 * stops:
            tries += 1
            wish = _wish(dice, len(requests) + len(alone.problem.requests), alone.problem)
            place = alone.best(wish)
            if place is not None:
                alone = alone.insert(wish, place)
        for route in alone.plan.routes:
            routes.append(_renumbered(route, v, len(requests)))
        requests += alone.problem.requests
    problem = Problem(durations, distances, tuple(requests), fleet, inserter.problem.objective)
    return Inserter(problem, Plan(tuple(routes)))


def _empty(durations: Matrix, distances: Matrix, fleet: tuple[Vehicle, ...]) -> Inserter:
    problem = Problem(durations, distances, (), fleet, Objective(per_distance=0.001))
    return Inserter(problem, empty_plan(problem))


def _renumbered(route: Route, vehicle: int, first: int) -> Route:
    visits = tuple(replace(visit, index=visit.index + first) for visit in route.visits)
    return replace(route, vehicle=vehicle, visits=visits)


def _wish(dice: np.random.Generator, number: int, problem: Problem) -> Request:
    pickup, dropoff = (int(place) for place in dice.choice(PLACES - 1, 2, replace=False) + 1)
    opens = int(dice.integers(DAY.earliest + 3600, DAY.latest - 3 * 3600))
    direct = int(problem.durations[pickup, dropoff])
    return Request(
        id=f"w{number}",
        pickup=pickup,
        dropoff=dropoff,
        pickup_window=Window(opens, opens + 1800),
        dropoff_window=Window(0, opens + 1800 + direct + 1800),
        pickup_service=90,
        dropoff_service=60,
        load=(0, 1) if dice.random() < 0.1 else (1, 0),
        max_ride=direct + 1800,
    )


def _measure_start(options: Options) -> None:
    """A fresh process that warms up, with an empty cache and with a full one."""
    code = (
        "import time; t = time.perf_counter(); from routing.warming import warm; warm();"
        "print(time.perf_counter() - t)"
    )
    with tempfile.TemporaryDirectory() as cache:
        for name in ("first use", "later start"):
            environment = {"NUMBA_CACHE_DIR": cache, "PATH": "/usr/bin:/bin"}
            done = subprocess.run(
                [sys.executable, "-c", code], env=environment, capture_output=True, check=True
            )
            options.figure(name, round(float(done.stdout), 2), "s", "start").show()


if __name__ == "__main__":
    sys.exit(main())
