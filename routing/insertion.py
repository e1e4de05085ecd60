"""Can this request be taken, and when? The cheapest exact place in today's plan.

An `Inserter` is a problem and a legal plan, ready for questions; asking changes
nothing, and `insert` answers with a new one. Not for use by two threads at once:
each makes its own (under a millisecond for a zone-day).
Imports the compiled insertion, `rendering` and the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from routing.errors import IllegalPlan, InvalidProblem
from routing.flat import Flat, flatten, put_request
from routing.inserting import best_anywhere, new_state, refresh, write_with
from routing.model import Action, Break, Plan, Problem, Request, Route, Window
from routing.placing import time_cost
from routing.rendering import nodes_of, route_of
from routing.schedule import fits
from routing.timing import new_desk

Wishes = Sequence[Request]
ROOM_FOR_ALL = 10**6


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a request. Positions count the visits of the vehicle's new route.

    Times are in the problem's unit; `excess_ride` is the time on board beyond the
    direct ride, `added_cost` the rise of the plan's cost without any refusal cost.
    """

    vehicle: int
    pickup_position: int
    dropoff_position: int
    added_cost: float
    pickup_start: int
    dropoff_start: int
    ride: int
    excess_ride: int
    after: tuple[int, int]
    """Pickup and dropoff come after these visits of the path without breaks and past."""


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


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a request cannot be taken.

    `rule` is the one to name; `relaxations` are all the rules each of which alone,
    if it were lifted, would let the request in. When no single rule is enough,
    `relaxations` is empty and `rule` the last that had to be lifted on top of others.
    """

    rule: Rule
    relaxations: tuple[Rule, ...]


class Inserter:
    """Answers questions about one plan.

    Parameters
    ----------
    problem : Problem
        Trusted to be valid (`validate.validate`).
    plan : Plan
        Legal for the problem; a vehicle whose route cannot be driven takes nobody.

    Raises
    ------
    IllegalPlan
        If a route names a vehicle or request that is not there.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self._flat = flatten(problem, spare=1)
        self._desk = new_desk(self._flat)
        routes = _routes(problem, plan, self._flat)
        self._state = new_state(self._flat, routes)
        for v in range(len(problem.vehicles)):
            refresh(self._flat, self._state, self._desk, v)
        self._slot = len(problem.requests)
        self._homes = _homes(problem, plan)

    def best(self, request: Request, *, vehicle: str | None = None) -> Insertion | None:
        """The cheapest insertion, or None if there is none.

        `vehicle` restricts it to the vehicle of that id; a request whose `together`
        group already rides goes in that vehicle or nowhere. `bundle` is the
        caller's business: insert every member or none.
        """
        only = -1 if vehicle is None else self._number(vehicle)
        put_request(self._flat, self.problem, self._slot, self._checked(request))
        home = self._homes.get(request.together) if request.together is not None else None
        if home is not None and only not in (-1, home):
            return None
        cost, v, i, j = best_anywhere(
            self._flat,
            self._state,
            self._desk,
            self._slot,
            only if home is None else home,
            False,
        )
        return None if v < 0 else self._insertion(request, cost, v, i, j)

    def best_of(self, requests: Sequence[Request]) -> list[Insertion | None]:
        """`best` for each of several wishes, such as many windows of one journey."""
        return [self.best(request) for request in requests]

    def route_with(self, request: Request, insertion: Insertion) -> Route:
        """The vehicle's route, timed, if the request were put in there."""
        put_request(self._flat, self.problem, self._slot, request)
        problem = self._problem_with(request)
        i, j = insertion.after
        flat, state, v = self._flat, self._state, insertion.vehicle
        size = write_with(flat, state, self._desk, v, self._slot, i, j)
        route = route_of(problem, flat, self._desk, v, self._desk.base[1 : size - 1].tolist())
        if route is None:
            raise IllegalPlan(f"request {request.id} does not fit into {insertion}")
        return route

    def insert(self, request: Request, insertion: Insertion) -> Inserter:
        """A new Inserter with the request last in the problem and placed in the plan."""
        route = self.route_with(request, insertion)
        others = tuple(r for r in self.plan.routes if r.vehicle != insertion.vehicle)
        routes = tuple(sorted((*others, route), key=lambda r: r.vehicle))
        return Inserter(self._problem_with(request), replace(self.plan, routes=routes))

    def explain(self, *wishes: Request) -> Obstacle:
        """Which rule keeps every one of the wishes out; for wishes `best` has no place for.

        Many windows of one journey are asked about together: a rule counts when, with
        it lifted, one of them is possible.
        """
        alone = tuple(rule for rule in Rule if self._possible(wishes, (rule,)))
        if alone:
            return Obstacle(alone[0], alone)
        lifted: tuple[Rule, ...] = ()
        for rule in _ON_TOP:
            lifted = (*lifted, rule)
            if self._possible(wishes, lifted):
                return Obstacle(rule, ())
        return Obstacle(Rule.DISTANCE, ())

    def _possible(self, wishes: Sequence[Request], lifted: tuple[Rule, ...]) -> bool:
        problem, freed = self.problem, wishes
        for rule in lifted:
            problem, freed = _LIFTS[rule](problem, freed)
        engine = Inserter(problem, self.plan)
        return any(engine.best(wish) is not None for wish in freed)

    def _problem_with(self, request: Request) -> Problem:
        return replace(self.problem, requests=(*self.problem.requests, request))

    def _number(self, vehicle: str) -> int:
        for index, candidate in enumerate(self.problem.vehicles):
            if candidate.id == vehicle:
                return index
        raise IllegalPlan(f"there is no vehicle {vehicle}")

    def _checked(self, request: Request) -> Request:
        size = len(self.problem.durations)
        if not (0 <= request.pickup < size and 0 <= request.dropoff < size):
            raise InvalidProblem(f"request {request.id}", "location", f"not among 0 to {size - 1}")
        return request

    def _insertion(self, request: Request, cost: float, v: int, i: int, j: int) -> Insertion:
        flat, desk = self._flat, self._desk
        size = write_with(flat, self._state, desk, v, self._slot, i, j)
        time_cost(flat, desk, v, size, True)
        path = desk.path[: size + int(flat.vehicles["breaks"][v])]
        nodes = path["node"].tolist()
        pickup, dropoff = nodes.index(self._slot), nodes.index(flat.n + self._slot)
        boards, drops = int(path["late"][pickup]), int(path["late"][dropoff])
        past = len(self.problem.vehicles[v].history)
        ride = drops - boards - request.pickup_service
        return Insertion(
            vehicle=v,
            pickup_position=past + pickup - 1,
            dropoff_position=past + dropoff - 1,
            added_cost=cost,
            pickup_start=boards,
            dropoff_start=drops,
            ride=ride,
            excess_ride=ride - int(flat.requests["direct"][self._slot]),
            after=(i, j),
        )


def _routes(problem: Problem, plan: Plan, flat: Flat) -> list[list[int]]:
    routes: list[list[int]] = [[] for _ in problem.vehicles]
    for route in plan.routes:
        if not 0 <= route.vehicle < len(routes):
            raise IllegalPlan(f"the plan uses vehicle number {route.vehicle}, which is not there")
        routes[route.vehicle] = nodes_of(problem, flat, route)
    return routes


def _homes(problem: Problem, plan: Plan) -> dict[str, int]:
    """`together` name -> the vehicle that carries a member."""
    homes: dict[str, int] = {}
    for route in plan.routes:
        for visit in route.visits:
            if visit.action is not Action.BREAK:
                name = problem.requests[visit.index].together
                if name is not None:
                    homes[name] = route.vehicle
    return homes


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


_LIFTS = {
    Rule.VEHICLE: _lift_vehicle,
    Rule.CAPACITY: _lift_capacity,
    Rule.BREAK: _lift_breaks,
    Rule.RIDE_LIMIT_ON_BOARD: _lift_ride_limits,
    Rule.PROMISE: _lift_promises,
    Rule.HOURS: _lift_hours,
    Rule.DISTANCE: _lift_distance,
}
_ON_TOP = (*(rule for rule in _LIFTS if rule is not Rule.VEHICLE), Rule.VEHICLE)
"""The order in which rules are lifted on top of each other."""
