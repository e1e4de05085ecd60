"""Doing with one vehicle less, compiled: where each vehicle costs more than driving.

A route is dissolved and its passengers put into the others by ruin and recreate. A
plan that leaves fewer out, counting those who are hard to place more often, is
accepted (the fleet minimisation of SISR, Christiaens & Vanden Berghe 2020,
doi 10.1287/trsc.2019.0914). Imports annealing, recreate and ruin.
"""

from __future__ import annotations

import math

from routing.annealing import driven, save_best
from routing.chance import draw
from routing.compiled import compiled, inner
from routing.flat import Flat
from routing.recreate import recreate
from routing.ruin import (
    Work,
    choose,
    give_back,
    ruin,
    start_round,
    take_out,
)
from routing.timing import Desk


@compiled
def dissolve(f: Flat, w: Work, desk: Desk, metric: bool) -> bool:
    """Close the route whose passengers are easiest to place; False if there is none to close."""
    riders, routes = w.riders, w.st.routes
    start_round(w.st, riders, w.tally)
    easiest, least = -1, 0.0
    for v in range(len(f.vehicles)):
        if routes[v].size <= 2:
            routes[v].ok = routes[v].used
            continue
        hard = draw(desk.dice)
        for r in range(f.n):
            if riders[r].where == v:
                hard += 1.0 + riders[r].refused if riders[r].movable else math.inf
        if f.vehicles[v].anchored == 0 and hard < math.inf and (easiest < 0 or hard < least):
            easiest, least = v, hard
    if easiest < 0:
        return False
    count = 0
    for r in range(f.n):
        if riders[r].where == easiest:
            count = choose(riders, r, count)
    take_out(f, w, desk, count, metric)
    routes[easiest].ok = False
    w.tally[0].cost = driven(f, w)
    return True


@compiled
def crowd_in(
    f: Flat, w: Work, desk: Desk, rounds: int, heat: float, average: float, metric: bool
) -> bool:
    """Some rounds of putting everybody into the routes left; True once all are carried."""
    tally = w.tally[0]
    for done in range(rounds):
        if tally.absent == 0:
            save_best(f, w)
            tally.rounds += done
            return True
        before = _refused(w)
        start_round(w.st, w.riders, w.tally)
        take_out(f, w, desk, ruin(f, w, desk.dice, average), metric)
        recreate(f, w, desk, metric, 0.01, False, math.inf)
        now, cost = _refused(w), driven(f, w)
        for k in range(tally.absent):
            w.riders[w.riders[k].absent].refused += 1
        warmth = -heat * math.log(1.0 - draw(desk.dice))
        if now < before or (now == before and cost < tally.cost + warmth):
            tally.cost = cost
        else:
            give_back(f, w)
    tally.rounds += rounds
    return False


@inner
def _refused(w: Work) -> int:
    """How hard those who are left out are to place, together."""
    total = 0
    for k in range(w.tally[0].absent):
        total += 1 + w.riders[w.riders[k].absent].refused
    return total
