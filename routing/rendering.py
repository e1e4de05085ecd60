"""Between the plans people see and the bare orders of visits compiled code works on.

Imports flat, placing, schedule and the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from routing.errors import IllegalPlan
from routing.flat import Flat, flatten, pending_breaks
from routing.model import Action, Plan, Problem, Route
from routing.placing import NEVER, time_cost
from routing.schedule import Stop, schedule, standing
from routing.timing import Desk, new_desk


def nodes_of(problem: Problem, flat: Flat, route: Route) -> list[int]:
    """The nodes still to come of a route, without breaks; raises IllegalPlan."""
    past = len(problem.vehicles[route.vehicle].history)
    nodes = []
    for visit in route.visits[past:]:
        if visit.action is Action.BREAK:
            continue
        if not 0 <= visit.index < len(problem.requests):
            raise IllegalPlan(f"the plan carries request number {visit.index}, which is not there")
        nodes.append(visit.index + (flat.n if visit.action is Action.DROPOFF else 0))
    return nodes


def route_of(
    problem: Problem, flat: Flat, desk: Desk, v: int, nodes: Sequence[int]
) -> Route | None:
    """The timed route of vehicle v for the nodes in this order, breaks put where they cost least.

    None if it cannot be driven. Capacity is not looked at by the placing of breaks
    but is by the timetable.
    """
    size = len(nodes) + 2
    desk.base[:size] = [2 * flat.n + 2 * v, *nodes, 2 * flat.n + 2 * v + 1]
    if time_cost(flat, desk, v, size, True) == NEVER:
        return None
    path = desk.path["node"][1 : size + int(flat.vehicles["breaks"][v]) - 1].tolist()
    return schedule(problem, v, [_stop(problem, flat, v, node) for node in path])


def _stop(problem: Problem, flat: Flat, v: int, node: int) -> Stop:
    if node < flat.n:
        return Action.PICKUP, node
    if node < 2 * flat.n:
        return Action.DROPOFF, node - flat.n
    vehicle = problem.vehicles[v]
    pending = pending_breaks(vehicle, standing(problem, vehicle))
    return Action.BREAK, pending[node - int(flat.vehicles["first_break"][v])]


def plan_of(problem: Problem, flat: Flat, orders: Sequence[Sequence[int]]) -> Plan | None:
    """The timed plan for one order of nodes per vehicle; None if one cannot be driven.

    A vehicle without nodes and without a history gets no route.
    """
    desk = new_desk(flat)
    routes = []
    for v, nodes in enumerate(orders):
        if not nodes and not problem.vehicles[v].history:
            continue
        route = route_of(problem, flat, desk, v, nodes)
        if route is None:
            return None
        routes.append(route)
    return Plan(tuple(routes), unserved(problem, routes))


def unserved(problem: Problem, routes: Sequence[Route]) -> tuple[int, ...]:
    """Requests no route carries."""
    carried = np.zeros(len(problem.requests), np.bool_)
    for route in routes:
        for visit in route.visits:
            if visit.action is Action.PICKUP:
                carried[visit.index] = True
    return tuple(np.flatnonzero(~carried).tolist())


def empty_plan(problem: Problem) -> Plan:
    """Nobody carried but those on board; raises IllegalPlan if they cannot all be dropped off."""
    flat = flatten(problem)
    desk = new_desk(flat)
    orders = [_drop_everybody(flat, desk, v) for v in range(len(flat.vehicles))]
    plan = plan_of(problem, flat, orders)
    if plan is None:
        raise IllegalPlan("somebody on board cannot be dropped off in time")
    return plan


_MOST_TO_PERMUTE = 6


def _drop_everybody(flat: Flat, desk: Desk, v: int) -> list[int]:
    """The cheapest order to drop off those on board (by deadline if there are many)."""
    aboard = np.flatnonzero(flat.requests["boarded"] == v) + flat.n
    by_deadline = sorted(aboard.tolist(), key=lambda node: int(flat.nodes["late"][node]))
    if len(by_deadline) < 2 or len(by_deadline) > _MOST_TO_PERMUTE:
        return by_deadline
    orders = [list(order) for order in permutations(by_deadline)]
    return min(orders, key=lambda order: order_cost(flat, desk, v, order))


def order_cost(flat: Flat, desk: Desk, v: int, nodes: Sequence[int]) -> float:
    """Cost of a route but for the vehicle's fixed cost; infinite if it cannot be driven."""
    path = [2 * flat.n + 2 * v, *nodes, 2 * flat.n + 2 * v + 1]
    desk.base[: len(path)] = path
    spent = time_cost(flat, desk, v, len(path), False)
    places = flat.nodes["place"][path]
    return float(flat.per_distance * flat.dist[places[:-1], places[1:]].sum() + spent)
