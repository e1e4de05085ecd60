"""Real days of a paratransit agency, the whole day known: distance driven, everybody served.

Instances are day numbers, of any file of bookings below `--data`; "all" is every day, and
without any it is three: 3, 17 and 101 where they are there. The number of vehicles offered
is one for every five bookings; `--engine ortools` measures the routing model of OR-Tools on
the same day.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.common.days import Day, chosen_days
from benchmarks.common.plainly import plainly
from benchmarks.figures import Options, read_options
from routing.checker import check
from routing.optimise import Stop, solve
from routing.warming import warm


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Solve each day for so many seconds."""
    options = read_options("paratransit", arguments, __doc__, 30.0)
    days = chosen_days(options.data, options.instances)
    warm()
    faults = sum(_one(options, day) for day in days)
    return 1 if faults else 0


def _one(options: Options, day: Day) -> int:
    instance = day.read(max(3, day.bookings // 5))
    stop = Stop(seconds=options.seconds)
    result = solve(
        instance.problem, stop, options.seed, engine=options.engine, workers=options.workers
    )
    faults = len(check(instance.problem, result.plan))
    for name, value, unit in (
        ("bookings", day.bookings, "requests"),
        ("driven", round(instance.length(result.plan) / 1000, 2), "km"),
        ("vehicles", len(result.plan.routes), "vehicles"),
        ("unserved", len(result.plan.unserved), "requests"),
        ("faults", faults, "violations"),
    ):
        options.figure(name, value, unit, day.name).show()
    return faults


if __name__ == "__main__":
    sys.exit(main())
