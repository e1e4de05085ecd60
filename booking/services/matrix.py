"""Travel times between places, looked up before a transaction and used inside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from booking.adapters.travel_times import TravelTimes
from routing.errors import OffTheRoads
from routing.model import Matrix
from routing.travel_times import NO_WAY_METRES, NO_WAY_SECONDS

Point = tuple[float, float]

_log = logging.getLogger(__name__)


class PlacesMissing(Exception):
    """The day has gained places since the look-up: leave the transaction, look up, try again."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceMatrix:
    """Seconds and metres between places, by their ids."""

    index: Mapping[int, int]
    durations: Matrix
    distances: Matrix
    off_road: frozenset[int] = frozenset()
    """Places too far from any road: no bus comes there, and everybody else's day goes on."""

    def covers(self, place_ids: frozenset[int]) -> bool:
        """Whether every one of those places is in it."""
        return place_ids <= self.index.keys()

    def seconds(self, start: int, finish: int) -> int:
        """Direct driving time between two places."""
        return int(self.durations[self.index[start], self.index[finish]])

    def has_way(self, start: int, finish: int) -> bool:
        """Whether a road leads from the one to the other."""
        return self.seconds(start, finish) < NO_WAY_SECONDS

    def metres(self, start: int, finish: int) -> int:
        """Direct driving distance between two places."""
        return int(self.distances[self.index[start], self.index[finish]])


def look_up(travel_times: TravelTimes, points: Mapping[int, Point]) -> PlaceMatrix:
    """Ask the travel-time engine for all pairs. Never call it with a transaction open.

    One place without a road must not keep a whole zone from being planned: it has no way
    to or from it, like a place cut off.
    """
    ids = sorted(points)
    if not ids:
        empty = np.zeros((0, 0), dtype=np.int64)
        return PlaceMatrix({}, empty, empty)
    try:
        durations, distances = travel_times.matrix([points[place] for place in ids])
    except OffTheRoads as error:
        off = frozenset(place for place in ids if points[place] in error.points)
        if not off:
            raise
        _log.warning("places %s are too far from any road", sorted(off))
        rest = {place: points[place] for place in ids if place not in off}
        return _with_off_road(look_up(travel_times, rest), off)
    return PlaceMatrix({place: row for row, place in enumerate(ids)}, durations, distances)


def _with_off_road(found: PlaceMatrix, off: frozenset[int]) -> PlaceMatrix:
    """The matrix with those places added, which nothing leads to."""
    size = len(found.index) + len(off)
    durations = np.full((size, size), NO_WAY_SECONDS, np.int64)
    distances = np.full((size, size), NO_WAY_METRES, np.int64)
    ids = sorted({*found.index, *off})
    known = [row for row, place in enumerate(ids) if place in found.index]
    durations[np.ix_(known, known)] = found.durations
    distances[np.ix_(known, known)] = found.distances
    np.fill_diagonal(durations, 0)
    np.fill_diagonal(distances, 0)
    index = {place: row for row, place in enumerate(ids)}
    return PlaceMatrix(index, durations, distances, found.off_road | off)
