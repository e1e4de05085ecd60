"""Small random problems with everything in them, and the slow sure way to solve them.

Brute force here uses the plain timetable, the checker and the cost only: nothing compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
from hypothesis import strategies as st

from routing.checker import check
from routing.cost import cost
from routing.model import (
    Action,
    Break,
    Done,
    Objective,
    Plan,
    Problem,
    Request,
    Route,
    Vehicle,
    Window,
)
from routing.schedule import Stop, schedule, standing

SIZE = 6
"""Places in a world."""


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Driving times; every other world has short cuts through third places."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    if draw(st.booleans()):
        wild = rng.integers(0, 25, (SIZE, SIZE)).astype(np.int64)
        np.fill_diagonal(wild, 0)
        return wild
    points = rng.integers(0, 12, (SIZE, 2))
    return np.abs(points[:, None] - points[None]).sum(axis=2).astype(np.int64)


@st.composite
def windows(draw: st.DrawFn, horizon: int = 200, least: int = 0) -> Window:
    earliest = draw(st.integers(0, horizon))
    return Window(earliest, earliest + draw(st.integers(least, 150)))


@st.composite
def requests(draw: st.DrawFn, number: int, durations: np.ndarray, vehicles: int) -> Request:
    pickup, dropoff = draw(st.integers(0, SIZE - 1)), draw(st.integers(0, SIZE - 1))
    direct = int(durations[pickup, dropoff])
    boards = draw(windows())
    arrives = Window(draw(st.integers(0, 200)), boards.latest + direct + draw(st.integers(0, 150)))
    if arrives.latest < arrives.earliest:
        arrives = Window(0, arrives.latest)
    ids = frozenset(f"v{k}" for k in range(vehicles))
    return Request(
        id=f"r{number}",
        pickup=pickup,
        dropoff=dropoff,
        pickup_window=boards,
        dropoff_window=arrives,
        pickup_service=draw(st.integers(0, 5)),
        dropoff_service=draw(st.integers(0, 5)),
        load=draw(st.sampled_from([(1, 0), (1, 0), (0, 1), (2, 0), (1, 1)])),
        max_ride=draw(st.none() | st.integers(direct, direct + 60)),
        refusal_cost=float(draw(st.integers(0, 2000))),
        together=draw(st.sampled_from([None, None, None, "pair"])),
        vehicles=draw(st.sampled_from([None, None, None, ids, frozenset({"v0"})])),
        people=draw(st.integers(1, 3)),
    )


@st.composite
def shifts(draw: st.DrawFn, number: int) -> Vehicle:
    opens = draw(st.integers(0, 60))
    rests = draw(st.lists(st.builds(Break, windows(150, 20), st.integers(0, 20)), max_size=2))
    return Vehicle(
        id=f"v{number}",
        start=draw(st.integers(0, SIZE - 1)),
        end=draw(st.integers(0, SIZE - 1)),
        shift=Window(opens, draw(st.integers(200, 500))),
        configurations=draw(st.sampled_from([((3, 1),), ((3, 0), (1, 1)), ((2, 2),)])),
        max_duration=draw(st.none() | st.integers(80, 400)),
        breaks=tuple(rests),
        fixed_cost=float(draw(st.sampled_from([0, 7]))),
    )


objectives = st.builds(
    Objective,
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([0.0, 0.0, 0.5]),
    st.sampled_from([0.0, 0.0, 0.25]),
)


@st.composite
def problems(draw: st.DrawFn, most: int = 3) -> Problem:
    """Up to `most` requests and two vehicles, nobody on the road yet."""
    durations = draw(matrices())
    fleet = draw(st.integers(1, 2))
    count = draw(st.integers(0, most))
    return Problem(
        durations=durations,
        distances=draw(st.sampled_from([durations, draw(matrices())])),
        requests=tuple(draw(requests(k, durations, fleet)) for k in range(count)),
        vehicles=tuple(draw(shifts(k)) for k in range(fleet)),
        objective=draw(objectives),
    )


@st.composite
def days_under_way(draw: st.DrawFn) -> tuple[Problem, Plan]:
    """A problem with a legal plan, perhaps with the first part of it already driven."""
    problem = draw(problems())
    plan = Plan((), tuple(range(len(problem.requests))))
    for index in range(len(problem.requests)):
        plan = best_by_hand(problem, plan, index) or plan
    if not plan.routes or draw(st.booleans()):
        return problem, plan
    problem = _drive(problem, plan.routes[0], draw(st.integers(1, 4)), draw(st.integers(0, 5)))
    route = schedule(problem, plan.routes[0].vehicle, _rest(problem, plan.routes[0]))
    if route is None:  # a delay has made the plan impossible
        return draw(days_under_way())
    return problem, replace(plan, routes=(route, *plan.routes[1:]))


def _drive(problem: Problem, route: Route, visits: int, late: int) -> Problem:
    done = tuple(Done(v.action, v.index, v.start) for v in route.visits[:visits])
    last = route.visits[: len(done)][-1]
    vehicle = replace(problem.vehicles[route.vehicle], history=done, ready=last.departure + late)
    vehicles = list(problem.vehicles)
    vehicles[route.vehicle] = vehicle
    return replace(problem, vehicles=tuple(vehicles))


def _rest(problem: Problem, route: Route) -> list[Stop]:
    past = len(problem.vehicles[route.vehicle].history)
    return [(visit.action, visit.index) for visit in route.visits[past:]]


def timed_again(problem: Problem, plan: Plan) -> Plan:
    """The same visits in the same order, timed for a problem whose limits are others."""
    routes = [schedule(problem, route.vehicle, _rest(problem, route)) for route in plan.routes]
    assert None not in routes
    return replace(plan, routes=tuple(route for route in routes if route is not None))


def best_by_hand(
    problem: Problem, plan: Plan, index: int, vehicle: int | None = None
) -> Plan | None:
    """The cheapest legal plan that carries one more request, the others in their order."""
    best, price = None, float("inf")
    for candidate in _candidates(problem, plan, index, vehicle):
        total = cost(problem, candidate).total
        if total < price and legal(problem, candidate):
            best, price = candidate, total
    return best


def legal(problem: Problem, plan: Plan) -> bool:
    return not check(problem, plan)


def _candidates(problem: Problem, plan: Plan, index: int, only: int | None) -> Iterator[Plan]:
    left_out = tuple(r for r in plan.unserved if r != index)
    for v in range(len(problem.vehicles)):
        if only is not None and v != only:
            continue
        kept = tuple(route for route in plan.routes if route.vehicle != v)
        own = [route for route in plan.routes if route.vehicle == v]
        stops = [s for s in _rest(problem, own[0]) if s[0] is not Action.BREAK] if own else []
        for i in range(len(stops) + 1):
            for j in range(i, len(stops) + 1):
                more = [*stops[:i], (Action.PICKUP, index), *stops[i:j]]
                more += [(Action.DROPOFF, index), *stops[j:]]
                for route in _with_breaks(problem, v, more):
                    routes = tuple(sorted((*kept, route), key=lambda r: r.vehicle))
                    yield Plan(routes, left_out)


def _with_breaks(problem: Problem, v: int, stops: list[Stop]) -> Iterator[Route]:
    vehicle = problem.vehicles[v]
    taken = standing(problem, vehicle).breaks_taken
    rests: list[Stop] = [(Action.BREAK, k) for k in range(len(vehicle.breaks)) if k not in taken]
    for gaps in combinations_with_replacement(range(len(stops) + 1), len(rests)):
        merged: list[Stop] = []
        for k in range(len(stops) + 1):
            merged += [rest for rest, gap in zip(rests, gaps, strict=True) if gap == k]
            merged += stops[k : k + 1]
        route = schedule(problem, v, merged)
        if route is not None:
            yield route
