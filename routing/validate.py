"""Whether a problem makes sense at all, before anybody tries to solve it.

Imports the model, errors, schedule, reach and wellformed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from routing.errors import InvalidProblem
from routing.model import FAR_FUTURE, Action, Problem, Request, Vehicle
from routing.reach import Ways, is_in_reach, longest_shift, may_use
from routing.schedule import Standing, standing
from routing.wellformed import check_allowed, check_request, check_vehicle


def validate(problem: Problem) -> None:
    """Raise InvalidProblem for the first rule broken, naming the request or vehicle.

    What it looks at, in this order: matrices and weights; names; each request and
    vehicle by itself; histories; each request against the vehicles. A request that no
    vehicle could carry alone within its hours is refused only if it is `required`: of the
    others, `solve` says that they are left out. What may happen on a day under way is no
    error: windows that have passed, people on board, vehicles that are late.

    Parameters
    ----------
    problem : Problem

    Raises
    ------
    InvalidProblem
        `subject` is "request ID", "vehicle ID", "durations", "distances", "objective" or
        "problem"; `rule` is a short fixed name, such as "window", "location", "capacity".
    """
    size = _check_matrix("durations", problem.durations)
    if _check_matrix("distances", problem.distances) != size:
        raise InvalidProblem("distances", "matrix", "not the same size as the durations")
    _check_objective(problem)
    _check_names("request", [request.id for request in problem.requests])
    _check_names("vehicle", [vehicle.id for vehicle in problem.vehicles])
    dimensions = _dimensions(problem)
    for request in problem.requests:
        check_request(request, size, dimensions)
    for vehicle in problem.vehicles:
        check_vehicle(vehicle, size, dimensions)
        _check_history(problem, vehicle)
        _check_breaks(vehicle)
    _check_carried(problem)


def _check_matrix(name: str, matrix: object) -> int:
    if not isinstance(matrix, np.ndarray):
        raise InvalidProblem(name, "matrix", f"must be a numpy array, is {type(matrix).__name__}")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InvalidProblem(name, "matrix", f"must be square, is {matrix.shape}")
    if not np.issubdtype(matrix.dtype, np.integer):
        nan = np.issubdtype(matrix.dtype, np.floating) and np.isnan(matrix).any()
        why = "holds NaN" if nan else f"must be whole numbers (int64), is {matrix.dtype}"
        raise InvalidProblem(name, "matrix", why)
    if matrix.size and int(matrix.min()) < 0:
        row, column = np.argwhere(matrix < 0)[0]
        raise InvalidProblem(name, "matrix", f"negative from location {row} to {column}")
    if matrix.size and int(matrix.max()) > FAR_FUTURE:
        row, column = np.argwhere(matrix > FAR_FUTURE)[0]
        raise InvalidProblem(name, "matrix", f"beyond all time from location {row} to {column}")
    if matrix.diagonal().any():
        place = int(np.flatnonzero(matrix.diagonal())[0])
        raise InvalidProblem(name, "matrix", f"not 0 from location {place} to itself")
    return int(matrix.shape[0])


def _check_objective(problem: Problem) -> None:
    weights = problem.objective
    for name in ("per_distance", "per_duration", "per_excess_ride"):
        value = getattr(weights, name)
        if not _is_finite(value) or value < 0:
            raise InvalidProblem("objective", name, f"must be a number from 0 up, is {value}")
    if not _is_finite(problem.unit) or problem.unit <= 0:
        raise InvalidProblem("problem", "unit", f"must be a number above 0, is {problem.unit}")


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and math.isfinite(value)


def _check_names(kind: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidProblem(f"{kind} {name}", "id", f"used {count} times")


def _dimensions(problem: Problem) -> int:
    """How many numbers a load has: as many as the first vehicle, or request, says."""
    firsts: list[object] = [v.configurations[0] for v in problem.vehicles if v.configurations]
    firsts += [request.load for request in problem.requests]
    return next((len(first) for first in firsts if isinstance(first, tuple)), 1)


def _check_history(problem: Problem, vehicle: Vehicle) -> None:
    on_board: set[int] = set()
    for done in vehicle.history:
        known = len(vehicle.breaks if done.action is Action.BREAK else problem.requests)
        if not 0 <= done.index < known:
            explanation = f"{done.action.value} {done.index} is unknown"
            raise InvalidProblem(f"vehicle {vehicle.id}", "history", explanation)
        if done.action is Action.PICKUP:
            on_board.add(done.index)
        elif done.action is Action.DROPOFF and done.index not in on_board:
            name = problem.requests[done.index].id
            raise InvalidProblem(f"request {name}", "history", "dropped off before its pickup")


def _check_breaks(vehicle: Vehicle) -> None:
    """No break that is still to come may lie outside the shift: the vehicle could never go out."""
    taken = {done.index for done in vehicle.history if done.action is Action.BREAK}
    for index, rest in enumerate(vehicle.breaks):
        ends = rest.window.earliest + rest.duration
        outside = rest.window.latest < vehicle.shift.earliest or ends > vehicle.shift.latest
        if outside and index not in taken:
            explanation = (
                f"may begin from {rest.window.earliest} to {rest.window.latest} and lasts "
                f"{rest.duration}, outside its shift of {vehicle.shift.earliest} to "
                f"{vehicle.shift.latest}"
            )
            raise InvalidProblem(f"vehicle {vehicle.id}", "break", explanation)


def _check_carried(problem: Problem) -> None:
    """Each request against the vehicles: those it may use, their room, their hours."""
    standings = [standing(problem, vehicle) for vehicle in problem.vehicles]
    picked_up, done = _histories(problem, standings)
    names = {vehicle.id for vehicle in problem.vehicles}
    ways = Ways(problem.durations)
    for index, request in enumerate(problem.requests):
        if index in done:
            continue
        check_allowed(request, names)
        waiting = index not in picked_up
        if waiting:
            _check_reachable(problem, request)
        by = _check_carriable(problem, request)
        if waiting:
            _check_hours(problem, ways, standings, request, by)
    for index, v in picked_up.items():
        _check_on_board(problem, index, problem.vehicles[v], standings[v])


def _histories(problem: Problem, standings: list[Standing]) -> tuple[dict[int, int], set[int]]:
    """Who is on board of which vehicle, and who has been dropped off."""
    on_board: dict[int, int] = {}
    done: set[int] = set()
    seen: set[tuple[Action, int]] = set()
    for v, vehicle in enumerate(problem.vehicles):
        for past in vehicle.history:
            if past.action is Action.BREAK:
                continue
            if (past.action, past.index) in seen:
                name = problem.requests[past.index].id
                raise InvalidProblem(f"request {name}", "history", "in two histories")
            seen.add((past.action, past.index))
            if past.action is Action.DROPOFF:
                done.add(past.index)
        on_board.update(dict.fromkeys(standings[v].on_board, v))
    return on_board, done


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


def _check_carriable(problem: Problem, request: Request) -> list[int]:
    """The vehicles that have room for it."""
    by = may_use(problem, request)
    if problem.vehicles and not by:
        explanation = f"no vehicle it may use can take its load {request.load}"
        raise InvalidProblem(f"request {request.id}", "capacity", explanation)
    return by


def _check_hours(
    problem: Problem, ways: Ways, standings: list[Standing], request: Request, by: list[int]
) -> None:
    """A ride longer than any shift is a mistake (no road leads there); a promise must be in reach.

    Somebody not promised may ask for an hour at which nobody drives: they are left out.
    """
    subject = f"request {request.id}"
    longest = longest_shift(problem, by)
    if by and ways.direct(request.pickup, request.dropoff) > longest:
        quickest = ways.quickest(request.pickup, request.dropoff)
        if quickest > longest:
            explanation = f"its ride takes {quickest}, longer than a vehicle it may use can be out"
            raise InvalidProblem(subject, "shift", f"{explanation} ({longest})")
    if request.required and not is_in_reach(problem, ways, standings, request, by):
        explanation = "promised, but no vehicle it may use could keep its windows within its shift"
        raise InvalidProblem(subject, "window", explanation)


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
