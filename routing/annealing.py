"""The search itself, compiled: ruin, recreate, accept like a cooling metal, again.

Imports ruin, recreate and pool.
"""

from __future__ import annotations

import math

from routing.chance import draw
from routing.compiled import compiled, inner
from routing.flat import Flat
from routing.inserting import refresh
from routing.pool import pool_route
from routing.recreate import recreate
from routing.ruin import Work, find_homes, give_back, ruin, start_round, take_out
from routing.timing import Desk


@inner
def price(f: Flat, w: Work) -> float:
    """Cost of the plan as it is, with the penalties of the requests left out."""
    total = 0.0
    for v in range(len(f.vehicles)):
        route = w.st.routes[v]
        if route.used:
            total += f.vehicles[v].fixed + f.per_distance * route.length + route.time_cost
    for k in range(w.tally[0].absent):
        total += w.riders[w.riders[k].absent].penalty
    return total


@inner
def _save_best(w: Work) -> None:
    """The plan as it is becomes the best one."""
    w.tally[0].best = w.tally[0].cost
    wide = w.best.shape[1]
    for v in range(len(w.best)):
        size = w.st.routes[v].size
        w.best[v, wide - 1] = size
        for k in range(size):
            w.best[v, k] = w.st.stops[v, k].node


@compiled
def begin(f: Flat, w: Work, desk: Desk, filling: bool, metric: bool) -> None:
    """Take stock of routes just written, perhaps put in whom nobody carries; save if better."""
    for v in range(len(f.vehicles)):
        refresh(f, w.st, desk, v)
    find_homes(f.requests, w.riders, w.st.home)
    start_round(w.st, w.riders, w.tally)
    if filling:
        recreate(f, w, desk, metric, 0.0)
    w.tally[0].cost = price(f, w)
    if w.tally[0].cost < w.tally[0].best:
        _save_best(w)


@compiled
def anneal(
    f: Flat,
    w: Work,
    desk: Desk,
    rounds: int,
    heat: float,
    average: float,
    blink: float,
    metric: bool,
) -> None:
    """Do some rounds at one temperature (in units of cost)."""
    tally = w.tally[0]
    for _ in range(rounds):
        start_round(w.st, w.riders, w.tally)
        take_out(f, w, desk, ruin(f, w, desk.dice, average))
        recreate(f, w, desk, metric, blink)
        cost = price(f, w)
        if cost < tally.cost - heat * math.log(1.0 - draw(desk.dice)):
            tally.cost = cost
            for v in range(len(f.vehicles)):
                if w.st.routes[v].touched:
                    pool_route(f, w, v)
            if cost < tally.best - 1e-9:
                _save_best(w)
        else:
            give_back(f, w)
    tally.rounds += rounds
