"""Whether a problem makes sense at all, before anybody tries to solve it.

Imports the model, errors and schedule.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from routing.errors import InvalidProblem
from routing.model import Action, Matrix, Problem, Request, Vehicle, Window
from routing.schedule import Standing, fits, standing


def validate(problem: Problem) -> None:
    """Raise InvalidProblem for the first rule broken, naming the request or vehicle."""
    size = _check_matrix("durations", problem.durations)
    if _check_matrix("distances", problem.distances) != size:
        raise InvalidProblem("distances", "matrix", "not the same size as the durations")
    _check_objective(problem)
    _check_names("request", [request.id for request in problem.requests])
    _check_names("vehicle", [vehicle.id for vehicle in problem.vehicles])
    dimensions = _dimensions(problem)
    for vehicle in problem.vehicles:
        _check_vehicle(problem, vehicle, size, dimensions)
    picked_up, done = _histories(problem)
    for index, request in enumerate(problem.requests):
        _check_request(request, size, dimensions)
        if index not in picked_up and index not in done:
            _check_reachable(problem, request)
        if index not in done:
            _check_carriable(problem, request)
    for index, (vehicle, now) in picked_up.items():
        _check_on_board(problem, index, vehicle, now)


def _check_matrix(name: str, matrix: Matrix) -> int:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InvalidProblem(name, "matrix", f"must be square, is {matrix.shape}")
    if not np.issubdtype(matrix.dtype, np.integer):
        nan = np.isnan(matrix).any()
        why = "holds NaN" if nan else f"must be whole numbers (int64), is {matrix.dtype}"
        raise InvalidProblem(name, "matrix", why)
    if matrix.size and int(matrix.min()) < 0:
        row, column = np.argwhere(matrix < 0)[0]
        raise InvalidProblem(name, "matrix", f"negative from location {row} to {column}")
    if matrix.diagonal().any():
        place = int(np.flatnonzero(matrix.diagonal())[0])
        raise InvalidProblem(name, "matrix", f"not 0 from location {place} to itself")
    return int(matrix.shape[0])


def _check_objective(problem: Problem) -> None:
    weights = problem.objective
    for name in ("per_distance", "per_duration", "per_excess_ride"):
        value = getattr(weights, name)
        if not math.isfinite(value) or value < 0:
            raise InvalidProblem("objective", name, f"must be a number from 0 up, is {value}")


def _check_names(kind: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidProblem(f"{kind} {name}", "id", f"used {count} times")


def _dimensions(problem: Problem) -> int:
    for vehicle in problem.vehicles:
        if vehicle.configurations:
            return len(vehicle.configurations[0])
    return len(problem.requests[0].load) if problem.requests else 1


def _check_place(subject: str, name: str, place: int, size: int) -> None:
    if not 0 <= place < size:
        explanation = f"{name} is location {place}, but there are {size} locations"
        raise InvalidProblem(subject, "location", explanation)


def _check_window(subject: str, name: str, window: Window) -> None:
    if window.earliest < 0:
        raise InvalidProblem(subject, "window", f"{name} opens at {window.earliest}, before 0")
    if window.latest < window.earliest:
        explanation = f"{name} closes at {window.latest}, before it opens at {window.earliest}"
        raise InvalidProblem(subject, "window", explanation)


def _check_number(subject: str, name: str, value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise InvalidProblem(subject, name, f"must be a number from 0 up, is {value}")


def _check_vehicle(problem: Problem, vehicle: Vehicle, size: int, dimensions: int) -> None:
    subject = f"vehicle {vehicle.id}"
    _check_place(subject, "start", vehicle.start, size)
    _check_place(subject, "end", vehicle.end, size)
    if vehicle.position is not None:
        _check_place(subject, "position", vehicle.position, size)
    _check_window(subject, "shift", vehicle.shift)
    _check_number(subject, "fixed cost", vehicle.fixed_cost)
    if vehicle.max_duration is not None:
        _check_number(subject, "longest duration", vehicle.max_duration)
    if not vehicle.configurations:
        raise InvalidProblem(subject, "capacity", "has no configuration")
    for configuration in vehicle.configurations:
        if len(configuration) != dimensions or min(configuration, default=0) < 0:
            explanation = f"configuration {configuration} must be {dimensions} numbers from 0 up"
            raise InvalidProblem(subject, "capacity", explanation)
    for rest in vehicle.breaks:
        _check_window(subject, "break", rest.window)
        _check_number(subject, "break", rest.duration)
    _check_history(problem, vehicle, subject)


def _check_history(problem: Problem, vehicle: Vehicle, subject: str) -> None:
    on_board: set[int] = set()
    for done in vehicle.history:
        known = len(vehicle.breaks if done.action is Action.BREAK else problem.requests)
        if not 0 <= done.index < known:
            raise InvalidProblem(subject, "history", f"{done.action.value} {done.index} is unknown")
        if done.action is Action.PICKUP:
            on_board.add(done.index)
        elif done.action is Action.DROPOFF and done.index not in on_board:
            name = problem.requests[done.index].id
            raise InvalidProblem(f"request {name}", "history", "dropped off before its pickup")


def _histories(problem: Problem) -> tuple[dict[int, tuple[Vehicle, Standing]], set[int]]:
    on_board: dict[int, tuple[Vehicle, Standing]] = {}
    done: set[int] = set()
    seen: set[tuple[Action, int]] = set()
    for vehicle in problem.vehicles:
        for past in vehicle.history:
            if past.action is Action.BREAK:
                continue
            if (past.action, past.index) in seen:
                name = problem.requests[past.index].id
                raise InvalidProblem(f"request {name}", "history", "in two histories")
            seen.add((past.action, past.index))
            if past.action is Action.DROPOFF:
                done.add(past.index)
        now = standing(problem, vehicle)
        on_board.update({index: (vehicle, now) for index in now.on_board})
    return on_board, done


def _check_request(request: Request, size: int, dimensions: int) -> None:
    subject = f"request {request.id}"
    _check_place(subject, "pickup", request.pickup, size)
    _check_place(subject, "dropoff", request.dropoff, size)
    _check_window(subject, "pickup window", request.pickup_window)
    _check_window(subject, "dropoff window", request.dropoff_window)
    _check_number(subject, "pickup service", request.pickup_service)
    _check_number(subject, "dropoff service", request.dropoff_service)
    _check_number(subject, "refusal cost", request.refusal_cost)
    _check_number(subject, "people", request.people)
    if request.max_ride is not None:
        _check_number(subject, "ride limit", request.max_ride)
    if len(request.load) != dimensions or min(request.load, default=0) < 0:
        explanation = f"load {request.load} must be {dimensions} numbers from 0 up"
        raise InvalidProblem(subject, "capacity", explanation)


def _check_reachable(problem: Problem, request: Request) -> None:
    subject = f"request {request.id}"
    direct = int(problem.durations[request.pickup, request.dropoff])
    there = request.pickup_window.earliest + request.pickup_service + direct
    if there > request.dropoff_window.latest:
        explanation = (
            f"its dropoff closes at {request.dropoff_window.latest}, "
            f"but cannot be reached from its pickup before {there}"
        )
        raise InvalidProblem(subject, "window", explanation)
    if request.max_ride is not None and direct > request.max_ride:
        explanation = f"the direct ride takes {direct}, more than its limit {request.max_ride}"
        raise InvalidProblem(subject, "ride limit", explanation)


def _check_carriable(problem: Problem, request: Request) -> None:
    if not problem.vehicles:
        return
    subject = f"request {request.id}"
    allowed = [v for v in problem.vehicles if request.vehicles is None or v.id in request.vehicles]
    if not allowed:
        raise InvalidProblem(subject, "vehicle", "names only vehicles that are not there")
    if not any(fits(vehicle, request.load) for vehicle in allowed):
        explanation = f"no vehicle it may use can take its load {request.load}"
        raise InvalidProblem(subject, "capacity", explanation)


def _check_on_board(problem: Problem, index: int, vehicle: Vehicle, now: Standing) -> None:
    request = problem.requests[index]
    there = now.ready + int(problem.durations[now.place, request.dropoff])
    if request.max_ride is not None and there - now.on_board[index] > request.max_ride:
        explanation = (
            f"on board of vehicle {vehicle.id}, and at its dropoff at {there} at best, "
            f"after its ride limit of {request.max_ride}"
        )
        raise InvalidProblem(f"request {request.id}", "ride limit", explanation)
    if there > request.dropoff_window.latest:
        explanation = (
            f"on board of vehicle {vehicle.id}, and at its dropoff at {there} at best, "
            f"after it closes at {request.dropoff_window.latest}"
        )
        raise InvalidProblem(f"request {request.id}", "window", explanation)
