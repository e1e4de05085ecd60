"""OSRM: in blocks, tried again where that can help, and believed only within reason."""

from __future__ import annotations

import io
import json
import urllib.error
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from booking.adapters import osrm as module
from booking.adapters.osrm import EngineAway, Osrm
from routing.errors import InvalidProblem, OffTheRoads
from routing.travel_times import NO_WAY_METRES, NO_WAY_SECONDS, Point

HOSE, HARBY, ISLAND = (52.857, -0.904), (52.873, -0.896), (50.0, -1.3)


class Server:
    """Answers as OSRM does: 10.2 s and 100.2 m for each step between the places' numbers."""

    def __init__(self, *failures: Exception | bytes, snapped: float = 3.0) -> None:
        self.asked: list[str] = []
        self.failures = list(failures)
        self.snapped = snapped

    def __call__(self, address: str, seconds: float) -> bytes:
        self.asked.append(address)
        assert seconds == module.TIMEOUT_SECONDS
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        parts = urlsplit(address)
        spots = [one.split(",") for one in parts.path.rsplit("/", 1)[1].split(";")]
        query = parse_qs(parts.query)
        rows = [float(spots[int(k)][1]) for k in query["sources"][0].split(";")]
        columns = [float(spots[int(k)][1]) for k in query["destinations"][0].split(";")]

        def table(unit: float) -> list[list[float | None]]:
            return [
                [None if 50.0 in (a, b) and a != b else unit * abs(a - b) for b in columns]
                for a in rows
            ]

        waypoint = {"distance": self.snapped}
        return json.dumps(
            {
                "code": "Ok",
                "durations": table(1000.0),
                "distances": table(100_000.0),
                "sources": [waypoint] * len(rows),
                "destinations": [waypoint] * len(columns),
            }
        ).encode()


def engine(server: Server, pauses: list[float] | None = None) -> Osrm:
    kept = [] if pauses is None else pauses
    return Osrm("http://osrm.test:5000/", fetch=server, sleep=kept.append)


def test_a_table_is_asked_for_and_rounded_up() -> None:
    """The table service with both annotations, longitude first; null is no way."""
    server = Server()
    seconds, metres = engine(server).matrix([HOSE, HARBY, ISLAND])
    assert seconds.tolist()[0] == [0, 16, NO_WAY_SECONDS]
    assert metres.tolist()[0] == [0, 1600, NO_WAY_METRES]
    assert seconds.dtype == metres.dtype == np.int64
    assert server.asked[0].startswith("http://osrm.test:5000/table/v1/driving/-0.904000,52.857000;")
    assert "annotations=duration,distance" in server.asked[0]


def test_large_tables_go_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven places in blocks of three: nine questions, and the same answer as in one."""
    places: list[Point] = [(52.0 + k / 100, -1.0) for k in range(7)]
    whole = engine(Server()).matrix(places)
    monkeypatch.setattr(module, "BLOCK", 3)
    server = Server()
    assert (engine(server).matrix(places)[0] == whole[0]).all()
    assert len(server.asked) == 9


@pytest.mark.parametrize(
    "failure",
    [
        TimeoutError("timed out"),
        urllib.error.URLError("connection refused"),
        urllib.error.HTTPError("", 503, "", {}, io.BytesIO(b"")),  # type: ignore[arg-type]
        b"<html>busy</html>",
        b'{"code": "Ok"}',
    ],
)
def test_what_may_pass_is_tried_again(failure: Exception | bytes) -> None:
    """Twice, after a moment each, and then it is away with a reason."""
    pauses: list[float] = []
    server = Server(failure, failure)
    assert engine(server, pauses).matrix([HOSE, HARBY])[0][0, 1] == 16
    assert (len(server.asked), pauses) == (3, [0.2, 0.4])
    with pytest.raises(EngineAway, match=r"osrm\.test"):
        engine(Server(failure, failure, failure)).matrix([HOSE, HARBY])


def test_what_cannot_pass_is_not_tried_again() -> None:
    """A server that says the table is too big will say so again."""
    body = io.BytesIO(b'{"code": "TooBig"}')
    server = Server(urllib.error.HTTPError("", 400, "", {}, body))  # type: ignore[arg-type]
    with pytest.raises(EngineAway, match="400 TooBig"):
        engine(server).matrix([HOSE, HARBY])
    assert len(server.asked) == 1


def test_a_road_too_far_away_is_not_believed() -> None:
    """OSRM snaps at any distance; a place in the sea is no place for a bus."""
    with pytest.raises(OffTheRoads, match=r"52\.857"):
        engine(Server(snapped=5_000.0)).matrix([HOSE, HARBY])


def test_a_table_of_another_size_is_not_believed() -> None:
    """Half an answer is none."""
    half: dict[str, Any] = {
        "code": "Ok", "durations": [[0.0]], "distances": [[0.0]],
        "sources": [{"distance": 0}] * 2, "destinations": [{"distance": 0}] * 2,
    }  # fmt: skip

    def fetch(_address: str, _seconds: float) -> bytes:
        return json.dumps(half).encode()

    with pytest.raises(EngineAway, match="table of"):
        Osrm("http://osrm.test", fetch=fetch, sleep=lambda _: None).matrix([HOSE, HARBY])


def test_nonsense_is_not_sent() -> None:
    """A point off the globe is refused before anybody is asked."""
    server = Server()
    with pytest.raises(InvalidProblem):
        engine(server).matrix([HOSE, (91.0, 0.0)])
    assert server.asked == []
