"""How long it takes and how far it is, between any two of a list of points.

The protocol, and the embedded default: the straight line times a detour factor.
Roads engines fill the same protocol elsewhere. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from routing.errors import InvalidProblem
from routing.model import Matrix

Point = tuple[float, float]
"""(latitude, longitude) in degrees, WGS 84."""

EARTH_RADIUS: Final = 6_371_008.8
"""Mean radius in metres (IUGG)."""
NO_WAY_SECONDS: Final = 7 * 24 * 3600
"""What an engine answers where no road leads: longer than any service day, so that no
timetable can hold it, and small enough to be added up safely. See docs/decisions/roads.md."""
NO_WAY_METRES: Final = 10_000_000
"""The distance that goes with it."""
SNAP_METRES: Final = 1_000.0
"""A place farther from any road than this is a mistake in its position, or no place for a bus."""


class TravelTimes(Protocol):
    """Anything that can fill the two matrices of a problem."""

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Return (durations in seconds, distances in metres), each (n, n) int64, row = from.

        Going back may take another time than going there, and going through a third place
        may even be quicker (where turning round at a stop is allowed and at a crossing is
        not). Where no road leads: NO_WAY_SECONDS and NO_WAY_METRES.

        Raises:
            InvalidProblem: a point is not a place on earth.
            OffTheRoads: points are too far from any road.
        """
        ...


@dataclass(frozen=True, slots=True)
class StraightLine:
    """The great circle × `detour_factor`, driven slowly at first and then faster.

    The first `slow_metres` of every journey go at `slow_speed` (villages, lanes,
    turning round), the rest at `fast_speed`. Seconds are rounded up, so that going
    through a third place is never quicker.

    Parameters
    ----------
    detour_factor : float
        How much longer roads are than the straight line.
    slow_speed, fast_speed : float
        Metres a second.
    slow_metres : float
    """

    detour_factor: float = 1.3
    slow_speed: float = 9.0
    fast_speed: float = 15.5
    slow_metres: float = 4_000.0

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """How long it takes and how far it is between all points.

        Parameters
        ----------
        points : sequence of (float, float)
            n times (latitude, longitude) in degrees, WGS 84.

        Returns
        -------
        durations, distances : ndarray of int64, shape (n, n)
            Seconds and metres, from the point of the row to that of the column.

        Raises
        ------
        InvalidProblem
            A point is not a place on earth: NaN, or beyond 90 or 180 degrees.
        """
        metres = great_circle(points) * self.detour_factor
        slow = np.minimum(metres, self.slow_metres)
        seconds = slow / self.slow_speed + (metres - slow) / self.fast_speed
        return np.ceil(seconds).astype(np.int64), np.ceil(metres).astype(np.int64)


def great_circle(points: Sequence[Point]) -> NDArray[np.float64]:
    """Metres between all pairs of points on a sphere, (n, n), by the chord between them."""
    degrees = checked_degrees(points)
    latitude, longitude = np.radians(degrees).T
    flat = np.cos(latitude)
    ball = np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=1)
    chord = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (ball @ ball.T)))
    metres = 2.0 * EARTH_RADIUS * np.arcsin(np.minimum(1.0, chord / 2.0))
    np.fill_diagonal(metres, 0.0)
    return np.asarray(metres, dtype=np.float64)


def checked_degrees(points: Sequence[Point]) -> NDArray[np.float64]:
    """The points as (n, 2) numbers; raises InvalidProblem naming one that is not on earth."""
    degrees = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    wrong = ~np.isfinite(degrees).all(axis=1)
    wrong |= (np.abs(degrees[:, 0]) > 90) | (np.abs(degrees[:, 1]) > 180)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        latitude, longitude = degrees[row]
        raise InvalidProblem(
            f"point {row}", "location", f"({latitude}, {longitude}) is not a place on earth"
        )
    return degrees
