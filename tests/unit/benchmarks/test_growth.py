"""A zone-day of any size, searched in a process of its own."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks.common.plainly import Unusable
from benchmarks.day.growing import grow
from benchmarks.day.zone import BOARDING, CENTRE, WINDOW, zone_day
from routing.validate import validate


def test_a_zone_day_is_the_same_for_the_same_seed() -> None:
    """Valid, as big as asked, with half-hour windows and a limit on every ride."""
    problem = zone_day(40, 1)
    validate(problem)
    assert len(problem.requests) == 40
    assert problem.requests == zone_day(40, 1).requests != zone_day(40, 2).requests
    for request in problem.requests:
        window = request.pickup_window
        assert window.latest - window.earliest == WINDOW
        assert request.max_ride is not None
        direct = int(problem.durations[request.pickup, request.dropoff])
        assert request.max_ride >= direct + 20 * 60
        assert request.dropoff_window.latest >= window.earliest + BOARDING + direct


def test_a_search_tells_when_everybody_was_in_the_plan() -> None:
    """And what it took: rounds, memory, how cost fell."""
    grown = grow(8, 0.3, 1, 1)
    assert (grown.people, grown.unserved, grown.faults) == (8, 0, 0)
    assert grown.first is not None
    assert grown.first <= grown.seconds + 0.1
    assert grown.rounds > 0
    assert grown.megabytes > 10
    assert sum(len(route) - 2 for route in grown.routes) == 2 * 8, "everybody gets on and off"
    assert {route[0] for route in grown.routes} == {route[-1] for route in grown.routes} == {CENTRE}


def test_the_gap_is_to_the_best_of_both_searches() -> None:
    """The shorter one may be the better one: then it is no distance away."""
    assert growth.gap({"cost": 110.0}, {"cost": 100.0}) == pytest.approx(10)
    assert growth.gap({"cost": 100.0}, {"cost": 110.0}) == 0


def test_the_benchmark_measures_a_tiny_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each figure for each size; the plots only where they are asked for and can be drawn."""
    monkeypatch.setattr(growth, "_grown", lambda options, size, seconds: dict(GROWN, people=size))
    file = tmp_path / "growth.svg"
    kept = tmp_path / "kept.jsonl"
    asked = ["--instances", "5", "1000", "--seconds", "0.1", "--longest", "0.2"]
    asked += ["--save", str(kept)]
    routes = tmp_path / "routes.svg"
    drawn = ["--plot", str(file), "--routes", str(routes)] if find_spec("matplotlib") else []
    assert growth.main([*asked, *drawn]) == 0
    assert file.exists() is routes.exists() is bool(drawn)
    out = capsys.readouterr().out
    assert kept.read_text("utf-8") == out
    lines = [json.loads(line) for line in out.splitlines()]
    assert {line["instance"] for line in lines} == {"5", "1000"}
    memory = [line for line in lines if line["name"] == "peak memory"]
    assert [line.get("goal") for line in memory] == [None, growth.MEMORY_GOAL]
    assert {line["value"] for line in lines if line["name"] == "over the bound"} == {1.0}


def test_a_search_runs_in_a_process_of_its_own() -> None:
    """What comes back over the pipe is what the search said."""
    options = growth.read_options("growth", ["--seed", "3"], "", 1.0, growth._add)
    grown = growth._grown(options, 5, 0.2)
    assert (grown["people"], grown["faults"]) == (5, 0)
    assert grown["megabytes"] > 10


def test_a_search_that_fails_is_told_by_its_size(capfd: pytest.CaptureFixture[str]) -> None:
    """As that of an engine does which cannot say what a zone-day costs: it is the one asked."""
    options = growth.read_options("growth", ["--engine", "ortools"], "", 1.0, growth._add)
    with pytest.raises(Unusable, match="5 requests: the search ended with exit code 2"):
        growth._grown(options, 5, 0.2)
    assert capfd.readouterr().err == "the ortools engine minimises distance only.\n"
    with pytest.raises(SystemExit):
        growth.main(["--engine", "ortools"])


GROWN = {
    "buses": 3,
    "cost": 10.0,
    "unserved": 0,
    "faults": 0,
    "rounds": 100,
    "seconds": 0.1,
    "worked": 0.1,
    "first": 0.1,
    "bound": 9.9,
    "megabytes": 100.0,
    "curve": [(0.1, 11.0, 0), (0.2, 10.0, 0)],
    "routes": [[(52.7, -0.9), (52.8, -0.8), (52.7, -0.9)]],
}
