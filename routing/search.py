"""One search over plans: what the compiled rounds need, and what they found.

Imports the compiled search, flat and rendering; nothing of OR-Tools.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.annealing import anneal, price, save_best
from routing.flat import Flat, Floats, Ints, flatten
from routing.inserting import State, new_state, refresh
from routing.model import Plan, Problem
from routing.pool import ENTRY
from routing.recreate import recreate
from routing.relatedness import goes_straight, nearest, tighten
from routing.rendering import nodes_of
from routing.ruin import Work, find_homes, start_round
from routing.timing import Desk, new_desk

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
        self.work: Work = _new_work(self.flat, self._done, seed)
        self.adopt(orders)
        self.save()

    def adopt(self, orders: Sequence[Sequence[int]]) -> None:
        """Go on from these routes; the best plan so far stays what it is."""
        flat, work = self.flat, self.work
        fresh = new_state(flat, [list(order) for order in orders])
        work.st.stops["node"][:] = fresh.stops["node"]
        work.st.routes["size"][:] = fresh.routes["size"]
        work.where[:] = self._done
        for v, order in enumerate(orders):
            for node in order:
                work.where[node if node < flat.n else node - flat.n] = v
        absent = np.flatnonzero(work.where < 0)
        work.absent[: len(absent)] = absent
        work.counts[0] = len(absent)
        for v in range(len(flat.vehicles)):
            refresh(flat, work.st, self.desk, v)
        find_homes(flat, work)
        work.money[0] = price(flat, work)

    def fill(self) -> None:
        """Put in whom nobody carries, as far as possible, without taking anybody out."""
        if not self.can_move:
            return
        start_round(self.work)
        recreate(self.flat, self.work, self.desk, self.metric, 0.0)
        self.work.money[0] = price(self.flat, self.work)
        if self.work.money[0] < self.work.money[1]:
            self.save()

    def save(self) -> None:
        """The plan as it is becomes the best one."""
        save_best(self.flat, self.work)

    def run(self, rounds: int, hot: float, cold: float) -> None:
        """Some rounds, the temperature falling from `hot` to `cold` (units of cost)."""
        if not self.can_move:
            return
        average = min(10.0, max(1.5, 0.4 * self.flat.n))
        anneal(self.flat, self.work, self.desk, rounds, hot, cold, average, 0.01, self.metric)

    @property
    def best_cost(self) -> float:
        """Cost of the best plan, penalties for promises not kept included."""
        return float(self.work.money[1])

    @property
    def can_move(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self.work.movable.any()) and len(self.flat.vehicles) > 0

    @property
    def unserved(self) -> int:
        """How many nobody carries now."""
        return int(self.work.counts[0])

    @property
    def rounds(self) -> int:
        """Rounds of ruin and recreate so far."""
        return int(self.work.counts[3])

    def best_orders(self) -> list[list[int]]:
        """The best plan's nodes per vehicle."""
        return [
            self.work.best[v, 1 : size - 1].tolist()
            for v, size in enumerate(self.work.best_size.tolist())
        ]

    def scale(self) -> float:
        """What one request costs on average: the yardstick for temperatures."""
        left_out = self.work.absent[: self.work.counts[0]]
        paid = self.work.money[0] - self.work.penalty[left_out].sum()
        return float(max(paid, 0.0) / max(1, self.flat.n - len(left_out)))


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


def _new_work(flat: Flat, done: Ints, seed: int) -> Work:
    n, vehicles, wide = flat.n, len(flat.vehicles), 2 * flat.n + 2
    empty: list[list[int]] = [[] for _ in range(vehicles)]
    state: State = new_state(flat, empty)
    return Work(
        st=state,
        kept=new_state(flat, empty),
        touched=np.zeros(vehicles, np.int64),
        where=done.copy(),
        kept_where=done.copy(),
        movable=(done < 0).astype(np.int64),
        absent=np.zeros(n + 1, np.int64),
        kept_absent=np.zeros(n + 1, np.int64),
        counts=np.zeros(6, np.int64),
        chosen=np.zeros(n + 1, np.int64),
        key=np.zeros(n + 1, np.float64),
        near=nearest(flat),
        penalty=_penalties(flat, done),
        best=np.zeros((vehicles, wide), np.int64),
        best_size=np.full(vehicles, 2, np.int64),
        money=np.zeros(2, np.float64),
        pool=np.zeros(POOL_ROUTES, ENTRY),
        pool_nodes=np.zeros(POOL_NODES, np.int64),
        mark=np.random.default_rng(seed).integers(-(2**62), 2**62, n + 1, dtype=np.int64),
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
