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
    """The times at which something may begin, both ends included.

    Parameters
    ----------
    earliest, latest : int
        Problem units (seconds of the service day), 0 <= earliest <= latest.
    """

    earliest: int = 0
    latest: int = FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody to be taken from one place to another, and whoever must go with them.

    A party is one request with the load of all its people: a helper, a companion or a
    child is part of the load and so can neither be left behind nor sent in another
    vehicle, and the party fits only where there is room for everybody in it.

    Parameters
    ----------
    id : str
        Unique among the requests.
    pickup, dropoff : int
        Locations: rows of the matrices.
    pickup_window, dropoff_window : Window
        When service at that end may begin (problem units).
    pickup_service, dropoff_service : int
        How long the vehicle stands there (problem units).
    load : tuple of int
        One number for each dimension of the vehicles' capacities: (seats, wheelchair
        spaces) in the service. A wheelchair user with a helper is (1, 1).
    max_ride : int, optional
        Longest time from the end of service at the pickup to the start of service at the
        dropoff (problem units); None means any.
    required : bool
        It has been promised: a plan without it is not legal.
    refusal_cost : float
        What leaving it out costs if it is not required (the objective's money).
    together : str, optional
        Requests with the same name ride in the same vehicle.
    bundle : str, optional
        Requests with the same name are all served or none is.
    vehicles : frozenset of str, optional
        Ids of the only vehicles that may carry it; None means any.
    people : int
        How many people sit through its excess ride.
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
    people: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """A rest the driver must have, taken with nobody on board where the vehicle stands.

    The vehicle stands at its last visit, or at its start.

    Parameters
    ----------
    window : Window
        When the rest may begin (problem units).
    duration : int
        Problem units.
    """

    window: Window
    duration: int


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that has happened: the past is frozen.

    Parameters
    ----------
    action : Action
    index : int
        Request index for a pickup or dropoff, break index for a break.
    start : int
        When its service began (problem units).
    """

    action: Action
    index: int
    start: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle's shift.

    Parameters
    ----------
    id : str
        Unique among the vehicles.
    start, end : int
        Locations where it begins and ends its day: rows of the matrices.
    shift : Window
        It leaves and is back within these times (problem units).
    configurations : tuple of tuple of int
        The ways the inside can be arranged (folding seats up or down), each with room for
        so much in every dimension of a load: what is on board must fit into at least one
        of them at every moment.
    max_duration : int, optional
        Longest time from start to end of its route (problem units); None means any.
    breaks : tuple of Break
        Taken in the order listed; a vehicle that is used takes all of them.
    fixed_cost : float
        What using it costs at all (the objective's money).
    history : tuple of Done
        What it has done today: its route begins with these visits, at these times.
    position : int, optional
        Location from where it goes on; None means from its last visit, or its start.
    ready : int, optional
        When it goes on at the earliest (problem units); None means when service at its last
        visit ends, or its shift begins.
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

    Parameters
    ----------
    per_distance : float
        Money for each unit of the distances (pounds a metre).
    per_duration : float
        Money for each unit of a vehicle's time (pounds a second).
    per_excess_ride : float
        Money for each unit of a person's time on board beyond the direct ride.
    """

    per_distance: float = 1.0
    per_duration: float = 0.0
    per_excess_ride: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One day to plan.

    Compared by identity: two problems with the same numbers are not equal.

    Parameters
    ----------
    durations, distances : ndarray of int64, shape (locations, locations)
        From the location of the row to that of the column, in problem units (seconds and
        metres for the service); 0 on the diagonal. Going back may take another time.
    requests : tuple of Request
    vehicles : tuple of Vehicle
    objective : Objective
    unit : float
        How many of the problem's integers make one of the outside's units.
    """

    durations: Matrix
    distances: Matrix
    requests: tuple[Request, ...]
    vehicles: tuple[Vehicle, ...]
    objective: Objective = field(default_factory=Objective)
    unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of a route.

    Parameters
    ----------
    action : Action
    index : int
        Request index for a pickup or dropoff, break index for a break.
    location : int
        Row of the matrices.
    arrival, start, departure : int
        When the vehicle gets there, service begins, and service ends (problem units).
    """

    action: Action
    index: int
    location: int
    arrival: int
    start: int
    departure: int


@dataclass(frozen=True, slots=True)
class Route:
    """A vehicle's day.

    Parameters
    ----------
    vehicle : int
        Index into the problem's vehicles.
    visits : tuple of Visit
        In the order they are made, those of its history first.
    start, end : int
        When it leaves its start and is back at its end (problem units).
    """

    vehicle: int
    visits: tuple[Visit, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plan:
    """At most one route for each vehicle, and the requests nobody carries.

    Parameters
    ----------
    routes : tuple of Route
        A vehicle without one stays at home.
    unserved : tuple of int
        Indices into the problem's requests; every request is carried or listed here.
    """

    routes: tuple[Route, ...]
    unserved: tuple[int, ...] = ()
