"""A problem with one of its rules lifted: what would there be room for, did it not hold?

A refusal is explained by asking again with rules lifted one by one. Imports the model
and schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

from routing.model import Break, Problem, Request, Window
from routing.schedule import fits

Wishes = Sequence[Request]
ROOM_FOR_ALL: Final = 10**6


class Rule(Enum):
    """What stands in the way of a request; of several, the first in this order is named.

    A vehicle that is there comes before one that is not: while one of them needs
    nothing but room, "there is none at that hour" would be a poor reason.
    """

    CAPACITY = "capacity"
    BREAK = "break"
    RIDE_LIMIT_ON_BOARD = "ride_limit_on_board"
    PROMISE = "promise"
    VEHICLE = "vehicle"
    HOURS = "hours"
    DISTANCE = "distance"


def without(rule: Rule, problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    """The problem, and the wishes put to it, as they would be if the rule did not hold."""
    return _LIFTS[rule](problem, wishes)


def _with_vehicles(problem: Problem, change: dict[str, object]) -> Problem:
    vehicles = tuple(replace(vehicle, **change) for vehicle in problem.vehicles)  # type: ignore[arg-type]
    return replace(problem, vehicles=vehicles)


def _lift_hours(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    return _with_vehicles(problem, {"shift": Window(), "max_duration": None}), wishes


def _lift_capacity(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    """Room for everybody in those vehicles that could carry one of the wishes if empty."""
    return _roomy(problem, wishes, could=True), wishes


def _roomy(problem: Problem, wishes: Wishes, *, could: bool) -> Problem:
    vehicles = tuple(
        replace(vehicle, configurations=(tuple(ROOM_FOR_ALL for _ in wishes[0].load),))
        if any(fits(vehicle, wish.load) for wish in wishes) is could
        else vehicle
        for vehicle in problem.vehicles
    )
    return replace(problem, vehicles=vehicles)


def _lift_ride_limits(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    requests = tuple(replace(other, max_ride=None) for other in problem.requests)
    return replace(problem, requests=requests), wishes


def _lift_promises(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    requests = tuple(
        replace(
            other,
            pickup_window=Window(other.pickup_window.earliest),
            dropoff_window=Window(other.dropoff_window.earliest),
        )
        for other in problem.requests
    )
    return replace(problem, requests=requests), wishes


def _lift_breaks(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    vehicles = tuple(
        replace(vehicle, breaks=tuple(Break(Window(), 0) for _ in vehicle.breaks))
        for vehicle in problem.vehicles
    )
    return replace(problem, vehicles=vehicles), wishes


def _lift_distance(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    return problem, [
        replace(wish, max_ride=None, dropoff_window=Window(wish.dropoff_window.earliest))
        for wish in wishes
    ]


def _lift_vehicle(problem: Problem, wishes: Wishes) -> tuple[Problem, Wishes]:
    """Any vehicle will do, and those that could never carry the load can."""
    freed = [replace(wish, vehicles=None, together=None) for wish in wishes]
    return _roomy(problem, wishes, could=False), freed


_LIFTS: Final = {
    Rule.VEHICLE: _lift_vehicle,
    Rule.CAPACITY: _lift_capacity,
    Rule.BREAK: _lift_breaks,
    Rule.RIDE_LIMIT_ON_BOARD: _lift_ride_limits,
    Rule.PROMISE: _lift_promises,
    Rule.HOURS: _lift_hours,
    Rule.DISTANCE: _lift_distance,
}
ON_TOP: Final = (*(rule for rule in _LIFTS if rule is not Rule.VEHICLE), Rule.VEHICLE)
"""The order in which rules are lifted on top of each other."""
