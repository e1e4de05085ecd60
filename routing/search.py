"""One search over plans: what the compiled rounds need, and what they found.

Imports the compiled search, flat and rendering; nothing of OR-Tools.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.annealing import anneal, begin, driven
from routing.flat import Flat, Floats, Ints, flatten
from routing.inserting import new_state
from routing.memory import new_answers
from routing.model import Plan, Problem
from routing.parting import Part
from routing.pool import ENTRY
from routing.relatedness import goes_straight, nearest, tighten
from routing.rendering import nodes_of
from routing.ruin import RIDER, TALLY, Work
from routing.shedding import crowd_in, dissolve
from routing.timing import Desk, new_desk

BLINK = 0.015
"""A route is overlooked so often when a request is put back."""

NEAR = 0.5
"""Routes of plans that cost so much more than the best one are kept for OR-Tools to choose
from, in average costs of a request."""

MARKS = 20260101
"""The same marks in all searches of a problem, so that their pools have the same keys."""

POOL_ROUTES = 2**17
POOL_NODES = 2**21


class Search:
    """Ruin and recreate from a given plan.

    Parameters
    ----------
    problem : Problem
    orders : sequence of sequences of int
        For each vehicle the nodes still to come, as `rendering.nodes_of` gives them.
    seed : int
        The same seed and the same calls give the same plans.
    """

    def __init__(self, problem: Problem, orders: Sequence[Sequence[int]], seed: int) -> None:
        self.flat = flatten(problem)
        self.metric = goes_straight(self.flat)
        tighten(self.flat, self.metric)
        self.desk: Desk = new_desk(self.flat, seed + 1)
        self._done = _carried_before(problem)
        self.work: Work = _new_work(self.flat, self._done)
        self._average = min(10.0, max(1.5, 0.4 * self.flat.n))
        self._shedding = False
        self.adopt(orders)

    def adopt(
        self,
        orders: Sequence[Sequence[int]],
        *,
        filling: bool = False,
        part: Part | None = None,
    ) -> None:
        """Go on from these routes, perhaps with whom they leave out put in as far as possible.

        The best plan so far stays what it is, unless this one is better. With a `part` only
        that is changed from here on, and the best plan is the best one from here on.
        """
        flat, work = self.flat, self.work
        self._shedding = False
        mine = self._done < 0
        if part is not None:
            mine = mine & part.requests
            work.tally["best"] = np.inf
        work.riders["movable"] = mine
        where = self._done.copy()
        for v, order in enumerate(orders):
            path = [2 * flat.n + 2 * v, *order, 2 * flat.n + 2 * v + 1]
            work.st.stops["node"][v, : len(path)] = path
            work.st.routes["size"][v] = len(path)
            where[[node if node < flat.n else node - flat.n for node in order]] = v
        work.riders["where"][:] = where
        absent = np.flatnonzero((where < 0) & mine)
        work.riders["absent"][: len(absent)] = absent
        work.tally["absent"] = len(absent)
        begin(flat, work, self.desk, filling and self.can_move, self.metric)
        if part is not None:
            work.st.routes["ok"][: len(orders)][~part.vehicles] = False

    def forget(self) -> None:
        """The next plan is the best one, whatever was found before."""
        self.work.tally["best"] = np.inf

    def run(self, rounds: int, heat: float) -> None:
        """Some rounds at one temperature (units of cost)."""
        if self.can_move:
            flat, work, near = self.flat, self.work, NEAR * self.scale()
            anneal(flat, work, self.desk, rounds, heat, near, self._average, BLINK, self.metric)

    def shed(self, rounds: int, heat: float) -> bool:
        """Some rounds of trying to do with a vehicle less; False if no route can be given up."""
        flat, work, desk = self.flat, self.work, self.desk
        if not self._shedding:
            self._shedding = self.can_move and bool(dissolve(flat, work, desk, self.metric))
            if not self._shedding:
                return False
        everybody = crowd_in(flat, work, desk, rounds, heat, self._average, self.metric)
        self._shedding = not everybody
        return True

    @property
    def cost(self) -> float:
        """Cost of the plan it is at, penalties for promises not kept included."""
        return float(self.work.tally["cost"][0])

    @property
    def best_cost(self) -> float:
        """Cost of the best plan."""
        return float(self.work.tally["best"][0])

    @property
    def can_move(self) -> bool:
        """Whether there is anything to decide."""
        return bool((self._done < 0).any()) and len(self.flat.vehicles) > 0

    @property
    def begun(self) -> bool:
        """Whether a vehicle has set out."""
        return bool((self._done >= 0).any() or self.flat.vehicles["anchored"].any())

    @property
    def provable(self) -> bool:
        """Whether a bound can be found: labels begin at a route's start, and must not cost less
        than nothing, as a ride does that is shorter than the direct one."""
        return not self.begun and (self.metric or self.flat.per_excess == 0.0)

    @property
    def unserved(self) -> int:
        """How many nobody carries now."""
        return int(self.work.tally["absent"][0])

    @property
    def rounds(self) -> int:
        """Rounds of ruin and recreate so far."""
        return int(self.work.tally["rounds"][0])

    def orders(self) -> list[list[int]]:
        """The nodes per vehicle of the plan it is at."""
        stops, sizes = self.work.st.stops["node"], self.work.st.routes["size"]
        return [stops[v, 1 : sizes[v] - 1].tolist() for v in range(len(self.flat.vehicles))]

    def best_orders(self) -> list[list[int]]:
        """The best plan's nodes per vehicle."""
        return [row[1 : row[-1] - 1].tolist() for row in self.work.best]

    def left_out_of(self, orders: Sequence[Sequence[int]]) -> int:
        """How many a plan carries neither from now on nor before."""
        ahead = sum(node < self.flat.n for order in orders for node in order)
        return self.flat.n - ahead - int((self._done >= 0).sum())

    def distance_of(self, orders: Sequence[Sequence[int]]) -> int:
        """How far a plan's vehicles have still to drive; who stays in drives nothing."""
        flat, total = self.flat, 0
        for v, order in enumerate(orders):
            if not order and not flat.vehicles["anchored"][v]:
                continue
            start = 2 * flat.n + 2 * v
            places = flat.nodes["place"][[start, *order, start + 1]]
            places = places[places >= 0]  # a break is taken wherever the bus stands
            total += int(flat.dist[places[:-1], places[1:]].sum())
        return total

    def scale(self) -> float:
        """What one request costs on average, vehicles apart: the yardstick for temperatures."""
        return float(driven(self.flat, self.work) / max(1, self.flat.n - self.unserved))


def orders_of(problem: Problem, flat: Flat, plan: Plan) -> list[list[int]]:
    """A plan as nodes per vehicle."""
    orders: list[list[int]] = [[] for _ in problem.vehicles]
    for route in plan.routes:
        orders[route.vehicle] = nodes_of(problem, flat, route)
    return orders


def _carried_before(problem: Problem) -> Ints:
    """For each request the vehicle whose history has it, else -1."""
    carried = np.full(len(problem.requests), -1, np.int64)
    for v, vehicle in enumerate(problem.vehicles):
        for done in vehicle.history:
            if done.action.value != "break":
                carried[done.index] = v
    return carried


def _new_work(flat: Flat, done: Ints) -> Work:
    n, vehicles = flat.n, len(flat.vehicles)
    riders = np.zeros(n, RIDER)
    riders["movable"] = done < 0
    riders["penalty"] = _penalties(flat, done)
    riders["mark"] = np.random.default_rng(MARKS).integers(-(2**62), 2**62, n, dtype=np.int64)
    tally = np.zeros(1, TALLY)
    tally["best"] = np.inf
    return Work(
        st=new_state(flat, [[] for _ in range(vehicles)]),
        riders=riders,
        tally=tally,
        near=nearest(flat),
        best=np.zeros((vehicles, 2 * n + 3), np.int64),
        answers=new_answers(n, vehicles),
        pool=np.zeros(POOL_ROUTES, ENTRY),
        pool_nodes=np.zeros(POOL_NODES, np.int64),
    )


def _penalties(flat: Flat, done: Ints) -> Floats:
    """What leaving a request out costs: a promise more than everything else together."""
    refusal = flat.requests["refusal"].astype(np.float64)
    promised = flat.requests["required"] > 0
    for bundle in np.unique(flat.requests["bundle"][(done >= 0) | promised]):
        if bundle >= 0:
            promised = promised | (flat.requests["bundle"] == bundle)
    longest = float(flat.dist.max(initial=0)) * flat.per_distance * 4.0
    span = float(np.minimum(flat.nodes["late"], 2**45).max(initial=0))
    most = refusal.sum() + flat.vehicles["fixed"].sum() + flat.n * longest
    most += span * (flat.per_duration * len(flat.vehicles) + flat.per_excess * flat.n)
    penalty: Floats = np.where(promised, 1.0 + most, refusal)
    return penalty
