"""What cannot be measured ends every benchmark with one sentence and exit code 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks import darp, growth, insertion, online, paratransit, pdptw, peers, roads
from benchmarks.common.plainly import from_here, plainly
from tests.unit.routing.test_instances import AB, CSV, LI_LIM, write

Main = Callable[[Sequence[str]], int]
ROOT = Path(growth.__file__).resolve().parents[1]


def complaint(main: Main, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The only line on stderr of a benchmark that measures nothing."""
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    return line


READS_FILES = [darp.main, pdptw.main, peers.main, paratransit.main, online.main, roads.main]


@pytest.mark.parametrize("main", READS_FILES, ids=lambda main: main.__module__)
def test_a_folder_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], main: Main
) -> None:
    """It is named, and the option that says another."""
    line = complaint(main, capsys, "--data", str(tmp_path / "nowhere"))
    assert line.startswith(f"{tmp_path / 'nowhere'}: there is no such folder")
    assert "--data" in line


@pytest.mark.parametrize("main", READS_FILES, ids=lambda main: main.__module__)
def test_an_instance_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], main: Main
) -> None:
    """It is named, and what there is instead."""
    write(tmp_path, AB, "a2.txt")
    write(tmp_path, LI_LIM, "lc101.txt")
    write(tmp_path, CSV, "trips.csv")
    line = complaint(main, capsys, "--data", str(tmp_path), "--instances", "999")
    assert "999" in line
    assert "there are" in line


@pytest.mark.parametrize(
    ("main", "name", "text", "place"),
    [
        (darp.main, "a2.txt", AB.replace("3.0 4.0", "3.0 x"), "a2.txt, line 3"),
        (pdptw.main, "lc101.txt", LI_LIM.replace("\t2\t0\n", "\t5\t0\n"), "lc101.txt, line 3"),
        (peers.main, "a2.txt", AB.replace("10 20", "20 10"), "a2.txt, line 4"),
        (paratransit.main, "trips.csv", CSV.replace("8:30:00", "soon"), "trips.csv, line 2"),
        (online.main, "trips.csv", CSV.replace(",3,", ",x,", 1), "trips.csv, line 2"),
        (online.main, "trips.csv", CSV.replace("ldate", "date"), "trips.csv, line 1"),
        (roads.main, "town.osm", "<osm", "town.osm"),
    ],
    ids=lambda value: value.__module__ if callable(value) else "",
)
def test_a_file_that_cannot_be_used(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    main: Main,
    name: str,
    text: str,
    place: str,
) -> None:
    """With its line, and what to do."""
    write(tmp_path, text, name)
    asked = ["--instances", "3"] if name == "trips.csv" else []
    line = complaint(main, capsys, "--data", str(tmp_path), *asked)
    assert f"{tmp_path}/{place}" in line
    assert "--data" in line


@pytest.mark.parametrize(
    ("main", "size"),
    [(growth.main, "many"), (growth.main, "0"), (insertion.main, "3"), (insertion.main, "3x1")],
)
def test_a_size_that_is_none(capsys: pytest.CaptureFixture[str], main: Main, size: str) -> None:
    """Named, with an example of one."""
    assert complaint(main, capsys, "--instances", size).startswith(f"{size}: no ")


@pytest.mark.parametrize("main", [darp.main, growth.main, insertion.main, roads.main])
def test_figures_that_could_not_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], main: Main
) -> None:
    """Said before the first one is measured."""
    line = complaint(main, capsys, "--save", str(tmp_path / "nowhere" / "x.jsonl"))
    assert "--save" in line


@pytest.mark.parametrize(
    "words", [["--seconds", "nan"], ["--seconds", "-1"], ["--workers", "0"], ["--engine", "x"]]
)
def test_options_that_make_no_sense(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """The command line says which."""
    with pytest.raises(SystemExit) as caught:
        darp.main(words)
    assert caught.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    """Only what the caller can mend is put plainly; Ctrl-C is no fault at all."""

    @plainly
    def faulty(problem: type[BaseException]) -> int:
        raise problem("no such thing")

    with pytest.raises(KeyError):
        faulty(KeyError)
    assert faulty(FileNotFoundError) == 2
    assert faulty(KeyboardInterrupt) == 130


def test_files_are_those_of_whoever_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`./run` goes to the project's folder, but says where it came from."""
    monkeypatch.setenv("OUTABOUT_FROM", "/home/ada")
    assert from_here(Path("data")) == Path("/home/ada/data")
    assert from_here(Path("/data")) == Path("/data")


def test_measuring_memory_begins_with_little() -> None:
    """A process counts the memory of the one that started it: that one knows no engine."""
    heavy = "{'numba', 'ortools', 'numpy', 'matplotlib'}"
    code = f"import sys, benchmarks.growth; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
