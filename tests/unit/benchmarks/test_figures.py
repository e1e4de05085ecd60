"""One line of JSON a figure, with the command that makes it again."""

from __future__ import annotations

import argparse
import json

import pytest

from benchmarks.figures import read_options


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--rounds-at-once", type=int)


def test_the_command_repeats_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """The options of one benchmark alone are part of it if they are set."""
    options = read_options("toy", ["--seed", "4", "--rounds-at-once", "7"], "", 30.0, add)
    options.figure("cost", 1.5, "km", "a2").show(engine="ours")
    line = json.loads(capsys.readouterr().out)
    assert (line["value"], line["instance"], line["engine"]) == (1.5, "a2", "ours")
    assert line["command"] == (
        "./run bench toy --instances a2 --seconds 30 --seed 4 --workers 1"
        " --every 5 --rounds-at-once 7"
    )


def test_a_figure_of_all_instances_names_those_that_were_asked_for() -> None:
    """Its command can be run, unlike one that asks for an instance called “2 instances”."""
    some = read_options("toy", ["--instances", "a2", "b2"], "", 30.0)
    assert "--instances a2 b2 " in some.summary("mean", 1, "%", "2 instances").command
    everything = read_options("toy", [], "", 30.0)
    assert "--instances" not in everything.summary("mean", 1, "%", "24 instances").command
