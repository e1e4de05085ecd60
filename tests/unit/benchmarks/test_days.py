"""Paratransit days in files of any name: chosen by number, measured alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import online, paratransit
from benchmarks.common.days import chosen_days
from benchmarks.common.plainly import Unusable
from tests.unit.routing.test_instances import CSV, write

HEADER, *_ = CSV.splitlines()
OTHER = CSV.replace(",3,", ",125,").replace(",4,", ",126,")


def chosen(data: Path, *names: str) -> list[tuple[str, str, int]]:
    return [(day.name, day.file.name, day.bookings) for day in chosen_days(data, names)]


def of_days(*days: int) -> str:
    """A file with one booking more on each day than on the one before."""
    rows = [
        f"{day}0{k},8:30:00,{day},35.05,-85.21,35.02,-85.22,AM1,AM"
        for size, day in enumerate(days, start=1)
        for k in range(size)
    ]
    return "\n".join([HEADER, *rows, ""])


@pytest.fixture
def two_files(tmp_path: Path) -> Path:
    """Days 3 and 4 in a folder, 125 and 126 beside it; and a file of something else."""
    (tmp_path / "paratransit").mkdir()
    write(tmp_path / "paratransit", CSV, "trips_days_000_119.csv")
    write(tmp_path, OTHER, "trips_days_120_239.csv")
    write(tmp_path, "name,latitude,longitude\nFrisby,52.7,-0.9\n", "places.csv")
    return tmp_path


def test_a_day_is_found_in_whichever_file_has_it(two_files: Path) -> None:
    """By number alone, in the order asked for."""
    assert chosen(two_files, "125", "3") == [
        ("125", "trips_days_120_239.csv", 2),
        ("3", "trips_days_000_119.csv", 2),
    ]
    assert [name for name, *_ in chosen(two_files, "all")] == ["3", "4", "125", "126"]


def test_without_a_name_it_is_a_few_days_and_it_is_said_which(
    tmp_path: Path, two_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The usual ones that there are, or else the smallest, the middling and the largest."""
    assert [name for name, *_ in chosen(two_files)] == ["3"]
    assert "Of 4 days: 3." in capsys.readouterr().err
    assert [name for name, *_ in chosen(two_files / "trips_days_120_239.csv")] == ["125", "126"]
    (tmp_path / "many").mkdir()
    many = write(tmp_path / "many", of_days(200, 201, 202, 203, 204), "many.csv")
    assert [(name, size) for name, _, size in chosen(many)] == [("200", 1), ("202", 3), ("204", 5)]


def test_days_of_one_number_in_two_files_are_told_apart(two_files: Path) -> None:
    """By the file's name; a copy of a file has no days of its own."""
    write(two_files, CSV, "copy.csv")
    assert [name for name, *_ in chosen(two_files, "all")] == ["3", "4", "125", "126"]
    write(two_files, of_days(3), "another.csv")
    with pytest.raises(Unusable, match=r"no day 3 in it; there are another:3"):
        chosen(two_files, "3")
    assert chosen(two_files, "another:3") == [("another:3", "another.csv", 1)]


def test_no_bookings_at_all_is_said(tmp_path: Path) -> None:
    """No file of them, or one with nothing but its first line."""
    with pytest.raises(Unusable, match="no file of bookings"):
        chosen(tmp_path)
    write(tmp_path, HEADER + "\n", "trips.csv")
    with pytest.raises(Unusable, match="have none"):
        chosen(tmp_path)


def test_a_file_that_is_no_text_is_left_out_and_named(
    two_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are measured."""
    (two_files / "broken.csv").write_bytes(b"\xff\xfe\x00")
    assert [name for name, *_ in chosen(two_files, "126")] == ["126"]
    assert "broken.csv: left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("benchmark", "words"),
    [(paratransit, []), (online, ["--rounds", "20", "--every", "1"])],
    ids=["paratransit", "online"],
)
def test_another_day_of_another_file_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], benchmark: Any, words: list[str]
) -> None:
    """A flat folder; the figures are kept with a command that says the day."""
    write(tmp_path, OTHER, "trips_days_120_239.csv")
    file = tmp_path / "kept.jsonl"
    asked = ["--data", str(tmp_path), "--instances", "125", "--seconds", "0.1", "--seed", "2"]
    assert benchmark.main([*asked, *words, "--save", str(file)]) == 0
    out = capsys.readouterr().out
    assert file.read_text("utf-8") == out
    lines = [json.loads(line) for line in out.splitlines()]
    assert {(line["instance"], line["seed"]) for line in lines} == {("125", 2)}
    told = {line["name"]: line["value"] for line in lines}
    assert told["bookings"] == 2
    assert told["unserved" if benchmark is paratransit else "refused"] == 0
    assert "--data DATA --instances 125 --seconds 0.1 --seed 2 " in lines[0]["command"]
