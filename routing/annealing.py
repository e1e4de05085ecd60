"""The search itself, compiled: ruin, recreate, accept like a cooling metal, again.

Ruin and recreate: Schrimpf and others 2000, doi 10.1006/jcph.1999.6413. A plan that is
worse by d is accepted with probability exp(-d / heat): Kirkpatrick, Gelatt & Vecchi 1983,
doi 10.1126/science.220.4598.671. Imports ruin, recreate and pool.
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

THRIFTY = 0.3
"""In so many of the rounds requests are put back only where it costs less than refusing:
in all of them, no vehicle would ever be sent out for its first passenger."""


@compiled
def driven(f: Flat, w: Work) -> float:
    """Cost of the plan as it is, but for the vehicles themselves and who is left out."""
    total = 0.0
    for v in range(len(f.vehicles)):
        route = w.st.routes[v]
        if route.used:
            total += f.per_distance * route.length + route.time_cost
    return total


@inner
def without_absent(f: Flat, w: Work) -> float:
    """Cost of the plan as it is, but for who is left out."""
    total = driven(f, w)
    for v in range(len(f.vehicles)):
        if w.st.routes[v].used:
            total += f.vehicles[v].fixed
    return total


@inner
def price(f: Flat, w: Work) -> float:
    """Cost of the plan as it is, with the penalties of the requests left out."""
    total = without_absent(f, w)
    for k in range(w.tally[0].absent):
        total += w.riders[w.riders[k].absent].penalty
    return total


@inner
def save_best(f: Flat, w: Work) -> None:
    """The plan as it is becomes the best one, if it is."""
    cost = price(f, w)
    if cost >= w.tally[0].best - 1e-9:
        return
    w.tally[0].best = cost
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
        recreate(f, w, desk, metric, 0.0, False, math.inf)
    w.tally[0].cost = price(f, w)
    save_best(f, w)


@compiled
def anneal(
    f: Flat,
    w: Work,
    desk: Desk,
    rounds: int,
    heat: float,
    near: float,
    average: float,
    blink: float,
    metric: bool,
) -> None:
    """Do some rounds at one temperature; `heat` and `near` are in units of cost."""
    tally = w.tally[0]
    for _ in range(rounds):
        most = tally.cost - heat * math.log(1.0 - draw(desk.dice))
        start_round(w.st, w.riders, w.tally)
        take_out(f, w, desk, ruin(f, w, desk.dice, average), metric)
        spare = max(most, tally.best + near) - without_absent(f, w)
        if not recreate(f, w, desk, metric, blink, draw(desk.dice) < THRIFTY, spare):
            give_back(f, w)
            continue
        cost = price(f, w)
        accepted = cost < most
        if accepted or cost < tally.best + near:
            for v in range(len(f.vehicles)):
                if w.st.routes[v].touched:
                    pool_route(f, w, v)
        if accepted:
            tally.cost = cost
            if cost < tally.best - 1e-9:
                save_best(f, w)
        else:
            give_back(f, w)
    tally.rounds += rounds
