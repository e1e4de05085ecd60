"""Whether a plan may be published: every hard rule, looked at one by one.

Written apart from the solvers on purpose: it imports the model and nothing else,
so a mistake in a solver cannot hide here. A plan is legal when `check` returns
an empty list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from routing.model import Action, Plan, Problem, Request, Route, Vehicle, Visit


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken. `rule` is a short fixed name, `sentence` says it plainly."""

    rule: str
    vehicle: str | None
    request: str | None
    sentence: str


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Everything wrong with the plan; nothing means it is legal.

    Parameters
    ----------
    problem : Problem
        Valid (`validate.validate`).
    plan : Plan
        From anywhere: numbers that stand for nothing are named, too.

    Returns
    -------
    list of Violation
        `rule` is one of "unknown", "history", "location", "service time", "window",
        "driving time", "shift", "duration", "ride limit", "break", "capacity", "order",
        "one route", "served once", "required", "vehicle", "together", "bundle". If there
        is an "unknown", nothing else is looked at.
    """
    unknown = list(_unknown(problem, plan))
    if unknown:
        return unknown
    found: list[Violation] = []
    for route in plan.routes:
        found += _check_history(problem, route)
        found += _check_visits(problem, route)
        found += _check_times(problem, route)
        found += _check_shift(problem, route)
        found += _check_rides(problem, route)
        found += _check_on_board(problem, route)
        found += _check_breaks(problem, route)
    found += _check_vehicles(problem, plan)
    found += _check_service(problem, plan)
    found += _check_links(problem, plan)
    return found


def _unknown(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Numbers that stand for nothing: with these the other rules cannot even be asked."""
    for route in plan.routes:
        if not 0 <= route.vehicle < len(problem.vehicles):
            sentence = f"There is no vehicle number {route.vehicle}."
            yield Violation("unknown", None, None, sentence)
            continue
        vehicle = problem.vehicles[route.vehicle]
        for visit in route.visits:
            breaks = visit.action is Action.BREAK
            known = len(vehicle.breaks) if breaks else len(problem.requests)
            if not 0 <= visit.index < known:
                sentence = f"{visit.action.value} {visit.index} stands for nothing."
                yield Violation("unknown", vehicle.id, None, sentence)
            if not 0 <= visit.location < len(problem.durations):
                sentence = f"There is no location {visit.location}."
                yield Violation("unknown", vehicle.id, None, sentence)
    for index in plan.unserved:
        if not 0 <= index < len(problem.requests):
            yield Violation("unknown", None, None, f"There is no request number {index}.")


def _check_vehicles(problem: Problem, plan: Plan) -> Iterator[Violation]:
    used = [route.vehicle for route in plan.routes]
    for index, vehicle in enumerate(problem.vehicles):
        if used.count(index) > 1:
            sentence = f"Vehicle {vehicle.id} has {used.count(index)} routes."
            yield Violation("one route", vehicle.id, None, sentence)
        if vehicle.history and index not in used:
            sentence = f"Vehicle {vehicle.id} has been out, but the plan leaves its route out."
            yield Violation("history", vehicle.id, None, sentence)


def _check_history(problem: Problem, route: Route) -> Iterator[Violation]:
    vehicle = problem.vehicles[route.vehicle]
    for k, done in enumerate(vehicle.history):
        kept = k < len(route.visits) and (
            (done.action, done.index, done.start)
            == (route.visits[k].action, route.visits[k].index, route.visits[k].start)
        )
        if not kept:
            name = _name(problem, done.action, done.index)
            sentence = f"Vehicle {vehicle.id} has done other things than the plan says."
            yield Violation("history", vehicle.id, name, sentence)
            return
    if vehicle.history:
        first = route.visits[0]
        left = first.start - int(problem.durations[vehicle.start, first.location])
        if route.start != left:
            sentence = f"Vehicle {vehicle.id} left at {left}, not at {route.start}."
            yield Violation("history", vehicle.id, None, sentence)


def _name(problem: Problem, action: Action, index: int) -> str | None:
    return None if action is Action.BREAK else problem.requests[index].id


def _about(problem: Problem, visit: Visit) -> str:
    if visit.action is Action.BREAK:
        return f"break {visit.index}"
    return f"the {visit.action.value} of {problem.requests[visit.index].id}"


def _service(problem: Problem, vehicle: Vehicle, visit: Visit) -> int:
    if visit.action is Action.BREAK:
        return vehicle.breaks[visit.index].duration
    request = problem.requests[visit.index]
    pickup = visit.action is Action.PICKUP
    return request.pickup_service if pickup else request.dropoff_service


def _check_visits(problem: Problem, route: Route) -> Iterator[Violation]:
    """Each visit where it belongs, of the right length, within its window if still to come."""
    vehicle = problem.vehicles[route.vehicle]
    past = len(vehicle.history)
    place = vehicle.start
    for k, visit in enumerate(route.visits):
        name = _name(problem, visit.action, visit.index)
        about = _about(problem, visit)
        if k == past and vehicle.position is not None:
            place = vehicle.position
        if visit.action is not Action.BREAK:
            request = problem.requests[visit.index]
            place = request.pickup if visit.action is Action.PICKUP else request.dropoff
        if visit.location != place:
            sentence = f"{about} is at location {place}, not {visit.location}."
            yield Violation("location", vehicle.id, name, sentence)
        if visit.departure - visit.start != _service(problem, vehicle, visit):
            sentence = f"{about} lasts {_service(problem, vehicle, visit)}, not as planned."
            yield Violation("service time", vehicle.id, name, sentence)
        if k >= past:
            yield from _check_window(problem, vehicle, visit, name, about)


def _check_window(
    problem: Problem, vehicle: Vehicle, visit: Visit, name: str | None, about: str
) -> Iterator[Violation]:
    if visit.action is Action.BREAK:
        window = vehicle.breaks[visit.index].window
    elif visit.action is Action.PICKUP:
        window = problem.requests[visit.index].pickup_window
    else:
        window = problem.requests[visit.index].dropoff_window
    if not window.earliest <= visit.start <= window.latest:
        sentence = f"{about} at {visit.start} is outside {window.earliest} to {window.latest}."
        yield Violation("window", vehicle.id, name, sentence)


def _check_times(problem: Problem, route: Route) -> Iterator[Violation]:
    """Nobody is in two places at once: driving takes its time."""
    vehicle = problem.vehicles[route.vehicle]
    past = len(vehicle.history)
    place, time = _set_out(problem, route)
    for visit in route.visits[past:]:
        reached = time + int(problem.durations[place, visit.location])
        about = _about(problem, visit)
        name = _name(problem, visit.action, visit.index)
        if visit.arrival < reached:
            sentence = f"Vehicle {vehicle.id} cannot be at {about} before {reached}."
            yield Violation("driving time", vehicle.id, name, sentence)
        if visit.start < visit.arrival:
            sentence = f"{about} starts before vehicle {vehicle.id} has arrived."
            yield Violation("driving time", vehicle.id, name, sentence)
        place, time = visit.location, visit.departure
    reached = time + int(problem.durations[place, vehicle.end])
    if route.end < reached:
        sentence = f"Vehicle {vehicle.id} cannot be back before {reached}."
        yield Violation("driving time", vehicle.id, None, sentence)


def _set_out(problem: Problem, route: Route) -> tuple[int, int]:
    """Where and when the part still to come begins."""
    vehicle = problem.vehicles[route.vehicle]
    past = len(vehicle.history)
    if not past:
        place = vehicle.start if vehicle.position is None else vehicle.position
        return place, route.start
    last = route.visits[past - 1]
    place = last.location if vehicle.position is None else vehicle.position
    return place, last.departure if vehicle.ready is None else vehicle.ready


def _check_shift(problem: Problem, route: Route) -> Iterator[Violation]:
    vehicle = problem.vehicles[route.vehicle]
    if not vehicle.history:
        earliest = max(vehicle.shift.earliest, vehicle.ready or 0)
        if not earliest <= route.start <= vehicle.shift.latest:
            sentence = f"Vehicle {vehicle.id} starts at {route.start}, outside its shift."
            yield Violation("shift", vehicle.id, None, sentence)
    if not vehicle.shift.earliest <= route.end <= vehicle.shift.latest:
        sentence = f"Vehicle {vehicle.id} is back at {route.end}, outside its shift."
        yield Violation("shift", vehicle.id, None, sentence)
    length = route.end - route.start
    if vehicle.max_duration is not None and length > vehicle.max_duration:
        sentence = f"Vehicle {vehicle.id} is out for {length}, more than {vehicle.max_duration}."
        yield Violation("duration", vehicle.id, None, sentence)


def _check_rides(problem: Problem, route: Route) -> Iterator[Violation]:
    vehicle = problem.vehicles[route.vehicle]
    boarded: dict[int, int] = {}
    for k, visit in enumerate(route.visits):
        if visit.action is Action.PICKUP:
            boarded[visit.index] = visit.departure
        elif visit.action is Action.DROPOFF and visit.index in boarded:
            request = problem.requests[visit.index]
            ride = visit.start - boarded[visit.index]
            over = request.max_ride is not None and ride > request.max_ride
            if over and k >= len(vehicle.history):
                sentence = f"{request.id} rides for {ride}, more than {request.max_ride}."
                yield Violation("ride limit", vehicle.id, request.id, sentence)


def _check_on_board(problem: Problem, route: Route) -> Iterator[Violation]:
    """Pickups before dropoffs, nobody left on board, breaks alone, room for everybody."""
    vehicle = problem.vehicles[route.vehicle]
    on_board: list[int] = []
    for k, visit in enumerate(route.visits):
        future = k >= len(vehicle.history)
        if visit.action is Action.BREAK:
            if on_board and future:
                name = problem.requests[on_board[0]].id
                sentence = f"Break {visit.index} is taken with {name} on board."
                yield Violation("break", vehicle.id, name, sentence)
            continue
        request = problem.requests[visit.index]
        if visit.action is Action.PICKUP:
            on_board.append(visit.index)
            if future and not _fits(problem, vehicle, on_board):
                sentence = f"Vehicle {vehicle.id} is too full once {request.id} is on board."
                yield Violation("capacity", vehicle.id, request.id, sentence)
        elif visit.index in on_board:
            on_board.remove(visit.index)
        else:
            sentence = f"{request.id} is dropped off without having been picked up."
            yield Violation("order", vehicle.id, request.id, sentence)
    for index in on_board:
        request = problem.requests[index]
        sentence = f"{request.id} is picked up and never dropped off."
        yield Violation("order", vehicle.id, request.id, sentence)


def _fits(problem: Problem, vehicle: Vehicle, on_board: list[int]) -> bool:
    loads = [problem.requests[index].load for index in on_board]
    total = [sum(parts) for parts in zip(*loads, strict=True)]
    return any(
        all(have <= room for have, room in zip(total, configuration, strict=True))
        for configuration in vehicle.configurations
    )


def _check_breaks(problem: Problem, route: Route) -> Iterator[Violation]:
    vehicle = problem.vehicles[route.vehicle]
    taken = [visit.index for visit in route.visits if visit.action is Action.BREAK]
    for index in range(len(vehicle.breaks)):
        if taken.count(index) != 1:
            sentence = f"Break {index} is taken {taken.count(index)} times, not once."
            yield Violation("break", vehicle.id, None, sentence)


def _check_service(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Everybody carried once or listed as unserved; the promised ones carried."""
    carried = _carried(plan)
    for index, request in enumerate(problem.requests):
        times, left_out = len(carried[index]), plan.unserved.count(index)
        if times > 1:
            sentence = f"{request.id} is picked up {times} times."
            yield Violation("served once", None, request.id, sentence)
        if bool(times) == bool(left_out) or left_out > 1:
            sentence = f"{request.id} must be either carried once or listed as unserved once."
            yield Violation("served once", None, request.id, sentence)
        if request.required and not times:
            sentence = f"{request.id} was promised a journey and is not carried."
            yield Violation("required", None, request.id, sentence)
        for vehicle in carried[index]:
            yield from _check_allowed(problem.vehicles[vehicle], request)


def _check_allowed(vehicle: Vehicle, request: Request) -> Iterator[Violation]:
    if request.vehicles is not None and vehicle.id not in request.vehicles:
        sentence = f"{request.id} may not ride in vehicle {vehicle.id}."
        yield Violation("vehicle", vehicle.id, request.id, sentence)


def _carried(plan: Plan) -> dict[int, list[int]]:
    """Request index -> the vehicle of each of its pickups."""
    carried: dict[int, list[int]] = defaultdict(list)
    for route in plan.routes:
        for visit in route.visits:
            if visit.action is Action.PICKUP:
                carried[visit.index].append(route.vehicle)
    return carried


def _check_links(problem: Problem, plan: Plan) -> Iterator[Violation]:
    carried = _carried(plan)
    for name, members in _groups((r.together, k) for k, r in enumerate(problem.requests)):
        vehicles = {vehicle for k in members for vehicle in carried[k]}
        if len(vehicles) > 1:
            first = problem.requests[members[0]].id
            sentence = f"{name} must ride together, but is split over {len(vehicles)} vehicles."
            yield Violation("together", None, first, sentence)
    for name, members in _groups((r.bundle, k) for k, r in enumerate(problem.requests)):
        missing = [k for k in members if not carried[k]]
        if missing and len(missing) < len(members):
            left = problem.requests[missing[0]].id
            sentence = f"{name} is carried as a whole or not at all, but {left} is left out."
            yield Violation("bundle", None, left, sentence)


def _groups(pairs: Iterable[tuple[str | None, int]]) -> list[tuple[str, list[int]]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for name, index in pairs:
        if name is not None:
            groups[name].append(index)
    return list(groups.items())
