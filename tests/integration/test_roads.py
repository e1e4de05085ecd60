"""Real roads under the service: commands, words for people, and nobody else's day spoilt."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from booking.adapters.osrm import EngineAway
from booking.adapters.travel_times import WithStandIn, travel_times_from
from booking.cli import main
from booking.context import Context
from booking.migrate import migrate
from booking.models import JourneyRequest, Place, Refusal, ZoneDay
from booking.services.board import board
from booking.services.plan import plan_zone_day
from routing.model import Matrix
from routing.travel_times import EARTH_RADIUS, Point, StraightLine
from tests.unit.routing.drawing import ORIGIN, draw
from tests.world import (
    DAY,
    NOW,
    PLACES,
    World,
    ask_for,
    book_one,
    make_context,
    make_world,
    planned_ids,
    promises,
    violations,
    wish,
)

LETTER = {name: chr(97 + k) for k, name in enumerate(PLACES)}
RING = "".join(LETTER.values()) + "a"


def to_metres(point: Point) -> tuple[float, float]:
    """Metres east and north of the drawing's origin."""
    east = math.radians(point[1] - ORIGIN[1]) * math.cos(math.radians(ORIGIN[0]))
    return EARTH_RADIUS * east, EARTH_RADIUS * math.radians(point[0] - ORIGIN[0])


def county(folder: Path, ways: Sequence[str] = (RING,)) -> Path:
    """A map of the world's villages, a letter each, joined by lanes; all in a ring."""
    at = {LETTER[name]: to_metres(point) for name, point in PLACES.items()}
    lanes = [(way, {"highway": "tertiary"}) for way in ways]
    return draw(folder / "county.osm", at, lanes)


def built(folder: Path, ways: Sequence[str] = (RING,)) -> Path:
    """The roads file of that map, made by the command."""
    file = folder / "roads.npz"
    assert main(["roads", "build", str(county(folder, ways)), "--out", str(file)]) == 0
    return file


def on_roads(ctx: Context, file: Path) -> Context:
    """The same service with the roads of that file."""
    settings = replace(ctx.settings, roads_file=str(file))
    return replace(ctx, settings=settings, travel_times=travel_times_from(settings))


def refusal(world: World, request: int) -> str:
    """The words of a refusal; empty for an offer."""
    with world.ctx.db.reading() as session:
        if session.get_one(JourneyRequest, request).status == "offered":
            return ""
        return session.query(Refusal).filter_by(request_id=request).one().words


def test_a_day_over_real_roads_is_booked_and_planned(ctx: Context, tmp_path: Path) -> None:
    """Offers, bookings and a planning over lopsided times; the checker finds nothing."""
    one_way = [RING[:4], RING[3:]]
    world = make_world(on_roads(ctx, built(tmp_path, one_way)), buses=2)
    for number, start in enumerate(["Hose", "Harby", "Stathern", "Bottesford"]):
        book_one(world, wish(world, number, start=start))
    with world.ctx.db.reading() as session:
        zone_day = session.query(ZoneDay).one().id
    before = promises(world)
    plan_zone_day(world.ctx, zone_day, now=NOW)
    assert len(planned_ids(world)) == 4
    assert violations(world) == []
    assert promises(world) == before


def test_a_place_without_a_road_is_refused_by_name(ctx: Context, tmp_path: Path) -> None:
    """Too far from any road: the refusal says so and names it; the others go on booking."""
    world = make_world(on_roads(ctx, built(tmp_path)))
    with world.ctx.db.writing() as session:
        session.get_one(Place, world.places["Somerby"]).latitude = 52.62
    words = refusal(world, ask_for(world, wish(world, start="Somerby")))
    assert words.startswith("We know of no road for our buses near Somerby.")
    assert refusal(world, ask_for(world, wish(world, 1))) == ""


def test_a_place_cut_off_is_refused_by_name(ctx: Context, tmp_path: Path) -> None:
    """Roads there, but none that leads to the rest: there, or only the way home."""
    apart = [RING[:6], LETTER["Somerby"] + LETTER["Bottesford"]]
    world = make_world(on_roads(ctx, built(tmp_path, apart)))
    words = refusal(world, ask_for(world, wish(world, start="Somerby", finish="Hose")))
    assert "from Somerby to Hose" in words
    assert refusal(world, ask_for(world, wish(world, 1))) == ""


def test_a_closed_road_spoils_only_the_journeys_it_cuts_off(ctx: Context, tmp_path: Path) -> None:
    """Booked, then cut off: the promise stands, others go on booking, the operator reads why."""
    apart = [RING[:7], LETTER["Somerby"] + LETTER["Bottesford"]]
    file = built(tmp_path, [*apart, LETTER["Bottesford"] + "a"])
    world = make_world(on_roads(ctx, file), buses=2)
    book_one(world, wish(world, start="Bottesford"))
    before = promises(world)
    assert main(["roads", "close", "way", "2", "way", "3", "--file", str(file)]) == 0
    world.ctx = on_roads(ctx, file)
    book_one(world, wish(world, 1))
    assert promises(world).items() >= before.items()
    with world.ctx.db.reading() as session:
        zone_day = session.query(ZoneDay).one().id
    assert plan_zone_day(world.ctx, zone_day, now=NOW).outcome == "kept"
    with world.ctx.db.reading() as session:
        assert "Nothing was moved" in session.get_one(ZoneDay, zone_day).planning_progress
    assert promises(world).items() >= before.items()


class Away:
    """A roads engine that is down."""

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        raise EngineAway("OSRM at http://osrm.test: connection refused")


def test_while_the_engine_is_away_the_operator_reads_so(ctx: Context) -> None:
    """Booking and planning go on by the straight line; the board and the planning say it."""
    down = replace(ctx, travel_times=WithStandIn(Away(), StraightLine()))
    world = make_world(down)
    assert board(down, "MEL1", DAY, now=NOW).roads_trouble == ""
    book_one(world, wish(world))
    assert "straight line" in board(down, "MEL1", DAY, now=NOW).roads_trouble
    with world.ctx.db.reading() as session:
        zone_day = session.query(ZoneDay).one().id
    plan_zone_day(down, zone_day, now=NOW)
    with world.ctx.db.reading() as session:
        said = session.get_one(ZoneDay, zone_day).planning_progress
    assert "The roads engine does not answer" in said


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Right settings for a database of this test's own, migrated, with the world in it."""
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'cli.db'}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "k" * 40,
        "OUTABOUT_DATA_DIR": str(tmp_path),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    migrate(given["DATABASE_URL"])
    ctx = make_context(given["DATABASE_URL"], tmp_path)
    make_world(ctx)
    ctx.db.close()
    return given


Said = pytest.CaptureFixture[str]


def test_closing_and_opening_by_command(tmp_path: Path, capsys: Said) -> None:
    """Close a way and a point, list them, open one; what names no road changes nothing."""
    file = str(built(tmp_path, [RING[:4], RING[3:]]))
    middle = "52.81144,-0.89561"
    assert main(["roads", "closed", "--file", file]) == 0
    assert "All are open." in capsys.readouterr().out
    assert main(["roads", "close", "way 1", middle, "--file", file]) == 0
    assert main(["roads", "open", "way", "1", "--file", file]) == 0
    capsys.readouterr()
    for words in (["close", "way", "99"], ["close", "the bridge"], ["open", "way", "2"]):
        assert main(["roads", *words, "--file", file]) == 1
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
    assert main(["roads", "closed", "--file", file]) == 0
    assert capsys.readouterr().out.splitlines() == ["Closed:", f"  {middle}"]


@pytest.mark.parametrize("words", [["build", "none.osm.pbf"], ["closed"], ["close", "way", "1"]])
def test_what_cannot_be_done_is_said_in_one_line(
    words: list[str], capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such extract, no roads file named: one line, and an exit status that is not 0."""
    monkeypatch.delenv("ROADS_FILE", raising=False)
    assert main(["roads", *words]) in (1, 2)
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_doctor_says_which_engine_is_in_use(
    settings: dict[str, str], tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The straight line, the roads file, or an OSRM that does not answer."""
    file = built(tmp_path)
    for name, value, words in (
        ("ROADS_FILE", "", "ok   roads: the straight line"),
        ("ROADS_FILE", str(file), "ok   roads: the roads of"),
        ("OSRM_URL", "http://127.0.0.1:1", "BAD  roads: The roads engine does not answer"),
    ):
        monkeypatch.setenv(name, value)
        capsys.readouterr()
        main(["doctor"])
        assert words in capsys.readouterr().out


def test_check_names_the_places_no_road_leads_to(
    settings: dict[str, str], tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bottesford cut off, Somerby without a road; with the whole ring nothing to say."""
    monkeypatch.setenv("ROADS_FILE", str(built(tmp_path)))
    assert main(["roads", "check"]) == 0
    assert "A road leads to every place." in capsys.readouterr().out
    built(tmp_path, [RING[:6]])
    assert main(["roads", "check"]) == 1
    said = capsys.readouterr().out
    assert "Bottesford (52.94131, -0.8006): too far from any road." in said
    assert "Hose" not in said


def test_a_damaged_roads_file_stops_the_start(
    settings: dict[str, str], tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """serve and worker: one line that names the setting, exit 2, nothing started."""
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("it started all the same"))
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 and nothing more")
    monkeypatch.setenv("ROADS_FILE", str(broken))
    for command in ("serve", "worker", "doctor"):
        capsys.readouterr()
        assert main([command]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert "ROADS_FILE" in said.err
