"""Our engine against others: who is better, and what is said of one that is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks import peers
from benchmarks.peer import engines as asking
from benchmarks.peer.effort import Effort
from benchmarks.peer.engines import Engine, Reading
from benchmarks.peers import Answer, better
from routing.benchmark_files import BenchmarkFile
from tests.unit.routing.test_instances import AB, LI_LIM, write

LEGAL = Answer("as it is", 100.0, vehicles=2, counted=0, faults=(), seconds=1.0, worked=1.0)


def run(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str = AB, folder_name: str = "darp_toy"
) -> list[dict[str, Any]]:
    """What the benchmark prints about one tiny file."""
    (folder / folder_name).mkdir(exist_ok=True)
    write(folder / folder_name, text, "toy.txt")
    (folder / "darp_best_known.json").write_text('{"toy": {"cost": 12.0}}')
    assert peers.main(["--data", str(folder), "--seconds", "0.1"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def named(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["name"] == name]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (LEGAL, LEGAL, False),
        (replace(LEGAL, cost=99.0), LEGAL, True),
        (replace(LEGAL, cost=100.0 - 1e-7), LEGAL, False),
        (replace(LEGAL, cost=50.0, faults=("too late",)), LEGAL, False),
        (LEGAL, replace(LEGAL, cost=50.0, faults=("too late",)), True),
        (replace(LEGAL, cost=200.0, counted=1), replace(LEGAL, counted=2), True),
        (replace(LEGAL, cost=50.0, counted=3), replace(LEGAL, counted=2), False),
    ],
)
def test_better_is_legal_first_then_vehicles_then_cost(
    one: Answer, other: Answer, expected: bool
) -> None:
    """An illegal plan never wins, however short; rounding does not either."""
    assert better(one, other) is expected


def test_an_engine_that_is_not_installed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure without a value and with the reason; the others are measured."""
    monkeypatch.setattr(asking, "find_spec", lambda name: None)
    lines = run(tmp_path, capsys)
    left_out = named(lines, "left out")
    assert [line["engine"] for line in left_out] == ["vroom", "pyvrp"]
    assert all(line["value"] is None and "not installed" in line["reason"] for line in left_out)
    gaps = named(lines, "gap")
    assert [(line["engine"], line["feasible"]) for line in gaps] == [
        ("ours", True),
        ("ortools", True),
    ]
    assert named(lines, "worse than any peer")[0]["value"] == 0


def test_a_shorter_legal_plan_of_a_peer_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a shorter one that breaks a rule is not: it is shown as what it is."""
    best = [[2, 4, 1, 3]]
    silly = [[1, 3], [2, 4]]

    def engine(name: str, routes: list[list[int]]) -> Engine:
        def solver(file: BenchmarkFile, effort: Effort) -> list[list[int]]:
            return routes

        return Engine(name, lambda file: iter([Reading("fixed", file, solver)]))

    fixed = [engine("ours", silly), engine("quick", best), engine("illegal", [[1, 3]])]
    monkeypatch.setattr(peers, "engines", lambda: fixed)
    lines = run(tmp_path, capsys)
    told = {line["engine"]: line for line in named(lines, "gap")}
    assert told["quick"]["cost"] < told["ours"]["cost"]
    assert not told["illegal"]["feasible"]
    assert told["illegal"]["value"] is None
    worse = {line["engine"]: line["value"] for line in named(lines, "worse than")}
    assert worse == {"quick": 1, "illegal": 0}


@pytest.mark.parametrize(
    ("text", "folder"), [(AB, "darp_toy"), (LI_LIM, "pdptw_toy")], ids=["darp", "pdptw"]
)
def test_every_peer_that_is_here_solves_a_tiny_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, folder: str
) -> None:
    """Their node numbers, windows and loads are read as they are meant: the plans are legal."""
    lines = run(tmp_path, capsys, text, folder)
    told = named(lines, "gap")
    engines = {line["engine"] for line in (*told, *named(lines, "left out"))}
    assert engines == {"ours", "ortools", "vroom", "pyvrp"}
    assert all(line["feasible"] for line in told)
    costs = [line["cost"] for line in told]
    assert max(costs) == pytest.approx(min(costs), rel=1e-3)


def test_a_fallback_is_asked_only_where_nothing_legal_came_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer of “lazy” leaves somebody out, that of “good” does not."""
    asked: list[str] = []

    def engine(name: str, first: list[list[int]]) -> Engine:
        def solver(file: BenchmarkFile, effort: Effort, *, plan: list[list[int]]) -> Any:
            asked.append(name)
            return plan

        def readings(file: BenchmarkFile) -> Iterator[Reading]:
            yield Reading("first", file, partial(solver, plan=first))
            yield Reading("again", file, partial(solver, plan=[[2, 4, 1, 3]]), fallback=True)

        return Engine(name, readings)

    fixed = [engine("ours", [[1, 3], [2, 4]]), engine("lazy", [[1, 3]])]
    monkeypatch.setattr(peers, "engines", lambda: fixed)
    told = named(run(tmp_path, capsys), "gap")
    assert asked == ["ours", "lazy", "lazy"]
    assert [(line["engine"], line["reading"]) for line in told] == [
        ("ours", "first"),
        ("lazy", "again"),
    ]


def test_both_families_of_a_flat_folder_are_compared_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever their names; a line for each engine stays a line of its own."""
    monkeypatch.setattr(asking, "find_spec", lambda name: None)
    write(tmp_path, AB, "a2.txt")
    write(tmp_path, LI_LIM, "lc101.txt")
    file = tmp_path / "kept.jsonl"
    asked = ["--data", str(tmp_path), "--seconds", "0.1", "--save", str(file)]
    assert peers.main(asked) == 0
    first = capsys.readouterr().out
    assert peers.main([*asked, "--instances", "a2"]) == 0
    kept = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    gaps = [(line["instance"], line["engine"]) for line in named(kept, "gap")]
    assert gaps == [(name, engine) for name in ("a2", "lc101") for engine in ("ours", "ortools")]
    assert len(named(kept, "legal plans")) == 2 * 2, "of both runs, for their commands differ"
    assert len(first.splitlines()) < len(kept)


def test_an_engine_nobody_compares_with_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Else ours would be compared with nobody, and never be worse."""
    with pytest.raises(SystemExit) as caught:
        peers.main(["--engine", "vrooom"])
    assert caught.value.code == 2
    assert "vroom" in capsys.readouterr().err
