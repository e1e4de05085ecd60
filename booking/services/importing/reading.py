"""Files as rows: size, encoding, header and the shape of each row, nothing of their meaning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from booking.services.importing.cells import Row
from booking.services.importing.report import Findings

BYTES_AT_MOST: Final = 20_000_000
ROWS_AT_MOST: Final = 100_000
SAVE_AS: Final = "Save it again as “CSV UTF-8”."
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a file must have, and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


def read_rows(path: Path, columns: Columns, findings: Findings) -> list[Row]:
    """All rows of a CSV file that have the header's shape; the others are problems."""
    text = read_text(path, findings)
    if text is None:
        return []
    records = _records(path.name, text, findings)
    _, header = next(records, (1, []))
    names = [name.strip() for name in header]
    if not _check_header(path.name, names, columns, findings):
        return []
    rows: list[Row] = []
    for line, record in records:
        if len(rows) >= ROWS_AT_MOST:
            findings.problem(path.name, line, "", _too_many())
            break
        if not any(cell.strip() for cell in record):
            continue
        if len(record) == len(names):
            rows.append(Row(path.name, line, dict(zip(names, record, strict=True)), findings))
        else:
            findings.problem(path.name, line, "", _wrong_length(len(record), len(names)))
    if not rows and not findings.problem_count:
        findings.problem(path.name, None, "", "The file has a header but no rows.")
    return rows


def read_text(path: Path, findings: Findings) -> str | None:
    """The file's text; None with a problem when it cannot be read as UTF-8 text."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_AT_MOST + 1)
    except OSError as error:
        findings.problem(path.name, None, "", f"The file cannot be opened: {error.strerror}.")
        return None
    wrong = _unreadable(data)
    if wrong is not None:
        findings.problem(path.name, *wrong)
        return None
    return data.decode("utf-8-sig")


def _unreadable(data: bytes) -> tuple[int | None, str, str] | None:
    """(line, column, words) of what makes the bytes unreadable; None for good text."""
    if len(data) > BYTES_AT_MOST:
        megabytes = BYTES_AT_MOST // 1_000_000
        return (None, "", f"The file is larger than {megabytes} MB. Import it in smaller parts.")
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        return (None, "", "The file is empty.")
    if data.startswith(b"PK\x03\x04"):
        return (None, "", f"This is a spreadsheet, not a text file. {SAVE_AS}")
    if data.startswith(_UTF16):
        return (None, "", f"The file is in UTF-16. {SAVE_AS}")
    if b"\0" in data:
        return (_line_of(data, data.index(b"\0")), "", f"There is a NUL byte here. {SAVE_AS}")
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        return (line, "", f"A letter here is not in UTF-8. {SAVE_AS}")
    return None


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _records(file: str, text: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells) of each record."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            findings.problem(
                file,
                line,
                "",
                "The quotation marks here do not match, so the rest of the file cannot be read. "
                "Begin and end the cell with one, and double those inside it.",
            )
            return
        yield line, record


def _check_header(file: str, names: list[str], columns: Columns, findings: Findings) -> bool:
    wrong = _header_words(names, columns)
    for words in wrong:
        findings.problem(file, 1, "", words)
    return not wrong


def _header_words(names: list[str], columns: Columns) -> Iterator[str] | list[str]:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        return ["The columns are separated by something else than commas. Save it with commas."]
    missing = [name for name in columns.required if name not in names]
    unknown = [name[:40] or "(no name)" for name in names if name not in columns.all]
    double = sorted({name for name in names if names.count(name) > 1})
    said = []
    if missing:
        said.append(f"These columns are missing: {', '.join(missing)}. Add them to the header.")
    if unknown:
        known = ", ".join(columns.all)
        said.append(
            f"We do not know the columns {', '.join(unknown[:10])}. Those of here: {known}."
        )
    if double:
        said.append(f"These columns are there twice: {', '.join(double[:10])}. Keep one of each.")
    return said


def _wrong_length(cells: int, columns: int) -> str:
    return (
        f"This row has {cells} cells and the header has {columns}. "
        "Put a cell with a comma in it between quotation marks."
    )


def _too_many() -> str:
    return f"The file has more than {ROWS_AT_MOST} rows. Import it in smaller parts."
