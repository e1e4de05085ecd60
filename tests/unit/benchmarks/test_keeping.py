"""Figures kept in a file: the same wherever the run was broken off, old ones replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.common.keeping import Kept
from benchmarks.common.plainly import Unusable
from benchmarks.figures import read_options


def kept(file: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in file.read_text("utf-8").splitlines()]


def measure(file: Path, *words: str, instance: str = "a4-48", value: float = 1.0) -> None:
    """One run that shows two figures."""
    options = read_options("toy", ["--save", str(file), *words], "", 30.0)
    for name in ("vehicles", "cost"):
        options.figure(name, value, "", instance).show(engine="ours")


def test_what_is_printed_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line for line, with the command, in which no folder of this machine is named."""
    file = tmp_path / "toy.jsonl"
    measure(file, "--data", str(tmp_path), "--seed", "2")
    assert file.read_text("utf-8") == capsys.readouterr().out
    command = "./run bench toy --data DATA --instances a4-48 --seconds 30 --seed 2 --workers 1"
    assert {line["command"] for line in kept(file)} == {command}
    assert str(tmp_path) not in file.read_text("utf-8")


def test_the_same_command_again_replaces_its_lines_and_no_others(tmp_path: Path) -> None:
    """Another seed, other seconds and another instance are other figures."""
    file = tmp_path / "toy.jsonl"
    measure(file)
    measure(file, "--seed", "2")
    measure(file, "--seconds", "60")
    measure(file, instance="b2")
    measure(file, value=7.0)
    assert [(one["instance"], one["seconds"], one["seed"], one["value"]) for one in kept(file)] == [
        *[("a4-48", 30, 1, 7.0)] * 2,
        *[("a4-48", 30, 2, 1.0)] * 2,
        *[("a4-48", 60, 1, 1.0)] * 2,
        *[("b2", 30, 1, 1.0)] * 2,
    ]


def test_figures_stand_in_one_order_whenever_they_were_measured(tmp_path: Path) -> None:
    """By instance and command, numbers as numbers; within a run as they were shown."""
    runs = [("a10", "30"), ("a9", "600"), ("a9", "30")]
    for file, order in ((tmp_path / "one", runs), (tmp_path / "two", runs[::-1])):
        for instance, seconds in order:
            measure(file, "--seconds", seconds, instance=instance)
    assert (tmp_path / "one").read_text("utf-8") == (tmp_path / "two").read_text("utf-8")
    shown = [(line["instance"], line["seconds"], line["name"]) for line in kept(tmp_path / "one")]
    assert shown[:3] == [("a9", 30, "vehicles"), ("a9", 30, "cost"), ("a9", 600, "vehicles")]
    assert shown[-1] == ("a10", 30, "cost")


@pytest.mark.parametrize("text", ["not JSON\n", "[1]\n", '{"name": "cost"}\n', "\xff"])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, text: str) -> None:
    """Whoever mistypes a name does not lose a file."""
    file = tmp_path / "notes.txt"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(Unusable, match=r"notes\.txt"):
        Kept(file)
    assert file.read_bytes() == text.encode("latin-1")


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    """Not after an hour."""
    with pytest.raises(Unusable, match="cannot be written"):
        read_options("toy", ["--save", str(tmp_path / "nowhere" / "toy.jsonl")], "", 30.0)
