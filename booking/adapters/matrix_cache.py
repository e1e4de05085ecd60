"""What an engine answered is not asked again: a bounded square of pairs of places.

Imports routing's values only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from routing.model import Matrix
from routing.travel_times import Point

MOST_PLACES: Final = 1_500
"""Of these many every pair is kept: 18 MB."""
KEEP_SECONDS: Final = 24 * 3600.0
"""Then everything is asked for afresh: the map behind the engine may be a new one."""
UNKNOWN: Final = -1

Small = NDArray[np.int32]


class Tables(Protocol):
    """An engine that can be asked for a part of a matrix."""

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres from each source to each target; errors as `TravelTimes.matrix`."""
        ...

    def state(self) -> object:
        """Something that is another thing once earlier answers no longer hold."""
        ...


class Cached:
    """An engine and what it has answered; safe for threads, which never wait for it here."""

    def __init__(
        self,
        engine: Tables,
        *,
        most: int = MOST_PLACES,
        keep_seconds: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self._most, self._keep, self._clock = most, keep_seconds, clock
        self._lock = threading.Lock()
        self._forget(None)

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres between all pairs; see `TravelTimes.matrix`."""
        places = list(dict.fromkeys((float(lat), float(lon)) for lat, lon in points))
        if len(places) > self._most:
            return self.engine.table(points, points)
        state = self.engine.state()
        seconds, metres = self._known(places, state)
        for rows, columns in _wanted(seconds):
            answer = self.engine.table([places[r] for r in rows], [places[c] for c in columns])
            cells = np.ix_(rows, columns)
            seconds[cells], metres[cells] = answer
            self._keep_answer(places, rows, columns, answer, state)
        number = {place: row for row, place in enumerate(places)}
        order = [number[float(lat), float(lon)] for lat, lon in points]
        cells = np.ix_(order, order)
        return seconds[cells].astype(np.int64), metres[cells].astype(np.int64)

    def _forget(self, state: object) -> None:
        self._state, self._since = state, self._clock()
        self._row: dict[Point, int] = {}
        self._seconds: Small = np.empty((0, 0), np.int32)
        self._metres: Small = np.empty((0, 0), np.int32)

    def _known(self, places: list[Point], state: object) -> tuple[Small, Small]:
        """What is known of all pairs, UNKNOWN elsewhere; makes room for the new places."""
        with self._lock:
            if state != self._state or self._clock() - self._since > self._keep:
                self._forget(state)
            for place in places:  # those asked for last come last, and are the last to go
                self._row[place] = self._row.pop(place, UNKNOWN)
            if sum(row == UNKNOWN for row in self._row.values()):
                self._make_room()
            rows = [self._row[place] for place in places]
            cells = np.ix_(rows, rows)
            return self._seconds[cells], self._metres[cells]

    def _make_room(self) -> None:
        """Give every place a row, letting go of those not asked for the longest."""
        for place in list(self._row)[: max(0, len(self._row) - self._most)]:
            del self._row[place]
        old = [(new, row) for new, row in enumerate(self._row.values()) if row != UNKNOWN]
        kept, rows = [new for new, _ in old], [row for _, row in old]
        grown = []
        for table in (self._seconds, self._metres):
            bigger: Small = np.full((len(self._row), len(self._row)), UNKNOWN, np.int32)
            bigger[np.ix_(kept, kept)] = table[np.ix_(rows, rows)]
            grown.append(bigger)
        self._seconds, self._metres = grown
        self._row = {place: row for row, place in enumerate(self._row)}

    def _keep_answer(
        self,
        places: list[Point],
        rows: Sequence[int],
        columns: Sequence[int],
        answer: tuple[Matrix, Matrix],
        state: object,
    ) -> None:
        """Write down what was answered for those places that still have a row."""
        with self._lock:
            if state != self._state:
                return
            from_here = [
                (k, self._row[places[r]]) for k, r in enumerate(rows) if places[r] in self._row
            ]
            to_here = [
                (k, self._row[places[c]]) for k, c in enumerate(columns) if places[c] in self._row
            ]
            if not (from_here and to_here):
                return
            asked = np.ix_([k for k, _ in from_here], [k for k, _ in to_here])
            kept = np.ix_([row for _, row in from_here], [row for _, row in to_here])
            self._seconds[kept], self._metres[kept] = answer[0][asked], answer[1][asked]


def _wanted(seconds: Small) -> list[tuple[list[int], list[int]]]:
    """Which (rows, columns) to ask for so that nothing stays unknown.

    New places against all, all others against the new; then rows with a gap, whole.
    """
    everything = list(range(len(seconds)))
    new = [row for row in everything if seconds[row, row] == UNKNOWN]
    if len(new) == len(everything):
        return [(new, new)] if new else []
    others = [row for row in everything if seconds[row, row] != UNKNOWN]
    found = [(new, everything), (others, new)] if new else []
    gaps = [row for row in others if (seconds[row, others] == UNKNOWN).any()]
    if gaps:
        found.append((gaps, others))
    return found
