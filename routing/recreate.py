"""Putting requests back into a plan, compiled: one by one where they cost least.

In random order or the most pressing first, each route overlooked now and then: the blinks
of SISR (Christiaens & Vanden Berghe 2020, doi 10.1287/trsc.2019.0914). Imports ruin and inserting.
"""

from __future__ import annotations

from routing.chance import Dice, draw
from routing.compiled import inner
from routing.flat import Flat, Records
from routing.inserting import renew, write_with
from routing.memory import best_remembered
from routing.ruin import Work, choose, keep_route, take_out
from routing.timing import Desk


@inner
def recreate(
    f: Flat, w: Work, desk: Desk, metric: bool, blink: float, thrifty: bool, most: float
) -> bool:
    """Put back the absent requests as far as they fit, if `thrifty` only where it pays.

    False, in the middle of it, as soon as that must cost more than `most`: carrying one
    more makes no plan cheaper, so most plans nobody will accept are given up half-way.
    """
    riders, tally = w.riders, w.tally[0]
    _sort_absent(f, riders, desk.dice, tally.absent)
    left = 0
    for k in range(tally.absent):
        r = riders[k].absent
        cost, v, i, j = best_remembered(f, w.st, w.answers, desk, r, metric, blink, most)
        if v >= 0 and not (thrifty and cost > riders[r].penalty):
            _put_in(f, w, desk, r, v, i, j, metric)
            most -= cost
        else:
            riders[left].absent = r
            left += 1
            most -= riders[r].penalty
        if most < 0.0:
            return False
    tally.absent = left
    count = _half_bundles(f.requests, riders, left)
    if count > 0:
        take_out(f, w, desk, count, metric)
    return True


@inner
def _put_in(f: Flat, w: Work, desk: Desk, r: int, v: int, i: int, j: int, metric: bool) -> None:
    """Put r into route v at a place found by `best_remembered`."""
    st = w.st
    keep_route(st, v)
    size = write_with(f, st, desk, v, r, i, j)
    stops = st.stops[v]
    for k in range(size):
        stops[k].node = desk.base[k]
    st.routes[v].size = size
    renew(f, st, desk, v, metric)
    w.riders[r].where = v
    if f.requests[r].together >= 0:
        st.home[f.requests[r].together] = v


@inner
def _sort_absent(f: Flat, riders: Records, dice: Dice, count: int) -> None:
    """Order the absent: at random, or by need of room, distance or tightness of time."""
    kind = draw(dice)
    depot = f.nodes[2 * f.n].place
    for k in range(count):
        r = riders[k].absent
        p, d = f.nodes[r], f.nodes[f.n + r]
        key = draw(dice)
        if kind < 0.15:
            for c in range(f.load.shape[1]):
                key -= f.load[r, c]
        elif kind < 0.35:
            key = -1.0 * f.dist[depot, p.place] - f.dist[depot, d.place]
        elif kind < 0.5:
            key = 1.0 * min(p.late - p.early, d.late - d.early)
        elif kind < 0.6:
            key = -1.0 * f.requests[r].direct
        elif kind < 0.7:
            key = 1.0 * p.early
        riders[k].key = key
    for k in range(1, count):  # few: insertion sort
        r, key = riders[k].absent, riders[k].key
        at = k
        while at > 0 and riders[at - 1].key > key:
            riders[at].absent, riders[at].key = riders[at - 1].absent, riders[at - 1].key
            at -= 1
        riders[at].absent, riders[at].key = r, key


@inner
def _half_bundles(requests: Records, riders: Records, absent: int) -> int:
    """Choose the members of bundles that are not carried as a whole."""
    count = 0
    for k in range(absent):
        bundle = requests[riders[k].absent].bundle
        if bundle < 0:
            continue
        for r in range(len(requests)):
            if requests[r].bundle == bundle:
                count = choose(riders, r, count)
    return count
