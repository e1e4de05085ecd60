"""What a plan costs: the one place where the objective becomes a number.

The weights are in `model.Objective`; their units are pounds when the problem is
a service day. Imports the model only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from routing.model import Action, Plan, Problem, Route


@dataclass(frozen=True, slots=True)
class Cost:
    """The parts of a plan's cost, each in the objective's money.

    Parameters
    ----------
    vehicles, distance, duration, excess_ride, refusals : float
        What each part of `model.Objective` comes to; `total` is their sum.
    """

    vehicles: float
    distance: float
    duration: float
    excess_ride: float
    refusals: float

    @property
    def total(self) -> float:
        return self.vehicles + self.distance + self.duration + self.excess_ride + self.refusals


def cost(problem: Problem, plan: Plan) -> Cost:
    """Cost of a plan, part by part.

    Parameters
    ----------
    problem : Problem
        Valid (`validate.validate`).
    plan : Plan
        Whose visits stand for something; it need not be legal.

    Returns
    -------
    Cost
        In the objective's money (pounds for a service day).
    """
    weights = problem.objective
    excess = sum(excess_ride(problem, route) for route in plan.routes)
    return Cost(
        vehicles=sum(problem.vehicles[route.vehicle].fixed_cost for route in plan.routes),
        distance=weights.per_distance * sum(distance(problem, r) for r in plan.routes),
        duration=weights.per_duration * sum(r.end - r.start for r in plan.routes),
        excess_ride=weights.per_excess_ride * excess,
        refusals=sum(problem.requests[index].refusal_cost for index in plan.unserved),
    )


def distance(problem: Problem, route: Route) -> int:
    """Metres (problem units) of one route, depot to depot."""
    vehicle = problem.vehicles[route.vehicle]
    places = [vehicle.start, *(visit.location for visit in route.visits)]
    total = 0
    done = len(vehicle.history)
    if vehicle.position is not None:
        places.insert(done + 1, vehicle.position)
        if not vehicle.history:
            del places[0]
    places.append(vehicle.end)
    for here, there in itertools.pairwise(places):
        total += int(problem.distances[here, there])
    return total


def excess_ride(problem: Problem, route: Route) -> int:
    """Person-seconds (problem units) spent on board beyond the direct rides."""
    boarded: dict[int, int] = {}
    total = 0
    for visit in route.visits:
        if visit.action is Action.PICKUP:
            boarded[visit.index] = visit.departure
        elif visit.action is Action.DROPOFF:
            request = problem.requests[visit.index]
            direct = int(problem.durations[request.pickup, request.dropoff])
            total += request.people * (visit.start - boarded[visit.index] - direct)
    return total
