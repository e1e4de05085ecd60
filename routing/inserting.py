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

from routing.compiled import compiled
from routing.flat import Bools, Flat, Floats, Ints
from routing.placing import NEVER, time_cost
from routing.timing import Desk, find_earliest, find_latest, lay_out, settle


class State(NamedTuple):
    """The routes as they are; W is the longest path without breaks."""

    seq: Ints  # (V, W) nodes from start to end, without breaks
    size: Ints  # (V,)
    ok: Bools  # (V,) the route can be driven at all
    early: Ints  # (V, W) without breaks
    late: Ints  # (V, W)
    load: Ints  # (V, W, K) after each visit
    travelled: Ints  # (V,) distance
    time_cost: Floats  # (V,)
    floor: Floats  # (V,) the cost of time of the route with anything more put in, at least
    home: Ints  # (groups,) vehicle in which a `together` group rides, or -1


def new_state(flat: Flat, routes: list[list[int]]) -> State:
    """State for the given nodes between start and end of each vehicle."""
    vehicles, wide = flat.vehicles, 2 * flat.n + 2
    state = State(
        seq=np.zeros((vehicles, wide), np.int64),
        size=np.zeros(vehicles, np.int64),
        ok=np.zeros(vehicles, np.bool_),
        early=np.zeros((vehicles, wide), np.int64),
        late=np.zeros((vehicles, wide), np.int64),
        load=np.zeros((vehicles, wide, flat.load.shape[1]), np.int64),
        travelled=np.zeros(vehicles, np.int64),
        time_cost=np.zeros(vehicles),
        floor=np.zeros(vehicles),
        home=np.full(int(flat.together.max(initial=-1)) + 2, -1, np.int64),
    )
    for v, nodes in enumerate(routes):
        path = [2 * flat.n + 2 * v, *nodes, 2 * flat.n + 2 * v + 1]
        state.seq[v, : len(path)] = path
        state.size[v] = len(path)
    return state


@compiled
def refresh(f: Flat, st: State, desk: Desk, v: int) -> None:
    """Recompute everything about route v from its order of visits."""
    m = st.size[v]
    desk.base[:m] = st.seq[v, :m]
    desk.node[:m] = st.seq[v, :m]
    lay_out(f, desk, v, m)
    st.ok[v] = find_earliest(desk, m) and find_latest(desk, m)
    st.early[v, :m] = desk.early[:m]
    st.late[v, :m] = desk.late[:m]
    st.load[v, 0] = f.held[v]
    travelled, place = 0, f.loc[desk.base[0]]
    for k in range(1, m):
        x = desk.base[k]
        here = f.loc[x]
        travelled += f.dist[place, here]
        place = here
        st.load[v, k] = st.load[v, k - 1]
        if x < f.n:
            st.load[v, k] += f.load[x]
        elif x < 2 * f.n:
            st.load[v, k] -= f.load[x - f.n]
    st.travelled[v], st.time_cost[v], st.floor[v] = travelled, 0.0, 0.0
    if not st.ok[v] or not is_used(f, st, v):
        return
    if f.per_duration > 0.0 or f.per_excess > 0.0:
        st.floor[v] = _least_time_cost(f, desk, v, m)
    st.time_cost[v] = time_cost(f, desk, v, m, False)
    st.ok[v] = st.time_cost[v] < NEVER


@compiled
def _least_time_cost(f: Flat, desk: Desk, v: int, m: int) -> float:
    """What the path laid out costs in time without breaks and without any waiting on board."""
    excess, clock = 0, 0
    for k in range(1, m - 1):
        clock += desk.service[k - 1] + desk.hop[k]
        desk.trace[k] = clock
        x = desk.node[k]
        if f.n <= x < 2 * f.n:
            r = x - f.n
            if f.boarded[r] < 0:
                pickup = desk.position[r]
                ride = clock - desk.trace[pickup] - desk.service[pickup]
            else:
                ride = desk.early[k] - f.boarded_end[r]
            excess += f.people[r] * (ride - f.direct[r])
    duration = settle(f, desk, v, m)[0]
    return float(f.per_duration * duration + f.per_excess * excess)


@compiled
def is_used(f: Flat, st: State, v: int) -> bool:
    """Whether the vehicle has a route."""
    return bool(st.size[v] > 2 or f.anchored[v])


@compiled
def has_room(f: Flat, v: int, held: Ints, more: Ints) -> bool:
    """Whether the load on board and some more go into one arrangement of vehicle v."""
    for c in range(f.room.shape[1]):
        fitting = True
        for k in range(f.room.shape[2]):
            if held[k] + more[k] > f.room[v, c, k]:
                fitting = False
                break
        if fitting:
            return True
    return False


@compiled
def no_short_cut(f: Flat, st: State, v: int, r: int) -> bool:
    """Whether going through the request's places never saves time on this route."""
    p, d = r, f.n + r
    here, there = f.loc[p], f.loc[d]
    for k in range(st.size[v] - 1):
        a, b = f.loc[st.seq[v, k]], f.loc[st.seq[v, k + 1]]
        straight = f.dur[a, b]
        if straight > f.dur[a, here] + f.service[p] + f.dur[here, b]:
            return False
        if straight > f.dur[a, there] + f.service[d] + f.dur[there, b]:
            return False
        if f.dur[here, b] > f.dur[here, there] + f.service[d] + f.dur[there, b]:
            return False
    return True


@compiled
def write_with(f: Flat, st: State, desk: Desk, v: int, r: int, i: int, j: int) -> int:
    """Write route v, picking r up after visit i and dropping it off after visit j, as base."""
    m = st.size[v]
    at = 0
    for k in range(m):
        desk.base[at] = st.seq[v, k]
        at += 1
        if k == i:
            desk.base[at] = r
            at += 1
        if k == j:
            desk.base[at] = f.n + r
            at += 1
    return int(m + 2)


@compiled
def best_in_route(  # noqa: C901 - the inner loop: calls cost more than the work in them
    f: Flat, st: State, desk: Desk, v: int, r: int, best: float, metric: bool
) -> tuple[float, int, int]:
    """The cheapest way to put r into route v that costs less than `best`.

    Returns (added cost, i, j): pickup after visit i and dropoff after visit j of the
    route as it is (without breaks); NEVER, -1, -1 if there is none. `metric` says
    that going through another place never saves time in this problem.
    """
    best_i, best_j = -1, -1
    p, d = r, f.n + r
    here, there = f.loc[p], f.loc[d]
    m = st.size[v]
    seq, early, late = st.seq[v], st.early[v], st.late[v]
    sure = metric or no_short_cut(f, st, v, r)
    timed = f.per_duration > 0.0 or f.per_excess > 0.0
    base = f.per_distance * st.travelled[v]
    if is_used(f, st, v):
        base -= f.per_distance * st.travelled[v] + st.time_cost[v]
    else:
        base += f.fixed[v]
    floor = base + st.floor[v] if sure else -NEVER  # but for the distance
    if not timed:
        floor = base
    for i in range(m - 1):
        if not has_room(f, v, st.load[v, i], f.load[r]):
            continue
        place = f.loc[seq[i]]
        time = (early[i] if sure else f.early[seq[i]]) + f.service[seq[i]]
        boards = max(f.early[p], time + f.dur[place, here])
        if boards > f.late[p]:
            if sure and time > f.late[p]:
                break
            continue
        latest = f.late[p]
        if sure:
            after = f.loc[seq[i + 1]]
            latest = min(latest, late[i + 1] - f.service[p] - f.dur[here, after])
        time, driven, detour = boards + f.service[p], 0, f.dist[place, here]
        place = here
        for j in range(i, m - 1):
            if j > i:
                x = seq[j]
                hop = f.dur[place, f.loc[x]]
                reached = max(time + hop, early[j] if sure else f.early[x])
                if reached > (late[j] if sure else f.late[x]):
                    break
                if not has_room(f, v, st.load[v, j], f.load[r]):
                    break
                detour += f.dist[place, f.loc[x]] - f.dist[f.loc[seq[j - 1]], f.loc[x]]
                driven += hop + f.service[x]
                time, place = reached + f.service[x], f.loc[x]
            if time > f.late[d]:
                break
            hop = f.dur[place, there]
            drops = max(f.early[d], time + hop)
            if drops > f.late[d] or driven + hop > f.limit[r]:
                continue
            if j > i and drops - latest - f.service[p] > f.limit[r]:
                continue
            after = f.loc[seq[j + 1]]
            if sure and drops + f.service[d] + f.dur[there, after] > late[j + 1]:
                continue
            length = detour + f.dist[place, there] + f.dist[there, after]
            length -= f.dist[f.loc[seq[j]], after]
            bound = floor + f.per_distance * length
            bound += f.per_excess * f.people[r] * (driven + hop - f.direct[r])
            if bound >= best:
                continue
            size = write_with(f, st, desk, v, r, i, j)
            spent = time_cost(f, desk, v, size, False)
            added = base + f.per_distance * length + spent
            if added < best:
                best, best_i, best_j = added, i, j
    if best_i < 0:
        return NEVER, -1, -1
    return best, best_i, best_j


@compiled
def best_anywhere(
    f: Flat, st: State, desk: Desk, r: int, only: int, metric: bool
) -> tuple[float, int, int, int]:
    """The cheapest (added cost, vehicle, i, j) over all vehicles, or just one if `only` >= 0."""
    best, best_v, best_i, best_j = NEVER, -1, -1, -1
    home = -1 if f.together[r] < 0 else st.home[f.together[r]]
    for v in range(f.vehicles):
        if not st.ok[v] or not f.allowed[r, v]:
            continue
        if (only >= 0 and v != only) or (home >= 0 and v != home):
            continue
        if not is_used(f, st, v) and _tried_alike(f, st, r, v, only, home):
            continue
        cost, i, j = best_in_route(f, st, desk, v, r, best, metric)
        if cost < best:
            best, best_v, best_i, best_j = cost, v, i, j
    return best, best_v, best_i, best_j


@compiled
def _tried_alike(f: Flat, st: State, r: int, v: int, only: int, home: int) -> bool:
    """Whether an unused vehicle of the same kind came before: it would cost the same."""
    if only >= 0 or home >= 0:
        return False
    for other in range(v):
        alike = f.kind[other] == f.kind[v] and f.allowed[r, other]
        if alike and not is_used(f, st, other):
            return True
    return False
