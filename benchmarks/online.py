"""Real paratransit days booked one by one: each booking is promised or refused at once.

The pickup window of a booking, thirty minutes, is its promise. In between, the day is
planned again with every promise kept (`--every`, `--pause`), and once more after the
last booking, for `--seconds`. The fleet is what a plan of the whole day, known
beforehand, needs (same run, a price on every vehicle), plus `--spare` per cent. That
plan with hindsight gets as long as all plannings of the booked day together, and then
once more `--seconds`, beginning with the booked day's plan: the cheaper of the two is
what the booked day is compared with. Instances are day numbers, of any file of bookings
below `--data`; "all" is every day, and without any it is three: 3, 17 and 101 where they
are there.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.common.days import Day, chosen_days
from benchmarks.common.plainly import plainly
from benchmarks.day.arrivals import ORDERS, arrivals
from benchmarks.day.booking import BookedDay, Habits
from benchmarks.day.rates import OBJECTIVE, REFUSAL, VEHICLE
from benchmarks.figures import Options, read_options
from routing.checker import check
from routing.cost import cost, distance
from routing.model import Objective, Plan, Problem
from routing.optimise import Stop, solve
from routing.warming import warm

REFUSED_GOAL, HOURS_GOAL = 1.0, 1.10
"""Per cent refused, and vehicle-hours over those of the plan made with hindsight."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a plan takes: vehicles, hours on the road, kilometres, pounds."""

    vehicles: int
    hours: float
    kilometres: float
    cost: float


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Book each day; 1 if a promise was broken or the plan is not legal."""
    options = read_options("online", arguments, __doc__, 30.0, _add, engines=("default",))
    days = chosen_days(options.data, options.instances)
    warm()
    broken = [_one(options, day) for day in days]
    return 1 if any(broken) else 0


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--order", choices=ORDERS, default="random", help="of booking (random)")
    parser.add_argument("--every", type=int, default=5, help="bookings between plannings (5)")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds for each of those (1)")
    parser.add_argument("--rounds", type=int, help="rounds for each of those, instead of seconds")
    parser.add_argument("--think", type=float, help="seconds of thought before a refusal (none)")
    parser.add_argument("--spare", type=float, default=10.0, help="vehicles over offline, %% (10)")
    parser.add_argument("--fixed", type=float, default=VEHICLE, help="£ a vehicle online (100)")
    parser.add_argument("--excess", type=float, help="£ an hour of detour, online (4)")


def _one(options: Options, chosen: Day) -> int:
    more = options.more
    day = whole_day(chosen)
    stop = Stop(seconds=hindsight_seconds(options, len(day.requests)))
    known = solve(day, stop, options.seed, workers=options.workers)
    fleet = fleet_size(len(known.plan.routes), more["spare"], len(day.vehicles))
    booked = BookedDay(_online(day, fleet, more), habits_of(options), options.seed)
    booked.book([day.requests[k] for k in arrivals(day.requests, more["order"], options.seed)])
    in_force = booked.inserter.plan
    booked.improve(Stop(seconds=options.seconds))
    problem, plan = booked.inserter.problem, booked.inserter.plan
    faults = booked.tally.broken + len(check(problem, plan))
    as_priced = replace(problem, objective=day.objective, vehicles=day.vehicles)
    before, online = sizes(as_priced, in_force), sizes(as_priced, plan)
    offline = min(
        sizes(day, known.plan),
        _looking_back(options, day, booked),
        key=lambda found: found.cost,
    )
    refused = 100.0 * len(booked.tally.refused) / len(day.requests)
    for name, value, unit, goal in (
        ("bookings", len(day.requests), "requests", None),
        ("unserved offline", len(known.plan.unserved), "requests", 0),
        ("vehicles offline", len(known.plan.routes), "vehicles", None),
        ("fleet", fleet, "vehicles", None),
        ("vehicles used", online.vehicles, "vehicles", None),
        ("refused", round(refused, 3), "%", REFUSED_GOAL),
        ("taken after thought", booked.tally.rescued, "requests", None),
        ("vehicle-hours offline", round(offline.hours, 2), "h", None),
        ("vehicle-hours over offline", over(online.hours, offline.hours), "times", HOURS_GOAL),
        ("the same before the last planning", over(before.hours, offline.hours), "times", None),
        ("cost offline beforehand", round(sizes(day, known.plan).cost, 2), "£", None),
        ("cost offline", round(offline.cost, 2), "£", None),
        ("cost over offline", over(online.cost, offline.cost), "times", None),
        ("driven over offline", over(online.kilometres, offline.kilometres), "times", None),
        ("broken promises", faults, "promises", 0),
        ("plans checked", booked.tally.checks, "plans", None),
        ("answer p50", _milliseconds(booked.tally.answers, 50), "ms", None),
        ("answer p99", _milliseconds(booked.tally.answers, 99), "ms", None),
        ("put into the plan p50", _milliseconds(booked.tally.taken, 50), "ms", None),
        ("put into the plan p99", _milliseconds(booked.tally.taken, 99), "ms", None),
    ):
        figure = options.figure(name, value, unit, chosen.name)
        figure.show(**({} if goal is None else {"goal": goal}))
    return faults


def whole_day(chosen: Day) -> Problem:
    """The day with everybody in it and more vehicles than it needs, at the usual rates."""
    day = chosen.read(max(3, chosen.bookings // 4)).problem
    return replace(
        day,
        objective=OBJECTIVE,
        requests=tuple(replace(request, refusal_cost=REFUSAL) for request in day.requests),
        vehicles=tuple(replace(vehicle, fixed_cost=VEHICLE) for vehicle in day.vehicles),
    )


def hindsight_seconds(options: Options, bookings: int) -> float:
    """As long as all plannings of the day together (those that count rounds are not counted)."""
    every, pause = options.more["every"], options.more["pause"]
    between = 0.0 if options.more["rounds"] is not None or not every else pause
    return float(options.seconds + between * (bookings // max(1, every)))


def _looking_back(options: Options, day: Problem, booked: BookedDay) -> Sizes:
    """What the booked day's plan comes to once nothing is promised and everybody may come."""
    taken = [request.id for request in booked.inserter.problem.requests]
    by_id = {request.id: request for request in day.requests}
    order = [by_id[name] for name in (*taken, *booked.tally.refused)]
    whole = replace(day, requests=tuple(order))
    left = tuple(range(len(taken), len(order)))
    start = replace(booked.inserter.plan, unserved=left)
    stop = Stop(seconds=options.seconds)
    found = solve(whole, stop, options.seed, start=start, workers=options.workers)
    return sizes(whole, found.plan)


def fleet_size(needed: int, spare: float, most: int) -> int:
    """Vehicles needed plus so many per cent, a part counting as a whole one."""
    return min(most, math.ceil(needed * (1.0 + spare / 100.0) - 1e-9))


def _online(day: Problem, fleet: int, more: dict[str, float | None]) -> Problem:
    fixed, excess = more["fixed"], more["excess"]
    assert fixed is not None
    objective = day.objective
    if excess is not None:
        objective = Objective(
            objective.per_distance, objective.per_duration, per_excess_ride=excess / 3600
        )
    vehicles = tuple(replace(vehicle, fixed_cost=fixed) for vehicle in day.vehicles[:fleet])
    return replace(day, vehicles=vehicles, objective=objective)


def habits_of(options: Options) -> Habits:
    """How the day is kept in shape, from the options."""
    more = options.more
    pause = Stop(more["pause"]) if more["rounds"] is None else Stop(iterations=more["rounds"])
    think = None if more["think"] is None else Stop(more["think"])
    return Habits(more["every"], pause, think, options.workers)


def sizes(problem: Problem, plan: Plan) -> Sizes:
    """Vehicles used, hours from each leaving to its return, kilometres driven, the cost."""
    return Sizes(
        len(plan.routes),
        sum(route.end - route.start for route in plan.routes) / 3600,
        sum(distance(problem, route) for route in plan.routes) / 1000,
        cost(problem, plan).total,
    )


def over(value: float, base: float) -> float | None:
    """How many times the base."""
    return round(value / base, 4) if base else None


def _milliseconds(seconds: Sequence[float], share: int) -> float | None:
    return round(1000.0 * float(np.percentile(seconds, share)), 3) if seconds else None


if __name__ == "__main__":
    sys.exit(main())
