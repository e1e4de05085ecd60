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

from routing.chance import draw
from routing.compiled import compiled
from routing.flat import Flat, Ints, Records, record
from routing.placing import NEVER, time_cost
from routing.timing import Desk, find_earliest, find_latest, lay_out, settle

STOP = record("node place early late")
"""A visit of a route: times of the earliest and latest timetable without breaks."""

ROUTE = record("size used ok length", "time_cost floor")
"""`size` visits with start and end; `used`: there is a route; `ok`: it can be driven;
its `length`, its cost of time, and the least that can be with anything more put in."""


class State(NamedTuple):
    """The routes as they are; W is the longest path without breaks."""

    stops: Records  # (V, W) of STOP
    routes: Records  # (V,) of ROUTE
    load: Ints  # (V, W, K) after each visit
    home: Ints  # (groups,) vehicle in which a `together` group rides, or -1


def new_state(flat: Flat, orders: list[list[int]]) -> State:
    """State for the given nodes between start and end of each vehicle; to be refreshed."""
    vehicles, wide = len(flat.vehicles), 2 * flat.n + 2
    state = State(
        stops=np.zeros((vehicles, wide), STOP),
        routes=np.zeros(vehicles, ROUTE),
        load=np.zeros((vehicles, wide, flat.load.shape[1]), np.int64),
        home=np.full(int(flat.requests["together"].max(initial=-1)) + 2, -1, np.int64),
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
    lay_out(f, desk, v, m)
    route.ok = find_earliest(path, m) and find_latest(path, m)
    route.used = m > 2 or f.vehicles[v].anchored
    route.length, route.time_cost, route.floor = 0, 0.0, 0.0
    for c in range(f.held.shape[1]):
        st.load[v, 0, c] = f.held[v, c]
    for k in range(m):
        stops[k].early, stops[k].late = path[k].early, path[k].late
        if k > 0:
            route.length += f.dist[stops[k - 1].place, stops[k].place]
            _carry(f, st, v, k)
    if not route.ok or not route.used:
        return
    if f.per_duration > 0.0 or f.per_excess > 0.0:
        route.floor = _least_time_cost(f, desk, v, m)
    route.time_cost = time_cost(f, desk, v, m, False)
    route.ok = route.time_cost < NEVER


@compiled
def _carry(f: Flat, st: State, v: int, k: int) -> None:
    x = st.stops[v, k].node
    for c in range(f.load.shape[1]):
        held = st.load[v, k - 1, c]
        if x < f.n:
            held += f.load[x, c]
        elif x < 2 * f.n:
            held -= f.load[x - f.n, c]
        st.load[v, k, c] = held


@compiled
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


@compiled
def has_room(f: Flat, st: State, v: int, k: int, r: int) -> bool:
    """Whether request r fits in with what vehicle v carries after visit k."""
    for c in range(f.room.shape[1]):
        fitting = True
        for i in range(f.room.shape[2]):
            if st.load[v, k, i] + f.load[r, i] > f.room[v, c, i]:
                fitting = False
                break
        if fitting:
            return True
    return False


@compiled
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


@compiled
def best_in_route(  # noqa: C901 - the inner loop: calls cost more than the work in them
    f: Flat, st: State, desk: Desk, v: int, r: int, best: float, metric: bool, blink: float
) -> tuple[float, int, int]:
    """The cheapest way to put r into route v that costs less than `best`.

    Returns (added cost, i, j): pickup after visit i and dropoff after visit j of the
    route as it is (without breaks); NEVER, -1, -1 if there is none. `metric` says
    that going through another place never saves time in this problem; each place is
    overlooked with probability `blink`, to make a search less short-sighted.
    """
    best_i, best_j = -1, -1
    p, d, request = f.nodes[r], f.nodes[f.n + r], f.requests[r]
    route, stops = st.routes[v], st.stops[v]
    m = route.size
    sure = metric or no_short_cut(f, st, v, r)
    base = -route.time_cost
    if not route.used:
        base = f.vehicles[v].fixed + f.per_distance * route.length
    floor = base  # what it costs at least, but for the distance
    if f.per_duration > 0.0 or f.per_excess > 0.0:
        floor = base + route.floor if sure else -NEVER
    for i in range(m - 1):
        if not has_room(f, st, v, i, r):
            continue
        stop = stops[i]
        place = stop.place
        time = (stop.early if sure else f.nodes[stop.node].early) + f.nodes[stop.node].service
        boards = max(p.early, time + f.dur[place, p.place])
        if boards > p.late:
            if sure and time > p.late:
                break
            continue
        latest = p.late
        if sure:
            latest = min(latest, stops[i + 1].late - p.service - f.dur[p.place, stops[i + 1].place])
        time, driven, detour = boards + p.service, 0, f.dist[place, p.place]
        place = p.place
        for j in range(i, m - 1):
            if j > i:
                stop = stops[j]
                node = f.nodes[stop.node]
                hop = f.dur[place, stop.place]
                reached = max(time + hop, stop.early if sure else node.early)
                if reached > (stop.late if sure else node.late) or not has_room(f, st, v, j, r):
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
            if j > i and drops - latest - p.service > request.limit:
                continue
            after = stops[j + 1]
            if sure and drops + d.service + f.dur[d.place, after.place] > after.late:
                continue
            length = detour + f.dist[place, d.place] + f.dist[d.place, after.place]
            length -= f.dist[stops[j].place, after.place]
            bound = floor + f.per_distance * length
            bound += f.per_excess * request.people * (driven + hop - request.direct)
            if bound >= best or (blink > 0.0 and draw(desk.dice) < blink):
                continue
            size = write_with(f, st, desk, v, r, i, j)
            added = base + f.per_distance * length + time_cost(f, desk, v, size, False)
            if added < best:
                best, best_i, best_j = added, i, j
    if best_i < 0:
        return NEVER, -1, -1
    return best, best_i, best_j


@compiled
def best_anywhere(
    f: Flat, st: State, desk: Desk, r: int, only: int, metric: bool, blink: float
) -> tuple[float, int, int, int]:
    """The cheapest (added cost, vehicle, i, j) over all vehicles, or just one if `only` >= 0."""
    best, best_v, best_i, best_j = NEVER, -1, -1, -1
    group = f.requests[r].together
    if group >= 0 and st.home[group] >= 0:
        if only >= 0 and only != st.home[group]:
            return best, best_v, best_i, best_j
        only = st.home[group]
    for v in range(len(f.vehicles)):
        if (only >= 0 and v != only) or not st.routes[v].ok or not f.allowed[r, v]:
            continue
        if only < 0 and not st.routes[v].used and _tried_alike(f, st, r, v):
            continue
        cost, i, j = best_in_route(f, st, desk, v, r, best, metric, blink)
        if cost < best:
            best, best_v, best_i, best_j = cost, v, i, j
    return best, best_v, best_i, best_j


@compiled
def _tried_alike(f: Flat, st: State, r: int, v: int) -> bool:
    """Whether an unused vehicle of the same kind came before: it would cost the same."""
    for other in range(v):
        alike = f.vehicles[other].kind == f.vehicles[v].kind and f.allowed[r, other]
        if alike and not st.routes[other].used:
            return True
    return False
