"""Whether one request or one vehicle is made of sensible values, each looked at by itself.

Typed callers do not need it; data that came from a file, a form or another program
does: NaN, None or half a second would otherwise come out somewhere deep in compiled
code, without the name of whom it is about. Quick enough to be asked for every window
of an offer. Imports the model and errors.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Set

import numpy as np

from routing.errors import InvalidProblem
from routing.model import FAR_FUTURE, Action, Break, Done, Request, Vehicle, Window

_WHOLE = (int, np.integer)
_REAL = (int, float, np.integer, np.floating)


def is_whole(value: object) -> bool:
    """Whether it is a whole number that compiled code can add up."""
    return isinstance(value, _WHOLE) and bool(-FAR_FUTURE <= value <= FAR_FUTURE)


def check_request(request: Request, size: int, dimensions: int) -> None:
    """Raise InvalidProblem for a value that makes no sense; there are `size` locations."""
    subject = f"request {request.id}"
    check_place(subject, "pickup", request.pickup, size)
    check_place(subject, "dropoff", request.dropoff, size)
    check_window(subject, "pickup window", request.pickup_window)
    check_window(subject, "dropoff window", request.dropoff_window)
    check_count(subject, "pickup service", request.pickup_service)
    check_count(subject, "dropoff service", request.dropoff_service)
    check_number(subject, "refusal cost", request.refusal_cost)
    check_count(subject, "people", request.people)
    if request.max_ride is not None:
        check_count(subject, "ride limit", request.max_ride)
    check_load(subject, "load", request.load, dimensions)


def check_allowed(request: Request, vehicles: Collection[str]) -> None:
    """Raise InvalidProblem if a request that names its vehicles names one that is not there."""
    allowed: object = request.vehicles
    if allowed is None or not vehicles:
        return
    subject = f"request {request.id}"
    if not isinstance(allowed, Set):
        raise InvalidProblem(subject, "vehicle", f"must be a set of vehicle ids, is {allowed!r}")
    if not allowed:
        raise InvalidProblem(subject, "vehicle", "may use no vehicle at all")
    unknown = [name for name in allowed if name not in vehicles]
    if unknown:
        named = ", ".join(sorted(map(str, unknown)))
        raise InvalidProblem(subject, "vehicle", f"names vehicles that are not there: {named}")


def check_vehicle(vehicle: Vehicle, size: int, dimensions: int) -> None:
    """Raise InvalidProblem for a value that makes no sense; there are `size` locations."""
    subject = f"vehicle {vehicle.id}"
    check_place(subject, "start", vehicle.start, size)
    check_place(subject, "end", vehicle.end, size)
    if vehicle.position is not None:
        check_place(subject, "position", vehicle.position, size)
    check_window(subject, "shift", vehicle.shift)
    if vehicle.ready is not None:
        _check_moment(subject, "ready", vehicle.ready)
    check_number(subject, "fixed cost", vehicle.fixed_cost)
    if vehicle.max_duration is not None:
        check_count(subject, "longest duration", vehicle.max_duration)
    configurations: object = vehicle.configurations
    if not isinstance(configurations, tuple) or not configurations:
        raise InvalidProblem(subject, "capacity", "has no configuration")
    for configuration in configurations:
        check_load(subject, "configuration", configuration, dimensions)
    for rest in vehicle.breaks:
        _check_break(subject, rest)
    for done in vehicle.history:
        _check_done(subject, done)


def check_place(subject: str, name: str, place: object, size: int) -> None:
    """Raise InvalidProblem unless it is the number of a location."""
    if not isinstance(place, _WHOLE) or not 0 <= place < size:
        explanation = f"{name} is location {place}, but there are {size} locations"
        raise InvalidProblem(subject, "location", explanation)


def check_window(subject: str, name: str, window: object) -> None:
    """Raise InvalidProblem unless it opens at 0 or later, and closes then or later."""
    if not isinstance(window, Window):
        raise InvalidProblem(subject, "window", f"{name} must be a Window, is {window!r}")
    earliest, latest = window.earliest, window.latest
    if not (is_whole(earliest) and is_whole(latest)):
        explanation = f"{name} must be of whole numbers, is {earliest} to {latest}"
        raise InvalidProblem(subject, "window", explanation)
    if earliest < 0:
        raise InvalidProblem(subject, "window", f"{name} opens at {earliest}, before 0")
    if latest < earliest:
        explanation = f"{name} closes at {latest}, before it opens at {earliest}"
        raise InvalidProblem(subject, "window", explanation)


def check_count(subject: str, name: str, value: object) -> None:
    """Raise InvalidProblem unless it is a whole number from 0 up."""
    if not isinstance(value, _WHOLE) or not 0 <= value <= FAR_FUTURE:
        raise InvalidProblem(subject, name, f"must be a whole number from 0 up, is {value}")


def check_number(subject: str, name: str, value: object) -> None:
    """Raise InvalidProblem unless it is a real number from 0 up."""
    if not isinstance(value, _REAL) or not math.isfinite(value) or value < 0:
        raise InvalidProblem(subject, name, f"must be a number from 0 up, is {value}")


def check_load(subject: str, name: str, load: object, dimensions: int) -> None:
    """Raise InvalidProblem unless it is one whole number from 0 up for each dimension."""
    if (
        not isinstance(load, tuple)
        or len(load) != dimensions
        or not all(is_whole(part) and part >= 0 for part in load)
    ):
        explanation = f"{name} {load} must be {dimensions} whole numbers from 0 up"
        raise InvalidProblem(subject, "capacity", explanation)


def _check_moment(subject: str, name: str, value: object) -> None:
    """A time that may lie before the day began: a bus may have been ready last night."""
    if not is_whole(value):
        raise InvalidProblem(subject, name, f"must be a whole number, is {value}")


def _check_break(subject: str, rest: object) -> None:
    if not isinstance(rest, Break):
        raise InvalidProblem(subject, "break", f"must be a Break, is {rest!r}")
    check_window(subject, "break", rest.window)
    check_count(subject, "break", rest.duration)


def _check_done(subject: str, done: object) -> None:
    if not isinstance(done, Done) or not isinstance(done.action, Action):
        raise InvalidProblem(subject, "history", f"must be of Done visits, holds {done!r}")
    if not is_whole(done.index):
        explanation = f"{done.action.value} {done.index} is unknown"
        raise InvalidProblem(subject, "history", explanation)
    _check_moment(subject, "history", done.start)
