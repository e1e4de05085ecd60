"""Everything asked of OR-Tools: the best plan out of a pool of routes, and a second engine.

This file and `ortools_pricing` alone import ortools, and only when they are asked:
loading it takes half a second. `choose_routes` is a set partitioning model for CP-SAT
with the side conditions that are awkward in a local search (Parragh & Schmid
2013, doi 10.1016/j.cor.2012.08.004, with routes met by the search as columns).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from routing.errors import RoutingError
from routing.flat import Flat, Floats
from routing.model import Problem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

MONEY = 1e6
"""CP-SAT counts in whole numbers: millionths of the objective's unit, if they fit."""


@dataclass(frozen=True, slots=True)
class Column:
    """A route some vehicle of a kind can drive: whom it picks up and what it costs."""

    kind: int
    picked_up: tuple[int, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Effort:
    """How long CP-SAT may take: seconds, or a count of work that is the same every time."""

    seconds: float | None = None
    work: float | None = None


def choose_routes(
    flat: Flat,
    columns: Sequence[Column],
    penalty: Floats,
    hint: Sequence[int],
    effort: Effort,
    seed: int,
) -> list[int] | None:
    """The cheapest legal plan made of the columns, as their numbers; None if none was found.

    `hint` are columns that make a plan already known. Requests left out cost their
    `penalty`. A vehicle that is on the road must have exactly one column.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    _limit_vehicles(model, flat, columns, chosen)
    missing = _serve(model, flat, columns, chosen)
    _link(model, flat, columns, chosen, missing)
    most = sum(column.cost for column in columns) / max(1, len(columns)) * flat.n
    unit = min(MONEY, 2.0**50 / max(1.0, most, float(penalty.sum())))
    model.minimize(
        sum(round(c.cost * unit) * var for c, var in zip(columns, chosen, strict=True))
        + sum(round(float(penalty[r]) * unit) * var for r, var in missing.items())
    )
    _hint(model, columns, chosen, missing, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if effort.seconds is not None:
        solver.parameters.max_time_in_seconds = effort.seconds
    if effort.work is not None:
        solver.parameters.max_deterministic_time = effort.work
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [k for k, var in enumerate(chosen) if solver.value(var)]


Vars = Sequence["cp_model.IntVar"]


def _limit_vehicles(
    model: cp_model.CpModel, flat: Flat, columns: Sequence[Column], chosen: Vars
) -> None:
    users: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for column, var in zip(columns, chosen, strict=True):
        users[column.kind].append(var)
    for kind in set(flat.vehicles["kind"].tolist()):
        alike = flat.vehicles[flat.vehicles["kind"] == kind]
        if alike["anchored"].any():
            model.add(sum(users[kind]) == len(alike))
        else:
            model.add(sum(users[kind]) <= len(alike))


def _serve(
    model: cp_model.CpModel, flat: Flat, columns: Sequence[Column], chosen: Vars
) -> dict[int, cp_model.IntVar]:
    """Everybody once or not at all; returns a variable for each who may be left out."""
    riders: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for column, var in zip(columns, chosen, strict=True):
        for r in column.picked_up:
            riders[r].append(var)
    missing = {}
    for r in range(flat.n):
        if not flat.allowed[r].any():
            continue
        missing[r] = model.new_bool_var("")
        model.add_exactly_one([*riders[r], missing[r]])
    return missing


def _link(
    model: cp_model.CpModel,
    flat: Flat,
    columns: Sequence[Column],
    chosen: Vars,
    missing: dict[int, cp_model.IntVar],
) -> None:
    """Together in one route, bundles as a whole."""
    together = flat.requests["together"]
    for group in set(together[together >= 0].tolist()):
        users = [
            var
            for column, var in zip(columns, chosen, strict=True)
            if any(together[r] == group for r in column.picked_up)
        ]
        model.add_at_most_one(users)
    bundle = flat.requests["bundle"]
    for group in set(bundle[bundle >= 0].tolist()):
        members = [missing[r] for r in range(flat.n) if bundle[r] == group and r in missing]
        for other in members[1:]:
            model.add(members[0] == other)


def _hint(
    model: cp_model.CpModel,
    columns: Sequence[Column],
    chosen: Vars,
    missing: dict[int, cp_model.IntVar],
    hint: Sequence[int],
) -> None:
    known = set(hint)
    served = {r for k in known for r in columns[k].picked_up}
    for k, var in enumerate(chosen):
        model.add_hint(var, k in known)
    for r, var in missing.items():
        model.add_hint(var, r not in served)


def route_with_ortools(problem: Problem, flat: Flat, seconds: float) -> list[list[int]]:
    """Orders of nodes per vehicle from OR-Tools' own routing model, for comparison.

    With the settings that did best: parallel cheapest insertion, guided local search
    with penalties reset on a new best, matrices registered. Raises RoutingError for
    what that model cannot say (breaks with nobody on board, several arrangements of
    seats, vehicles already on the road, weights on people's time).
    """
    began = time.monotonic()
    _refuse_what_it_cannot_say(problem)
    coarse = max(1, int(problem.unit) // 10**6)
    manager, routing = _new_routing(flat)
    _add_time(problem, flat, manager, routing, coarse)
    _add_load(problem, flat, manager, routing)
    dear = _add_costs(problem, flat, manager, routing)
    for r, request in enumerate(problem.requests):
        ends = manager.NodeToIndex(r), manager.NodeToIndex(flat.n + r)
        routing.AddPickupAndDelivery(*ends)
        routing.solver().Add(routing.VehicleVar(ends[0]) == routing.VehicleVar(ends[1]))
        penalty = dear if request.required else min(dear, request.refusal_cost * MONEY)
        routing.AddDisjunction([ends[0]], int(penalty))
        routing.AddDisjunction([ends[1]], 0)
        routing.solver().Add(routing.ActiveVar(ends[0]) == routing.ActiveVar(ends[1]))
        if request.vehicles is not None:
            allowed = [v for v in range(len(problem.vehicles)) if flat.allowed[r, v]]
            # -1 is nobody; SetAllowedVehiclesForIndex takes no list from Python in this release.
            routing.VehicleVar(ends[0]).SetValues([-1, *allowed])
    _add_links(problem, manager, routing)
    left = seconds - (time.monotonic() - began)
    return _searched(flat, manager, routing, max(0.1, left))


def _refuse_what_it_cannot_say(problem: Problem) -> None:
    weights = problem.objective
    if weights.per_duration or weights.per_excess_ride:
        raise RoutingError("the ortools engine minimises distance only")
    for vehicle in problem.vehicles:
        if vehicle.breaks or vehicle.history or len(vehicle.configurations) > 1:
            what = "breaks, histories or folding seats"
            raise RoutingError(f"the ortools engine has no {what} (vehicle {vehicle.id})")


def _new_routing(flat: Flat) -> tuple[Any, Any]:
    from ortools.constraint_solver import pywrapcp

    vehicles = len(flat.vehicles)
    starts = [2 * flat.n + 2 * v for v in range(vehicles)]
    ends = [start + 1 for start in starts]
    manager = pywrapcp.RoutingIndexManager(2 * flat.n + 2 * vehicles, vehicles, starts, ends)
    return manager, pywrapcp.RoutingModel(manager)


def _add_time(problem: Problem, flat: Flat, manager: Any, routing: Any, coarse: int) -> None:
    """Driving and service rounded up and windows inwards, so that a plan here is one there."""
    place, service = flat.nodes["place"], flat.nodes["service"]
    drive = flat.dur[place][:, place] + service[:, None]
    transit = routing.RegisterTransitMatrix((-(-drive // coarse)).tolist())
    horizon = int(min(2**40, max(v.shift.latest for v in problem.vehicles) // coarse))
    routing.AddDimension(transit, horizon, horizon, False, "time")
    clock = routing.GetDimensionOrDie("time")
    early, late = -(-flat.nodes["early"] // coarse), flat.nodes["late"] // coarse
    for node in range(2 * flat.n):
        bounds = int(early[node]), int(min(late[node], horizon))
        clock.CumulVar(manager.NodeToIndex(node)).SetRange(*bounds)
    for v, vehicle in enumerate(problem.vehicles):
        for index in (routing.Start(v), routing.End(v)):
            opens = max(vehicle.shift.earliest, vehicle.ready or 0)
            bounds = -(-opens // coarse), vehicle.shift.latest // coarse
            clock.CumulVar(index).SetRange(bounds[0], min(bounds[1], horizon))
        if vehicle.max_duration is not None:
            clock.SetSpanUpperBoundForVehicle(vehicle.max_duration // coarse, v)
    for r, request in enumerate(problem.requests):
        boards, leaves = (clock.CumulVar(manager.NodeToIndex(x)) for x in (r, flat.n + r))
        routing.solver().Add(boards <= leaves)
        if request.max_ride is not None:
            longest = (request.max_ride + request.pickup_service) // coarse
            routing.solver().Add(leaves - boards <= longest)


def _add_load(problem: Problem, flat: Flat, manager: Any, routing: Any) -> None:
    for k in range(flat.load.shape[1]):
        change = [0] * manager.GetNumberOfNodes()
        for r in range(flat.n):
            change[r], change[flat.n + r] = int(flat.load[r, k]), -int(flat.load[r, k])
        callback = routing.RegisterUnaryTransitVector(change)
        room = [vehicle.configurations[0][k] for vehicle in problem.vehicles]
        routing.AddDimensionWithVehicleCapacity(callback, 0, room, True, f"load {k}")


def _add_costs(problem: Problem, flat: Flat, manager: Any, routing: Any) -> int:
    """Distance in millionths of money; returns more than any plan costs."""
    place = flat.nodes["place"][: manager.GetNumberOfNodes()]
    money = flat.dist[place][:, place] * (problem.objective.per_distance * MONEY)
    arcs = np.rint(money).astype(np.int64)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(arcs.tolist()))
    for v, vehicle in enumerate(problem.vehicles):
        routing.SetFixedCostOfVehicle(int(vehicle.fixed_cost * MONEY), v)
    fixed = sum(vehicle.fixed_cost for vehicle in problem.vehicles) * MONEY
    return int(min(2.0**55, float(arcs.max()) * 2 * (flat.n + 1) + fixed + 1))


def _add_links(problem: Problem, manager: Any, routing: Any) -> None:
    first: dict[tuple[str, str], int] = {}
    for r, request in enumerate(problem.requests):
        index = manager.NodeToIndex(r)
        for link, name in (("together", request.together), ("bundle", request.bundle)):
            if name is None:
                continue
            other = manager.NodeToIndex(first.setdefault((link, name), r))
            if link == "together":
                routing.solver().Add(routing.VehicleVar(index) == routing.VehicleVar(other))
            else:
                routing.solver().Add(routing.ActiveVar(index) == routing.ActiveVar(other))


def _searched(flat: Flat, manager: Any, routing: Any, seconds: float) -> list[list[int]]:
    from ortools.constraint_solver import pywrapcp
    from ortools.constraint_solver.routing_enums_pb2 import (
        FirstSolutionStrategy,
        LocalSearchMetaheuristic,
    )

    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    settings.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    settings.guided_local_search_reset_penalties_on_new_best_solution = True
    settings.time_limit.FromMilliseconds(int(seconds * 1000))
    found = routing.SolveWithParameters(settings)
    orders: list[list[int]] = [[] for _ in flat.vehicles]
    if found is None:
        return orders
    for v, order in enumerate(orders):
        index = found.Value(routing.NextVar(routing.Start(v)))
        while not routing.IsEnd(index):
            order.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
    return orders
