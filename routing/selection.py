"""From the pools of searches to a plan put together by OR-Tools, and back.

The linear relaxation throws out the routes that are in no better plan, CP-SAT chooses
among the rest. Imports search, columns, the two ortools files, proving and rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from routing.columns import Columns, columns_of, joined, pooled
from routing.flat import Flat, Floats, Ints
from routing.ortools_models import Column, Effort, choose_routes
from routing.ortools_pricing import price
from routing.proving import lower_bound
from routing.rendering import order_cost
from routing.search import Search

MOST_COLUMNS = 10_000


@dataclass(frozen=True, slots=True)
class Met:
    """What there is to choose from, taken out of the pools: the searches may go on meanwhile."""

    flat: Flat
    columns: Columns
    plan: list[int]
    """Which of the columns are the best plan known."""
    penalty: Floats

    def choose(self, effort: Effort, seed: int) -> list[list[int]] | None:
        """The best plan of these routes as nodes per vehicle; None if none was found."""
        worth = price(self.flat, self.columns, self.penalty, self.plan, effort.seconds)
        ordered = self.columns.cheap() if worth is None else worth
        offered = self.columns.take(_offered(self.plan, ordered))
        if len(offered.kind) <= len(self.plan):
            return None
        chosen = choose_routes(self.flat, _listed(offered), self.penalty, self.plan, effort, seed)
        if chosen is None:
            return None
        return _assign(self.flat, offered.take(np.array(chosen, np.int64)))

    def bound(self, *, metric: bool, wanted: Callable[[], bool]) -> float | None:
        """What every plan costs at least, as `lower_bound` finds it out."""
        flat, columns = self.flat, self.columns
        return lower_bound(flat, columns, self.penalty, self.plan, metric=metric, wanted=wanted)


def routes_met(search: Search, pools: Sequence[Search]) -> Met:
    """The routes all searches have met, and the best plan, which is that of `search`."""
    known, plan = _known_columns(search, search.best_orders())
    met = pooled(search.flat.n, [(other.work.pool, other.work.pool_nodes) for other in pools])
    return Met(search.flat, joined(known, met), plan, search.work.riders["penalty"].copy())


def _known_columns(search: Search, orders: list[list[int]]) -> tuple[Columns, list[int]]:
    """The routes of the best plan, and empty ones of vehicles that are on the road.

    Also returned: which of these columns are the best plan.
    """
    flat = search.flat
    anchored = flat.vehicles["anchored"]
    routes = [(v, order) for v, order in enumerate(orders) if order or anchored[v]]
    plan = list(range(len(routes)))
    for v in np.flatnonzero(anchored).tolist():
        if orders[v] and not (flat.requests["boarded"] == v).any():
            routes.append((v, []))
    kinds = [int(flat.vehicles["kind"][v]) for v, _ in routes]
    fixed = flat.vehicles["fixed"]
    costs = [order_cost(flat, search.desk, v, order) + float(fixed[v]) for v, order in routes]
    return columns_of(flat.n, kinds, costs, [order for _, order in routes]), plan


def _offered(plan: list[int], best: Ints) -> Ints:
    """The plan's columns first, then the others worth choosing from."""
    others = best[~np.isin(best, plan)][:MOST_COLUMNS]
    return np.concatenate([np.array(plan, np.int64), others])


def _listed(columns: Columns) -> list[Column]:
    riders, first = columns.boarding()
    parts = np.split(riders, first[1:-1])
    return [
        Column(kind, tuple(part.tolist()), cost)
        for kind, part, cost in zip(
            columns.kind.tolist(), parts, columns.cost.tolist(), strict=True
        )
    ]


def _assign(flat: Flat, chosen: Columns) -> list[list[int]]:
    """Give each chosen route to a vehicle of its kind."""
    free: dict[int, list[int]] = {}
    for v, kind in reversed(list(enumerate(flat.vehicles["kind"].tolist()))):
        free.setdefault(kind, []).append(v)
    orders: list[list[int]] = [[] for _ in flat.vehicles]
    for kind, order in zip(chosen.kind.tolist(), chosen.orders(), strict=True):
        orders[free[kind].pop()] = order
    return orders
