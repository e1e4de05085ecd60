"""Customisable contraction hierarchies: shortest paths of many places at once, compiled.

Dibbelt, Strasser and Wagner 2016 (doi 10.1145/2886843). Nodes are numbered by the order
in which they are contracted. Building looks at the graph only (seconds, once); weighing
it (`customised`) takes milliseconds, so a closed road is a matter of weighing again; and
`many_to_many` goes up from each source and down to all targets together.

A weight is one whole number with the milliseconds above and the decimetres below, so
that the quickest way, the shortest of equals, brings its length with it.
Imports compiled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.compiled import inner, making_arrays

Ints = NDArray[np.int64]

NEVER: Final = 2**60
"""The weight of what cannot be driven. Two of them still fit into 64 bits."""
METRE_BITS: Final = 24
"""Decimetres up to 1,677 km, below the milliseconds."""
AT_ONCE: Final = 16
"""Sources that go down together: their numbers fill a processor's vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """The contracted graph; weights come later."""

    rank: Ints
    """For each node of the graph its number in here."""
    first: Ints
    """(nodes + 1): the higher neighbours of v are higher[first[v]:first[v + 1]], ascending."""
    higher: Ints
    edge: Ints
    """For each arc of the graph the row of `higher` it belongs to, -1 for loops."""
    upward: NDArray[np.bool_]
    """For each arc whether it leads from the lower to the higher node."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What each row of `higher` costs upward and downward."""

    up: Ints
    down: Ints


def build(order: Ints, tail: Ints, head: Ints) -> Hierarchy:
    """The hierarchy of a graph; `order` lists the nodes as they are to be contracted."""
    nodes = len(order)
    rank = np.empty(nodes, np.int64)
    rank[order] = np.arange(nodes)
    low = np.minimum(rank[tail], rank[head])
    high = np.maximum(rank[tail], rank[head])
    pairs = np.unique(low[low != high] * nodes + high[low != high])
    begins = np.searchsorted(pairs // nodes, np.arange(nodes + 1)).astype(np.int64)
    first, room = _contract(begins, pairs % nodes)
    higher = room[: first[-1]].copy()
    edge = _edges(first, higher, low, high)
    return Hierarchy(rank, first, higher, edge, rank[tail] < rank[head])


def customised(hierarchy: Hierarchy, weights: Ints) -> Weights:
    """The shortest way over lower nodes for each edge; `weights` are the arcs' own."""
    up = np.full(len(hierarchy.higher), NEVER, np.int64)
    down = up.copy()
    kept = hierarchy.edge >= 0
    for found, chosen in ((up, kept & hierarchy.upward), (down, kept & ~hierarchy.upward)):
        np.minimum.at(found, hierarchy.edge[chosen], weights[chosen])
    _customise(hierarchy.first, hierarchy.higher, up, down)
    return Weights(up, down)


def many_to_many(
    hierarchy: Hierarchy,
    weights: Weights,
    sources: Ints,
    source_costs: Ints,
    targets: Ints,
    target_costs: Ints,
) -> Ints:
    """(sources, targets) least weights, NEVER or more where there is no way.

    Sources and targets may begin and end at several nodes: both arrays are (n, ways),
    with the costs of getting from the source to its node, and from the node to the target.
    """
    rank = hierarchy.rank
    place = np.full(len(rank), -1, np.int64)
    _mark_below(hierarchy.first, hierarchy.higher, rank[targets].ravel(), place)
    below = np.flatnonzero(place == 0)[::-1].copy()  # the highest first
    place[below] = np.arange(len(below))
    cost = np.full(len(rank), NEVER, np.int64)
    reached = np.empty((len(below), AT_ONCE), np.int64)
    answer = np.full((len(sources), len(targets)), NEVER, np.int64)
    _sweep(
        hierarchy.first, hierarchy.higher, weights.up, weights.down, below, place,
        rank[sources], source_costs, rank[targets], target_costs, cost, reached, answer,
    )  # fmt: skip
    return answer


@making_arrays
def _contract(begins: Ints, neighbours: Ints) -> tuple[Ints, Ints]:
    """Give every node's higher neighbours to the lowest of them, from the bottom up."""
    nodes = len(begins) - 1
    first = np.zeros(nodes + 1, np.int64)
    higher = np.empty(max(16, 4 * len(neighbours)), np.int64)
    child, sibling = np.full(nodes, -1, np.int64), np.full(nodes, -1, np.int64)
    stamp = np.full(nodes, -1, np.int64)
    gathered = np.empty(nodes, np.int64)
    for v in range(nodes):
        count = 0
        for k in range(begins[v], begins[v + 1]):
            stamp[neighbours[k]] = v
            gathered[count] = neighbours[k]
            count += 1
        c = child[v]
        while c >= 0:
            for k in range(first[c], first[c + 1]):
                u = higher[k]
                if u != v and stamp[u] != v:
                    stamp[u] = v
                    gathered[count] = u
                    count += 1
            c = sibling[c]
        first[v + 1] = first[v] + count
        if first[v + 1] > len(higher):
            grown = np.empty(2 * first[v + 1], np.int64)
            for k in range(first[v]):
                grown[k] = higher[k]
            higher = grown
        if count:
            parent = _put_sorted(gathered, count, higher, first[v])
            sibling[v] = child[parent]
            child[parent] = v
    return first, higher


@inner
def _put_sorted(numbers: Ints, count: int, into: Ints, begin: int) -> int:
    """Insert so many numbers in ascending order from `begin` on; returns the least."""
    for taken in range(count):
        number, k = numbers[taken], begin + taken
        while k > begin and into[k - 1] > number:
            into[k] = into[k - 1]
            k -= 1
        into[k] = number
    least: int = into[begin]
    return least


@making_arrays
def _edges(first: Ints, higher: Ints, low: Ints, high: Ints) -> Ints:
    """The row of each pair of nodes in `higher`, -1 where both are the same."""
    found = np.full(len(low), -1, np.int64)
    for arc in range(len(low)):
        if low[arc] != high[arc]:
            row = first[low[arc]]
            while higher[row] != high[arc]:
                row += 1
            found[arc] = row
    return found


@making_arrays
def _customise(first: Ints, higher: Ints, up: Ints, down: Ints) -> None:
    """Lower every edge to its best way over a lower node, from the bottom up, in place."""
    for v in range(len(first) - 1):
        end = first[v + 1]
        for i in range(first[v], end):
            row = first[higher[i]]
            for k in range(i + 1, end):
                while higher[row] != higher[k]:
                    row += 1
                up[row] = min(up[row], down[i] + up[k])
                down[row] = min(down[row], down[k] + up[i])


@making_arrays
def _mark_below(first: Ints, higher: Ints, targets: Ints, place: Ints) -> None:
    """Set the place of every node on the way down to a target from -1 to 0."""
    for v in targets:
        while place[v] < 0:
            place[v] = 0
            if first[v] < first[v + 1]:
                v = higher[first[v]]


@making_arrays
def _sweep(
    first: Ints, higher: Ints, up: Ints, down: Ints, below: Ints, place: Ints,
    sources: Ints, source_costs: Ints, targets: Ints, target_costs: Ints,
    cost: Ints, reached: Ints, answer: Ints,
) -> None:  # fmt: skip
    """Up from so many sources as fit side by side, down from the top to all targets."""
    nodes, ways = len(first) - 1, sources.shape[1]
    touched = np.empty(ways * nodes, np.int64)
    for begin in range(0, len(sources), AT_ONCE):
        here = min(AT_ONCE, len(sources) - begin)
        for row in range(len(below)):
            for j in range(AT_ONCE):
                reached[row, j] = NEVER
        for j in range(here):
            count = 0
            for w in range(ways):
                start = sources[begin + j, w]
                cost[start] = min(cost[start], source_costs[begin + j, w])
                count = _go_up(first, higher, up, cost, start, touched, count)
            for k in range(count):
                v = touched[k]
                if place[v] >= 0:
                    reached[place[v], j] = min(reached[place[v], j], cost[v])
                cost[v] = NEVER
        _go_down(first, higher, down, below, place, reached)
        for j in range(here):
            _read_off(reached, j, place, targets, target_costs, answer[begin + j])


@inner
def _go_up(
    first: Ints, higher: Ints, up: Ints, cost: Ints, start: int, touched: Ints, count: int
) -> int:
    """Follow one start to the top, noting every node passed; returns how many are noted."""
    v = start
    while True:
        touched[count] = v
        count += 1
        if first[v] == first[v + 1]:
            return count
        for k in range(first[v], first[v + 1]):
            u = higher[k]
            cost[u] = min(cost[u], cost[v] + up[k])
        v = higher[first[v]]


@inner
def _go_down(
    first: Ints, higher: Ints, down: Ints, below: Ints, place: Ints, reached: Ints
) -> None:
    """From the top down, each node from its higher neighbours, for all sources at once."""
    for row in range(len(below)):
        v = below[row]
        for k in range(first[v], first[v + 1]):
            above, weight = place[higher[k]], down[k]
            for j in range(AT_ONCE):
                reached[row, j] = min(reached[row, j], reached[above, j] + weight)


@inner
def _read_off(
    reached: Ints, j: int, place: Ints, targets: Ints, target_costs: Ints, answer: Ints
) -> None:
    """The best of each target's ends, for one source."""
    for t in range(len(targets)):
        for w in range(targets.shape[1]):
            total = reached[place[targets[t, w]], j] + target_costs[t, w]
            answer[t] = min(answer[t], total)
