"""A small village for the tests: four places on a line, minutes apart, and one minibus."""

from __future__ import annotations

from typing import Any

import numpy as np

from routing.model import Objective, Plan, Problem, Request, Route, Vehicle, Window
from routing.schedule import Stop, schedule

DEPOT, CHURCH, SHOP, SURGERY = range(4)
LINE = np.array([0, 10, 20, 30])
APART = np.abs(LINE[:, None] - LINE[None]).astype(np.int64)


def ask(name: str = "Ada", pickup: int = CHURCH, dropoff: int = SURGERY, **more: Any) -> Request:
    """A request; all day long unless said otherwise."""
    day = {"pickup_window": Window(0, 1000), "dropoff_window": Window(0, 1000)}
    return Request(id=name, pickup=pickup, dropoff=dropoff, **{**day, **more})


def bus(name: str = "bus", **more: Any) -> Vehicle:
    """A minibus with two seats, on duty from 0 to 1000."""
    usual = {"start": DEPOT, "end": DEPOT, "shift": Window(0, 1000), "configurations": ((2,),)}
    return Vehicle(id=name, **{**usual, **more})


def day(*requests: Request, vehicles: tuple[Vehicle, ...] = (bus(),), **more: Any) -> Problem:
    """A problem in the village; distance costs 1."""
    usual = {"durations": APART, "distances": APART, "objective": Objective(1.0)}
    return Problem(requests=requests, vehicles=vehicles, **{**usual, **more})


def drive(problem: Problem, *stops: Stop, vehicle: int = 0) -> Route:
    """The timed route of one vehicle."""
    route = schedule(problem, vehicle, stops)
    assert route is not None
    return route


def plan(problem: Problem, *routes: Route) -> Plan:
    """A plan of these routes; whoever is not in them is unserved."""
    carried = {visit.index for route in routes for visit in route.visits}
    left = [k for k in range(len(problem.requests)) if k not in carried]
    return Plan(tuple(routes), tuple(left))
