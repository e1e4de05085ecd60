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


class Flat(NamedTuple):
    """The problem; n request slots, V vehicles, K load dimensions, L locations."""

    n: int
    vehicles: int
    dur: Matrix
    dist: Matrix
    loc: Ints  # (nodes,), -1 for a break: wherever the vehicle stands
    early: Ints  # (nodes,)
    late: Ints
    service: Ints
    load: Ints  # (n, K)
    limit: Ints  # (n,) longest ride, FAR_FUTURE if none
    direct: Ints  # (n,) direct ride
    people: Ints
    refusal: Floats  # (n,)
    required: Bools
    allowed: Bools  # (n, V)
    together: Ints  # (n,) group number or -1
    bundle: Ints
    boarded: Ints  # (n,) the vehicle it is on board of, or -1
    boarded_end: Ints  # (n,) when that pickup ended
    room: Ints  # (V, configurations, K), padded with -1
    held: Ints  # (V, K) load on board at the start
    max_duration: Ints  # (V,) FAR_FUTURE if none
    anchored: Bools  # (V,) the route has begun
    origin: Ints  # (V,) when it began
    fixed: Floats  # (V,)
    kind: Ints  # (V,) same number: the same in all but name
    break_first: Ints  # (V + 1,) breaks to be taken by v: from [v] to [v + 1]
    break_index: Ints  # their index in the vehicle's tuple
    per_distance: float
    per_duration: float
    per_excess: float


def flatten(problem: Problem, spare: int = 0) -> Flat:
    """Turn a (valid) problem into arrays, with `spare` empty slots for further requests."""
    n = len(problem.requests) + spare
    now = [standing(problem, vehicle) for vehicle in problem.vehicles]
    pending = [
        [k for k in range(len(vehicle.breaks)) if k not in state.breaks_taken]
        for vehicle, state in zip(problem.vehicles, now, strict=True)
    ]
    nodes = 2 * n + 2 * len(now) + sum(len(breaks) for breaks in pending)
    dimensions = len(problem.vehicles[0].configurations[0]) if problem.vehicles else 1
    flat = Flat(
        n=n,
        vehicles=len(now),
        dur=_plain(problem.durations),
        dist=_plain(problem.distances),
        loc=np.full(nodes, -1, np.int64),
        early=np.zeros(nodes, np.int64),
        late=np.full(nodes, FAR_FUTURE, np.int64),
        service=np.zeros(nodes, np.int64),
        load=np.zeros((n, dimensions), np.int64),
        limit=np.full(n, FAR_FUTURE, np.int64),
        direct=np.zeros(n, np.int64),
        people=np.ones(n, np.int64),
        refusal=np.zeros(n),
        required=np.zeros(n, np.bool_),
        allowed=np.ones((n, len(now)), np.bool_),
        together=_numbered([r.together for r in problem.requests], spare),
        bundle=_numbered([r.bundle for r in problem.requests], spare),
        boarded=np.full(n, -1, np.int64),
        boarded_end=np.zeros(n, np.int64),
        room=_room(problem, dimensions),
        held=np.zeros((len(now), dimensions), np.int64),
        max_duration=_or_far([v.max_duration for v in problem.vehicles]),
        anchored=np.array([state.origin is not None for state in now], np.bool_),
        origin=np.array([state.origin or 0 for state in now], np.int64),
        fixed=np.array([v.fixed_cost for v in problem.vehicles], np.float64),
        kind=_kinds(problem),
        break_first=np.cumsum([0, *(len(breaks) for breaks in pending)]).astype(np.int64),
        break_index=np.array([k for breaks in pending for k in breaks], np.int64),
        per_distance=float(problem.objective.per_distance),
        per_duration=float(problem.objective.per_duration),
        per_excess=float(problem.objective.per_excess_ride),
    )
    for slot, request in enumerate(problem.requests):
        put_request(flat, problem, slot, request)
    for index, state in enumerate(now):
        _put_vehicle(flat, problem, index, state)
    _put_breaks(flat, problem, pending)
    return flat


def put_request(flat: Flat, problem: Problem, slot: int, request: Request) -> None:
    """Write a request into a slot (links and histories apart)."""
    drop = flat.n + slot
    flat.loc[slot], flat.loc[drop] = request.pickup, request.dropoff
    flat.early[slot], flat.late[slot] = request.pickup_window.earliest, request.pickup_window.latest
    flat.early[drop] = request.dropoff_window.earliest
    flat.late[drop] = request.dropoff_window.latest
    flat.service[slot], flat.service[drop] = request.pickup_service, request.dropoff_service
    flat.load[slot] = request.load
    flat.limit[slot] = FAR_FUTURE if request.max_ride is None else request.max_ride
    flat.direct[slot] = problem.durations[request.pickup, request.dropoff]
    flat.people[slot] = request.people
    flat.refusal[slot] = request.refusal_cost
    flat.required[slot] = request.required
    flat.allowed[slot] = True
    if request.vehicles is not None:
        flat.allowed[slot] = [vehicle.id in request.vehicles for vehicle in problem.vehicles]


def _plain(matrix: Matrix) -> Matrix:
    """A writable, contiguous int64 array: one type, so one compilation."""
    plain = np.ascontiguousarray(matrix, dtype=np.int64)
    return plain if plain.flags.writeable else plain.copy()


def _or_far(values: list[int | None]) -> Ints:
    return np.array([FAR_FUTURE if value is None else value for value in values], np.int64)


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
    kinds = [numbers.setdefault(_traits(v), len(numbers)) for v in problem.vehicles]
    return np.array(kinds, np.int64)


def _traits(v: Vehicle) -> tuple[Any, ...]:
    place = (v.start, v.end, v.position, v.ready, v.history)
    return (*place, v.shift, v.configurations, v.max_duration, v.breaks, v.fixed_cost)


def _put_vehicle(flat: Flat, problem: Problem, v: int, now: Standing) -> None:
    vehicle = problem.vehicles[v]
    start = 2 * flat.n + 2 * v
    end = start + 1
    flat.loc[start], flat.loc[end] = now.place, vehicle.end
    flat.early[start], flat.early[end] = now.ready, vehicle.shift.earliest
    flat.late[end] = vehicle.shift.latest
    if now.origin is None:
        flat.late[start] = vehicle.shift.latest
    elif vehicle.max_duration is not None:
        flat.late[end] = min(vehicle.shift.latest, now.origin + vehicle.max_duration)
    for done in vehicle.history:
        if done.action is not Action.BREAK:
            flat.allowed[done.index] = False
    for r, boarded in now.on_board.items():
        drop = flat.n + r
        flat.boarded[r], flat.boarded_end[r] = v, boarded
        flat.late[drop] = min(flat.late[drop], boarded + flat.limit[r])
        flat.held[v] += flat.load[r]


def _put_breaks(flat: Flat, problem: Problem, pending: list[list[int]]) -> None:
    node = 2 * flat.n + 2 * flat.vehicles
    for vehicle, breaks in zip(problem.vehicles, pending, strict=True):
        for k in breaks:
            rest = vehicle.breaks[k]
            flat.early[node], flat.late[node] = rest.window.earliest, rest.window.latest
            flat.service[node] = rest.duration
            node += 1
