"""Files as rows: encodings, headers, quotation marks and sizes, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from booking.services.importing import reading
from booking.services.importing.reading import Columns, read_rows
from booking.services.importing.report import Findings

COLUMNS = Columns(("code", "name"), ("note",))
GOOD = "code,name\na,Anna\nb,Ben\n"


def read(tmp_path: Path, data: str | bytes) -> tuple[list[dict[str, str]], list[str]]:
    """(cells of each row, problems) of a file with this in it."""
    path = tmp_path / "people.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    findings = Findings()
    rows = read_rows(path, COLUMNS, findings)
    return [row.cells for row in rows], [str(problem) for problem in findings.problems]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.rstrip("\n").encode(),
        (GOOD + "\n\n,\n").encode(),
    ],
    ids=["plain", "byte-order mark", "windows", "old mac", "no end", "blank lines"],
)
def test_the_ways_programs_write_a_file_are_all_read(tmp_path: Path, data: bytes) -> None:
    """The same two rows come out whatever wrote the file."""
    rows, problems = read(tmp_path, data)
    assert rows == [{"code": "a", "name": "Anna"}, {"code": "b", "name": "Ben"}]
    assert problems == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf \r\n", "The file is empty"),
        (b"PK\x03\x04rest of a spreadsheet", "This is a spreadsheet"),
        (GOOD.encode("utf-16"), "The file is in UTF-16"),
        (b"code,name\na,An\x00na\n", "line 2: There is a NUL byte here"),
        (b"code,name\na,Anna\nb,Zo\xeb\n", "line 3: A letter here is not in UTF-8"),
        (b"code;name\na;Anna\n", "separated by something else than commas"),
        (b"code,name\n", "The file has a header but no rows"),
        (b"code\na\n", "These columns are missing: name"),
        (b"code,name,colour\na,Anna,red\n", "We do not know the columns colour"),
        (b"code,name,name\na,Anna,Anna\n", "These columns are there twice: name"),
        (b"code,name\na,Anna,1\n", "line 2: This row has 3 cells and the header has 2"),
        (b'code,name\na,"Anna\nb,Ben\n', "line 2: The quotation marks here do not match"),
        (b'code,name\na,"Anna" x\n', "line 2: The quotation marks here do not match"),
    ],
)
def test_bad_files_are_described(tmp_path: Path, data: bytes, said: str) -> None:
    """Each way of being wrong has its own sentence, with the line where there is one."""
    _, problems = read(tmp_path, data)
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("people.csv") for problem in problems)


def test_lines_are_counted_through_cells_of_several_lines(tmp_path: Path) -> None:
    """The line named is the one an editor shows, not the number of the row."""
    _, problems = read(tmp_path, 'code,name,note\na,Anna,"one\ntwo\nthree"\nb,Ben\n')
    assert problems == [
        "people.csv, line 5: This row has 2 cells and the header has 3. "
        "Put a cell with a comma in it between quotation marks."
    ]


def test_good_rows_are_read_beside_bad_ones(tmp_path: Path) -> None:
    """All bad rows are found in one go, not only the first."""
    rows, problems = read(tmp_path, "code,name\na\nb,Ben\nc\n")
    assert [row["code"] for row in rows] == ["b"]
    assert len(problems) == 2


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes or rows than the limit are said to be too many, and not read on."""
    monkeypatch.setattr(reading, "BYTES_AT_MOST", 30)
    assert "larger than" in read(tmp_path, GOOD * 9)[1][0]
    monkeypatch.undo()
    monkeypatch.setattr(reading, "ROWS_AT_MOST", 1)
    rows, problems = read(tmp_path, GOOD)
    assert len(rows) == 1
    assert "more than 1 rows" in problems[0]


def test_a_file_that_cannot_be_opened_is_said_to_be_so(tmp_path: Path) -> None:
    """A folder where a file should be gives a sentence, not a traceback."""
    findings = Findings()
    (tmp_path / "people.csv").mkdir()
    assert read_rows(tmp_path / "people.csv", COLUMNS, findings) == []
    assert "cannot be opened" in str(findings.problems[0])
