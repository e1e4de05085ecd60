"""The command line: one line of JSON, a plan on disk, and exit codes that can be relied on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from routing.__main__ import main
from tests.unit.routing.test_instances import AB, CSV, write


def test_solve_prints_one_line_and_writes_a_plan_that_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON has the promised keys; the plan holds node numbers without the depot."""
    file, out = write(tmp_path, AB), tmp_path / "plan.json"
    asked = ["solve", str(file), "--seconds", "60", "--iterations", "40", "--out", str(out)]
    assert main([*asked, "--seed", "3", "--workers", "2"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert list(line) == ["instance", "cost", "vehicles", "unserved", "feasible", "seconds"]
    assert (line["instance"], line["unserved"], line["feasible"]) == ("toy", 0, True)
    nodes = [node for route in json.loads(out.read_text())["routes"] for node in route]
    assert sorted(nodes) == [1, 2, 3, 4]
    assert main(["check", str(file), str(out)]) == 0


def test_check_lists_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every violation on a line of its own, and exit code 1."""
    file = write(tmp_path, AB)
    plan = write(tmp_path, '{"routes": [[1, 3]]}', "plan.json")
    assert main(["check", str(file), str(plan)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "node 2 is visited 0 times",
        "node 4 is visited 0 times",
    ]


def test_a_paratransit_day_can_be_solved_and_checked(tmp_path: Path) -> None:
    """The real bookings come as a table of many days."""
    file, out = write(tmp_path, CSV, "trips.csv"), tmp_path / "plan.json"
    which = ["--day", "3", "--vehicles", "2"]
    assert main(["solve", str(file), *which, "--iterations", "20", "--out", str(out)]) == 0
    assert main(["check", str(file), str(out), *which]) == 0
    out.write_text('{"routes": [[1, 2]]}')
    assert main(["check", str(file), str(out), *which]) == 1
    out.write_text('{"routes": [[2, 1]]}')
    assert main(["check", str(file), str(out), *which]) == 1


@pytest.mark.parametrize("content", ["no json", "[]", '{"routes": [1]}', '{"routes": [["1"]]}'])
def test_files_that_cannot_be_used_end_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """A clear sentence on stderr, no traceback."""
    file = write(tmp_path, AB)
    plan = write(tmp_path, content, "plan.json")
    assert main(["check", str(file), str(plan)]) == 2
    assert "plan.json" in capsys.readouterr().err
    assert main(["solve", str(tmp_path / "none.txt")]) == 2
    unwritable = str(tmp_path / "no" / "folder.json")
    assert main(["solve", str(file), "--iterations", "5", "--out", unwritable]) == 2
