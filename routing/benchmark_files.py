"""The public benchmark files as they stand: numbers, untouched, each line checked.

Formats: dial-a-ride of Cordeau & Laporte 2003 (`pr`) and of Cordeau 2006 / Ropke,
Cordeau & Laporte 2007 (`a`, `b`), and pickup and delivery of Li & Lim 2001. Nothing
is rounded here; `instances` makes problems of them. Imports errors only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from routing.errors import InstanceError

Line = tuple[int, list[float]]
"""Line number in the file and the numbers on it."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a file; `load` is negative where people or goods leave."""

    id: int
    x: float
    y: float
    service: float
    load: float
    earliest: float
    latest: float
    line: int


@dataclass(frozen=True, slots=True)
class BenchmarkFile:
    """A depot, pairs of (pickup, dropoff), and the limits that hold for all."""

    name: str
    kind: str
    """ "darp" or "pdptw"."""
    vehicles: int
    capacity: float
    max_duration: float | None
    max_ride: float | None
    depot: Node
    pairs: tuple[tuple[Node, Node], ...]


def read_benchmark(path: str | Path) -> BenchmarkFile:
    """Read a file of any of the formats; raises InstanceError naming file and line."""
    file = Path(path)
    lines = _numbers(file)
    if not lines:
        raise InstanceError(str(file), None, "is empty")
    size = len(lines[0][1])
    if size == 5:
        return _darp(file, lines)
    if size == 3:
        return _pdptw(file, lines)
    explanation = f"must begin with 5 numbers (dial-a-ride) or 3 (pickup and delivery), has {size}"
    raise InstanceError(str(file), lines[0][0], explanation)


def _numbers(file: Path) -> list[Line]:
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise InstanceError(str(file), None, f"cannot be read: {problem}") from problem
    lines: list[Line] = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            values = [float(word) for word in row.split()]
        except ValueError as problem:
            raise InstanceError(str(file), number, f"not a number: {problem}") from problem
        if not all(math.isfinite(value) for value in values):
            raise InstanceError(str(file), number, "not a finite number")
        lines.append((number, values))
    return lines


def _whole(file: Path, line: int, name: str, value: float) -> int:
    if value != int(value) or value < 0:
        raise InstanceError(str(file), line, f"{name} must be a whole number from 0 up: {value}")
    return int(value)


def _darp(file: Path, lines: list[Line]) -> BenchmarkFile:
    line, (vehicles, number, longest, capacity, ride) = lines[0]
    nodes = [_darp_node(file, entry) for entry in lines[1:]]
    stated = _whole(file, line, "the number of requests", number)
    if len(nodes) == 2 * stated + 2:
        requests = stated
    elif len(nodes) == stated + 1 and stated % 2 == 0:
        requests = stated // 2
    else:
        explanation = f"{len(nodes)} lines of nodes do not go with {stated} requests"
        raise InstanceError(str(file), line, explanation)
    for position, node in enumerate(nodes):
        if node.id != position:
            raise InstanceError(str(file), node.line, f"node {node.id} where {position} should be")
    pairs = [(nodes[k], nodes[k + requests]) for k in range(1, requests + 1)]
    _check_pairs(file, pairs)
    return BenchmarkFile(
        name=file.stem,
        kind="darp",
        vehicles=_whole(file, line, "the number of vehicles", vehicles),
        capacity=capacity,
        max_duration=longest,
        max_ride=ride,
        depot=nodes[0],
        pairs=tuple(pairs),
    )


def _darp_node(file: Path, entry: Line) -> Node:
    line, values = entry
    if len(values) != 7:
        raise InstanceError(str(file), line, f"a node has 7 numbers, this line {len(values)}")
    return _node(file, line, values)


def _node(file: Path, line: int, values: list[float]) -> Node:
    number, x, y, service, load, earliest, latest = values
    node = Node(
        _whole(file, line, "a node's id", number), x, y, service, load, earliest, latest, line
    )
    if service < 0:
        raise InstanceError(str(file), line, f"node {node.id} has a negative service time")
    if earliest < 0 or latest < earliest:
        explanation = f"node {node.id} has the window {earliest} to {latest}"
        raise InstanceError(str(file), line, explanation)
    return node


def _check_pairs(file: Path, pairs: list[tuple[Node, Node]]) -> None:
    for pickup, dropoff in pairs:
        if pickup.load < 0 or pickup.load + dropoff.load != 0:
            explanation = f"node {dropoff.id} does not take out what node {pickup.id} puts in"
            raise InstanceError(str(file), dropoff.line, explanation)


def _pdptw(file: Path, lines: list[Line]) -> BenchmarkFile:
    line, (vehicles, capacity, _) = lines[0]
    rows: dict[int, tuple[Node, list[float]]] = {}
    for number, values in lines[1:]:
        if len(values) != 9:
            explanation = f"a node has 9 numbers, this line {len(values)}"
            raise InstanceError(str(file), number, explanation)
        name, x, y, load, earliest, latest, service, *links = values
        node = _node(file, number, [name, x, y, service, load, earliest, latest])
        if node.id in rows:
            raise InstanceError(str(file), number, f"node {node.id} stands twice")
        rows[node.id] = (node, links)
    if 0 not in rows:
        raise InstanceError(str(file), None, "has no depot (node 0)")
    pairs = [_pair(file, rows, *row) for key, row in rows.items() if key and row[1][1] > 0]
    _check_pairs(file, pairs)
    paired = {node.id for pair in pairs for node in pair}
    for key, (node, _) in rows.items():
        if key and key not in paired:
            raise InstanceError(str(file), node.line, f"node {key} belongs to no pair")
    return BenchmarkFile(
        name=file.stem,
        kind="pdptw",
        vehicles=_whole(file, line, "the number of vehicles", vehicles),
        capacity=capacity,
        max_duration=None,
        max_ride=None,
        depot=rows[0][0],
        pairs=tuple(pairs),
    )


def _pair(
    file: Path, rows: dict[int, tuple[Node, list[float]]], node: Node, links: list[float]
) -> tuple[Node, Node]:
    partner = _whole(file, node.line, "the delivery's id", links[1])
    if partner not in rows:
        raise InstanceError(str(file), node.line, f"delivery {partner} is not in the file")
    other, back = rows[partner]
    if back[0] != node.id:
        explanation = f"node {partner} is not the delivery of node {node.id}"
        raise InstanceError(str(file), other.line, explanation)
    return node, other
