"""Taking requests out of a plan, compiled: which ones belong together.

Strings of neighbouring routes (SISR, Christiaens & Vanden Berghe 2020,
doi 10.1287/trsc.2019.0914), requests related to one another (Shaw 1998), the ones
with the worst detours, whole routes, or any. Imports the inserting state.
"""

from __future__ import annotations

from typing import NamedTuple

from routing.chance import Dice, below, draw
from routing.compiled import inner
from routing.flat import Flat, Ints, Records, record
from routing.inserting import State, renew
from routing.timing import Desk

RIDER = record("where kept_where movable absent kept_absent chosen mark refused", "key penalty")
"""Of request k: `where` is the vehicle carrying it or -1 (`kept_where` at the start of
the round), not `movable` if history has decided, `mark` a random number for the pool's
keys, `refused` how often it was left out when a vehicle was to be saved, `penalty`
the cost of leaving it out. The others are lists: the requests nobody
carries (and at the start of the round), those chosen to be taken out, what to sort by."""

TALLY = record("absent kept_absent rounds entries nodes", "cost best")
"""How many are absent, and were; rounds so far; the pool's entries and nodes; what the
plan costs now, and the best one."""


class Work(NamedTuple):
    """A search in progress over n requests and V vehicles."""

    st: State
    riders: Records  # (n,) of RIDER
    tally: Records  # (1,) of TALLY
    near: Ints  # (n, m) the most related other requests, best first
    best: Ints  # (V, W) the best plan: nodes of each route, the size of it last
    answers: Records  # of memory.ANSWER, what insertions cost
    pool: Records  # of pool.ENTRY
    pool_nodes: Ints


@inner
def copy_route(st: State, source: int, target: int) -> None:
    """Copy one row of the state over another."""
    a, b = st.routes[source], st.routes[target]
    b.size, b.used, b.ok, b.length = a.size, a.used, a.ok, a.length
    b.key, b.stale = a.key, a.stale
    b.time_cost, b.floor = a.time_cost, a.floor
    for k in range(a.size):
        s, t = st.stops[source, k], st.stops[target, k]
        t.node, t.place = s.node, s.place
        if a.stale:
            continue
        t.early, t.late = s.early, s.late
        for c in range(st.load.shape[2]):
            st.load[target, k, c] = st.load[source, k, c]


@inner
def keep_route(st: State, v: int) -> None:
    """Remember route v as it is, before its first change in this round."""
    if not st.routes[v].touched:
        st.routes[v].touched = 1
        copy_route(st, v, v + len(st.routes) // 2)


@inner
def start_round(st: State, riders: Records, tally: Records) -> None:
    """From here on `give_back` returns to this point."""
    for v in range(len(st.routes) // 2):
        st.routes[v].touched = 0
    for r in range(len(riders)):
        riders[r].kept_where = riders[r].where
    for k in range(tally[0].absent):
        riders[k].kept_absent = riders[k].absent
    tally[0].kept_absent = tally[0].absent


@inner
def give_back(f: Flat, w: Work) -> None:
    """Undo everything since `start_round`."""
    vehicles, riders, tally = len(f.vehicles), w.riders, w.tally[0]
    for v in range(vehicles):
        if w.st.routes[v].touched:
            copy_route(w.st, v + vehicles, v)
    for r in range(f.n):
        riders[r].where = riders[r].kept_where
    for k in range(tally.kept_absent):
        riders[k].absent = riders[k].kept_absent
    tally.absent = tally.kept_absent
    find_homes(f.requests, riders, w.st.home)


@inner
def find_homes(requests: Records, riders: Records, home: Ints) -> None:
    """In which vehicle each `together` group rides."""
    if len(home) <= 1:
        return
    for g in range(len(home)):
        home[g] = -1
    for r in range(len(requests)):
        if requests[r].together >= 0 and riders[r].where >= 0:
            home[requests[r].together] = riders[r].where


@inner
def take_out(f: Flat, w: Work, desk: Desk, count: int, metric: bool) -> None:
    """Take the first `count` chosen requests out of their routes."""
    riders, tally, st = w.riders, w.tally[0], w.st
    for k in range(count):
        r = riders[k].chosen
        keep_route(st, riders[r].where)
        riders[r].where = -1
        riders[tally.absent].absent = r
        tally.absent += 1
    for v in range(len(f.vehicles)):
        if st.routes[v].touched and _close_up(st, riders, v):
            renew(f, st, desk, v, metric)
    find_homes(f.requests, riders, st.home)


@inner
def _close_up(st: State, riders: Records, v: int) -> bool:
    """Leave those out of route v who are nowhere now; True if there were any."""
    stops, route = st.stops[v], st.routes[v]
    n, m = len(riders), 0
    for k in range(route.size):
        x = stops[k].node
        if x >= 2 * n or riders[x if x < n else x - n].where >= 0:
            stops[m].node = x
            m += 1
    shorter = m < route.size
    route.size = m
    return bool(shorter)


@inner
def choose(riders: Records, r: int, count: int) -> int:
    """Put r on the list of `count` to take out, if it can be; returns the new count."""
    if riders[r].where < 0 or not riders[r].movable:
        return count
    for k in range(count):
        if riders[k].chosen == r:
            return count
    riders[count].chosen = r
    return count + 1


@inner
def ruin(f: Flat, w: Work, dice: Dice, average: float) -> int:
    """Choose requests to take out, about `average` of them; returns how many."""
    st, riders = w.st, w.riders
    seed = _seed(riders, dice)
    kind = draw(dice)
    wanted = 1 + below(dice, int(2 * average))
    if kind < 0.6:
        return _strings(st, riders, w.near, dice, f.n - w.tally[0].absent, seed, average)
    if kind < 0.8:
        return _related(riders, w.near, dice, seed, wanted)
    if kind < 0.9:
        return _any(riders, dice, wanted)
    if kind < 0.95:
        return _worst(f.dist, st, riders, dice, wanted)
    return _route(riders, seed)


@inner
def _seed(riders: Records, dice: Dice) -> int:
    """Somebody to begin with, who may be moved if there are not too few of them."""
    seed = below(dice, len(riders))
    for _ in range(20):
        if riders[seed].movable:
            break
        seed = below(dice, len(riders))
    return seed


@inner
def _strings(
    st: State, riders: Records, near: Ints, dice: Dice, served: int, seed: int, average: float
) -> int:
    used = 0
    for v in range(len(st.routes) // 2):
        used += st.routes[v].size > 2
    longest = min(10.0, served / max(1, used))
    strings = int(draw(dice) * (4.0 * average / (1.0 + longest) - 1.0) + 1.0)
    count = _string(st, riders, dice, seed, longest, 0)
    for k in range(near.shape[1]):
        if strings <= 1:
            break
        r = near[seed, k]
        v = riders[r].where
        fresh = v >= 0
        for c in range(count):
            if riders[riders[c].chosen].where == v:
                fresh = False
                break
        if fresh:
            more = _string(st, riders, dice, r, longest, count)
            if more > count:
                strings -= 1
            count = more
    return count


@inner
def _string(st: State, riders: Records, dice: Dice, r: int, longest: float, count: int) -> int:
    """Choose a stretch of r's route around one of its two visits, perhaps sparing the middle."""
    v, n = riders[r].where, len(riders)
    if v < 0:
        return count
    stops, m = st.stops[v], st.routes[v].size
    here = r if draw(dice) < 0.5 else n + r
    at = 1
    for k in range(1, m - 1):
        if stops[k].node == here:
            at = k
    length = 1 + below(dice, int(min(longest, (m - 2) / 2.0)))
    spared = 0
    if length > 1 and draw(dice) < 0.5:
        spared = 1
        while spared < m // 2 - length and draw(dice) > 0.01:
            spared += 1
    span = min(m - 2, length + spared)
    first = max(1, at - below(dice, span))
    first = min(first, m - 1 - span)
    gap = first + below(dice, length)
    count = choose(riders, r, count)
    for k in range(first, first + span):
        if not gap <= k < gap + spared:
            x = stops[k].node
            count = choose(riders, x if x < n else x - n, count)
    return count


@inner
def _related(riders: Records, near: Ints, dice: Dice, seed: int, wanted: int) -> int:
    """The seed and requests near to it or to one another."""
    count = choose(riders, seed, 0)
    tries = 0
    while count < wanted and tries < 4 * wanted:
        tries += 1
        root = seed if count == 0 else riders[below(dice, count)].chosen
        rank = draw(dice) ** 4.0
        count = choose(riders, near[root, int(rank * near.shape[1])], count)
    return count


@inner
def _any(riders: Records, dice: Dice, wanted: int) -> int:
    count = 0
    for _ in range(wanted):
        count = choose(riders, _seed(riders, dice), count)
    return count


@inner
def _route(riders: Records, seed: int) -> int:
    """Everybody in the seed's route."""
    count = 0
    v = riders[seed].where
    if v < 0:
        return count
    for r in range(len(riders)):
        if riders[r].where == v:
            count = choose(riders, r, count)
    return count


@inner
def _worst(dist: Ints, st: State, riders: Records, dice: Dice, wanted: int) -> int:
    """The requests that cost most distance where they are, with some luck."""
    n = len(riders)
    for r in range(n):
        riders[r].key = 0.0
    for v in range(len(st.routes) // 2):
        stops = st.stops[v]
        for k in range(1, st.routes[v].size - 1):
            x = stops[k].node
            a, b, c = stops[k - 1].place, stops[k].place, stops[k + 1].place
            rider = riders[x if x < n else x - n]
            rider.key += (dist[a, b] + dist[b, c] - dist[a, c]) * (0.5 + draw(dice))
    count = 0
    for _ in range(wanted):
        worst = 0
        for r in range(1, n):
            if riders[r].key > riders[worst].key:
                worst = r
        riders[worst].key = -1.0
        count = choose(riders, worst, count)
    return count
