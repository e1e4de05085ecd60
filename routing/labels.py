"""Labels: routes begun, and which of them are worth going on with, compiled.

A label is where the vehicle is, when, who is on board and who has been. One that another
of the same place and passengers is no worse than in anything is dropped (Gschwind &
Irnich 2015, doi 10.1287/trsc.2014.0531). Imports flat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.compiled import inner
from routing.flat import Flat, Floats, Ints, Records, record
from routing.model import FAR_FUTURE

LABEL = record("node leaves lead driven key alike parent size alive later", "cost")
"""The last `node` and when it `leaves` there at the earliest; `driven`, the seconds it has
driven and served; `lead`, the latest time it can have set out, with that added; `key`, a
number for the node and who is on board, `alike` the label before with its slot; `parent`,
the label it was grown from; `size` visits; `later`, the next label to be grown; what it
costs at least."""

FOUND = record("size", "cost")

MOST_ABOARD = 16
"""More passengers on board at once than this, and nothing is said about the day."""

MOST_LABELS = 2**17
SLOTS = 2**16
MOMENTS = 400
MOST_FOUND = 1000

LOOKS = 60_000_000
"""Comparisons of two labels after which a search is given up: a second or two."""


LABELS_AT_ONCE, LOOKS_AT_ONCE = 10_000, 2_000_000
"""After so many it is asked whether anybody still wants to know: a twentieth of a second."""


class Labels(NamedTuple):
    """Room for a search. L labels, W words of 63 requests."""

    rows: Records  # (L,) of LABEL
    been: Ints  # (L, W) a bit for each request that is not to be picked up any more
    aboard: Ints  # (L, MOST_ABOARD) requests on board in order of number, then -1
    ridden: Ints  # (L, MOST_ABOARD) seconds each has been on board at least
    since: Ints  # (L, MOST_ABOARD) when each has been on board since, at the latest
    slots: Ints  # (SLOTS,) the last label with such a key, or -1
    moments: Ints  # (MOMENTS,) the first label to be grown that leaves about then, or -1
    tally: Ints  # labels so far, comparisons so far, the moment that is at hand, routes found
    said: Floats  # how far the cheapest route lies below the prices, or NaN
    found: Records  # (MOST_FOUND,) of FOUND
    found_nodes: Ints  # (MOST_FOUND, path)


def new_labels(requests: int) -> Labels:
    """Room for labels of so many requests."""
    return Labels(
        rows=np.zeros(MOST_LABELS, LABEL),
        been=np.zeros((MOST_LABELS, requests // 63 + 1), np.int64),
        aboard=np.full((MOST_LABELS, MOST_ABOARD), -1, np.int64),
        ridden=np.zeros((MOST_LABELS, MOST_ABOARD), np.int64),
        since=np.zeros((MOST_LABELS, MOST_ABOARD), np.int64),
        slots=np.zeros(SLOTS, np.int64),
        moments=np.zeros(MOMENTS, np.int64),
        tally=np.zeros(4, np.int64),
        said=np.zeros(1),
        found=np.zeros(MOST_FOUND, FOUND),
        found_nodes=np.zeros((MOST_FOUND, 2 * requests + 2), np.int64),
    )


@inner
def begin_labels(f: Flat, lb: Labels, v: int, toll: float) -> None:
    """One label: the vehicle at its start."""
    start = f.nodes[2 * f.n + 2 * v]
    for k in range(len(lb.slots)):
        lb.slots[k] = -1
    for k in range(len(lb.moments)):
        lb.moments[k] = -1
    row = lb.rows[0]
    row.node, row.leaves, row.lead, row.driven = 2 * f.n + 2 * v, start.early, start.late, 0
    for k in range(f.vehicles[v].breaks):
        row.lead = min(row.lead, f.nodes[f.vehicles[v].first_break + k].late)
    row.key, row.alike, row.parent, row.size, row.alive, row.later = 0, -1, -1, 0, 1, -1
    row.cost = f.vehicles[v].fixed - toll
    for k in range(lb.been.shape[1]):
        lb.been[0, k] = 0
    for k in range(MOST_ABOARD):
        lb.aboard[0, k] = -1
    lb.moments[0] = 0
    lb.tally[0], lb.tally[1], lb.tally[2], lb.tally[3] = 1, 0, 0, 0
    lb.said[0] = 0.0


@inner
def next_label(lb: Labels) -> int:
    """A label of the earliest moment that is still to be grown; -1 if none is left."""
    while lb.tally[2] < len(lb.moments):
        label = lb.moments[lb.tally[2]]
        if label < 0:
            lb.tally[2] += 1
            continue
        lb.moments[lb.tally[2]] = lb.rows[label].later
        if lb.rows[label].alive:
            return int(label)
    return -1


@inner
def take_along(f: Flat, lb: Labels, label: int, new: int, x: int, dropped: int, hop: int) -> None:
    """Who is on board after x, for how long, and who has been; and the label's key."""
    count, joined, node = 0, dropped >= 0, f.nodes[x]
    key = (x + 1) * 7046029254386353131
    for k in range(MOST_ABOARD + 1):
        r = lb.aboard[label, k] if k < MOST_ABOARD else -1
        if not joined and (r < 0 or r > x):
            lb.aboard[new, count], lb.ridden[new, count] = x, 0
            lb.since[new, count] = _latest_since(f, x, node.late + node.service)
            key = (key ^ (x + 7)) * 1099511628211
            count, joined = count + 1, True
        if r < 0:
            break
        if k != dropped:
            ridden = lb.ridden[label, k] + hop
            since = min(lb.since[label, k], node.late - ridden)
            ridden = max(ridden + node.service, lb.rows[new].leaves - since)
            lb.aboard[new, count], lb.ridden[new, count], lb.since[new, count] = r, ridden, since
            key = (key ^ (r + 7)) * 1099511628211
            count += 1
    for k in range(count, MOST_ABOARD):
        lb.aboard[new, k] = -1
    for k in range(lb.been.shape[1]):
        lb.been[new, k] = lb.been[label, k]
    if dropped < 0:
        lb.been[new, x // 63] |= 1 << (x % 63)
    lb.rows[new].key = key ^ ((key >> 31) & 0x1FFFFFFFF)


@inner
def _latest_since(f: Flat, r: int, since: int) -> int:
    """The same, or what comes to the same: whose dropoff must be early need not board late."""
    if f.per_excess > 0.0:
        return since
    return int(min(since, f.nodes[f.n + r].late - f.requests[r].limit))


@inner
def give_up_late(f: Flat, lb: Labels, new: int, metric: bool) -> None:
    """Who can no longer be picked up counts as having been: more labels are then alike."""
    row = lb.rows[new]
    here = f.nodes[row.node].place
    for r in range(f.n):
        hop = f.dur[here, f.nodes[r].place] if metric else 0
        if row.leaves + hop > f.nodes[r].late:
            lb.been[new, r // 63] |= 1 << (r % 63)


@inner
def enter(f: Flat, lb: Labels, v: int, new: int, enough: int, moment: int) -> bool:
    """Line the label up to be grown unless another is as good, or there are enough like it;
    False if that took too long."""
    row, slot = lb.rows[new], lb.rows[new].key & (SLOTS - 1)
    other, alike = lb.slots[slot], 0
    while other >= 0:
        lb.tally[1] += 1
        it = lb.rows[other]
        if it.alive and it.key == row.key and it.node == row.node:
            alike += 1
            if _no_worse(f, lb, v, other, new) or alike == enough:
                return True
            if _no_worse(f, lb, v, new, other):
                it.alive = 0
        other = it.alike
    row.alive, row.alike, row.later = 1, lb.slots[slot], lb.moments[moment]
    lb.slots[slot] = new
    lb.moments[moment] = new
    lb.tally[0] += 1
    return bool(lb.tally[1] < LOOKS)


@inner
def _no_worse(f: Flat, lb: Labels, v: int, a: int, b: int) -> bool:
    """Whether everything that can follow label b can follow label a, for no more."""
    x, y = lb.rows[a], lb.rows[b]
    if x.leaves > y.leaves or x.cost > y.cost + 1e-9:
        return False
    timed = f.per_duration > 0.0 or f.vehicles[v].max_duration < FAR_FUTURE
    if timed and (x.lead < y.lead or x.driven > y.driven):
        return False
    for k in range(lb.been.shape[1]):
        if lb.been[a, k] & ~lb.been[b, k]:
            return False
    for k in range(MOST_ABOARD):
        if lb.aboard[a, k] < 0:
            break
        if lb.ridden[a, k] > lb.ridden[b, k] or lb.since[a, k] < lb.since[b, k]:
            return False
    return True
