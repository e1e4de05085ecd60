"""The search itself, compiled: ruin, recreate, accept like a cooling metal, again.

Imports ruin, recreate and pool.
"""

from __future__ import annotations

import math

from routing.chance import draw
from routing.compiled import compiled
from routing.flat import Flat
from routing.pool import pool_route, route_cost
from routing.recreate import recreate
from routing.ruin import Work, find_homes, give_back, ruin, start_round, take_out
from routing.timing import Desk


@compiled
def price(f: Flat, w: Work) -> float:
    """Cost of the plan as it is, with the penalties of the requests left out."""
    total = 0.0
    for v in range(len(f.vehicles)):
        total += route_cost(f, w, v)
    for k in range(w.counts[0]):
        total += w.penalty[w.absent[k]]
    return total


@compiled
def save_best(f: Flat, w: Work) -> None:
    """The plan as it is becomes the best one."""
    w.money[1] = w.money[0]
    for v in range(len(f.vehicles)):
        w.best_size[v] = w.st.routes[v].size
        for k in range(w.best_size[v]):
            w.best[v, k] = w.st.stops[v, k].node


@compiled
def anneal(
    f: Flat,
    w: Work,
    desk: Desk,
    rounds: int,
    hot: float,
    cold: float,
    average: float,
    blink: float,
    metric: bool,
) -> None:
    """Do some rounds while the temperature falls from `hot` to `cold` (in units of cost)."""
    for k in range(rounds):
        start_round(w)
        take_out(f, w, desk, ruin(f, w, desk, average))
        recreate(f, w, desk, metric, blink)
        cost = price(f, w)
        heat = hot * (cold / hot) ** (k / rounds)
        if cost < w.money[0] - heat * math.log(1.0 - draw(desk.dice)):
            for v in range(len(f.vehicles)):
                if w.touched[v] and cost < w.money[0] + 1e-9:
                    pool_route(f, w, v)
            w.money[0] = cost
            if cost < w.money[1] - 1e-9:
                save_best(f, w)
        else:
            give_back(f, w)
    w.counts[3] += rounds
    find_homes(f, w)
