"""Whole numbers for engines that count in them: finer than matters, never too generous.

Driving and service are rounded up, windows inwards, so that a plan there is one here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer.narrowing import apart
from routing.benchmark_files import BenchmarkFile, Node

UNITS = 1_000
"""Of an engine in one unit of a file. PyVRP searches worse the finer they are."""

NOISE = 1e-6
"""Of such a unit: what is nearer to a whole number than this was meant to be one."""

VEHICLE_PRICE = 2_000 * UNITS
"""Of pickup and delivery, where fewer vehicles come first: more than one can save on the road."""


def up(value: float) -> int:
    """The next whole number of units; nothing is negative."""
    return max(0, math.ceil(value * UNITS - NOISE))


def down(value: float) -> int:
    """The whole number of units before."""
    return max(0, math.floor(value * UNITS + NOISE))


def window(earliest: float, latest: float) -> tuple[int, int]:
    """Both ends inwards; one of no width stays a moment, a unit late at most."""
    opens = up(earliest)
    return opens, max(opens, down(latest))


def nodes(file: BenchmarkFile) -> list[Node]:
    """The depot, then pickup and dropoff of each pair: rows of the matrices."""
    return [file.depot, *(node for pair in file.pairs for node in pair)]


def driving(file: BenchmarkFile) -> NDArray[np.int64]:
    """Driving times between those, rounded up."""
    rows = nodes(file)
    return np.array([[up(apart(a, b)) for b in rows] for a in rows], np.int64)


def distances(file: BenchmarkFile) -> NDArray[np.int64]:
    """Distances between those, to the nearest unit."""
    rows = nodes(file)
    return np.array([[round(apart(a, b) * UNITS) for b in rows] for a in rows], np.int64)
