"""Many routes as arrays: what OR-Tools chooses a plan from. Imports flat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.flat import Floats, Ints, Records


@dataclass(frozen=True, slots=True)
class Columns:
    """C routes: `kind` of vehicle, `cost` and `size`, each (C,), and their `nodes` in a row.

    Nodes below `n` are pickups.
    """

    n: int
    kind: Ints
    cost: Floats
    size: Ints
    nodes: Ints

    def orders(self) -> list[list[int]]:
        """The nodes of each route, start and end left out."""
        parts = np.split(self.nodes, np.cumsum(self.size)[:-1]) if len(self.size) else []
        return [part.tolist() for part in parts]

    def boarding(self) -> tuple[Ints, Ints]:
        """Whom the routes pick up, one after the other, and (C + 1,) where each begins."""
        picked_up = self.nodes < self.n
        before = np.concatenate([[0], np.cumsum(picked_up)])
        ends = np.concatenate([[0], np.cumsum(self.size)]).astype(np.int64)
        return self.nodes[picked_up], before[ends]

    def cheap(self) -> Ints:
        """All columns, those first that cost least for each passenger."""
        first = self.boarding()[1]
        dear = self.cost / np.maximum(1, np.diff(first))
        return np.argsort(dear, kind="stable").astype(np.int64)

    def take(self, which: Ints) -> Columns:
        """Some of the columns, in the order given."""
        first = np.cumsum(self.size) - self.size
        nodes = self.nodes[_ranges(first[which], self.size[which])]
        return Columns(self.n, self.kind[which], self.cost[which], self.size[which], nodes)


def columns_of(
    n: int, kinds: Sequence[int], costs: Sequence[float], orders: Sequence[Sequence[int]]
) -> Columns:
    """Columns from plain lists."""
    return Columns(
        n,
        np.array(kinds, np.int64),
        np.array(costs, np.float64),
        np.array([len(order) for order in orders], np.int64),
        np.array([node for order in orders for node in order], np.int64),
    )


def pooled(n: int, pools: Sequence[tuple[Records, Ints]]) -> Columns:
    """What pools remember: of the same passengers in the same kind only the cheapest order."""
    entries = [pool[pool["size"] > 0] for pool, _ in pools]
    nodes = [
        store[_ranges(entry["first"], entry["size"])]
        for entry, (_, store) in zip(entries, pools, strict=True)
    ]
    every = np.concatenate(entries)
    found = Columns(n, every["kind"], every["cost"], every["size"], np.concatenate(nodes))
    by_key = np.lexsort((every["cost"], every["key"]))
    keys = every["key"][by_key]
    first = np.ones(len(keys), np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    return found.take(by_key[first])


def joined(a: Columns, b: Columns) -> Columns:
    """The columns of both, those of `a` first."""
    return Columns(
        a.n,
        np.concatenate([a.kind, b.kind]),
        np.concatenate([a.cost, b.cost]),
        np.concatenate([a.size, b.size]),
        np.concatenate([a.nodes, b.nodes]),
    )


def _ranges(first: Ints, size: Ints) -> Ints:
    """`first[c], ..., first[c] + size[c] - 1` of all c, one after the other."""
    ends = np.cumsum(size)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - size, size) + np.repeat(first, size)
