"""Measuring roads: extracts below a folder, one given, or a made-up town."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks import roads
from benchmarks.common.plainly import Unusable
from benchmarks.street.extracts import extracts
from benchmarks.street.town import MADE_UP, build_town
from tests.unit.routing.test_instances import write

FEW = ["--places", "20"]


def shown(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def found(data: Path, *names: str, one: Path | None = None) -> list[tuple[str, str]]:
    return [(each.name, each.file.name) for each in extracts(data, names, one, data)]


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    """Two extracts, one in a folder; they are only looked for here."""
    (tmp_path / "deep").mkdir()
    write(tmp_path, "", "rutland.osm")
    write(tmp_path / "deep", "", "Helsinki.osm.pbf")
    return tmp_path


def test_extracts_are_found_by_name_below_the_folder(counties: Path) -> None:
    """With or without their endings; all of them if none is named."""
    assert found(counties) == [(name, name) for name in ("Helsinki.osm.pbf", "rutland.osm")]
    for name in ("helsinki", "Helsinki.osm.pbf", "hel*"):
        assert found(counties, name) == [("Helsinki.osm.pbf", "Helsinki.osm.pbf")]
    with pytest.raises(Unusable, match=r"no extract york in it; there are Helsinki\.osm\.pbf, rut"):
        found(counties, "york")


def test_one_extract_can_be_given_wherever_it_lies(counties: Path, tmp_path: Path) -> None:
    """It alone is measured; not together with names, and not if it is not there."""
    one = counties / "deep" / "Helsinki.osm.pbf"
    assert found(counties, one=one) == [(one.name, one.name)]
    with pytest.raises(Unusable, match="leave one out"):
        found(counties, "rutland", one=one)
    with pytest.raises(Unusable, match="no such file"):
        found(counties, one=tmp_path / "york.osm")


def test_a_made_up_town_stands_in_where_there_is_no_extract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every figure is there, and RoutingKit agrees with ours; the command repeats it."""
    file = tmp_path / "kept.jsonl"
    assert roads.main(["--data", str(tmp_path), *FEW, "--seed", "3", "--save", str(file)]) == 0
    told = capsys.readouterr()
    assert "no extract in it, so a made-up town is measured" in told.err
    assert file.read_text("utf-8") == told.out
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert {(line["instance"], line["seed"]) for line in lines} == {(f"{MADE_UP} x1", 3)}
    figures = {line["name"]: line["value"] for line in lines}
    assert figures["pairs on which RoutingKit agrees to the millisecond"] == 1
    assert figures["pairs without a way"] == 0
    assert figures["segments"] == 2 * 30 * 29, "each street from corner to corner"
    assert f"--data DATA --instances {MADE_UP} " in lines[0]["command"]


def test_the_same_extract_is_measured_by_name_and_as_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copies lie side by side; no folder of this machine is in the command."""
    town = build_town(tmp_path / "town.osm")
    asked = ["--instances", "town", *FEW, "--copies", "2", "--seconds", "0.05"]
    assert roads.main(["--data", str(tmp_path), *asked]) == 0
    (tmp_path / "elsewhere").mkdir()
    moved = shutil.move(town, tmp_path / "elsewhere" / "town.osm")
    assert roads.main(["--extract", str(moved), *FEW, "--copies", "2"]) == 0
    lines = shown(capsys)
    assert {line["instance"] for line in lines} == {"town.osm x2"}
    roads_in = [line["value"] for line in lines if line["name"] == "segments"]
    assert roads_in[0] == roads_in[1] > 4 * 2 * 30 * 29
    commands = {line["command"] for line in lines}
    assert any("--instances town.osm" in command for command in commands)
    assert any("--extract town.osm" in command for command in commands)
    assert not any(str(tmp_path) in command for command in commands)
    (times,) = {
        line["took"]
        for line in lines
        if line["name"] == "closure" and "--seconds 0.05" in line["command"]
    }
    assert times >= 0.05, "what is quick is measured for as long as was said"


@pytest.mark.parametrize("words", [["--copies", "0"], ["--places", "0"]])
def test_nothing_of_something_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sentence."""
    assert roads.main(words) == 2
    assert words[0] in capsys.readouterr().err
