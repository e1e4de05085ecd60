"""What putting a request into a route cost when it was last looked at, compiled.

In a search the same request is tried in the same route again and again: most routes
are as they were a round ago. A table remembers the answer for (order of the route,
request); an entry is overwritten by a later one that falls in the same slot. Keys are
mixed as by the finaliser of splitmix64 (Steele, Lea & Flood 2014,
doi 10.1145/2660193.2660195). Imports the inserting state.
"""

from __future__ import annotations

import numpy as np

from routing.chance import draw
from routing.compiled import inner
from routing.flat import Flat, Records, record
from routing.inserting import State, list_places, may_carry, refresh, try_places
from routing.placing import NEVER
from routing.timing import Desk

ANSWER = record("key i j", "cost")
"""The cheapest place of a request in a route; if `i` is -1 none costs less than `cost`."""

MOST_ANSWERS = 2**20
"""More of them find nothing that is asked for again: 32 MB."""


def new_answers(requests: int, vehicles: int) -> Records:
    """Room for the answers of some hundred orders of each route."""
    wanted = 512 * max(1, requests) * max(1, vehicles)
    return np.zeros(min(MOST_ANSWERS, 1 << wanted.bit_length()), ANSWER)


@inner
def _key(route_key: int, r: int) -> int:
    """A number for a request in a route, well mixed (the finaliser of splitmix64, signed)."""
    z = route_key ^ ((r + 1) * 7046029254386353131)
    z = (z ^ ((z >> 30) & 0x3FFFFFFFF)) * -4658895280553007687
    z = (z ^ ((z >> 27) & 0x1FFFFFFFFF)) * -7723592293110705685
    return z ^ ((z >> 31) & 0x1FFFFFFFF)


@inner
def best_remembered(
    f: Flat,
    st: State,
    answers: Records,
    desk: Desk,
    r: int,
    metric: bool,
    blink: float,
    most: float,
) -> tuple[float, int, int, int]:
    """The cheapest way to put r into the routes, as `inserting.best_anywhere` says it.

    One that costs `most` or more is none.

    Each route is overlooked with probability `blink`, to make a search less short-sighted.
    """
    best, best_v, best_i, best_j = most, -1, -1, -1
    group = f.requests[r].together
    only = st.home[group] if group >= 0 else -1
    mask, allowed = len(answers) - 1, f.allowed[r]
    for v in range(len(f.vehicles)):
        route = st.routes[v]
        route.guess = NEVER
        if not may_carry(st.routes, f.vehicles, allowed, v, only) or (
            blink > 0.0 and draw(desk.dice) < blink
        ):
            continue
        key = _key(route.key, r)
        answer = answers[key & mask]
        if answer.key != key:
            route.guess = -NEVER
        elif answer.i < 0:
            route.guess = answer.cost
        elif answer.cost < best:
            best, best_v, best_i, best_j = answer.cost, v, answer.i, answer.j
    for v in range(len(f.vehicles)):
        if st.routes[v].guess >= best:
            continue
        cost, i, j = _cheapest_in(f, st, desk, r, v, best, metric)
        key = _key(st.routes[v].key, r)
        answer = answers[key & mask]
        answer.key, answer.i, answer.j, answer.cost = key, i, j, cost
        if i >= 0:
            best, best_v, best_i, best_j = cost, v, i, j
    return best, best_v, best_i, best_j


@inner
def _cheapest_in(
    f: Flat, st: State, desk: Desk, r: int, v: int, best: float, metric: bool
) -> tuple[float, int, int]:
    """The cheapest place of r in route v below `best`; (`best`, -1, -1) if there is none."""
    if st.routes[v].stale:
        refresh(f, st, desk, v)
    best_i, best_j, i = -1, -1, 0
    while i < st.routes[v].size:
        count, i = list_places(f, st, v, r, best, metric, i, 0)
        tried, to_v, to_i, to_j = try_places(f, st, desk, r, count, best)
        if to_v >= 0:
            best, best_i, best_j = tried, to_i, to_j
    return best, best_i, best_j
