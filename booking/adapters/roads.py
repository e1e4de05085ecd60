"""Travel times over real roads in this process: a roads file, and the roads closed today.

Closures are lines of a text file beside the roads file, looked at every few seconds, so
that one command closes a road for all processes. Imports routing and the settings' error.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from routing.errors import InvalidProblem
from routing.model import Matrix
from routing.travel_times import Point

if TYPE_CHECKING:
    from routing.roads.engine import Closure, Roads

LOOK_SECONDS: Final = 5.0
"""How long a closure takes to be noticed at most."""

_log = logging.getLogger(__name__)


class BadClosure(Exception):
    """A line that closes nothing; the message names it."""


class LiveRoads:
    """The roads of a file with the closures of the moment; safe for threads."""

    def __init__(self, roads: Roads, file: Path, clock: Callable[[], float] = time.monotonic):
        """Raises BadClosure where the list of closures cannot be used."""
        self.file = file
        self._roads = roads
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = clock()
        self._seen = _stamp(closures_file(file))
        if self._seen is not None:
            self._roads = roads.with_closures(read_closures(file))

    @property
    def roads(self) -> Roads:
        """The engine with what is closed just now."""
        self._look()
        return self._roads

    def state(self) -> object:
        """Another one whenever a road was closed or opened."""
        return self.roads

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres from each source to each target."""
        return self.roads.table(sources, targets)

    def describe(self) -> str:
        roads = self.roads
        closed = int(roads.closed.sum())
        return (
            f"the roads of {self.file} ({len(roads.network.way):,} pieces of road"
            f"{f', {closed} of them closed' if closed else ''})"
        )

    def _look(self) -> None:
        """Weigh the roads again if the closures have changed; a bad list changes nothing."""
        if self._clock() - self._looked < LOOK_SECONDS or not self._lock.acquire(blocking=False):
            return
        try:
            self._looked = self._clock()
            found = _stamp(closures_file(self.file))
            if found == self._seen:
                return
            self._seen = found
            self._roads = self._roads.with_closures(read_closures(self.file))
        except (BadClosure, InvalidProblem) as error:
            _log.error("the list of closed roads was not used: %s", error)
        finally:
            self._lock.release()


def closures_file(roads_file: Path) -> Path:
    """Where the closures of that roads file are listed."""
    return roads_file.with_suffix(".closed.txt")


def read_closures(roads_file: Path) -> list[Closure]:
    """What is closed of that roads file; raises BadClosure where a line makes no sense."""
    return [closure_of(line) for line in closure_lines(roads_file)]


def closure_lines(roads_file: Path) -> list[str]:
    """The closures as they were written, one a line, without remarks (`#`); none without a file.

    Raises:
        BadClosure: the file cannot be read.
    """
    file = closures_file(roads_file)
    if not file.exists():
        return []
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BadClosure(f"{file} cannot be read ({error})") from error
    said = [line.partition("#")[0].strip() for line in lines]
    return [line for line in said if line]


def write_closures(roads_file: Path, lines: Sequence[str]) -> None:
    """Close just these, whole or not at all; raises OSError."""
    file = closures_file(roads_file)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    beside.replace(file)


def closure_of(text: str) -> Closure:
    """A closure in words, `way 12345` or `52.7661,-0.8860`; raises BadClosure."""
    try:
        if text.startswith("way "):
            return int(text.removeprefix("way "))
        latitude, longitude = text.split(",")
        return float(latitude), float(longitude)
    except ValueError:
        raise BadClosure(
            f"{text!r} is neither a way (way 12345) nor a point (52.7661,-0.8860)"
        ) from None


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
