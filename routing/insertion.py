"""Can this request be taken, and when? The cheapest exact place in today's plan.

An `Inserter` is a problem and a legal plan, ready for questions; asking changes
nothing, and `insert` answers with a new one. Not for use by two threads at once:
each makes its own (under a millisecond for a zone-day).
What is known of the method: a place is thrown out at once where the earliest timetable
after it passes the latest one (Gschwind & Drexl 2019, doi 10.1287/trsc.2018.0837); what
is left is timed exactly (`schedule`). Imports the compiled insertion, `rendering`,
`wellformed` and the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.errors import IllegalPlan
from routing.flat import Flat, flatten, put_request
from routing.inserting import best_anywhere, new_state, refresh, write_with
from routing.model import Action, Plan, Problem, Request, Route
from routing.placing import time_cost
from routing.relaxing import ON_TOP, Rule, without
from routing.rendering import nodes_of, route_of
from routing.timing import new_desk
from routing.wellformed import check_allowed, check_request

__all__ = ["Inserter", "Insertion", "Obstacle", "Rule"]


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a request.

    Parameters
    ----------
    vehicle : int
        Index into the problem's vehicles.
    pickup_position, dropoff_position : int
        Among the visits of the vehicle's new route, history and breaks included, from 0.
    added_cost : float
        The rise of the plan's cost without any refusal cost (the objective's money).
    pickup_start, dropoff_start : int
        When service begins (problem units).
    ride, excess_ride : int
        Time on board, and how much of it is beyond the direct ride (problem units).
    after : (int, int)
        Pickup and dropoff come after these visits of the path without breaks and past.
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
    """Answers questions about one plan: exactly, as if every place were tried.

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
        self._names = {vehicle.id for vehicle in problem.vehicles}

    def best(self, request: Request, *, vehicle: str | None = None) -> Insertion | None:
        """The cheapest insertion of one more request.

        A request whose `together` group already rides goes in that vehicle or nowhere.
        Of `bundle` nothing is known here: see `best_all`.

        Parameters
        ----------
        request : Request
            `required` and `refusal_cost` do not matter; nor that its id is new.
        vehicle : str, optional
            The id of the only vehicle to try.

        Returns
        -------
        Insertion or None
            None if no vehicle can take it: see `explain`.

        Raises
        ------
        InvalidProblem
            A value of the request makes no sense, or it names a vehicle that is not there.
        IllegalPlan
            There is no vehicle called `vehicle`.
        """
        only = -1 if vehicle is None else self._number(vehicle)
        if not self.problem.vehicles:
            return None
        self._put(request)
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
        """`best` for each of several wishes, such as many windows of one journey.

        Parameters
        ----------
        requests : sequence of Request
            Each asked for by itself, not on top of those before it.

        Returns
        -------
        list of Insertion or None
            One for each request.

        Raises
        ------
        InvalidProblem
            As `best`.
        """
        return [self.best(request) for request in requests]

    def best_all(self, requests: Sequence[Request]) -> tuple[Insertion, ...] | None:
        """A place for every one of the requests, or none for any: both or neither.

        The first goes where it costs least, each of the others where it costs least once
        those before are in. Where one of them then finds no place, the first is tried in
        the other vehicles, the cheapest first. That is quick and no proof: a plan that moves
        others might have room for all of them, which `optimise.solve` finds by their `bundle`.

        Parameters
        ----------
        requests : sequence of Request
            In the order in which they are put in, such as there and back.

        Returns
        -------
        tuple of Insertion, or None
            One for each request. Each holds for the plan with those before it put in:
            give them to `insert` in the same order.

        Raises
        ------
        InvalidProblem
            As `best`.
        """
        if not requests:
            return ()
        for place in self._places_by_vehicle(requests[0]):
            following = self._following(requests, place)
            if following is not None:
                return following
        return None

    def _places_by_vehicle(self, request: Request) -> Iterator[Insertion]:
        """The cheapest place of all, then the cheapest in each other vehicle."""
        cheapest = self.best(request)
        if cheapest is None:
            return
        yield cheapest
        others = [v for v in range(len(self.problem.vehicles)) if v != cheapest.vehicle]
        found = [self.best(request, vehicle=self.problem.vehicles[v].id) for v in others]
        yield from sorted((f for f in found if f is not None), key=lambda f: f.added_cost)

    def _following(
        self, requests: Sequence[Request], first: Insertion
    ) -> tuple[Insertion, ...] | None:
        """The places of all requests, the first of them there; None if one finds none."""
        engine, found = self, [first]
        for before, request in pairwise(requests):
            engine = engine.insert(before, found[-1])
            place = engine.best(request)
            if place is None:
                return None
            found.append(place)
        return tuple(found)

    def route_with(self, request: Request, insertion: Insertion) -> Route:
        """The vehicle's route if the request were put in there.

        Parameters
        ----------
        request : Request
        insertion : Insertion
            As `best` of this Inserter found it for this request.

        Returns
        -------
        Route
            Timed, breaks and past included; the request has the index
            `len(problem.requests)`.

        Raises
        ------
        IllegalPlan
            The request does not fit there, as when the insertion is of another plan.
        InvalidProblem
            As `best`.
        """
        self._put(request)
        if not self._has_place(insertion):
            raise IllegalPlan(f"request {request.id}: there is no such place as {insertion}")
        problem = self._problem_with(request)
        i, j = insertion.after
        flat, state, v = self._flat, self._state, insertion.vehicle
        size = write_with(flat, state, self._desk, v, self._slot, i, j)
        route = route_of(problem, flat, self._desk, v, self._desk.base[1 : size - 1].tolist())
        if route is None:
            raise IllegalPlan(f"request {request.id} does not fit into {insertion}")
        return route

    def insert(self, request: Request, insertion: Insertion) -> Inserter:
        """The plan with the request in it, ready for further questions; this one stays as it is.

        Parameters
        ----------
        request : Request
        insertion : Insertion
            As `best` of this Inserter found it for this request.

        Returns
        -------
        Inserter
            The request is the last of its `problem`, and in its `plan`.

        Raises
        ------
        IllegalPlan, InvalidProblem
            As `route_with`.
        """
        route = self.route_with(request, insertion)
        others = tuple(r for r in self.plan.routes if r.vehicle != insertion.vehicle)
        routes = tuple(sorted((*others, route), key=lambda r: r.vehicle))
        return Inserter(self._problem_with(request), replace(self.plan, routes=routes))

    def explain(self, *wishes: Request) -> Obstacle:
        """Which rule keeps every one of the wishes out; for wishes `best` has no place for.

        Many windows of one journey are asked about together: a rule counts when, with
        it lifted, one of them is possible.

        Parameters
        ----------
        *wishes : Request
            At least one; all with loads of the same dimensions.

        Returns
        -------
        Obstacle

        Raises
        ------
        InvalidProblem
            As `best`.
        """
        for wish in wishes:
            self._check(wish)
        alone = tuple(rule for rule in Rule if self._possible(wishes, (rule,)))
        if alone:
            return Obstacle(alone[0], alone)
        lifted: tuple[Rule, ...] = ()
        for rule in ON_TOP:
            lifted = (*lifted, rule)
            if self._possible(wishes, lifted):
                return Obstacle(rule, ())
        return Obstacle(Rule.DISTANCE, ())

    def _possible(self, wishes: Sequence[Request], lifted: tuple[Rule, ...]) -> bool:
        problem, freed = self.problem, wishes
        for rule in lifted:
            problem, freed = without(rule, problem, freed)
        engine = Inserter(problem, self.plan)
        return any(engine.best(wish) is not None for wish in freed)

    def _problem_with(self, request: Request) -> Problem:
        return replace(self.problem, requests=(*self.problem.requests, request))

    def _number(self, vehicle: str) -> int:
        for index, candidate in enumerate(self.problem.vehicles):
            if candidate.id == vehicle:
                return index
        raise IllegalPlan(f"there is no vehicle {vehicle}")

    def _put(self, request: Request) -> None:
        """Write the request into the spare slot, if its values make sense."""
        self._check(request)
        put_request(self._flat, self.problem, self._slot, request)

    def _check(self, request: Request) -> None:
        check_request(request, len(self._flat.dur), self._flat.load.shape[1])
        check_allowed(request, self._names)

    def _has_place(self, insertion: Insertion) -> bool:
        """Whether its vehicle is there, and visits to come after."""
        i, j = insertion.after
        if not 0 <= insertion.vehicle < len(self.problem.vehicles):
            return False
        return 0 <= i <= j < int(self._state.routes["size"][insertion.vehicle]) - 1

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
