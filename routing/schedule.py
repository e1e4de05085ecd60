"""When a vehicle does each visit of one given order: the exact timetable, or none.

Windows, service times, ride limits, the longest route and the shift are a system
of difference constraints `t[j] >= t[i] + w`. It has a solution exactly when
lifting all times from their lower bounds reaches a fixpoint below their upper
bounds, so waiting is shifted wherever it helps and a departure is delayed where
that shortens the route (Cordeau & Laporte 2003, doi 10.1016/S0191-2615(02)00045-0;
Firat & Woeginger 2011, doi 10.1016/j.orl.2010.11.004).

Of all timetables this one is chosen: the route ends as early as it can; it starts
as late as that allows (so it is also as short as it can be); then everybody is
dropped off as early as possible; then everybody is picked up as late as that
allows, so that waiting is done before boarding and not on board.

This is the plain reference; `timing.py` is the same in compiled code.
Imports the model only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.model import FAR_FUTURE, Action, Done, Load, Problem, Route, Vehicle, Visit

Stop = tuple[Action, int]
"""What is done and for whom: a visit without its times."""

Arc = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a vehicle stands and what it may do from there on.

    `origin` is when its route began if it has a history, else None.
    """

    place: int
    ready: int
    origin: int | None
    on_board: dict[int, int]
    """Request index -> time its pickup service ended."""
    breaks_taken: frozenset[int]


def standing(problem: Problem, vehicle: Vehicle) -> Standing:
    """Sum up a vehicle's frozen past."""
    place, ready, origin = vehicle.start, vehicle.shift.earliest, None
    on_board: dict[int, int] = {}
    taken: set[int] = set()
    for done in vehicle.history:
        location = _location(problem, place, (done.action, done.index))
        if origin is None:
            origin = done.start - int(problem.durations[place, location])
        place = location
        ready = done.start + _service(problem, vehicle, (done.action, done.index))
        if done.action is Action.PICKUP:
            on_board[done.index] = ready
        elif done.action is Action.DROPOFF:
            on_board.pop(done.index, None)
        else:
            taken.add(done.index)
    if vehicle.position is not None:
        place = vehicle.position
    if vehicle.ready is not None:
        ready = vehicle.ready if vehicle.history else max(ready, vehicle.ready)
    return Standing(place, ready, origin, on_board, frozenset(taken))


def schedule(problem: Problem, vehicle: int, stops: Sequence[Stop]) -> Route | None:
    """Time the stops still to come of one vehicle, in the order given.

    Parameters
    ----------
    problem : Problem
    vehicle : int
        Index into `problem.vehicles`; its history is put in front.
    stops : sequence of (Action, index)
        Everything after the history: pickups, dropoffs and all breaks not taken.

    Returns
    -------
    Route or None
        None when the order is broken (a dropoff before its pickup, somebody left
        on board, a break missing or taken with people on board), the vehicle is
        ever too full, or no timetable satisfies all limits.
    """
    now = standing(problem, problem.vehicles[vehicle])
    if not _order_holds(problem, vehicle, now, stops):
        return None
    places = _places(problem, vehicle, now, stops)
    bounds = _Bounds.of(problem, vehicle, now, stops, places)
    times = _choose(bounds, anchored=now.origin is not None)
    return None if times is None else _route(problem, vehicle, now, stops, places, times)


def _service(problem: Problem, vehicle: Vehicle, stop: Stop) -> int:
    action, index = stop
    if action is Action.BREAK:
        return vehicle.breaks[index].duration
    request = problem.requests[index]
    return request.pickup_service if action is Action.PICKUP else request.dropoff_service


def _location(problem: Problem, standing_at: int, stop: Stop) -> int:
    action, index = stop
    if action is Action.BREAK:
        return standing_at
    request = problem.requests[index]
    return request.pickup if action is Action.PICKUP else request.dropoff


def _places(problem: Problem, vehicle: int, now: Standing, stops: Sequence[Stop]) -> list[int]:
    places = [now.place]
    for stop in stops:
        places.append(_location(problem, places[-1], stop))
    return [*places, problem.vehicles[vehicle].end]


def _order_holds(problem: Problem, vehicle: int, now: Standing, stops: Sequence[Stop]) -> bool:
    shift = problem.vehicles[vehicle]
    on_board = set(now.on_board)
    seen: set[Stop] = {(Action.BREAK, index) for index in now.breaks_taken}
    seen |= {(Action.PICKUP, index) for index in now.on_board}
    load = _total(problem, shift, on_board)
    for action, index in stops:
        if (action, index) in seen:
            return False
        seen.add((action, index))
        if action is Action.BREAK:
            if on_board:
                return False
            continue
        if action is Action.PICKUP:
            on_board.add(index)
        elif index not in on_board:
            return False
        else:
            on_board.remove(index)
        load = _total(problem, shift, on_board)
        if action is Action.PICKUP and not fits(shift, load):
            return False
    breaks = sum(action is Action.BREAK for action, _ in seen)
    return not on_board and breaks == len(shift.breaks)


def _total(problem: Problem, vehicle: Vehicle, on_board: set[int]) -> Load:
    size = len(vehicle.configurations[0])
    return tuple(sum(problem.requests[r].load[k] for r in on_board) for k in range(size))


def fits(vehicle: Vehicle, load: Load) -> bool:
    """Whether the load goes into at least one arrangement of the vehicle."""
    return any(
        all(have <= room for have, room in zip(load, configuration, strict=True))
        for configuration in vehicle.configurations
    )


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The difference constraints: `low <= t <= high`, and `t[j] >= t[i] + w` per arc."""

    low: list[int]
    high: list[int]
    arcs: list[Arc]
    dropoffs: list[int]

    @classmethod
    def of(
        cls, problem: Problem, vehicle: int, now: Standing, stops: Sequence[Stop], places: list[int]
    ) -> _Bounds:
        shift = problem.vehicles[vehicle]
        low, high = [now.ready], [FAR_FUTURE if now.origin is not None else shift.shift.latest]
        service = [0]
        rides: list[Arc] = []
        dropoffs: list[int] = []
        pickups: dict[int, int] = {}
        for k, (action, index) in enumerate(stops, start=1):
            service.append(_service(problem, shift, (action, index)))
            if action is Action.BREAK:
                window = shift.breaks[index].window
            elif action is Action.PICKUP:
                window = problem.requests[index].pickup_window
                pickups[index] = k
            else:
                window = problem.requests[index].dropoff_window
                dropoffs.append(k)
            low.append(window.earliest)
            high.append(window.latest)
            limit = problem.requests[index].max_ride if action is Action.DROPOFF else None
            if limit is not None and index in pickups:
                rides.append((k, pickups[index], -limit - service[pickups[index]]))
            elif limit is not None:
                high[k] = min(high[k], now.on_board[index] + limit)
        low.append(shift.shift.earliest)
        high.append(shift.shift.latest)
        end = len(low) - 1
        if shift.max_duration is not None and now.origin is None:
            rides.append((end, 0, -shift.max_duration))
        elif shift.max_duration is not None and now.origin is not None:
            high[end] = min(high[end], now.origin + shift.max_duration)
        hops = [
            (k, k + 1, service[k] + int(problem.durations[places[k], places[k + 1]]))
            for k in range(end)
        ]
        return cls(low, high, hops + rides, dropoffs)


def _least(low: list[int], high: list[int], arcs: list[Arc]) -> list[int] | None:
    """The earliest solution, or None (Bellman-Ford: no more rounds than there are times)."""
    times = list(low)
    for _ in range(len(times) + 1):
        lifted = False
        for i, j, weight in arcs:
            if times[i] + weight > times[j]:
                times[j] = times[i] + weight
                lifted = True
        if any(time > limit for time, limit in zip(times, high, strict=True)):
            return None
        if not lifted:
            return times
    return None


def _greatest(low: list[int], high: list[int], arcs: list[Arc]) -> list[int] | None:
    """The latest solution: the earliest one of the mirrored system."""
    mirrored = _least(
        [-time for time in high],
        [-time for time in low],
        [(j, i, weight) for i, j, weight in reversed(arcs)],
    )
    return None if mirrored is None else [-time for time in mirrored]


def _choose(bounds: _Bounds, *, anchored: bool) -> list[int] | None:
    """Pick the timetable described at the top of this file."""
    low, high, arcs = list(bounds.low), list(bounds.high), bounds.arcs
    earliest = _least(low, high, arcs)
    if earliest is None:
        return None
    high[-1] = earliest[-1]
    if not anchored:
        latest = _greatest(low, high, arcs)
        assert latest is not None  # the earliest solution also ends by then
        low[0] = latest[0]
        earliest = _least(low, high, arcs)
        assert earliest is not None  # the latest one starts then
    for k in bounds.dropoffs:
        high[k] = earliest[k]
    return _greatest(low, high, arcs)


def _route(
    problem: Problem,
    vehicle: int,
    now: Standing,
    stops: Sequence[Stop],
    places: list[int],
    times: list[int],
) -> Route:
    shift = problem.vehicles[vehicle]
    visits = _past(problem, shift)
    departure = times[0]
    for k, (action, index) in enumerate(stops, start=1):
        arrival = departure + int(problem.durations[places[k - 1], places[k]])
        departure = times[k] + _service(problem, shift, (action, index))
        visits.append(Visit(action, index, places[k], arrival, times[k], departure))
    start = times[0] if now.origin is None else now.origin
    return Route(vehicle, tuple(visits), start, times[-1])


def _past(problem: Problem, vehicle: Vehicle) -> list[Visit]:
    visits: list[Visit] = []
    place = vehicle.start
    for done in vehicle.history:
        stop = (done.action, done.index)
        place = _location(problem, place, stop)
        departure = done.start + _service(problem, vehicle, stop)
        visits.append(Visit(done.action, done.index, place, done.start, done.start, departure))
    return visits


def history_stops(history: Sequence[Done]) -> list[Stop]:
    """The stops of a frozen past, without their times."""
    return [(done.action, done.index) for done in history]
