"""Which nodes can reach each other both ways (Tarjan 1972, doi 10.1137/0201010), compiled.

Imports compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.compiled import making_arrays

Ints = NDArray[np.int64]


def strong_components(nodes: int, tail: Ints, head: Ints) -> Ints:
    """(nodes,): a number for each node, the same for those that reach each other."""
    order = np.argsort(tail, kind="stable")
    first = np.searchsorted(tail[order], np.arange(nodes + 1)).astype(np.int64)
    return np.asarray(_tarjan(first, np.ascontiguousarray(head[order])))


@making_arrays
def _tarjan(first: Ints, head: Ints) -> Ints:
    nodes = len(first) - 1
    part = np.full(nodes, -1, np.int64)
    seen = np.full(nodes, -1, np.int64)
    low = np.zeros(nodes, np.int64)
    following = first[:-1].copy()
    stack, path = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    counted = parts = on_stack = 0
    for root in range(nodes):
        if seen[root] >= 0:
            continue
        depth = 1
        path[0] = stack[on_stack] = root
        on_stack += 1
        seen[root] = low[root] = counted
        counted += 1
        while depth:
            node = path[depth - 1]
            if following[node] < first[node + 1]:
                other = head[following[node]]
                following[node] += 1
                if seen[other] < 0:
                    path[depth] = stack[on_stack] = other
                    depth += 1
                    on_stack += 1
                    seen[other] = low[other] = counted
                    counted += 1
                elif part[other] < 0:
                    low[node] = min(low[node], seen[other])
                continue
            depth -= 1
            if depth:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == seen[node]:
                while part[node] < 0:
                    on_stack -= 1
                    part[stack[on_stack]] = parts
                parts += 1
    return part
