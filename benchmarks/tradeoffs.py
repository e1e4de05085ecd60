"""What the rates trade for one another: one made-up day, planned under different rates.

Instances are the settings: the rates as they are, and some with one of them changed.
Money shown is at the rates as they are, so that the plans can be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.day.zone import zone_day
from benchmarks.figures import Options, read_options
from booking.domain.rates import METRES_A_MILE, RATES, Rates
from routing.checker import check
from routing.cost import cost, distance, excess_ride
from routing.model import Plan, Problem
from routing.optimise import Stop, solve

PEOPLE = 80
"""Requests of the day: on eight buses there is room for everybody, at a price."""

SETTINGS = {
    "as-they-are": RATES,
    "ride-time-free": replace(RATES, excess_ride_hour=0.0),
    "ride-time-as-dear-as-the-driver": replace(RATES, excess_ride_hour=RATES.vehicle_hour),
    "a-refusal-for-15-pounds": replace(RATES, refusal=15.0),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Plan the day under each setting; 1 if a plan is not legal."""
    options = read_options("tradeoffs", arguments, __doc__, 30.0)
    unknown = sorted(set(options.instances) - SETTINGS.keys())
    if unknown:
        sys.exit(f"no such setting: {', '.join(unknown)}; there are {', '.join(SETTINGS)}")
    day = zone_day(PEOPLE, options.seed)
    faults = 0
    for name in options.instances or SETTINGS:
        problem = under(day, SETTINGS[name])
        stop = Stop(seconds=options.seconds)
        plan = solve(problem, stop, seed=options.seed, workers=options.workers).plan
        faults += len(check(problem, plan))
        _show(options, name, day, plan)
    return 1 if faults else 0


def under(day: Problem, rates: Rates) -> Problem:
    """The same day at these rates."""
    requests = tuple(replace(one, refusal_cost=rates.refusal) for one in day.requests)
    return replace(day, requests=requests, objective=rates.objective)


def _show(options: Options, name: str, day: Problem, plan: Plan) -> None:
    carried = sum(one.people for one in day.requests) - _left_out(day, plan)
    seconds = sum(excess_ride(day, route) for route in plan.routes)
    paid = cost(under(day, RATES), plan)
    for figure, value, unit in (
        ("driving", sum(distance(day, route) for route in plan.routes) / METRES_A_MILE, "miles"),
        ("on the road", sum(route.end - route.start for route in plan.routes) / 3600, "hours"),
        ("paid for driving", paid.distance + paid.duration, "£"),
        ("excess ride a person", seconds / 60 / max(1, carried), "minutes"),
        ("refused", len(plan.unserved), "requests"),
        ("people refused", _left_out(day, plan), "people"),
    ):
        options.figure(figure, round(value, 1), unit, name).show()


def _left_out(day: Problem, plan: Plan) -> int:
    return sum(day.requests[index].people for index in plan.unserved)


if __name__ == "__main__":
    sys.exit(main())
