"""Taking requests out of a plan, compiled: which ones belong together.

Strings of neighbouring routes (SISR, Christiaens & Vanden Berghe 2020,
doi 10.1287/trsc.2019.0914), requests related to one another (Shaw 1998), the ones
with the worst detours, whole routes, or any. Imports the inserting state.
"""

from __future__ import annotations

from typing import NamedTuple

from routing.chance import below, draw
from routing.compiled import compiled
from routing.flat import Flat, Floats, Ints, Records
from routing.inserting import State, refresh
from routing.timing import Desk


class Work(NamedTuple):
    """A search in progress over n requests and V vehicles."""

    st: State
    kept: State  # the routes touched as they were before
    touched: Ints  # (V,)
    where: Ints  # (n,) the vehicle carrying it, or -1
    kept_where: Ints
    movable: Ints  # (n,) 0 where history has decided
    absent: Ints  # (n,) requests nobody carries, `counts[0]` of them
    kept_absent: Ints
    counts: Ints  # absent, kept absent, chosen, iterations, pool entries, pool nodes used
    chosen: Ints  # (n,) scratch: requests to take out
    key: Floats  # (n,) scratch: what to sort by
    near: Ints  # (n, m) the most related other requests, best first
    penalty: Floats  # (n,) cost of leaving it out
    best: Ints  # (V, W) nodes of the best plan's routes
    best_size: Ints  # (V,)
    money: Floats  # cost now, of the best
    pool: Records
    pool_nodes: Ints
    mark: Ints  # (n,) random number of each request, for the pool's keys


@compiled
def keep_route(w: Work, v: int) -> None:
    """Remember route v as it is, before its first change in this round."""
    if not w.touched[v]:
        w.touched[v] = 1
        _copy_route(w.st, w.kept, v)


@compiled
def _copy_route(source: State, target: State, v: int) -> None:
    a, b = source.routes[v], target.routes[v]
    b.size, b.used, b.ok, b.length = a.size, a.used, a.ok, a.length
    b.time_cost, b.floor = a.time_cost, a.floor
    for k in range(a.size):
        s, t = source.stops[v, k], target.stops[v, k]
        t.node, t.place, t.early, t.late = s.node, s.place, s.early, s.late
        for c in range(source.load.shape[2]):
            target.load[v, k, c] = source.load[v, k, c]


@compiled
def start_round(w: Work) -> None:
    """From here on `give_back` returns to this point."""
    for v in range(len(w.touched)):
        w.touched[v] = 0
    for r in range(len(w.where)):
        w.kept_where[r] = w.where[r]
    for k in range(w.counts[0]):
        w.kept_absent[k] = w.absent[k]
    w.counts[1] = w.counts[0]


@compiled
def give_back(f: Flat, w: Work) -> None:
    """Undo everything since `start_round`."""
    for v in range(len(w.touched)):
        if w.touched[v]:
            _copy_route(w.kept, w.st, v)
    for r in range(len(w.where)):
        w.where[r] = w.kept_where[r]
    for k in range(w.counts[1]):
        w.absent[k] = w.kept_absent[k]
    w.counts[0] = w.counts[1]
    find_homes(f, w)


@compiled
def find_homes(f: Flat, w: Work) -> None:
    """In which vehicle each `together` group rides."""
    if len(w.st.home) <= 1:
        return
    for g in range(len(w.st.home)):
        w.st.home[g] = -1
    for r in range(f.n):
        if f.requests[r].together >= 0 and w.where[r] >= 0:
            w.st.home[f.requests[r].together] = w.where[r]


@compiled
def take_out(f: Flat, w: Work, desk: Desk, count: int) -> None:
    """Take the first `count` chosen requests out of their routes."""
    for k in range(count):
        r = w.chosen[k]
        keep_route(w, w.where[r])
        w.where[r] = -1
        w.absent[w.counts[0]] = r
        w.counts[0] += 1
    for v in range(len(w.touched)):
        if w.touched[v]:
            _close_up(f, w, desk, v)
    find_homes(f, w)


@compiled
def _close_up(f: Flat, w: Work, desk: Desk, v: int) -> None:
    stops, route = w.st.stops[v], w.st.routes[v]
    m = 0
    for k in range(route.size):
        x = stops[k].node
        r = x if x < f.n else x - f.n
        if x >= 2 * f.n or w.where[r] >= 0:
            stops[m].node = x
            m += 1
    if m < route.size:
        route.size = m
        refresh(f, w.st, desk, v)


@compiled
def choose(w: Work, r: int, count: int) -> int:
    """Put r on the list of `count` to take out, if it can be; returns the new count."""
    if w.where[r] < 0 or not w.movable[r]:
        return count
    for k in range(count):
        if w.chosen[k] == r:
            return count
    w.chosen[count] = r
    return count + 1


@compiled
def ruin(f: Flat, w: Work, desk: Desk, average: float) -> int:
    """Choose requests to take out, about `average` of them; returns how many."""
    dice = desk.dice
    seed = below(dice, f.n)
    kind = draw(dice)
    wanted = 1 + below(dice, int(2 * average))
    if kind < 0.6:
        return _strings(f, w, desk, seed, average)
    if kind < 0.8:
        return _related(w, desk, seed, wanted)
    if kind < 0.9:
        return _any(f, w, desk, wanted)
    if kind < 0.95:
        return _worst(f, w, desk, wanted)
    return _route(f, w, seed)


@compiled
def _strings(f: Flat, w: Work, desk: Desk, seed: int, average: float) -> int:
    dice = desk.dice
    served, used = f.n - w.counts[0], 0
    for v in range(len(f.vehicles)):
        used += w.st.routes[v].size > 2
    longest = min(10.0, served / max(1, used))
    strings = int(draw(dice) * (4.0 * average / (1.0 + longest) - 1.0) + 1.0)
    count = _string(f, w, desk, seed, longest, 0)
    for k in range(w.near.shape[1]):
        if strings <= 1:
            break
        r = w.near[seed, k]
        v = w.where[r]
        fresh = v >= 0
        for c in range(count):
            if w.where[w.chosen[c]] == v:
                fresh = False
                break
        if fresh:
            more = _string(f, w, desk, r, longest, count)
            if more > count:
                strings -= 1
            count = more
    return count


@compiled
def _string(f: Flat, w: Work, desk: Desk, r: int, longest: float, count: int) -> int:
    """Choose a stretch of r's route around one of its two visits, perhaps sparing the middle."""
    v = w.where[r]
    if v < 0:
        return count
    dice = desk.dice
    stops, m = w.st.stops[v], w.st.routes[v].size
    here = r if draw(dice) < 0.5 else f.n + r
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
    count = choose(w, r, count)
    for k in range(first, first + span):
        if not gap <= k < gap + spared:
            x = stops[k].node
            count = choose(w, x if x < f.n else x - f.n, count)
    return count


@compiled
def _related(w: Work, desk: Desk, seed: int, wanted: int) -> int:
    """The seed and requests near to it or to one another."""
    count = choose(w, seed, 0)
    tries = 0
    while count < wanted and tries < 4 * wanted:
        tries += 1
        root = seed if count == 0 else w.chosen[below(desk.dice, count)]
        rank = draw(desk.dice) ** 4.0
        count = choose(w, w.near[root, int(rank * w.near.shape[1])], count)
    return count


@compiled
def _any(f: Flat, w: Work, desk: Desk, wanted: int) -> int:
    count = 0
    for _ in range(wanted):
        count = choose(w, below(desk.dice, f.n), count)
    return count


@compiled
def _route(f: Flat, w: Work, seed: int) -> int:
    """Everybody in the seed's route."""
    count = 0
    v = w.where[seed]
    if v < 0:
        return count
    for r in range(f.n):
        if w.where[r] == v:
            count = choose(w, r, count)
    return count


@compiled
def _worst(f: Flat, w: Work, desk: Desk, wanted: int) -> int:
    """The requests that cost most distance where they are, with some luck."""
    for r in range(f.n):
        w.key[r] = 0.0
    for v in range(len(f.vehicles)):
        stops = w.st.stops[v]
        for k in range(1, w.st.routes[v].size - 1):
            x = stops[k].node
            a, b, c = stops[k - 1].place, stops[k].place, stops[k + 1].place
            r = x if x < f.n else x - f.n
            w.key[r] += (f.dist[a, b] + f.dist[b, c] - f.dist[a, c]) * (0.5 + draw(desk.dice))
    count = 0
    for _ in range(wanted):
        worst = 0
        for r in range(1, f.n):
            if w.key[r] > w.key[worst]:
                worst = r
        w.key[worst] = -1.0
        count = choose(w, worst, count)
    return count
