"""Files of public instances: found at any depth, told apart by format, named when unusable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.common.best import Best, best_known
from benchmarks.common.families import family
from benchmarks.common.finding import instances
from benchmarks.common.plainly import Unusable
from routing.errors import InstanceError
from tests.unit.routing.test_instances import AB, LI_LIM, PR, write


def names(data: Path, asked: list[str], *kinds: str) -> list[str]:
    return [file.name for file in instances(data, asked, *kinds)]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Both families: some flat, some deep, one without an ending, and somebody's notes."""
    write(tmp_path, AB, "a10-100.txt")
    write(tmp_path, AB, "a9-90")
    write(tmp_path, LI_LIM, "LC1_2_1.txt")
    (tmp_path / "more" / "pr").mkdir(parents=True)
    write(tmp_path / "more" / "pr", PR, "pr07.txt")
    write(tmp_path, "What these files are.\n", "README.txt")
    write(tmp_path, '{"pr07": 1.5}', "any_best_known.json")
    return tmp_path


def test_families_are_told_apart_by_what_is_in_the_files(mixed: Path) -> None:
    """Flat or in folders, and 9 comes before 10."""
    assert names(mixed, [], "darp") == ["a9-90", "a10-100", "pr07"]
    assert names(mixed, [], "pdptw") == ["LC1_2_1"]
    assert names(mixed, [], "darp", "pdptw") == ["a9-90", "a10-100", "LC1_2_1", "pr07"]


def test_instances_go_by_name_or_pattern_without_regard_to_capitals(mixed: Path) -> None:
    """In the order asked for, each once."""
    assert names(mixed, ["pr07", "a*", "A9-90"], "darp") == ["pr07", "a9-90", "a10-100"]
    assert names(mixed, ["lc1_2_1.txt"], "pdptw") == ["LC1_2_1"]
    assert names(mixed / "more" / "pr" / "pr07.txt", [], "darp") == ["pr07"]


def test_what_is_left_out_is_said(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Notes and a broken file look the same: both are named."""
    instances(mixed, [], "darp")
    assert "README.txt: left out" in capsys.readouterr().err


def test_a_name_that_is_not_there_is_refused_with_those_that_are(mixed: Path) -> None:
    """It is not left out silently beside one that is there."""
    with pytest.raises(Unusable, match=r"no instance pr99 in it; there are a9-90, a10-100, pr07"):
        instances(mixed, ["pr07", "pr99"], "darp")


def test_an_instance_of_the_other_kind_is_sent_to_its_benchmark(mixed: Path) -> None:
    """Somebody who mixes them up is told which command it is."""
    with pytest.raises(Unusable, match=r"LC1_2_1.txt: is of the other kind; ./run bench pdptw"):
        instances(mixed, ["lc1_2_1"], "darp")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (AB.replace("3.0 4.0", "3.0 x"), r"pr08.txt, line 3: not a number"),
        ("1 2 3 4\n", r"pr08.txt, line 1: must begin with 5 numbers"),
        ("", r"pr08.txt: is empty"),
    ],
)
def test_a_faulty_file_asked_for_is_named_with_its_line(
    mixed: Path, text: str, complaint: str
) -> None:
    """Before anything is measured, wherever in the file the fault is."""
    write(mixed, text, "pr08.txt")
    with pytest.raises(InstanceError, match=complaint):
        instances(mixed, ["a9-90", "pr08"], "darp")


def test_nothing_to_measure_is_said(tmp_path: Path) -> None:
    """A folder that is not there, and one without such a file."""
    with pytest.raises(Unusable, match="no such folder"):
        instances(tmp_path / "nowhere", [], "darp")
    with pytest.raises(Unusable, match="no darp instance"):
        instances(tmp_path, [], "darp")


def test_a_copy_counts_once_and_two_files_of_one_name_are_refused(mixed: Path) -> None:
    """Nobody is told a figure of one file under the name of another."""
    copy = mixed / "more" / "pr07.txt"
    shutil.copy(mixed / "more" / "pr" / "pr07.txt", copy)
    assert names(mixed, ["pr07"], "darp") == ["pr07"]
    copy.write_text(AB)
    with pytest.raises(Unusable, match="have one name and differ"):
        instances(mixed, ["pr07"], "darp")


def test_best_values_are_found_inside_the_folder_or_beside_it(mixed: Path) -> None:
    """As numbers or with more said of them; those inside come first."""
    assert best_known(mixed)["pr07"] == Best(1.5)
    assert best_known(mixed / "more")["pr07"] == Best(1.5)
    told = '{"LC1_2_1": {"cost": 2, "vehicles": 3}, "a9": {"cost": 4, "proven_optimal": true}}'
    write(mixed / "more", told, "pdptw_best_known.json")
    known = best_known(mixed / "more")
    assert known == {"lc1_2_1": Best(2, vehicles=3), "a9": Best(4, proven=True)}


@pytest.mark.parametrize("text", ["{", "[]", '{"pr07": {}}', '{"pr07": "short"}', '{"pr07": 0}'])
def test_best_values_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    """The file is named."""
    write(tmp_path, text, "darp_best_known.json")
    with pytest.raises(Unusable, match=r"darp_best_known\.json"):
        best_known(tmp_path)


def test_a_best_value_is_reached_and_beaten_beyond_its_rounding() -> None:
    """Two decimals are published; fewer vehicles come before any distance."""
    best = Best(100.0)
    assert [best.reached(cost, 1) for cost in (100.004, 100.006)] == [True, False]
    assert [best.beaten(cost, 1) for cost in (99.996, 99.994)] == [False, True]
    fewer = Best(100.0, vehicles=3)
    assert fewer.beaten(500.0, 2)
    assert not fewer.reached(50.0, 4)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a8-96", "darp", "ab"),
        ("b2-16", "darp", "ab"),
        ("pr13", "darp", "pr"),
        ("7", "darp", "others"),
        ("lc101", "pdptw", "100 tasks"),
        ("LR1_10_2", "pdptw", "1000 tasks"),
    ],
)
def test_an_instance_belongs_to_the_family_its_goal_is_set_for(
    name: str, kind: str, expected: str
) -> None:
    """By its letters, or by its size."""
    assert family(name, kind) == expected
