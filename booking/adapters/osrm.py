"""Travel times from an OSRM server over HTTP (its table service): real roads with turn rules.

Large tables are asked for in blocks. A try that fails in a way that may pass is repeated;
when that does not help, EngineAway is raised and whoever called decides what to do.
Never call it with a transaction open. Imports routing's values only.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from routing.errors import OffTheRoads
from routing.model import Matrix
from routing.travel_times import (
    NO_WAY_METRES,
    NO_WAY_SECONDS,
    SNAP_METRES,
    Point,
    checked_degrees,
)

TIMEOUT_SECONDS: Final = 4.0
"""For one try: somebody may be waiting for the page."""
TRIES: Final = 3
PAUSE_SECONDS: Final = 0.2
"""Before the second try; twice as long before the third."""
BLOCK: Final = 100
"""Sources, and targets, in one question: an address of some 5,000 characters, and an answer
within the time also where OSRM has to walk every way for its length."""

Fetch = Callable[[str, float], bytes]
"""The body at an address, within so many seconds; raises OSError (also HTTPError)."""


class EngineAway(Exception):
    """The engine gave no answer that can be used; the message says what it did instead."""


class Osrm:
    """Asks one server. `fetch` and `sleep` are for tests."""

    def __init__(
        self,
        url: str,
        *,
        fetch: Fetch | None = None,
        sleep: Callable[[float], None] = time.sleep,
        snap_metres: float = SNAP_METRES,
    ) -> None:
        self._url = url.rstrip("/")
        self._fetch = fetch or _fetch
        self._sleep = sleep
        self._snap_metres = snap_metres

    def state(self) -> object:
        """Never changes by itself: what was answered once is answered again."""
        return self._url

    def describe(self) -> str:
        return f"OSRM at {self._url}"

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres between all pairs; see `TravelTimes.matrix`."""
        return self.table(points, points)

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres from each source to each target, (sources, targets) int64.

        Raises:
            EngineAway: the server does not answer, or not with a table.
            InvalidProblem: a point is not a place on earth.
            OffTheRoads: OSRM had to go too far from a place to find a road.
        """
        checked_degrees([*sources, *targets])
        seconds = np.zeros((len(sources), len(targets)), np.int64)
        metres = seconds.copy()
        for row in range(0, len(sources), BLOCK):
            for column in range(0, len(targets), BLOCK):
                rows, columns = slice(row, row + BLOCK), slice(column, column + BLOCK)
                block = self._block(sources[rows], targets[columns])
                seconds[rows, columns], metres[rows, columns] = block
        same = np.array([[a == b for b in targets] for a in sources], np.bool_)
        if same.size:
            seconds[same] = metres[same] = 0
        return seconds, metres

    def _block(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        answer = self._ask(self._address(sources, targets))
        self._check_snapped(answer["sources"], sources)
        self._check_snapped(answer["destinations"], targets)
        shape = (len(sources), len(targets))
        return (
            _whole(answer["durations"], NO_WAY_SECONDS, shape),
            _whole(answer["distances"], NO_WAY_METRES, shape),
        )

    def _address(self, sources: Sequence[Point], targets: Sequence[Point]) -> str:
        places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in (*sources, *targets))
        first = ";".join(map(str, range(len(sources))))
        rest = ";".join(map(str, range(len(sources), len(sources) + len(targets))))
        return (
            f"{self._url}/table/v1/driving/{places}"
            f"?sources={first}&destinations={rest}"
            "&annotations=duration,distance&generate_hints=false"
        )

    def _ask(self, address: str) -> dict[str, Any]:
        said = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                return _table(self._fetch(address, TIMEOUT_SECONDS))
            except urllib.error.HTTPError as error:
                said = f"HTTP {error.code} {_reason(error)}".strip()
                if error.code < 500 and error.code != 429:
                    break  # asking the same again cannot help
            except OSError as error:
                said = str(getattr(error, "reason", error)) or type(error).__name__
        raise EngineAway(f"OSRM at {self._url}: {said}")

    def _check_snapped(self, waypoints: Sequence[dict[str, Any]], points: Sequence[Point]) -> None:
        """OSRM takes the nearest road, however far: this refuses one that is too far."""
        found = zip(waypoints, points, strict=True)
        off = [point for spot, point in found if spot["distance"] > self._snap_metres]
        if off:
            raise OffTheRoads(off, self._snap_metres)


def _fetch(address: str, seconds: float) -> bytes:
    with urllib.request.urlopen(address, timeout=seconds) as answer:  # noqa: S310 - checked setting
        return bytes(answer.read())


def _table(body: bytes) -> dict[str, Any]:
    """The answer, if it is a table; raises OSError otherwise."""
    try:
        answer = json.loads(body)
    except ValueError:
        raise OSError("answered with something that is no JSON") from None
    wanted = {"durations", "distances", "sources", "destinations"}
    if not isinstance(answer, dict) or answer.get("code") != "Ok" or not wanted <= answer.keys():
        raise OSError("answered without a table of durations and distances")
    return answer


def _reason(error: urllib.error.HTTPError) -> str:
    """What OSRM says of its own error, such as TooBig."""
    try:
        return str(json.loads(error.read(2000)).get("code", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _whole(numbers: Any, no_way: int, shape: tuple[int, int]) -> Matrix:
    """Rounded up, so that no bus is expected too early; `no_way` where OSRM says null."""
    table = np.array(numbers, np.float64)
    if table.shape != shape:
        raise EngineAway(f"OSRM answered with a table of {table.shape}, not {shape}")
    whole = np.where(np.isfinite(table), np.ceil(np.clip(table, 0, no_way)), no_way)
    return np.asarray(whole, np.int64)
