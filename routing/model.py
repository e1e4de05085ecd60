"""The problem and its answer: frozen values, no behaviour beyond small look-ups.

A `Problem` is one zone and one service day. Times, durations and distances are
integers in the problem's own units: seconds from the start of the service day
and metres for the service; benchmark readers choose a unit so fine that the
published doubles lose nothing. Locations are row numbers of the two matrices.

Imports nothing but numpy; everything else in `routing` may import this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.int64]
Load = tuple[int, ...]

FAR_FUTURE: Final = 2**60
"""A time later than any other, for windows without an end (problem units)."""


class Action(Enum):
    """What happens at a visit."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Window:
    """The times at which something may begin, both ends included."""

    earliest: int = 0
    latest: int = FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody to be taken from one place to another.

    `load` is one number per dimension of the vehicles' capacities (the service
    uses seats and wheelchair spaces). `max_ride` counts from the end of service
    at the pickup to the start of service at the dropoff. A `required` request
    has been promised: a plan without it is not legal; of the others each one
    left out costs `refusal_cost`. Requests with the same `together` ride in the
    same vehicle; requests with the same `bundle` are all served or none is.
    """

    id: str
    pickup: int
    dropoff: int
    pickup_window: Window = Window()
    dropoff_window: Window = Window()
    pickup_service: int = 0
    dropoff_service: int = 0
    load: Load = (1,)
    max_ride: int | None = None
    required: bool = False
    refusal_cost: float = 1e6
    together: str | None = None
    bundle: str | None = None
    vehicles: frozenset[str] | None = None
    """Ids of the only vehicles that may carry it; None means any."""
    people: int = 1
    """How many people sit through its excess ride."""


@dataclass(frozen=True, slots=True)
class Break:
    """A rest the driver must have, taken with nobody on board where the vehicle stands.

    The vehicle stands at its last visit, or at its start. `window` is when the
    rest may begin.
    """

    window: Window
    duration: int


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that has happened: the past is frozen. `start` is when its service began."""

    action: Action
    index: int
    """Request index for a pickup or dropoff, break index for a break."""
    start: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle's shift.

    `configurations` are the ways the inside can be arranged (folding seats up
    or down): the load on board must fit into at least one of them at every
    moment. With `history` the route begins with those visits, at those times,
    and whatever follows starts from `position` not before `ready` (left out:
    from the last of those visits, when its service ends). `breaks` are taken in
    the order listed; a vehicle that is used takes all of them.
    """

    id: str
    start: int
    end: int
    shift: Window
    configurations: tuple[Load, ...]
    max_duration: int | None = None
    breaks: tuple[Break, ...] = ()
    fixed_cost: float = 0.0
    history: tuple[Done, ...] = ()
    position: int | None = None
    ready: int | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """What a plan costs, in pounds when the problem is a service day.

    The cost of a plan is the sum over its vehicles used of their `fixed_cost`,
    `per_distance` × distance, `per_duration` × (end − start of route),
    `per_excess_ride` × (ride − direct ride) of each person, and the
    `refusal_cost` of every request left out.
    """

    per_distance: float = 1.0
    per_duration: float = 0.0
    per_excess_ride: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One day to plan. Matrices are (locations, locations), int64, row = from."""

    durations: Matrix
    distances: Matrix
    requests: tuple[Request, ...]
    vehicles: tuple[Vehicle, ...]
    objective: Objective = field(default_factory=Objective)
    unit: float = 1.0
    """How many of the problem's integers make one of the outside's units."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of a route. `index` is a request index, or a break index for a break.

    `arrival` is when the vehicle gets there, `start` when service begins,
    `departure` when it ends.
    """

    action: Action
    index: int
    location: int
    arrival: int
    start: int
    departure: int


@dataclass(frozen=True, slots=True)
class Route:
    """A vehicle's day: leaves its start at `start`, is back at its end at `end`."""

    vehicle: int
    visits: tuple[Visit, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plan:
    """At most one route for each vehicle, and the requests nobody carries."""

    routes: tuple[Route, ...]
    unserved: tuple[int, ...] = ()
