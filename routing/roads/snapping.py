"""Which piece of road a place is on: the nearest one where the bus can stop.

Imports network and travel_times; shapely has the tree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.roads.network import Floats, Ints, Network
from routing.travel_times import EARTH_RADIUS, Point, checked_degrees


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """For each point its segment, how far along it (0 to 1) and the metres to get there.

    The segment is -1 where there is none within the limit.
    """

    segment: Ints
    along: Floats
    metres: Floats


class Snapper:
    """Finds the nearest of the network's segments where a bus can come, stop and go."""

    def __init__(self, network: Network) -> None:
        self._latitude = float(network.shape_latitude.mean())
        usable = np.flatnonzero(network.served.any(axis=1))
        sizes = np.diff(network.shape_first)
        points = self._flat(network.shape_latitude, network.shape_longitude)
        lines = shapely.linestrings(points, indices=np.repeat(np.arange(len(sizes)), sizes))
        self._segments = usable
        self._lines = lines[usable]
        self._tree = shapely.STRtree(self._lines)

    def snap(
        self, points: Sequence[Point], limit: float, closed: NDArray[np.bool_] | None = None
    ) -> Snapped:
        """The nearest open segment of each point, at most `limit` metres away."""
        degrees = checked_degrees(points)
        spots = shapely.points(self._flat(degrees[:, 0], degrees[:, 1]))
        line = np.full(len(degrees), -1, np.int64)
        which, found = self._tree.query_nearest(spots, max_distance=limit, all_matches=False)
        line[which] = found
        if closed is not None and closed.any():
            for row in np.flatnonzero((line >= 0) & closed[self._segments[line]]):
                line[row] = self._nearest_open(spots[row], limit, closed)
        is_on = line >= 0
        along, metres = np.zeros(len(line)), np.full(len(line), math.inf)
        on = self._lines[line[is_on]]
        along[is_on] = shapely.line_locate_point(on, spots[is_on], normalized=True)
        metres[is_on] = shapely.distance(on, spots[is_on])
        return Snapped(np.where(is_on, self._segments[line], -1), along, metres)

    def _nearest_open(self, spot: shapely.Point, limit: float, closed: NDArray[np.bool_]) -> int:
        near = self._tree.query(spot, predicate="dwithin", distance=limit)
        near = near[~closed[self._segments[near]]]
        if not len(near):
            return -1
        return int(near[shapely.distance(self._lines[near], spot).argmin()])

    def _flat(self, latitude: Floats, longitude: Floats) -> Floats:
        """Metres east and north; near enough over a county."""
        east = np.radians(longitude) * (EARTH_RADIUS * math.cos(math.radians(self._latitude)))
        return np.stack([east, np.radians(latitude) * EARTH_RADIUS], axis=1)
