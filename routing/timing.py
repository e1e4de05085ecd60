"""The timetable of one order of visits, compiled: see `schedule` for what it means.

The path of a vehicle is laid out in one dense array on which the earliest and the
latest timetable are found by one sweep each, going back only where a ride is too
long and waiting can be moved before its pickup.

Start and end of a route are partners like pickup and dropoff: the longest route
is a ride limit between them. That waiting may be moved is from Cordeau & Laporte 2003,
doi 10.1016/S0191-2615(02)00045-0, the difference constraints from Firat & Woeginger 2011,
doi 10.1016/j.orl.2010.11.004.

Imports flat and the model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.chance import Dice, new_dice
from routing.compiled import inner
from routing.flat import Flat, Ints, Records, record
from routing.model import FAR_FUTURE

FAR = FAR_FUTURE


STEP = record("node low high service hop mate limit early late trace")
"""One visit of a path: its bounds, service, driving time from the visit before, the
position of its partner (-1 if none), at the second of two partners the longest time
between them, its time in the earliest and the latest timetable, and a spare."""


class Desk(NamedTuple):
    """Scratch for one path; no memory between calls. B breaks, n requests."""

    base: Ints  # nodes of the path without breaks
    path: Records  # of STEP
    position: Ints  # (n,) where a request's pickup stands in the path
    choice: Ints  # (2, B) an option for each break: being tried, the best so far
    options: Ints  # (B, path) gaps where a break may stand; the last column counts them
    dice: Dice


def new_desk(flat: Flat, seed: int = 0) -> Desk:
    """Scratch arrays for any path of this problem."""
    breaks = int(flat.vehicles["breaks"].max(initial=0))
    size = 2 * flat.n + 2 + breaks
    return Desk(
        base=np.zeros(size, np.int64),
        path=np.zeros(size, STEP),
        position=np.zeros(flat.n + 1, np.int64),
        choice=np.zeros((2, breaks + 1), np.int64),
        options=np.zeros((breaks + 1, size + 1), np.int64),
        dice=new_dice(seed),
    )


@inner
def lay_out(f: Flat, desk: Desk, v: int, m: int) -> None:
    """Fill in the path `desk.path[:m].node` of vehicle v, start and end included."""
    path = desk.path
    place = f.nodes[path[0].node].place
    for k in range(m):
        step = path[k]
        x = step.node
        node = f.nodes[x]
        here = place if node.place < 0 else node.place
        step.low = node.early
        step.high = node.late
        step.service = node.service
        step.hop = f.dur[place, here] if k > 0 else 0
        step.mate = -1
        place = here
        if x < f.n:
            desk.position[x] = k
        elif x < 2 * f.n and f.requests[x - f.n].boarded < 0:
            pickup = desk.position[x - f.n]
            step.mate = pickup
            path[pickup].mate = k
            step.limit = f.requests[x - f.n].limit
    if not f.vehicles[v].anchored and f.vehicles[v].max_duration < FAR:
        path[0].mate = m - 1
        path[m - 1].mate = 0
        path[m - 1].limit = f.vehicles[v].max_duration


@inner
def find_earliest(path: Records, m: int) -> bool:
    """Fill in the earliest timetable; False if there is none.

    `low` is lifted where a ride limit asks for a later pickup.
    """
    path[0].early = path[0].low
    if path[0].low > path[0].high:
        return False
    k = 1
    while k < m:
        step, before = path[k], path[k - 1]
        time = max(step.low, before.early + before.service + step.hop)
        if time > step.high:
            return False
        step.early = time
        first = step.mate
        if 0 <= first < k:
            over = time - path[first].early - path[first].service - step.limit
            if over > 0:
                if not _lift(path, first, k, over):
                    return False
                k = first
        k += 1
    return True


@inner
def _lift(path: Records, first: int, second: int, over: int) -> bool:
    """Start the first partner `over` later; False if driving and service alone take too long."""
    least = path[second].hop
    for k in range(first + 1, second):
        least += path[k].service + path[k].hop
    path[first].early += over
    path[first].low = path[first].early
    return bool(least <= path[second].limit and path[first].low <= path[first].high)


@inner
def find_latest(path: Records, m: int) -> bool:
    """Fill in the latest timetable; False if there is none.

    `high` is lowered where a ride limit asks for an earlier dropoff.
    """
    path[m - 1].late = path[m - 1].high
    if path[m - 1].late < path[m - 1].low:
        return False
    k = m - 2
    while k >= 0:
        step, after = path[k], path[k + 1]
        time = min(step.high, after.late - after.hop - step.service)
        if time < step.low:
            return False
        step.late = time
        second = step.mate
        if second > k:
            other = path[second]
            over = other.late - time - step.service - other.limit
            if over > 0:
                other.late -= over
                other.high = other.late
                if other.late < other.low:
                    return False
                k = second
        k -= 1
    return True


@inner
def settle(f: Flat, desk: Desk, v: int, m: int) -> tuple[int, int]:
    """After `find_earliest`: the chosen timetable as the latest one.

    Returns the route's duration and the person-time of excess ride.
    """
    path = desk.path
    end = path[m - 1].early
    path[m - 1].high = end
    if not f.vehicles[v].anchored:
        find_latest(path, m)
        path[0].low = path[0].late
        find_earliest(path, m)
    for k in range(1, m - 1):
        if f.n <= path[k].node < 2 * f.n:
            path[k].high = path[k].early
    find_latest(path, m)
    excess = 0
    for k in range(1, m - 1):
        x = path[k].node
        if f.n <= x < 2 * f.n:
            request = f.requests[x - f.n]
            boarded = request.boarded_end
            if request.boarded < 0:
                pickup = path[path[k].mate]
                boarded = pickup.late + pickup.service
            excess += request.people * (path[k].late - boarded - request.direct)
    return end - (f.vehicles[v].origin if f.vehicles[v].anchored else path[0].late), excess
