"""A problem as plain arrays, the form that compiled code works on.

Nodes are numbered: request r is picked up at node r and dropped off at node n + r
(n slots for requests), vehicle v starts at node 2n + 2v and ends at 2n + 2v + 1,
and the breaks still to be taken follow. What has already happened is folded in:
a vehicle with a history starts where it stands with its load, and somebody on
board is only a dropoff with a deadline. Imports the model and schedule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.model import FAR_FUTURE, Action, Matrix, Problem, Request, Vehicle
from routing.schedule import Standing, standing

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Records = Any
"""A structured array: compiled code reads `nodes[x].early`, Python `nodes["early"][x]`."""


def record(whole: str, real: str = "") -> np.dtype[Any]:
    """A structured type of whole numbers and, after them, real ones."""
    fields = [(name, np.int64) for name in whole.split()]
    return np.dtype(fields + [(name, np.float64) for name in real.split()])


NODE = record("place early late service")
"""`place` is -1 for a break: wherever the vehicle stands."""

REQUEST = record("limit direct people required together bundle boarded boarded_end", "refusal")
"""`limit` and `direct` ride; `boarded` is the vehicle it is on board of, or -1, since
`boarded_end`; `together` and `bundle` are group numbers or -1."""

VEHICLE = record("anchored origin max_duration kind breaks first_break", "fixed")
"""`anchored`: its route has begun, at `origin`; `breaks` still to be taken, the first
at node `first_break`; the same `kind`: the same in all but name, for everybody."""


class Flat(NamedTuple):
    """The problem; n request slots, V vehicles, K load dimensions, L locations."""

    n: int
    dur: Matrix
    dist: Matrix
    nodes: Records  # (nodes,) of NODE
    requests: Records  # (n,) of REQUEST
    vehicles: Records  # (V,) of VEHICLE
    load: Ints  # (n, K)
    room: Ints  # (V, configurations, K), padded with -1
    held: Ints  # (V, K) load on board at the start
    allowed: Bools  # (n, V)
    per_distance: float
    per_duration: float
    per_excess: float


def flatten(problem: Problem, spare: int = 0) -> Flat:
    """Turn a (valid) problem into arrays, with `spare` empty slots for further requests."""
    n, vehicles = len(problem.requests) + spare, len(problem.vehicles)
    now = [standing(problem, vehicle) for vehicle in problem.vehicles]
    breaks = sum(len(v.breaks) for v in problem.vehicles)
    loads = [v.configurations[0] for v in problem.vehicles[:1]]
    loads += [request.load for request in problem.requests[:1]]
    dimensions = len(loads[0]) if loads else 1
    flat = Flat(
        n=n,
        dur=_plain(problem.durations),
        dist=_plain(problem.distances),
        nodes=np.zeros(2 * n + 2 * vehicles + breaks, NODE),
        requests=np.zeros(n, REQUEST),
        vehicles=np.zeros(vehicles, VEHICLE),
        load=np.zeros((n, dimensions), np.int64),
        room=_room(problem, dimensions),
        held=np.zeros((vehicles, dimensions), np.int64),
        allowed=np.ones((n, vehicles), np.bool_),
        per_distance=float(problem.objective.per_distance),
        per_duration=float(problem.objective.per_duration),
        per_excess=float(problem.objective.per_excess_ride),
    )
    flat.requests["boarded"] = -1
    flat.requests["together"] = _numbered([r.together for r in problem.requests], spare)
    flat.requests["bundle"] = _numbered([r.bundle for r in problem.requests], spare)
    flat.vehicles["kind"] = _kinds(problem)
    for slot, request in enumerate(problem.requests):
        put_request(flat, problem, slot, request)
    node = 2 * n + 2 * vehicles
    for index, state in enumerate(now):
        _put_vehicle(flat, problem, index, state)
        node = _put_breaks(flat, problem, index, state, node)
    return flat


def put_request(flat: Flat, problem: Problem, slot: int, request: Request) -> None:
    """Write a request into a slot (links and histories apart)."""
    pickup, dropoff = request.pickup_window, request.dropoff_window
    flat.nodes[slot] = (request.pickup, pickup.earliest, pickup.latest, request.pickup_service)
    flat.nodes[flat.n + slot] = (
        request.dropoff,
        dropoff.earliest,
        dropoff.latest,
        request.dropoff_service,
    )
    row = flat.requests[slot]
    row["limit"] = FAR_FUTURE if request.max_ride is None else request.max_ride
    row["direct"] = problem.durations[request.pickup, request.dropoff]
    row["people"] = request.people
    row["required"] = request.required
    row["refusal"] = request.refusal_cost
    flat.load[slot] = request.load
    flat.allowed[slot] = True
    if request.vehicles is not None:
        flat.allowed[slot] = [vehicle.id in request.vehicles for vehicle in problem.vehicles]


def _plain(matrix: Matrix) -> Matrix:
    """A writable, contiguous int64 array: one type, so one compilation."""
    plain = np.ascontiguousarray(matrix, dtype=np.int64)
    return plain if plain.flags.writeable else plain.copy()


def _numbered(names: list[str | None], spare: int) -> Ints:
    numbers: dict[str, int] = {}
    found = [-1 if name is None else numbers.setdefault(name, len(numbers)) for name in names]
    return np.array(found + [-1] * spare, np.int64)


def _room(problem: Problem, dimensions: int) -> Ints:
    most = max((len(v.configurations) for v in problem.vehicles), default=1)
    room = np.full((len(problem.vehicles), most, dimensions), -1, np.int64)
    for v, vehicle in enumerate(problem.vehicles):
        room[v, : len(vehicle.configurations)] = vehicle.configurations
    return room


def _kinds(problem: Problem) -> Ints:
    numbers: dict[Any, int] = {}
    named: dict[str, list[int]] = {}
    for r, request in enumerate(problem.requests):
        for name in request.vehicles or ():
            named.setdefault(name, []).append(r)
    kinds = []
    for v in problem.vehicles:
        traits = (*_traits(v), tuple(named.get(v.id, ())))
        kinds.append(numbers.setdefault(traits, len(numbers)))
    return np.array(kinds, np.int64)


def _traits(v: Vehicle) -> tuple[Any, ...]:
    place = (v.start, v.end, v.position, v.ready, v.history)
    return (*place, v.shift, v.configurations, v.max_duration, v.breaks, v.fixed_cost)


def _put_vehicle(flat: Flat, problem: Problem, v: int, now: Standing) -> None:
    vehicle = problem.vehicles[v]
    longest = FAR_FUTURE if vehicle.max_duration is None else vehicle.max_duration
    opens, closes = vehicle.shift.earliest, vehicle.shift.latest
    start = 2 * flat.n + 2 * v
    if now.origin is None:
        flat.nodes[start] = (now.place, now.ready, closes, 0)
    else:
        flat.nodes[start] = (now.place, now.ready, FAR_FUTURE, 0)
        closes = min(closes, now.origin + longest)
    flat.nodes[start + 1] = (vehicle.end, opens, closes, 0)
    row = flat.vehicles[v]
    row["anchored"], row["origin"] = now.origin is not None, now.origin or 0
    row["max_duration"], row["fixed"] = longest, vehicle.fixed_cost
    for done in vehicle.history:
        if done.action is not Action.BREAK:
            flat.allowed[done.index] = False
    for r, boarded in now.on_board.items():
        drop, passenger = flat.nodes[flat.n + r], flat.requests[r]
        passenger["boarded"], passenger["boarded_end"] = v, boarded
        drop["late"] = min(drop["late"], boarded + passenger["limit"])
        flat.held[v] += flat.load[r]


def _put_breaks(flat: Flat, problem: Problem, v: int, now: Standing, node: int) -> int:
    """Write the breaks still to be taken; returns the next free node."""
    flat.vehicles[v]["first_break"] = node
    for k in pending_breaks(problem.vehicles[v], now):
        rest = problem.vehicles[v].breaks[k]
        flat.nodes[node] = (-1, rest.window.earliest, rest.window.latest, rest.duration)
        flat.vehicles[v]["breaks"] += 1
        node += 1
    return node


def pending_breaks(vehicle: Vehicle, now: Standing) -> list[int]:
    """The breaks still to be taken, in order."""
    return [k for k in range(len(vehicle.breaks)) if k not in now.breaks_taken]
