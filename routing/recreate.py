"""Putting requests back into a plan, compiled: one by one where they cost least.

In random order or the most pressing first, each place overlooked now and then
(blinks, as in SISR), or by regret: first the one that loses most by waiting
(Potvin & Rousseau 1993). Imports ruin and inserting.
"""

from __future__ import annotations

from routing.chance import draw
from routing.compiled import compiled
from routing.flat import Flat
from routing.inserting import best_anywhere, refresh, write_with
from routing.ruin import Work, choose, find_homes, keep_route, take_out
from routing.timing import Desk


@compiled
def recreate(f: Flat, w: Work, desk: Desk, metric: bool, blink: float) -> None:
    """Put back the absent requests as far as they fit.

    In some rounds only those whose place costs less than leaving them out: in all of
    them, no vehicle would ever be sent out for its first passenger.
    """
    _sort_absent(f, w, desk)
    thrifty = draw(desk.dice) < 0.3
    left = 0
    for k in range(w.counts[0]):
        r = w.absent[k]
        cost, v, i, j = best_anywhere(f, w.st, desk, r, -1, metric, blink)
        if v >= 0 and not (thrifty and cost > w.penalty[r]):
            put_in(f, w, desk, r, v, i, j)
        else:
            w.absent[left] = r
            left += 1
    w.counts[0] = left
    _undo_half_bundles(f, w, desk)


@compiled
def put_in(f: Flat, w: Work, desk: Desk, r: int, v: int, i: int, j: int) -> None:
    """Put r into route v at a place found by `best_anywhere`."""
    keep_route(w, v)
    size = write_with(f, w.st, desk, v, r, i, j)
    stops = w.st.stops[v]
    for k in range(size):
        stops[k].node = desk.base[k]
    w.st.routes[v].size = size
    refresh(f, w.st, desk, v)
    w.where[r] = v
    if f.requests[r].together >= 0:
        w.st.home[f.requests[r].together] = v


@compiled
def _sort_absent(f: Flat, w: Work, desk: Desk) -> None:
    """Order the absent: at random, or by need of room, distance or tightness of time."""
    kind = draw(desk.dice)
    for k in range(w.counts[0]):
        r = w.absent[k]
        key = draw(desk.dice)
        if kind < 0.15:
            for c in range(f.load.shape[1]):
                key -= f.load[r, c]
        elif kind < 0.35:
            depot = f.nodes[2 * f.n].place
            key = -1.0 * f.dist[depot, f.nodes[r].place] - f.dist[depot, f.nodes[f.n + r].place]
        elif kind < 0.5:
            key = min(
                f.nodes[r].late - f.nodes[r].early, f.nodes[f.n + r].late - f.nodes[f.n + r].early
            )
        elif kind < 0.6:
            key = -1.0 * f.requests[r].direct
        elif kind < 0.7:
            key = f.nodes[r].early
        w.key[k] = key
    _sort(w)


@compiled
def _sort(w: Work) -> None:
    """Insertion sort of the few absent requests by their keys."""
    for k in range(1, w.counts[0]):
        r, key = w.absent[k], w.key[k]
        at = k
        while at > 0 and w.key[at - 1] > key:
            w.absent[at], w.key[at] = w.absent[at - 1], w.key[at - 1]
            at -= 1
        w.absent[at], w.key[at] = r, key


@compiled
def _undo_half_bundles(f: Flat, w: Work, desk: Desk) -> None:
    """Take out members of bundles that are not carried as a whole."""
    count = 0
    for k in range(w.counts[0]):
        bundle = f.requests[w.absent[k]].bundle
        if bundle < 0:
            continue
        for r in range(f.n):
            if f.requests[r].bundle == bundle:
                count = choose(w, r, count)
    if count > 0:
        take_out(f, w, desk, count)
        find_homes(f, w)
