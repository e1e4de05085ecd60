"""Travel times over real roads, in this process.

Imports everything else in this folder but what building needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.errors import InvalidProblem, OffTheRoads
from routing.model import Matrix
from routing.roads.files import load
from routing.roads.hierarchy import (
    METRE_BITS,
    NEVER,
    Hierarchy,
    Ints,
    customised,
    many_to_many,
)
from routing.roads.network import AGAINST, ALONG, Network
from routing.roads.snapping import Snapped, Snapper
from routing.travel_times import NO_WAY_METRES, NO_WAY_SECONDS, SNAP_METRES, Point

CLOSURE_METRES: Final = 50.0
"""So near to a road must a point be that is to close it."""

Closure = int | Point
"""A whole way by its OSM id, or the piece of road between two junctions at a point."""


class Roads:
    """Fills `TravelTimes` from a road network. Never changes: closing gives another one."""

    def __init__(
        self,
        network: Network,
        hierarchy: Hierarchy,
        *,
        snap_metres: float = SNAP_METRES,
        snapper: Snapper | None = None,
        closed: NDArray[np.bool_] | None = None,
    ) -> None:
        """`closed` says for each segment whether it is (none); `snapper` saves making one."""
        self.network = network
        self._hierarchy = hierarchy
        self._snap_metres = snap_metres
        self._snapper = Snapper(network) if snapper is None else snapper
        self.closed = np.zeros(len(network.way), np.bool_) if closed is None else closed
        self._weights = customised(hierarchy, self._arc_weights())

    @classmethod
    def from_file(cls, file: Path) -> Roads:
        """The engine of a roads file; raises RoadsError."""
        return cls(*load(file))

    def with_closures(self, closures: Iterable[Closure]) -> Roads:
        """The same roads with just these closed: what was closed before is open again.

        Raises:
            InvalidProblem: a closure names no road here.
        """
        closed = np.zeros(len(self.network.way), np.bool_)
        for closure in closures:
            closed[self._segments(closure)] = True
        return Roads(
            self.network,
            self._hierarchy,
            snap_metres=self._snap_metres,
            snapper=self._snapper,
            closed=closed,
        )

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres between all pairs; see `TravelTimes.matrix`."""
        return self.table(points, points)

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres from each source to each target, (sources, targets) int64.

        Raises:
            InvalidProblem: a point is not a place on earth.
            OffTheRoads: sources (or else targets) are too far from any open road.
        """
        if not (len(sources) and len(targets)):
            nothing = np.zeros((len(sources), len(targets)), np.int64)
            return nothing, nothing.copy()
        start = self._snapped(sources)
        finish = start if targets is sources else self._snapped(targets)
        weight = many_to_many(
            self._hierarchy,
            self._weights,
            self.network.exit[start.segment],
            self._leaving(start),
            self.network.entry[finish.segment],
            self._arriving(finish),
        )
        self._on_the_same_road(weight, start, finish)
        return _read(weight)

    def _snapped(self, points: Sequence[Point]) -> Snapped:
        snapped = self._snapper.snap(points, self._snap_metres, self.closed)
        off = np.flatnonzero(snapped.segment < 0)
        if len(off):
            raise OffTheRoads([points[int(row)] for row in off], self._snap_metres)
        return snapped

    def _leaving(self, start: Snapped) -> Ints:
        """(n, 2) weight of driving from the place to the end of its segment, both ways."""
        left = np.stack([1.0 - start.along, start.along], axis=1)
        weight = self._part(start.segment, left)
        weight += self.network.junction[start.segment] << METRE_BITS
        return np.where(self.network.served[start.segment], weight, NEVER)

    def _arriving(self, finish: Snapped) -> Ints:
        """(n, 2) weight of driving from the beginning of its segment to the place, both ways."""
        done = np.stack([finish.along, 1.0 - finish.along], axis=1)
        weight = self._part(finish.segment, done)
        return np.where(self.network.served[finish.segment], weight, NEVER)

    def _on_the_same_road(self, weight: Ints, start: Snapped, finish: Snapped) -> None:
        """Between two places on one segment the bus need not come to its end; in place."""
        rows, columns = np.nonzero(start.segment[:, None] == finish.segment[None, :])
        segment = start.segment[rows]
        onward = finish.along[columns] - start.along[rows]
        for direction, share in ((ALONG, onward), (AGAINST, -onward)):
            may = (share >= 0) & self.network.served[segment, direction]
            both = np.stack([share, share], axis=1).clip(0.0)
            direct = self._part(segment, both)[:, direction]
            better = np.minimum(weight[rows, columns], direct)
            weight[rows, columns] = np.where(may, better, weight[rows, columns])

    def _part(self, segment: Ints, share: NDArray[np.float64]) -> Ints:
        """(n, 2) weights of parts of segments in both directions."""
        milliseconds = np.rint(self.network.drive[segment] * share).astype(np.int64)
        decimetres = np.rint(10 * self.network.metres[segment][:, None] * share)
        return np.asarray((milliseconds << METRE_BITS) + decimetres.astype(np.int64))

    def _arc_weights(self) -> Ints:
        _, _, milliseconds, segment = self.network.arcs()
        decimetres = np.rint(10 * self.network.metres).astype(np.int64)
        weight = (milliseconds << METRE_BITS) + np.where(segment < 0, 0, decimetres[segment])
        return np.where((segment >= 0) & self.closed[segment], NEVER, weight)

    def _segments(self, closure: Closure) -> Ints:
        if isinstance(closure, int):
            found = np.flatnonzero(self.network.way == closure)
            if not len(found):
                raise InvalidProblem(f"way {closure}", "closure", "is no road in this extract")
            return found
        snapped = self._snapper.snap([closure], CLOSURE_METRES)
        if snapped.segment[0] < 0:
            raise InvalidProblem(
                f"point ({closure[0]}, {closure[1]})",
                "closure",
                f"farther than {CLOSURE_METRES:.0f} m from any road",
            )
        return snapped.segment


def _read(weight: Ints) -> tuple[Matrix, Matrix]:
    """Whole seconds and metres, rounded up, so that no bus is expected too early."""
    milliseconds, decimetres = weight >> METRE_BITS, weight & ((1 << METRE_BITS) - 1)
    seconds, metres = -(-milliseconds // 1000), -(-decimetres // 10)
    no_way = (weight >= NEVER) | (seconds >= NO_WAY_SECONDS)
    seconds[no_way], metres[no_way] = NO_WAY_SECONDS, NO_WAY_METRES
    return seconds, metres
