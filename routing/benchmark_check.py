"""Whether routes of node numbers keep the rules of a benchmark file, in its own doubles.

Written apart from the solvers: nothing is rounded, and a timetable is looked for by
relaxing the difference constraints until nothing moves. Imports benchmark_files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from routing.benchmark_files import BenchmarkFile, Node

TOLERANCE = 1e-6


def check_routes(file: BenchmarkFile, routes: Sequence[Sequence[int]]) -> list[str]:
    """Everything wrong with the routes, one sentence each."""
    found = list(_check_nodes(file, routes))
    if found:
        return found
    used = [route for route in routes if route]
    if len(used) > file.vehicles:
        found.append(f"{len(used)} routes, but only {file.vehicles} vehicles")
    for number, route in enumerate(used, start=1):
        found += [f"route {number}: {wrong}" for wrong in _check_route(file, route)]
    return found


def length(file: BenchmarkFile, routes: Sequence[Sequence[int]]) -> float:
    """Total distance of the routes, from the depot and back."""
    nodes = _nodes(file)
    total = 0.0
    for route in routes:
        path = [file.depot, *(nodes[node] for node in route), file.depot]
        total += sum(_apart(a, b) for a, b in pairwise(path)) if route else 0.0
    return total


def _nodes(file: BenchmarkFile) -> dict[int, Node]:
    return {node.id: node for pair in file.pairs for node in pair}


def _apart(a: Node, b: Node) -> float:
    return math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2)


def _check_nodes(file: BenchmarkFile, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    nodes = _nodes(file)
    times: dict[int, int] = dict.fromkeys(nodes, 0)
    for route in routes:
        for node in route:
            if node not in nodes:
                yield f"node {node} is not in {file.name}"
            else:
                times[node] += 1
    for node, count in times.items():
        if count != 1:
            yield f"node {node} is visited {count} times"


def _check_route(file: BenchmarkFile, route: Sequence[int]) -> Iterator[str]:
    place = {node: k for k, node in enumerate(route, start=1)}
    rides = []
    for pickup, dropoff in file.pairs:
        if pickup.id not in place and dropoff.id not in place:
            continue
        if pickup.id not in place or dropoff.id not in place:
            yield f"nodes {pickup.id} and {dropoff.id} are not in the same route"
            return
        if place[pickup.id] > place[dropoff.id]:
            yield f"node {dropoff.id} is visited before its pickup {pickup.id}"
            return
        rides.append((place[pickup.id], place[dropoff.id]))
    nodes = _nodes(file)
    load = 0.0
    for node in route:
        load += nodes[node].load
        if load > file.capacity + TOLERANCE:
            yield f"carries {load} after node {node}, more than {file.capacity}"
    if not _can_be_timed(file, [nodes[node] for node in route], rides):
        yield "no timetable keeps its windows, ride limits and longest duration"


def _can_be_timed(file: BenchmarkFile, route: list[Node], rides: list[tuple[int, int]]) -> bool:
    path = [file.depot, *route, file.depot]
    end = len(path) - 1
    time = [node.earliest for node in path]
    limits = [node.latest + TOLERANCE for node in path]
    for _ in range(len(path) + 2):
        before = list(time)
        for k in range(1, end + 1):
            ready = time[k - 1] + (path[k - 1].service if k > 1 else 0.0)
            time[k] = max(time[k], ready + _apart(path[k - 1], path[k]))
        if file.max_ride is not None:
            for pickup, dropoff in rides:
                latest = time[dropoff] - file.max_ride - path[pickup].service - TOLERANCE
                time[pickup] = max(time[pickup], latest)
        if file.max_duration is not None:
            time[0] = max(time[0], time[end] - file.max_duration - TOLERANCE)
        if any(now > limit for now, limit in zip(time, limits, strict=True)):
            return False
        if time == before:
            return True
    return False
