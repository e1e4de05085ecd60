"""Which route pays best at given prices, compiled: a labelling search over single routes.

A label (see `labels`) is grown by one visit at a time. What it costs is a lower bound: how
long somebody rides is judged from windows alone, and so is how long a break holds up, so no
route that can be driven is overlooked, and some are looked at that cannot. Imports labels.
"""

from __future__ import annotations

import numpy as np

from routing.compiled import compiled, inner
from routing.flat import Flat, Floats, Ints, Records
from routing.labels import (
    LABELS_AT_ONCE,
    LOOKS_AT_ONCE,
    MOMENTS,
    MOST_ABOARD,
    Labels,
    begin_labels,
    enter,
    give_up_late,
    next_label,
    take_along,
)


@compiled
def paying_routes(
    f: Flat,
    lb: Labels,
    v: int,
    prices: Floats,
    toll: float,
    metric: bool,
    enough: int,
    begin: bool,
) -> bool:
    """Look for routes of vehicle v that may cost less than the prices of whom they carry.

    `toll` is the price of using the vehicle (0 or less). Of labels of the same node and
    passengers so many are `enough`; 0 keeps all that may be needed, and only then it is sure
    that there are no other routes. What was found is in `lb.found`, with what each route
    costs at least; `lb.said` has how far the cheapest lies below the prices, NaN if the
    search had to be given up. Returns whether it is over: if not, go on with `begin` false.
    """
    start, end = f.nodes[2 * f.n + 2 * v], f.nodes[2 * f.n + 2 * v + 1]
    if begin:
        begin_labels(f, lb, v, toll)
    width = max(1, (end.late - start.early) // (MOMENTS - 1) + 1)
    until = lb.tally[0] + LABELS_AT_ONCE, lb.tally[1] + LOOKS_AT_ONCE
    while lb.tally[0] < until[0] and lb.tally[1] < until[1]:
        label = next_label(lb)
        if label < 0:
            return True
        row = lb.rows[label]
        if row.size > 0 and lb.aboard[label, 0] < 0:
            beyond = _cost_at_end(f, row, v)
            if beyond < -1e-6:
                lb.said[0] = min(lb.said[0], beyond)
                _keep_route(f, lb, label, beyond + toll, prices)
        if not _grow(f, lb, v, label, prices, metric, enough, width):
            lb.said[0] = np.nan
            return True
    return False


@inner
def _cost_at_end(f: Flat, row: Records, v: int) -> float:
    """What the route costs at least if it goes home from here; infinite if it cannot.

    Breaks are not put anywhere, but the route lasts until they are over.
    """
    here, end = f.nodes[row.node].place, f.nodes[2 * f.n + 2 * v + 1]
    hop = f.dur[here, end.place]
    arrives, rests = row.leaves + hop, 0
    for k in range(f.vehicles[v].breaks):
        rest = f.nodes[f.vehicles[v].first_break + k]
        arrives, rests = max(arrives, rest.early + rest.service), rests + rest.service
    if arrives > end.late:
        return np.inf
    waits = max(rests, arrives - row.lead - hop)
    if row.driven + hop + waits > f.vehicles[v].max_duration:
        return np.inf
    cost = row.cost + f.per_distance * f.dist[here, end.place]
    return float(cost + f.per_duration * (hop + waits))


@inner
def _keep_route(f: Flat, lb: Labels, label: int, beyond: float, prices: Floats) -> None:
    """Write down the route that ends with this label, if there is room."""
    count = lb.tally[3]
    if count == len(lb.found):
        return
    cost, at = beyond, label
    for k in range(lb.rows[label].size - 1, -1, -1):
        node = lb.rows[at].node
        lb.found_nodes[count, k] = node
        if node < f.n:
            cost += prices[node]
        at = lb.rows[at].parent
    lb.found[count].size, lb.found[count].cost = lb.rows[label].size, cost
    lb.tally[3] = count + 1


@inner
def _grow(
    f: Flat,
    lb: Labels,
    v: int,
    label: int,
    prices: Floats,
    metric: bool,
    enough: int,
    width: int,
) -> bool:
    """All labels that come after this one by a visit; False if there are too many of them, or
    more people on board than a label can tell."""
    for turn in range(MOST_ABOARD + f.n):
        dropped, r = turn, turn - MOST_ABOARD
        if turn < MOST_ABOARD:
            if lb.aboard[label, turn] < 0:
                continue
            x = f.n + lb.aboard[label, turn]
        else:
            if not f.allowed[r, v] or (lb.been[label, r // 63] >> (r % 63)) & 1:
                continue
            if not _has_seat(f, lb.aboard[label], v, r):
                continue
            if lb.aboard[label, MOST_ABOARD - 1] >= 0:
                return False
            dropped, x = -1, r
        if not _visit(f, lb, v, label, x, dropped, prices, metric, enough, width):
            return False
    return True


@inner
def _has_seat(f: Flat, aboard: Ints, v: int, r: int) -> bool:
    """Whether r fits in beside those on board."""
    for c in range(f.room.shape[1]):
        fitting = True
        for i in range(f.room.shape[2]):
            load = f.load[r, i]
            for k in range(MOST_ABOARD):
                if aboard[k] < 0:
                    break
                load += f.load[aboard[k], i]
            fitting = fitting and load <= f.room[v, c, i]
        if fitting:
            return True
    return False


@inner
def _visit(
    f: Flat,
    lb: Labels,
    v: int,
    label: int,
    x: int,
    dropped: int,
    prices: Floats,
    metric: bool,
    enough: int,
    width: int,
) -> bool:
    """Add the label that goes on to node x, if it can and is worth it; False if it is full.

    `dropped` says which of those on board gets off there, -1 if somebody gets on.
    """
    row, node, end = lb.rows[label], f.nodes[x], f.nodes[2 * f.n + 2 * v + 1]
    here = f.nodes[row.node].place
    hop = f.dur[here, node.place]
    leaves = max(row.leaves + hop, node.early) + node.service
    if leaves - node.service > node.late:
        return True
    if metric and leaves + f.dur[node.place, end.place] > end.late:
        return True
    step = hop + node.service
    if not _all_in_time(f, lb, label, x, dropped, hop, leaves, metric):
        return True
    cost = row.cost + f.per_distance * f.dist[here, node.place] + f.per_duration * step
    if dropped < 0:
        cost -= prices[x]
    else:
        request = f.requests[x - f.n]
        arrives = leaves - node.service
        ride = max(lb.ridden[label, dropped] + hop, arrives - lb.since[label, dropped])
        excess = ride - request.direct
        cost += f.per_excess * request.people * excess
    if lb.tally[0] == len(lb.rows):
        return False
    new = lb.rows[lb.tally[0]]
    new.node, new.leaves, new.cost = x, leaves, cost
    new.parent, new.size = label, row.size + 1
    new.lead, new.driven = min(row.lead + hop, node.late) + node.service, row.driven + step
    take_along(f, lb, label, lb.tally[0], x, dropped, hop)
    since_start = leaves - f.nodes[2 * f.n + 2 * v].early
    moment = min(since_start // width, len(lb.moments) - 1)
    give_up_late(f, lb, lb.tally[0], metric)
    return enter(f, lb, v, lb.tally[0], enough, moment)


@inner
def _all_in_time(
    f: Flat, lb: Labels, label: int, x: int, dropped: int, hop: int, leaves: int, metric: bool
) -> bool:
    """Whether nobody has ridden too long, nor must if they are driven straight from x."""
    node = f.nodes[x]
    for k in range(MOST_ABOARD):
        r = lb.aboard[label, k]
        if r < 0:
            break
        limit, since, ridden = f.requests[r].limit, lb.since[label, k], lb.ridden[label, k] + hop
        if k == dropped:
            if ridden > limit or leaves - node.service > since + limit:
                return False
            continue
        goal = f.nodes[f.n + r]
        rest = f.dur[node.place, goal.place] if metric else 0
        since = min(since, node.late - ridden)
        if leaves + rest > goal.late or leaves + rest > since + limit:
            return False
        if ridden + node.service + rest > limit:
            return False
    if dropped >= 0:
        return True
    goal = f.nodes[f.n + x]
    return bool(leaves + f.dur[node.place, goal.place] <= goal.late or not metric)
