"""From the pool of a search to a plan put together by CP-SAT, and back.

Imports search, ortools_models and rendering.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from routing.flat import Flat
from routing.ortools_models import Column, Effort, choose_routes
from routing.rendering import order_cost
from routing.search import Search

MOST_COLUMNS = 15_000


def improve_by_selection(
    search: Search, pools: Sequence[Search], effort: Effort, seed: int
) -> bool:
    """Let CP-SAT choose the best plan from the routes met by all; True if it is better.

    If so `search`, which has the best plan so far, goes on from it.
    """
    orders = search.best_orders()
    flat = search.flat
    columns, routes, hint = _known_columns(search, orders)
    for other in pools:
        _add_pool(other, MOST_COLUMNS // len(pools), columns, routes)
    chosen = choose_routes(flat, columns, search.work.riders["penalty"], hint, effort, seed)
    if chosen is None:
        return False
    found = _assign(flat, columns, routes, chosen)
    before = search.best_cost
    search.adopt(found)
    if search.cost < before - 1e-9:
        return True
    search.adopt(orders)
    return False


def _known_columns(
    search: Search, orders: list[list[int]]
) -> tuple[list[Column], list[list[int]], list[int]]:
    """The routes of the best plan, and empty ones of vehicles that are on the road."""
    flat = search.flat
    columns: list[Column] = []
    routes: list[list[int]] = []
    hint: list[int] = []
    for v, order in enumerate(orders):
        if order or flat.vehicles["anchored"][v]:
            hint.append(len(columns))
            _add(search, columns, routes, v, order)
    for v in np.flatnonzero(flat.vehicles["anchored"]).tolist():
        if orders[v] and not (flat.requests["boarded"] == v).any():
            _add(search, columns, routes, v, [])
    return columns, routes, hint


def _add_pool(search: Search, most: int, columns: list[Column], routes: list[list[int]]) -> None:
    """A search's pool: at most so many of the routes that are cheapest for what they do."""
    n, work = search.flat.n, search.work
    entries = np.flatnonzero(work.pool["size"])
    dear = work.pool["cost"][entries] / work.pool["size"][entries]
    for at in entries[np.argsort(dear, kind="stable")[:most]].tolist():
        first, size = int(work.pool["first"][at]), int(work.pool["size"][at])
        order = work.pool_nodes[first : first + size].tolist()
        picked_up = tuple(node for node in order if node < n)
        columns.append(Column(int(work.pool["kind"][at]), picked_up, float(work.pool["cost"][at])))
        routes.append(order)


def _add(
    search: Search, columns: list[Column], routes: list[list[int]], v: int, order: list[int]
) -> None:
    flat = search.flat
    price = order_cost(flat, search.desk, v, order) + float(flat.vehicles["fixed"][v])
    picked_up = tuple(node for node in order if node < flat.n)
    columns.append(Column(int(flat.vehicles["kind"][v]), picked_up, price))
    routes.append(order)


def _assign(
    flat: Flat, columns: list[Column], routes: list[list[int]], chosen: list[int]
) -> list[list[int]]:
    """Give each chosen route to a vehicle of its kind."""
    free: dict[int, list[int]] = {}
    for v, kind in reversed(list(enumerate(flat.vehicles["kind"].tolist()))):
        free.setdefault(kind, []).append(v)
    orders: list[list[int]] = [[] for _ in flat.vehicles]
    for k in chosen:
        orders[free[columns[k].kind].pop()] = routes[k]
    return orders
