"""Travel times between places, looked up before a transaction and used inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from booking.adapters.travel_times import TravelTimes
from routing.model import Matrix

Point = tuple[float, float]


class PlacesMissing(Exception):
    """The day has gained places since the look-up: leave the transaction, look up, try again."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceMatrix:
    """Seconds and metres between places, by their ids."""

    index: Mapping[int, int]
    durations: Matrix
    distances: Matrix

    def covers(self, place_ids: frozenset[int]) -> bool:
        """Whether every one of those places is in it."""
        return place_ids <= self.index.keys()

    def seconds(self, start: int, finish: int) -> int:
        """Direct driving time between two places."""
        return int(self.durations[self.index[start], self.index[finish]])

    def metres(self, start: int, finish: int) -> int:
        """Direct driving distance between two places."""
        return int(self.distances[self.index[start], self.index[finish]])


def look_up(travel_times: TravelTimes, points: Mapping[int, Point]) -> PlaceMatrix:
    """Ask the travel-time engine for all pairs. Never call it with a transaction open."""
    ids = sorted(points)
    if not ids:
        empty = np.zeros((0, 0), dtype=np.int64)
        return PlaceMatrix({}, empty, empty)
    durations, distances = travel_times.matrix([points[place] for place in ids])
    return PlaceMatrix({place: row for row, place in enumerate(ids)}, durations, distances)
