"""Dial-a-ride and pickup and delivery measured on tiny files: figures, families, the plot."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks import darp, pdptw
from tests.unit.routing.test_instances import AB, LI_LIM, PR, write

TINY = ["--seconds", "0.1"]


def shown(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def by_name(lines: list[dict[str, Any]], instance: str) -> dict[str, Any]:
    return {line["name"]: line["value"] for line in lines if line["instance"] == instance}


def test_a_family_without_best_values_is_measured_without_a_gap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a flat folder in which the other family lies as well."""
    write(tmp_path, PR, "pr20.txt")
    write(tmp_path, LI_LIM, "lc102.txt")
    assert darp.main(["--data", str(tmp_path), *TINY]) == 0
    lines = shown(capsys)
    assert {line["instance"] for line in lines} == {"pr20", "pr: 1 instance"}
    figures = by_name(lines, "pr20")
    assert figures["cost"] > 0
    assert (figures["unserved"], figures["faults"], figures.get("gap")) == (0, 0, None)
    assert (lines[-1]["name"], lines[-1]["value"], lines[-1]["compared"]) == (
        "average gap",
        None,
        0,
    )
    assert pdptw.main(["--data", str(tmp_path), *TINY]) == 0
    assert {line["instance"] for line in shown(capsys)} == {"lc102", "100 tasks: 1 instance"}


def test_each_family_is_summed_up_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Average and worst gap, how many are optimal, at the best known, and beyond it."""
    for name in ("a2", "b2", "b3", "pr01"):
        write(tmp_path, AB, f"{name}.txt")
    assert darp.main(["--data", str(tmp_path), "--instances", "a2", *TINY]) == 0
    cost = by_name(shown(capsys), "a2")["cost"]
    known = {
        "a2": {"cost": cost, "proven_optimal": True},
        "b2": {"cost": cost / 1.1, "proven_optimal": True},
        "b3": {"cost": cost * 2},
    }
    write(tmp_path, json.dumps(known), "darp_best_known.json")
    assert darp.main(["--data", str(tmp_path), *TINY]) == 0
    ab, pr = [line for line in shown(capsys) if line["name"] == "average gap"]
    assert (ab["instance"], pr["instance"]) == ("ab: 3 instances", "pr: 1 instance")
    assert ab["value"] == pytest.approx((0 + 10 - 50) / 3, abs=0.01)
    assert (ab["worst"], ab["worst_gap"]) == ("b2", pytest.approx(10, abs=0.01))
    assert (ab["compared"], ab["best_reached"], ab["optimal"], ab["beaten"]) == (3, 2, 1, ["b3"])
    assert (pr["value"], pr["compared"], pr["unserved"], pr["faults"]) == (None, 0, 0, 0)


def test_how_the_gap_falls_can_be_drawn(tmp_path: Path) -> None:
    """A line for each instance that says where it ends; only where it can be drawn."""
    write(tmp_path, AB, "a2.txt")
    write(tmp_path, PR, "pr01.txt")
    file = tmp_path / "convergence.svg"
    asked = ["--data", str(tmp_path), "--seconds", "0.3", "--convergence", str(file)]
    can_be = find_spec("matplotlib") is not None
    assert darp.main(asked) == (0 if can_be else 2)
    text = file.read_text("utf-8") if file.exists() else ""
    assert ("<!-- a2, 0.00 % -->" in text) is can_be
    assert ("<!-- pr01, 0.00 % -->" in text) is can_be


@pytest.mark.parametrize("name", ["plot.png", "nowhere/plot.svg"])
def test_a_plot_that_cannot_be_written_is_refused_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Nothing is measured for it."""
    write(tmp_path, AB, "a2.txt")
    asked = ["--data", str(tmp_path), *TINY, "--convergence", str(tmp_path / name)]
    assert darp.main(asked) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert name in told.err or "matplotlib" in told.err
