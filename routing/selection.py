"""From the pool of a search to a plan put together by CP-SAT, and back.

Imports search, ortools_models and rendering.
"""

from __future__ import annotations

import numpy as np

from routing.flat import Flat
from routing.ortools_models import Column, Effort, choose_routes
from routing.rendering import order_cost
from routing.search import Search

MOST_COLUMNS = 15_000


def improve_by_selection(search: Search, effort: Effort, seed: int) -> bool:
    """Let CP-SAT choose the best plan from the routes met so far; True if it is better.

    If so the search goes on from it.
    """
    orders = search.best_orders()
    flat = search.flat
    columns, routes, hint = _columns(search, orders)
    chosen = choose_routes(flat, columns, search.work.penalty, hint, effort, seed)
    if chosen is None:
        return False
    found = _assign(flat, columns, routes, chosen)
    before = search.best_cost
    search.adopt(found)
    if search.work.money[0] < before - 1e-9:
        search.save()
        return True
    search.adopt(orders)
    return False


def _columns(
    search: Search, orders: list[list[int]]
) -> tuple[list[Column], list[list[int]], list[int]]:
    """The pool's cheapest routes for what they do, and those of the best plan."""
    flat, work = search.flat, search.work
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
    entries = np.flatnonzero(work.pool["size"])
    dear = work.pool["cost"][entries] / work.pool["size"][entries]
    for at in entries[np.argsort(dear, kind="stable")[:MOST_COLUMNS]].tolist():
        first, size = int(work.pool["first"][at]), int(work.pool["size"][at])
        order = work.pool_nodes[first : first + size].tolist()
        picked_up = tuple(node for node in order if node < flat.n)
        columns.append(Column(int(work.pool["kind"][at]), picked_up, float(work.pool["cost"][at])))
        routes.append(order)
    return columns, routes, hint


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
