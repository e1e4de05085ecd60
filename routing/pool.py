"""Every good route met on the way, compiled: what OR-Tools chooses plans from.

An open-addressing table keyed by who rides (and the kind of vehicle); for each
such set the cheapest order met is kept. Imports the inserting state.
"""

from __future__ import annotations

from routing.compiled import inner
from routing.flat import Flat, record
from routing.ruin import Work

ENTRY = record("key first size kind", "cost")
"""`size` nodes from `first` in the pool's nodes, start and end left out; free if size is 0."""


@inner
def pool_route(f: Flat, w: Work, v: int) -> None:
    """Remember route v, unless the pool is full or has a cheaper order of it."""
    route, stops, tally = w.st.routes[v], w.st.stops[v], w.tally[0]
    if route.size <= 2:
        return
    kind = f.vehicles[v].kind
    key = (kind + 1) * 7046029254386353131
    for k in range(1, route.size - 1):
        if stops[k].node < f.n:
            key ^= w.riders[stops[k].node].mark
    cost = f.vehicles[v].fixed + f.per_distance * route.length + route.time_cost
    size = route.size - 2
    places = len(w.pool)
    at = key & (places - 1)
    while w.pool[at].size > 0 and w.pool[at].key != key:
        at = (at + 1) & (places - 1)
    entry = w.pool[at]
    if entry.size == 0:
        if 2 * tally.entries > places or tally.nodes + size > len(w.pool_nodes):
            return
        entry.key, entry.size, entry.kind, entry.first = key, size, kind, tally.nodes
        tally.entries += 1
        tally.nodes += size
    elif entry.cost <= cost or entry.size != size:
        return
    entry.cost = cost
    for k in range(size):
        w.pool_nodes[entry.first + k] = stops[k + 1].node
