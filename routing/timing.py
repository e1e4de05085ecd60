"""The timetable of one order of visits, compiled: see `schedule` for what it means.

The path of a vehicle is laid out in a few dense arrays (bounds, service, driving
time from the visit before, partner visit and the limit between the two) on which
the earliest and the latest timetable are found by one sweep each, going back only
where a ride is too long and waiting can be moved before its pickup.

Start and end of a route are partners like pickup and dropoff: the longest route
is a ride limit between them. Imports flat and the model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.compiled import compiled
from routing.flat import Flat, Ints
from routing.model import FAR_FUTURE

FAR = FAR_FUTURE


class Desk(NamedTuple):
    """Scratch arrays for one path of up to `len(node)` visits; no memory between calls."""

    base: Ints  # nodes of the path without breaks
    node: Ints  # nodes of the path
    low: Ints
    high: Ints
    service: Ints
    hop: Ints  # driving time from the visit before
    mate: Ints  # position of the partner, -1 if none
    limit: Ints  # at the second of two partners: the longest time between them
    early: Ints  # the earliest timetable
    late: Ints  # the latest one
    trace: Ints  # driving and service time since the start
    position: Ints  # (n,) where a request's pickup stands in the path
    gap: Ints  # the best choice so far of an option for each break
    trial: Ints  # the one being tried
    option: Ints  # (breaks, path) gaps where a break may stand
    options: Ints  # (breaks,)


def new_desk(flat: Flat) -> Desk:
    """Scratch arrays for any path of this problem."""
    breaks = int(np.diff(flat.break_first).max(initial=0))
    size = 2 * flat.n + 2 + breaks
    return Desk(
        base=np.zeros(size, np.int64),
        node=np.zeros(size, np.int64),
        low=np.zeros(size, np.int64),
        high=np.zeros(size, np.int64),
        service=np.zeros(size, np.int64),
        hop=np.zeros(size, np.int64),
        mate=np.zeros(size, np.int64),
        limit=np.zeros(size, np.int64),
        early=np.zeros(size, np.int64),
        late=np.zeros(size, np.int64),
        trace=np.zeros(size, np.int64),
        position=np.zeros(flat.n + 1, np.int64),
        gap=np.zeros(breaks + 1, np.int64),
        trial=np.zeros(breaks + 1, np.int64),
        option=np.zeros((breaks + 1, size), np.int64),
        options=np.zeros(breaks + 1, np.int64),
    )


@compiled
def lay_out(f: Flat, desk: Desk, v: int, m: int) -> None:
    """Fill the arrays for the path `desk.node[:m]` of vehicle v, start and end included."""
    place = f.loc[desk.node[0]]
    for k in range(m):
        x = desk.node[k]
        here = f.loc[x]
        if here < 0:
            here = place
        desk.low[k] = f.early[x]
        desk.high[k] = f.late[x]
        desk.service[k] = f.service[x]
        desk.hop[k] = f.dur[place, here] if k > 0 else 0
        desk.mate[k] = -1
        place = here
        if x < f.n:
            desk.position[x] = k
        elif x < 2 * f.n and f.boarded[x - f.n] < 0:
            pickup = desk.position[x - f.n]
            desk.mate[k] = pickup
            desk.mate[pickup] = k
            desk.limit[k] = f.limit[x - f.n]
    if not f.anchored[v] and f.max_duration[v] < FAR:
        desk.mate[0] = m - 1
        desk.mate[m - 1] = 0
        desk.limit[m - 1] = f.max_duration[v]


@compiled
def find_earliest(desk: Desk, m: int) -> bool:
    """Fill `desk.early` with the earliest timetable; False if there is none.

    `desk.low` is lifted where a ride limit asks for a later pickup.
    """
    low, high, service, hop, early = desk.low, desk.high, desk.service, desk.hop, desk.early
    if low[0] > high[0]:
        return False
    early[0] = low[0]
    k = 1
    while k < m:
        time = max(low[k], early[k - 1] + service[k - 1] + hop[k])
        if time > high[k]:
            return False
        early[k] = time
        first = desk.mate[k]
        if 0 <= first < k:
            over = time - early[first] - service[first] - desk.limit[k]
            if over > 0:
                if not _lift(desk, first, k, over):
                    return False
                k = first
        k += 1
    return True


@compiled
def _lift(desk: Desk, first: int, second: int, over: int) -> bool:
    """Start the first partner `over` later; False if driving and service alone take too long."""
    least = desk.hop[second]
    for k in range(first + 1, second):
        least += desk.service[k] + desk.hop[k]
    if least > desk.limit[second]:
        return False
    desk.early[first] += over
    desk.low[first] = desk.early[first]
    return bool(desk.low[first] <= desk.high[first])


@compiled
def find_latest(desk: Desk, m: int) -> bool:
    """Fill `desk.late` with the latest timetable; False if there is none.

    `desk.high` is lowered where a ride limit asks for an earlier dropoff.
    """
    low, high, service, hop, late = desk.low, desk.high, desk.service, desk.hop, desk.late
    late[m - 1] = high[m - 1]
    if late[m - 1] < low[m - 1]:
        return False
    k = m - 2
    while k >= 0:
        time = min(high[k], late[k + 1] - hop[k + 1] - service[k])
        if time < low[k]:
            return False
        late[k] = time
        second = desk.mate[k]
        if second > k:
            over = late[second] - time - service[k] - desk.limit[second]
            if over > 0:
                late[second] -= over
                high[second] = late[second]
                if late[second] < low[second]:
                    return False
                k = second
        k -= 1
    return True


@compiled
def settle(f: Flat, desk: Desk, v: int, m: int) -> tuple[int, int]:
    """After `find_earliest`: the chosen timetable into `desk.late`.

    Returns the route's duration and the person-time of excess ride.
    """
    end = desk.early[m - 1]
    desk.high[m - 1] = end
    if not f.anchored[v]:
        find_latest(desk, m)
        desk.low[0] = desk.late[0]
        find_earliest(desk, m)
    for k in range(1, m - 1):
        x = desk.node[k]
        if f.n <= x < 2 * f.n:
            desk.high[k] = desk.early[k]
    find_latest(desk, m)
    excess = 0
    for k in range(1, m - 1):
        x = desk.node[k]
        if f.n <= x < 2 * f.n:
            r = x - f.n
            boarded = f.boarded_end[r]
            if f.boarded[r] < 0:
                pickup = desk.position[r]
                boarded = desk.late[pickup] + desk.service[pickup]
            excess += f.people[r] * (desk.late[k] - boarded - f.direct[r])
    return end - (f.origin[v] if f.anchored[v] else desk.late[0]), excess
