"""Real days of a paratransit agency, the whole day known: distance driven, everybody served.

Instances are day numbers. The number of vehicles offered is one for every five
bookings; `--engine ortools` measures the routing model of OR-Tools on the same day.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.figures import Options, read_options
from routing.checker import check
from routing.instances import read_paratransit
from routing.optimise import Stop, solve
from routing.warming import warm

USUAL = ["3", "17", "101"]
FILE = "paratransit/trips_days_000_119.csv"


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve each day for so many seconds."""
    options = read_options("paratransit", arguments, __doc__, 30.0)
    warm()
    faults = sum(_one(options, day) for day in options.instances or USUAL)
    return 1 if faults else 0


def _one(options: Options, day: str) -> int:
    path = options.data / FILE
    bookings = len(read_paratransit(path, int(day), 1).problem.requests)
    instance = read_paratransit(path, int(day), max(3, bookings // 5))
    stop = Stop(seconds=options.seconds)
    result = solve(
        instance.problem, stop, options.seed, engine=options.engine, workers=options.workers
    )
    faults = len(check(instance.problem, result.plan))
    for name, value, unit in (
        ("bookings", bookings, "requests"),
        ("driven", round(instance.length(result.plan) / 1000, 2), "km"),
        ("vehicles", len(result.plan.routes), "vehicles"),
        ("unserved", len(result.plan.unserved), "requests"),
        ("faults", faults, "violations"),
    ):
        options.figure(name, value, unit, day).show()
    return faults


if __name__ == "__main__":
    sys.exit(main())
