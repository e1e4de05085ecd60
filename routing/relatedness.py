"""What a search works out once before it begins: tighter windows, and who goes with whom.

Imports flat.
"""

from __future__ import annotations

import numpy as np

from routing.compiled import compiled
from routing.flat import Flat, Ints

NEIGHBOURS = 80
_LARGEST_TO_CHECK = 900


def goes_straight(flat: Flat) -> bool:
    """Whether going through a request's place never saves time, anywhere in this problem.

    For very many places it is not looked at: then each insertion looks for itself.
    """
    if len(flat.dur) > _LARGEST_TO_CHECK:
        return False
    dwell = np.full(len(flat.dur), -1, np.int64)
    for node in range(2 * flat.n):
        place, service = int(flat.nodes["place"][node]), int(flat.nodes["service"][node])
        dwell[place] = service if dwell[place] < 0 else min(dwell[place], service)
    return bool(_no_short_cut_through(flat.dur, dwell))


@compiled
def _no_short_cut_through(dur: Ints, dwell: Ints) -> bool:
    size = len(dur)
    for x in range(size):
        if dwell[x] < 0:
            continue
        for a in range(size):
            to_x = dur[a, x] + dwell[x]
            for b in range(size):
                if dur[a, b] > to_x + dur[x, b]:
                    return False
    return True


def tighten(flat: Flat, metric: bool) -> None:
    """Narrow the windows of requests to what their ride limits and depots leave of them.

    No timetable is lost: the other end's window, the ride limit and (where going
    straight is quickest) the direct ride and the way from and to the depots bound it.
    """
    n, nodes = flat.n, flat.nodes
    early, late, service = nodes["early"], nodes["late"], nodes["service"]
    pickup, dropoff = slice(0, n), slice(n, 2 * n)
    waiting = flat.requests["boarded"] < 0
    limit, direct = flat.requests["limit"], flat.requests["direct"]
    if metric:
        _tighten_by_depots(flat)
        sooner = late[dropoff] - direct - service[pickup]
        late[pickup] = np.where(waiting, np.minimum(late[pickup], sooner), late[pickup])
        later = early[pickup] + service[pickup] + direct
        early[dropoff] = np.where(waiting, np.maximum(early[dropoff], later), early[dropoff])
    later = early[dropoff] - limit - service[pickup]
    early[pickup] = np.where(waiting, np.maximum(early[pickup], later), early[pickup])
    sooner = late[pickup] + service[pickup] + limit
    late[dropoff] = np.where(waiting, np.minimum(late[dropoff], sooner), late[dropoff])


def _tighten_by_depots(flat: Flat) -> None:
    n, nodes, vehicles = flat.n, flat.nodes, len(flat.vehicles)
    place = nodes["place"][: 2 * n]
    starts = nodes[2 * n : 2 * n + 2 * vehicles : 2]
    ends = nodes[2 * n + 1 : 2 * n + 2 * vehicles : 2]
    if not vehicles or not n:
        return
    reached = (starts["early"][:, None] + flat.dur[starts["place"]][:, place]).min(axis=0)
    left = (ends["late"][:, None] - flat.dur[:, ends["place"]].T[:, place]).max(axis=0)
    nodes["early"][: 2 * n] = np.maximum(nodes["early"][: 2 * n], reached)
    nodes["late"][: 2 * n] = np.minimum(nodes["late"][: 2 * n], left - nodes["service"][: 2 * n])


def nearest(flat: Flat) -> Ints:
    """For each request the others that could best be next to it, (n, at most NEIGHBOURS).

    Two visits are near if driving from one to the other takes little, waiting included.
    """
    n = flat.n
    best = np.full((n, n), np.inf)
    for a in (slice(0, n), slice(n, 2 * n)):
        for b in (slice(0, n), slice(n, 2 * n)):
            apart = _apart(flat, a, b)
            best = np.minimum(best, np.minimum(apart, apart.T if a == b else np.inf))
            if a != b:
                best = np.minimum(best, apart.T)
    np.fill_diagonal(best, np.inf)
    order = np.argsort(best, axis=1, kind="stable")[:, : max(1, min(n - 1, NEIGHBOURS))]
    return np.ascontiguousarray(order, dtype=np.int64)


def _apart(flat: Flat, a: slice, b: slice) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Time from visits a to visits b: driving, waiting at least, being late at least."""
    here, there = flat.nodes[a], flat.nodes[b]
    drive = flat.dur[here["place"]][:, there["place"]].astype(np.float64)
    ready = here["service"][:, None] + drive
    wait = there["early"][None] - (here["late"][:, None] + ready)
    late = here["early"][:, None] + ready - there["late"][None]
    apart = drive + 0.3 * np.maximum(wait, 0) + 1.0 * np.maximum(late, 0)
    return np.asarray(apart)
