"""Where one more request costs least, compiled: exact, most places thrown out at once.

A `State` holds the order of visits of every vehicle with its earliest and latest
timetables. Putting in a request can only push the earliest times up and the latest
down (if going through its places is no short cut), so a place is out at once when
the earliest time after it passes the latest one (Gschwind & Drexl 2019,
doi 10.1287/trsc.2018.0837); what is left is timed exactly by `placing`.
Imports flat, timing and placing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.compiled import compiled, inner
from routing.flat import Bools, Flat, Ints, Records, record
from routing.placing import NEVER, time_cost
from routing.timing import Desk, find_earliest, find_latest, lay_out, settle

STOP = record("node place early late")
"""A visit of a route: times of the earliest and latest timetable without breaks."""

ROUTE = record("size used ok touched stale length key", "time_cost floor guess")
"""`size` visits with start and end; `used`: there is a route; `ok`: it can be driven;
`touched`: a search has changed it in this round; `stale`: its timetables and loads are
not those of its visits (see `renew`); its `length`; `key`, a number for its
order and kind of vehicle; its cost of time, and the least that can be with anything more
put in; `guess`, what `memory` knows of the request at hand."""

PLACE = record("v i j", "bound")
"""Picking up after visit i and dropping off after visit j of route v; costs at least `bound`."""


MOST_PLACES = 4096


class State(NamedTuple):
    """The routes as they are; W is the longest path without breaks.

    Rows from V on are for a search to keep routes as they were.
    """

    stops: Records  # (2V, W) of STOP
    routes: Records  # (2V,) of ROUTE
    load: Ints  # (2V, W, K) after each visit
    home: Ints  # (groups,) vehicle in which a `together` group rides, or -1
    places: Records  # (many,) of PLACE, scratch


def new_state(flat: Flat, orders: list[list[int]]) -> State:
    """State for the given nodes between start and end of each vehicle; to be refreshed."""
    vehicles, wide = len(flat.vehicles), 2 * flat.n + 2
    state = State(
        stops=np.zeros((2 * vehicles, wide), STOP),
        routes=np.zeros(2 * vehicles, ROUTE),
        load=np.zeros((2 * vehicles, wide, flat.load.shape[1]), np.int64),
        home=np.full(int(flat.requests["together"].max(initial=-1)) + 2, -1, np.int64),
        places=np.zeros(MOST_PLACES, PLACE),
    )
    for v, nodes in enumerate(orders):
        path = [2 * flat.n + 2 * v, *nodes, 2 * flat.n + 2 * v + 1]
        state.stops["node"][v, : len(path)] = path
        state.routes["size"][v] = len(path)
    return state


@compiled
def refresh(f: Flat, st: State, desk: Desk, v: int) -> None:
    """Recompute everything about route v from its order of visits."""
    route, stops, path = st.routes[v], st.stops[v], desk.path
    m = route.size
    for k in range(m):
        desk.base[k] = stops[k].node
        path[k].node = stops[k].node
        stops[k].place = f.nodes[stops[k].node].place
    route.stale = False
    lay_out(f, desk, v, m)
    route.ok = find_earliest(path, m) and find_latest(path, m)
    route.used = m > 2 or f.vehicles[v].anchored
    route.length, route.time_cost, route.floor = 0, 0.0, 0.0
    route.key = f.vehicles[v].kind + 1
    for c in range(f.held.shape[1]):
        st.load[v, 0, c] = f.held[v, c]
    for k in range(m):
        stops[k].early, stops[k].late = path[k].early, path[k].late
        if k > 0:
            route.length += f.dist[stops[k - 1].place, stops[k].place]
            if k < m - 1:
                route.key = _go_on(route.key, stops[k].node)
    _count_load(st.load[v], f.load, stops, m)
    timed = f.per_duration > 0.0 or f.per_excess > 0.0 or f.vehicles[v].breaks > 0
    if not route.ok or not route.used or not timed:
        return
    if f.per_duration > 0.0 or f.per_excess > 0.0:
        route.floor = _least_time_cost(f, desk, v, m)
    route.time_cost = time_cost(f, desk, v, m, False)
    route.ok = route.time_cost < NEVER


@inner
def renew(f: Flat, st: State, desk: Desk, v: int, metric: bool) -> None:
    """`refresh` route v, which can be driven, but put its timetables off until they are asked for.

    A search asks for few of them: mostly it remembers what an insertion costs. Where time
    costs something, or going through fewer places might take longer, nothing is put off.
    """
    route, stops = st.routes[v], st.stops[v]
    m = route.size
    timed = f.per_duration > 0.0 or f.per_excess > 0.0 or f.vehicles[v].breaks > 0
    if timed or not metric:
        refresh(f, st, desk, v)
        return
    route.stale = True
    route.used = m > 2 or f.vehicles[v].anchored
    route.length = 0
    route.key = f.vehicles[v].kind + 1
    place = f.nodes[stops[0].node].place
    stops[0].place = place
    for k in range(1, m):
        here = f.nodes[stops[k].node].place
        stops[k].place = here
        route.length += f.dist[place, here]
        place = here
        if k < m - 1:
            route.key = _go_on(route.key, stops[k].node)


@inner
def _go_on(key: int, node: int) -> int:
    """The key of a route that goes on to another node."""
    return (key ^ node) * 1099511628211 + 40503


@inner
def _count_load(held: Ints, load: Ints, stops: Records, m: int) -> None:
    """What is on board after each of m visits, from what is on board at the start."""
    n = len(load)
    for k in range(1, m):
        x = stops[k].node
        for c in range(load.shape[1]):
            held[k, c] = held[k - 1, c]
            if x < n:
                held[k, c] += load[x, c]
            elif x < 2 * n:
                held[k, c] -= load[x - n, c]


@inner
def _least_time_cost(f: Flat, desk: Desk, v: int, m: int) -> float:
    """What the path laid out costs in time without breaks and without any waiting on board."""
    excess, clock, path = 0, 0, desk.path
    for k in range(1, m - 1):
        step = path[k]
        clock += path[k - 1].service + step.hop
        step.trace = clock
        if f.n <= step.node < 2 * f.n:
            request = f.requests[step.node - f.n]
            if request.boarded < 0:
                ride = clock - path[step.mate].trace - path[step.mate].service
            else:
                ride = step.early - request.boarded_end
            excess += request.people * (ride - request.direct)
    duration = settle(f, desk, v, m)[0]
    return float(f.per_duration * duration + f.per_excess * excess)


@inner
def has_room(held: Ints, room: Ints, load: Ints, k: int) -> bool:
    """Whether a load fits in with what a vehicle carries after visit k."""
    for c in range(room.shape[0]):
        fitting = True
        for i in range(room.shape[1]):
            if held[k, i] + load[i] > room[c, i]:
                fitting = False
                break
        if fitting:
            return True
    return False


@inner
def no_short_cut(f: Flat, st: State, v: int, r: int) -> bool:
    """Whether going through the request's places never saves time on this route."""
    p, d, stops = f.nodes[r], f.nodes[f.n + r], st.stops[v]
    for k in range(st.routes[v].size - 1):
        a, b = stops[k].place, stops[k + 1].place
        straight = f.dur[a, b]
        if straight > f.dur[a, p.place] + p.service + f.dur[p.place, b]:
            return False
        if straight > f.dur[a, d.place] + d.service + f.dur[d.place, b]:
            return False
        if f.dur[p.place, b] > f.dur[p.place, d.place] + d.service + f.dur[d.place, b]:
            return False
    return True


@compiled
def write_with(f: Flat, st: State, desk: Desk, v: int, r: int, i: int, j: int) -> int:
    """Write route v, picking r up after visit i and dropping it off after visit j, as base."""
    stops, base = st.stops[v], desk.base
    m = st.routes[v].size
    for k in range(i + 1):
        base[k] = stops[k].node
    base[i + 1] = r
    for k in range(i + 1, j + 1):
        base[k + 1] = stops[k].node
    base[j + 2] = f.n + r
    for k in range(j + 1, m):
        base[k + 2] = stops[k].node
    return int(m + 2)


@inner
def list_places(  # noqa: C901 - the inner loop: calls cost more than the work in them
    f: Flat, st: State, v: int, r: int, best: float, metric: bool, i: int, count: int
) -> tuple[int, int]:
    """Add to `st.places`, from pickup after visit i on, where r may fit into route v.

    Only places whose bound is below `best`. Returns the new count and the pickup to
    go on from, which is the route's size unless the list is full. `metric` says that
    going through another place never saves time in this problem.
    """
    p, d, request = f.nodes[r], f.nodes[f.n + r], f.requests[r]
    route, stops = st.routes[v], st.stops[v]
    held, room, load = st.load[v], f.room[v], f.load[r]
    m = route.size
    sure = metric or no_short_cut(f, st, v, r)
    floor = -route.time_cost  # what it costs at least, but for the distance
    if not route.used:
        floor = f.vehicles[v].fixed + f.per_distance * route.length
    if f.per_duration > 0.0 or f.per_excess > 0.0:
        floor = floor + route.floor if sure else -NEVER
    while i < m - 1:
        if count + m > len(st.places):
            return count, i
        stop, after = stops[i], stops[i + 1]
        i += 1
        service = f.nodes[stop.node].service
        place = stop.place
        time = (stop.early if sure else f.nodes[stop.node].early) + service
        if sure and (time > p.late or after.late < p.early + p.service):
            continue
        boards = max(p.early, time + f.dur[place, p.place])
        latest = p.late
        if sure:
            latest = min(latest, after.late - p.service - f.dur[p.place, after.place])
        if boards > p.late or not has_room(held, room, load, i - 1):
            continue
        time, driven, detour = boards + p.service, 0, f.dist[place, p.place]
        place = p.place
        for j in range(i - 1, m - 1):
            if j >= i:
                stop = stops[j]
                node = f.nodes[stop.node]
                hop = f.dur[place, stop.place]
                reached = max(time + hop, stop.early if sure else node.early)
                if reached > (stop.late if sure else node.late) or not has_room(
                    held, room, load, j
                ):
                    break
                detour += f.dist[place, stop.place] - f.dist[stops[j - 1].place, stop.place]
                driven += hop + node.service
                time, place = reached + node.service, stop.place
            if time > d.late:
                break
            hop = f.dur[place, d.place]
            drops = max(d.early, time + hop)
            if drops > d.late or driven + hop > request.limit:
                continue
            if j >= i and drops - latest - p.service > request.limit:
                continue
            after = stops[j + 1]
            if sure and drops + d.service + f.dur[d.place, after.place] > after.late:
                continue
            length = detour + f.dist[place, d.place] + f.dist[d.place, after.place]
            length -= f.dist[stops[j].place, after.place]
            bound = floor + f.per_distance * length
            bound += f.per_excess * request.people * (driven + hop - request.direct)
            if bound < best:
                entry = st.places[count]
                entry.v, entry.i, entry.j, entry.bound = v, i - 1, j, bound
                count += 1
    return count, m


@inner
def try_places(
    f: Flat, st: State, desk: Desk, r: int, count: int, best: float
) -> tuple[float, int, int, int]:
    """The cheapest of the listed places where r really fits: (added cost, vehicle, i, j).

    They are tried in the order of their bounds; (`best`, -1, -1, -1) if none is cheaper.
    """
    places, best_v, best_i, best_j = st.places, -1, -1, -1
    timed = f.per_duration > 0.0 or f.per_excess > 0.0
    while count > 0:
        k = 0
        for other in range(1, count):
            if places[other].bound < places[k].bound:
                k = other
        v, i, j, bound = places[k].v, places[k].i, places[k].j, places[k].bound
        if bound >= best:
            break
        count -= 1
        places[k] = places[count]
        size = write_with(f, st, desk, v, r, i, j)
        added = time_cost(f, desk, v, size, False)
        if added < NEVER:
            added = bound if not timed else added + _added_length(f, st, v, r, i, j)
        if added < best:
            best, best_v, best_i, best_j = added, v, i, j
    return best, best_v, best_i, best_j


@inner
def _added_length(f: Flat, st: State, v: int, r: int, i: int, j: int) -> float:
    """Cost of what is added but for the time of the new route."""
    stops, p, d = st.stops[v], f.nodes[r].place, f.nodes[f.n + r].place
    a, b, c, e = stops[i].place, stops[i + 1].place, stops[j].place, stops[j + 1].place
    if i == j:
        length = f.dist[a, p] + f.dist[p, d] + f.dist[d, b] - f.dist[a, b]
    else:
        length = f.dist[a, p] + f.dist[p, b] - f.dist[a, b]
        length += f.dist[c, d] + f.dist[d, e] - f.dist[c, e]
    if st.routes[v].used:
        return float(f.per_distance * length - st.routes[v].time_cost)
    return float(f.vehicles[v].fixed + f.per_distance * (st.routes[v].length + length))


@compiled
def best_anywhere(
    f: Flat, st: State, desk: Desk, r: int, only: int, metric: bool
) -> tuple[float, int, int, int]:
    """The cheapest way to put r into the routes, or into one of them if `only` >= 0.

    Returns (added cost, vehicle, i, j): pickup after visit i and dropoff after visit j
    of the route as it is (without breaks); NEVER, -1, -1, -1 if there is none.
    """
    best, best_v, best_i, best_j = NEVER, -1, -1, -1
    group = f.requests[r].together
    if group >= 0 and st.home[group] >= 0:
        if only >= 0 and only != st.home[group]:
            return best, best_v, best_i, best_j
        only = st.home[group]
    count, v, i = 0, 0, 0
    while True:
        while v < len(f.vehicles) and not may_carry(st.routes, f.vehicles, f.allowed[r], v, only):
            v += 1
        if v < len(f.vehicles):
            count, i = list_places(f, st, v, r, best, metric, i, count)
            if i == st.routes[v].size:
                v, i = v + 1, 0
                continue
        tried, to_v, to_i, to_j = try_places(f, st, desk, r, count, best)
        if to_v >= 0:
            best, best_v, best_i, best_j = tried, to_v, to_i, to_j
        if v == len(f.vehicles):
            return best, best_v, best_i, best_j
        count = 0


@inner
def may_carry(routes: Records, vehicles: Records, allowed: Bools, v: int, only: int) -> bool:
    """Whether a request is to be tried in route v; `allowed` are the vehicles it may use."""
    if not routes[v].ok or not allowed[v]:
        return False
    if only >= 0:
        return bool(v == only)
    return bool(routes[v].used or not _tried_alike(routes, vehicles, allowed, v))


@inner
def _tried_alike(routes: Records, vehicles: Records, allowed: Bools, v: int) -> bool:
    """Whether an unused vehicle of the same kind came before: it would cost the same."""
    for other in range(v):
        alike = vehicles[other].kind == vehicles[v].kind and allowed[other]
        if alike and routes[other].ok and not routes[other].used:
            return True
    return False
