"""Which engine is asked, what is remembered, and what stands in while one is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from booking.adapters.matrix_cache import Cached
from booking.adapters.osrm import EngineAway, Osrm
from booking.adapters.roads import LiveRoads, closures_file, write_closures
from booking.adapters.travel_times import (
    WithStandIn,
    describe,
    is_immediate,
    travel_times_from,
    trouble,
)
from booking.config import Settings, SettingsError
from routing.errors import OffTheRoads
from routing.model import Matrix
from routing.roads.building import build_roads
from routing.roads.files import save
from routing.travel_times import Point, StraightLine
from tests.unit.routing.drawing import draw, spot
from tests.unit.routing.test_roads import RING, ROUND, A, B, C

LINE: list[Point] = [(52.0 + k / 10, -1.0) for k in range(8)]


class Counting:
    """A straight line that counts the pairs it is asked for."""

    def __init__(self) -> None:
        self.pairs = 0
        self.version = 1
        self.off: tuple[Point, ...] = ()

    def state(self) -> object:
        return self.version

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Matrix, Matrix]:
        if lost := [point for point in (*sources, *targets) if point in self.off]:
            raise OffTheRoads(lost, 1000)
        self.pairs += len(sources) * len(targets)
        seconds, metres = StraightLine().matrix([*sources, *targets])
        rows = slice(0, len(sources))
        return seconds[rows, len(sources) :], metres[rows, len(sources) :] + self.version


def settings(**more: str) -> Settings:
    return Settings("sqlite://", "redis://127.0.0.1", "k" * 40, Path("."), **more)  # type: ignore[arg-type]


@pytest.fixture
def roads_file(tmp_path: Path) -> Path:
    """The ring road, built."""
    file = tmp_path / "roads.npz"
    save(file, *build_roads(draw(tmp_path / "map.osm", RING, ROUND)))
    return file


def right(answer: tuple[Matrix, Matrix], points: Sequence[Point]) -> bool:
    return bool((answer[0] == StraightLine().matrix(points)[0]).all())


def test_a_pair_is_asked_for_once() -> None:
    """Again, in another order, with a place more, with old places that never met."""
    engine = Counting()
    cached = Cached(engine)
    for points, pairs in (
        (LINE[:3], 9),
        (LINE[:3], 0),
        ([LINE[2], LINE[0], LINE[2]], 0),
        (LINE[:4], 4 + 3),
        (LINE[4:6], 4),
        ([LINE[0], LINE[4]], 4),
        ([], 0),
    ):
        before = engine.pairs
        assert right(cached.matrix(points), points)
        assert engine.pairs - before == pairs


def test_the_memory_is_bounded_and_the_oldest_goes_first() -> None:
    """With room for four places, of which the three asked for last are still known."""
    engine = Counting()
    cached = Cached(engine, most=4)
    cached.matrix(LINE[:4])
    cached.matrix(LINE[1:4])
    cached.matrix([*LINE[2:4], LINE[5]])
    before = engine.pairs
    cached.matrix([*LINE[2:4], LINE[5]])
    assert engine.pairs == before
    assert len(cached._row) <= 4
    assert right(cached.matrix(LINE), LINE)  # more than there is room for: asked as they are
    assert right(cached.matrix(LINE[:2]), LINE[:2])


def test_what_was_remembered_ends_with_a_day_or_a_closure() -> None:
    """An engine whose state changes, or a day gone by: everything is asked afresh."""
    now = [0.0]
    engine = Counting()
    cached = Cached(engine, clock=lambda: now[0])
    first = cached.matrix(LINE[:2])[1][0, 1]
    engine.version = 2
    assert cached.matrix(LINE[:2])[1][0, 1] == first + 1
    now[0] = 25 * 3600.0
    before = engine.pairs
    cached.matrix(LINE[:2])
    assert engine.pairs == before + 4


def test_a_place_off_the_roads_spoils_nothing() -> None:
    """The error comes through, and the others are answered as before."""
    engine = Counting()
    cached = Cached(engine)
    engine.off = (LINE[7],)
    with pytest.raises(OffTheRoads):
        cached.matrix([LINE[0], LINE[7]])
    assert right(cached.matrix(LINE[:3]), LINE[:3])


class Shaky:
    """An engine that can be switched off."""

    def __init__(self) -> None:
        self.on, self.asked = False, 0

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        self.asked += 1
        if not self.on:
            raise EngineAway("Shaky: no answer")
        nothing = np.zeros((len(points), len(points)), np.int64)
        return nothing, nothing


def test_a_stand_in_is_never_silent(caplog: pytest.LogCaptureFixture) -> None:
    """Said in the log and in words for people; asked again after a while; said when it is back."""
    now = [100.0]
    shaky = Shaky()
    engine = WithStandIn(shaky, StraightLine(), clock=lambda: now[0])
    assert trouble(engine) == ""
    with caplog.at_level(logging.WARNING):
        assert right(engine.matrix(LINE), LINE)
    assert "straight line" in caplog.text
    assert "no answer" in caplog.text
    assert "does not answer" in trouble(engine)
    engine.matrix(LINE)
    assert shaky.asked == 1  # nobody waits for it twice
    now[0] += 31 + 600
    assert trouble(engine) == ""  # long ago, and nobody has asked since
    engine.matrix(LINE)
    assert "does not answer" in trouble(engine)
    now[0] += 31
    shaky.on = True
    assert engine.matrix(LINE)[0].sum() == 0
    assert trouble(engine) == ""
    assert "again" in caplog.text


def test_the_settings_choose_the_engine(roads_file: Path) -> None:
    """Nothing: the straight line. A roads file: that. OSRM: that, with the other to stand in."""
    plain = travel_times_from(settings())
    assert isinstance(plain, StraightLine)
    assert is_immediate(plain)
    roads = travel_times_from(settings(roads_file=str(roads_file)))
    assert isinstance(roads, Cached)
    assert not is_immediate(roads)
    assert "6 pieces of road" in describe(roads)
    assert roads.matrix([A, B])[1][0, 1] == 995
    osrm = travel_times_from(settings(osrm_url="http://osrm.test", roads_file=str(roads_file)))
    assert isinstance(osrm, WithStandIn)
    assert isinstance(osrm.first, Cached)
    assert isinstance(osrm.first.engine, Osrm)
    assert "osrm.test" in describe(osrm)
    assert "6 pieces of road" in describe(osrm)


def test_a_roads_file_that_is_none_stops_the_start(tmp_path: Path, roads_file: Path) -> None:
    """One line that names the setting; the same for a list of closures nobody understands."""
    wrong = tmp_path / "wrong.npz"
    wrong.write_text("nothing of the kind")
    with pytest.raises(SettingsError, match=r"ROADS_FILE .* not a roads file"):
        travel_times_from(settings(roads_file=str(wrong)))
    closures_file(roads_file).write_text("the bridge\n")
    with pytest.raises(SettingsError, match="the bridge"):
        travel_times_from(settings(roads_file=str(roads_file)))


def test_closures_are_noticed_while_it_runs(
    roads_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Closed, opened, and a list with a mistake in it, which changes nothing and is logged."""
    cached = travel_times_from(settings(roads_file=str(roads_file)))
    assert isinstance(cached, Cached)
    live = cached.engine
    assert isinstance(live, LiveRoads)
    now = [live._looked]
    live._clock = lambda: now[0]
    near = spot(2000, 300)
    short = cached.matrix([B, near])[1][0, 1]

    def after(lines: list[str]) -> int:
        write_closures(roads_file, lines)
        now[0] += 10
        return int(cached.matrix([B, near])[1][0, 1])

    assert after(["way 2"]) > 3 * short
    assert "closed" in describe(cached)
    with caplog.at_level(logging.ERROR):
        assert after(["way 2", "way 99"]) > 3 * short
    assert "way 99" in caplog.text
    assert after([]) == short
    middle = spot(1500, 0)
    assert after([f"{middle[0]},{middle[1]}"]) > 3 * short
    assert cached.matrix([A, C])[0][0, 0] == 0
