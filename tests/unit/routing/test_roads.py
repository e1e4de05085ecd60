"""The roads engine on maps drawn by hand: every rule of the road shows in the times."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import osmium
import pytest

from routing.errors import InvalidProblem, OffTheRoads, RoadsError
from routing.flat import flatten
from routing.model import Problem, Request, Vehicle, Window
from routing.relatedness import goes_straight
from routing.roads.building import build_roads
from routing.roads.engine import Roads
from routing.roads.files import load, save
from routing.roads.reading import read_ways
from routing.travel_times import NO_WAY_METRES, NO_WAY_SECONDS
from tests.unit.routing.drawing import Way, draw, roads_of, spot

LANE = {"highway": "unclassified"}
RING = {
    "a": (0.0, 0.0), "b": (1000.0, 0.0), "c": (2000.0, 0.0),
    "d": (2000.0, 1500.0), "e": (1000.0, 1500.0), "f": (0.0, 1500.0),
}  # fmt: skip
A, B, C, E = spot(5, 0), spot(1000, 5), spot(1995, 0), spot(1000, 1500)
STRAIGHT: list[Way] = [("ab", LANE), ("bc", LANE), ("cd", LANE), ("de", LANE), ("ef", LANE)]
ROUND: list[Way] = [*STRAIGHT, ("fa", LANE)]


def metres(roads: Roads, *places: tuple[float, float]) -> np.ndarray:
    return roads.matrix(places)[1]


def test_a_straight_road_takes_its_length_and_speed(tmp_path: Path) -> None:
    """Two places on one road: metres as measured, seconds at the speed of its class."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, [("abc", LANE)]))
    seconds, distance = roads.matrix([spot(100, 0), spot(1500, 3)])
    assert distance.tolist() == [[0, 1400], [1400, 0]]
    assert seconds[0, 1] == seconds[1, 0] == math.ceil(1.4 / 40 * 3600)
    assert seconds.dtype == distance.dtype == np.int64


def test_the_quicker_way_round_is_taken(tmp_path: Path) -> None:
    """A main road that is longer but faster wins, and the metres are those of it."""
    fast = {"highway": "trunk", "oneway": "no"}
    slow = {"highway": "unclassified", "maxspeed": "10 mph"}
    ways = [("ab", slow), ("bc", slow), ("cdefa", fast)]
    distance = metres(roads_of(draw(tmp_path / "map.osm", RING, ways)), spot(0, 0), C)
    assert distance[0, 1] == pytest.approx(1500 + 2000 + 1500, abs=10)


def test_a_one_way_road_is_driven_one_way(tmp_path: Path) -> None:
    """There it is a kilometre, back all round the ring."""
    ways = [("ab", LANE | {"oneway": "yes"}), *ROUND[1:]]
    distance = metres(roads_of(draw(tmp_path / "map.osm", RING, ways)), A, B)
    assert distance[0, 1] == pytest.approx(995, abs=2)
    assert distance[1, 0] == pytest.approx(6005, abs=10)


def test_a_roundabout_is_driven_one_way_round(tmp_path: Path) -> None:
    """Without any tag of a one-way street."""
    ways = [("abcdefa", LANE | {"junction": "roundabout"})]
    distance = metres(roads_of(draw(tmp_path / "map.osm", RING, ways)), A, B)
    assert distance[0, 1] == pytest.approx(995, abs=2)
    assert distance[0, 1] + distance[1, 0] == pytest.approx(7000, abs=10)


@pytest.mark.parametrize(
    "tags", [{"access": "private"}, {"maxwidth": "6'6\""}, {"maxweight": "3.5"}]
)
def test_a_road_not_for_minibuses_is_driven_round(tmp_path: Path, tags: dict[str, str]) -> None:
    """Private, too narrow, too weak: the way round is taken instead."""
    ways = [("ab", LANE), ("bc", LANE | tags), *ROUND[2:]]
    distance = metres(roads_of(draw(tmp_path / "map.osm", RING, ways)), B, C)
    assert distance[0, 1] == pytest.approx(1000 + 1500 + 2000 + 1500, abs=10)


@pytest.mark.parametrize(("tags", "through"), [({"barrier": "bollard"}, False), ({}, True)])
def test_a_bollard_cuts_the_road(tmp_path: Path, tags: dict[str, str], through: bool) -> None:
    """In the middle of a way or where two meet; the control has no bollard."""
    ways = [("abc", LANE), *ROUND[2:]]
    file = draw(tmp_path / "map.osm", RING, ways, marks={"b": tags})
    distance = metres(roads_of(file), spot(990, 0), spot(1010, 0))
    assert (distance[0, 1] < 100) == through


@pytest.mark.parametrize(
    ("turns", "there", "back"),
    [
        ([], 2495, 2495),
        ([("no_left_turn", 1, "b", 6)], 4495, 2495),
        ([("only_straight_on", 1, "b", 2)], 4495, 2495),
        ([("no_right_turn", 6, "b", 1)], 2495, 4495),
    ],
)
def test_forbidden_turns_are_not_taken(
    tmp_path: Path, turns: list[tuple[str, int, str, int]], there: int, back: int
) -> None:
    """From a over b to e there is a short way, unless it may not be turned into; or back."""
    ways = [*STRAIGHT, ("be", LANE)]
    distance = metres(roads_of(draw(tmp_path / "map.osm", RING, ways, turns=turns)), A, E)
    assert distance[0, 1] == pytest.approx(there, abs=3)
    assert distance[1, 0] == pytest.approx(back, abs=3)


@pytest.mark.parametrize(
    ("turns", "straight"), [((), True), ((("no_left_turn", 1, "b", 6),), False)]
)
def test_the_search_knows_when_a_stop_saves_a_detour(
    tmp_path: Path, turns: tuple[tuple[str, int, str, int], ...], straight: bool
) -> None:
    """A bus may turn round at a stop beyond a crossing where it may not turn left."""
    ways = [*STRAIGHT, ("be", LANE)]
    roads = roads_of(draw(tmp_path / "map.osm", RING, ways, turns=turns))
    durations, distances = roads.matrix([A, spot(1100, 0), E])
    assert (durations[0, 2] <= durations[0, 1] + durations[1, 2]) == straight
    requests = (Request("r", 1, 2), Request("s", 0, 2))
    vehicle = Vehicle("v", 0, 0, Window(0, 9000), ((2,),))
    flat = flatten(Problem(durations, distances, requests, (vehicle,)))
    assert goes_straight(flat) == straight


def test_lights_and_giving_way_take_time(tmp_path: Path) -> None:
    """The same way, with traffic lights on it, and out of a side road."""
    plain = roads_of(draw(tmp_path / "a.osm", RING, ROUND)).matrix([A, C])[0]
    lights = {"b": {"highway": "traffic_signals"}}
    lit = roads_of(draw(tmp_path / "b.osm", RING, ROUND, marks=lights)).matrix([A, C])[0]
    assert lit[0, 1] == plain[0, 1] + 10
    main = [("ab", LANE), ("bc", LANE), ("be", {"highway": "primary"}), *ROUND[2:]]
    side = roads_of(draw(tmp_path / "c.osm", RING, main)).matrix([A, C])[0]
    assert side[0, 1] == plain[0, 1] + 5


def test_a_closed_road_is_driven_round_until_it_opens(tmp_path: Path) -> None:
    """Closed by its way or by a point on it; the engine without the closure is as before."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, ROUND))
    for closure in (2, spot(1500, 10)):
        closed = roads.with_closures([closure])
        assert metres(closed, B, spot(2000, 300))[0, 1] > 5000
        assert metres(closed.with_closures([]), B, C)[0, 1] < 1000
    assert metres(roads, B, C)[0, 1] < 1000


def test_a_place_on_a_closed_road_is_reached_from_the_next(tmp_path: Path) -> None:
    """The bus cannot come to the door, but to the nearest road that is open."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, ROUND)).with_closures([2])
    assert metres(roads, A, spot(1200, 0))[0, 1] == pytest.approx(995, abs=2)


@pytest.mark.parametrize("closure", [99, spot(500, 700)])
def test_a_closure_that_names_no_road_is_refused(tmp_path: Path, closure: object) -> None:
    """A slip of the pen must not look like a closed road."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, ROUND))
    with pytest.raises(InvalidProblem, match="closure"):
        roads.with_closures([closure])  # type: ignore[list-item]


def test_there_is_no_way_to_a_part_cut_off(tmp_path: Path) -> None:
    """An island with roads of its own: longer than any day from outside, short within."""
    points = RING | {"x": (9000.0, 0.0), "y": (12000.0, 0.0)}
    roads = roads_of(draw(tmp_path / "map.osm", points, [*ROUND, ("xy", LANE)]))
    seconds, distance = roads.matrix([A, spot(9000, 0), spot(9500, 0)])
    assert seconds[0, 1] == seconds[1, 0] == NO_WAY_SECONDS
    assert distance[0, 1] == NO_WAY_METRES
    assert 0 < seconds[1, 2] < 60


def test_a_scrap_of_road_is_not_taken_for_the_road(tmp_path: Path) -> None:
    """A car park's lane joined to nothing: the place beside it is on the next real road."""
    points = RING | {"x": (500.0, 30.0), "y": (500.0, 90.0)}
    roads = roads_of(draw(tmp_path / "map.osm", points, [*ROUND, ("xy", LANE)]))
    assert metres(roads, A, spot(500, 60))[0, 1] == pytest.approx(495, abs=2)


def test_a_place_far_from_any_road_is_named(tmp_path: Path) -> None:
    """The error says where it lies and how far is too far."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, ROUND))
    lost = spot(9000, 9000)
    with pytest.raises(OffTheRoads, match=r"52\.83.* farther than 1000 m") as raised:
        roads.matrix([A, lost])
    assert raised.value.points == (lost,)
    with pytest.raises(InvalidProblem, match="not a place on earth"):
        roads.matrix([A, (math.nan, 0.0)])


def test_nobody_is_picked_up_on_a_motorway(tmp_path: Path) -> None:
    """A place beside one is served from the road behind it."""
    ways = [("abc", {"highway": "motorway"}), ("cdefa", LANE)]
    roads = roads_of(draw(tmp_path / "map.osm", RING, ways))
    assert metres(roads, spot(0, 700), spot(500, 0))[0, 1] == pytest.approx(700, abs=5)


def test_a_part_of_a_table_is_that_part(tmp_path: Path) -> None:
    """Asking for rows and columns gives what the whole matrix has there; none give none."""
    roads = roads_of(draw(tmp_path / "map.osm", RING, ROUND))
    whole = roads.matrix([A, B, C, E])
    part = roads.table([C, A], [E, B, A])
    for table, all_of_it in zip(part, whole, strict=True):
        assert (table == all_of_it[np.ix_([2, 0], [3, 1, 0])]).all()
    assert roads.matrix([])[0].shape == (0, 0)


def test_the_packed_format_is_the_same_map(tmp_path: Path) -> None:
    """Extracts come as .osm.pbf; cut off in the middle it is refused."""
    drawn, packed = draw(tmp_path / "map.osm", RING, ROUND), tmp_path / "map.osm.pbf"
    with osmium.SimpleWriter(str(packed)) as writer:
        for thing in osmium.FileProcessor(str(drawn)):
            writer.add(thing)
    assert (metres(roads_of(packed), A, B, C, E) == metres(roads_of(drawn), A, B, C, E)).all()
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(RoadsError, match="cannot be read"):
        read_ways(packed)


def test_a_way_out_of_the_extract_ends_at_its_edge(tmp_path: Path) -> None:
    """A way may name points that were cut off: what is left of it is driven, with no jump."""
    file = draw(tmp_path / "map.osm", RING, ROUND)
    text = file.read_text().replace(
        '<way id="1" version="1">', '<way id="1" version="1"><nd ref="99"/>'
    )
    file.write_text(text)
    assert metres(roads_of(file), A, B)[0, 1] == pytest.approx(995, abs=2)


def test_a_roads_file_answers_as_what_was_built(tmp_path: Path) -> None:
    """Saved, loaded, asked again."""
    network, hierarchy = build_roads(draw(tmp_path / "map.osm", RING, ROUND))
    save(tmp_path / "roads.npz", network, hierarchy)
    again = Roads.from_file(tmp_path / "roads.npz").matrix([A, B, C, E])
    first = Roads(network, hierarchy).matrix([A, B, C, E])
    assert all((one == other).all() for one, other in zip(first, again, strict=True))


def test_files_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    """Missing, damaged, without roads, unwritable: one line each that names the file."""
    damaged = tmp_path / "map.osm.pbf"
    damaged.write_bytes(b"not a map at all")
    unknown = tmp_path / "map.txt"
    unknown.write_text("neither")
    for file, words in (
        (tmp_path / "none.osm", "no such file"),
        (damaged, "cannot be read"),
        (unknown, "cannot be read"),
        (draw(tmp_path / "paths.osm", RING, [("ab", {"highway": "footway"})]), "no road"),
    ):
        with pytest.raises(RoadsError, match=f"{file.name}: .*{words}"):
            read_ways(file)
    for file, words in ((tmp_path / "none.npz", "no such file"), (damaged, "not a roads file")):
        with pytest.raises(RoadsError, match=f"{file.name}: .*{words}"):
            load(file)
    built = build_roads(draw(tmp_path / "map.osm", RING, ROUND))
    with pytest.raises(RoadsError, match="cannot be written"):
        save(tmp_path / "nowhere" / "roads.npz", *built)
