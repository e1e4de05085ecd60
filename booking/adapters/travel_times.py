"""Travel times: which engine the settings ask for, and what stands in while it is away.

The straight line by default; the roads of ROADS_FILE in this process; OSRM at OSRM_URL,
with the one or the other to stand in for it. Never call one with a transaction open,
but for those that are immediate. Imports the other engines here, config and routing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from booking.adapters.matrix_cache import Cached, Tables
from booking.adapters.osrm import EngineAway, Osrm
from booking.adapters.roads import BadClosure, LiveRoads
from booking.config import Settings, SettingsError
from routing.errors import RoutingError
from routing.model import Matrix
from routing.travel_times import Point, StraightLine, TravelTimes

__all__ = [
    "TravelTimes",
    "WithStandIn",
    "describe",
    "is_immediate",
    "travel_times_from",
    "trouble",
]

LEAVE_ALONE_SECONDS: Final = 30.0
"""So long an engine that gave no answer is not asked again: nobody waits for it twice."""
SAY_SECONDS: Final = 600.0
"""So long after its last failure people are told: nobody may have asked it since."""

_log = logging.getLogger(__name__)


class WithStandIn:
    """The first engine, and while that is away the second, never without saying so."""

    def __init__(
        self,
        first: TravelTimes,
        second: TravelTimes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.first, self.second = first, second
        self._clock = clock
        self._away_until = 0.0
        self._away = ""

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres between all pairs; see `TravelTimes.matrix`."""
        if not self._away or self._clock() >= self._away_until:
            try:
                answer = self.first.matrix(points)
            except EngineAway as error:
                self._away_until = self._clock() + LEAVE_ALONE_SECONDS
                self._away = str(error)
                _log.warning("travel times from %s: %s", describe(self.second), error)
            else:
                if self._away:
                    self._away = ""
                    _log.warning("travel times from %s again", describe(self.first))
                return answer
        return self.second.matrix(points)

    def describe(self) -> str:
        return f"{describe(self.first)}; should it be away: {describe(self.second)}"

    def trouble(self) -> str:
        """A sentence for people while the stand-in answers; else empty."""
        if not self._away or self._clock() > self._away_until + SAY_SECONDS:
            return ""
        return f"The roads engine does not answer. Driving times come from {describe(self.second)}."


def travel_times_from(settings: Settings) -> TravelTimes:
    """The engine the settings name; the straight line needs no data and never fails.

    Raises:
        SettingsError: ROADS_FILE or its list of closed roads cannot be used.
    """
    near: TravelTimes = StraightLine()
    if settings.roads_file:
        near = Cached(_roads_of(Path(settings.roads_file)))
    if not settings.osrm_url:
        return near
    return WithStandIn(Cached(Osrm(settings.osrm_url)), near)


def is_immediate(travel_times: TravelTimes) -> bool:
    """Whether a look-up is plain arithmetic in memory, harmless while a lock is held."""
    return isinstance(travel_times, StraightLine)


def describe(travel_times: TravelTimes | Tables) -> str:
    """Which engine it is, in a few words."""
    if isinstance(travel_times, StraightLine):
        return f"the straight line × {travel_times.detour_factor:g}"
    if isinstance(travel_times, Cached):
        return describe(travel_times.engine)
    say = getattr(travel_times, "describe", None)
    return str(say()) if say else type(travel_times).__name__


def trouble(travel_times: TravelTimes) -> str:
    """What people should know about driving times just now; empty when all is well."""
    return travel_times.trouble() if isinstance(travel_times, WithStandIn) else ""


def _roads_of(file: Path) -> LiveRoads:
    from routing.roads.engine import Roads  # shapely and compiled code: only where it is used
    from routing.warming import warm_roads

    warm_roads()
    try:
        return LiveRoads(Roads.from_file(file), file)
    except (RoutingError, BadClosure) as error:
        raise SettingsError(f"ROADS_FILE cannot be used: {error}") from error
