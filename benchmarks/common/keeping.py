"""Figures kept in a file, a line of JSON each, in an order that does not depend on the run.

Measuring the same instance with the same command again replaces its lines; all others
stay. The file is written after every figure: a run that is broken off keeps what it had.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from benchmarks.common.plainly import Unusable

Line = dict[str, Any]


class Kept:
    """The lines of one file. Seconds and seed are part of the command, so it tells runs apart."""

    def __init__(self, file: Path) -> None:
        """Raises Unusable if the file holds anything else, or cannot be written."""
        self.file = file
        self._lines = _read(file)
        self._measured: set[tuple[str, str]] = set()
        self._write()

    def add(self, line: Line) -> None:
        """Keep a line; the first of its instance and command drops those of earlier runs."""
        name = _group(line)
        if name not in self._measured:
            self._measured.add(name)
            self._lines = [one for one in self._lines if _group(one) != name]
        self._lines.append(line)
        self._lines.sort(key=_place)
        self._write()

    def _write(self) -> None:
        text = "".join(json.dumps(line) + "\n" for line in self._lines)
        half = self.file.with_name(f".{self.file.name}.new")
        try:
            half.write_text(text, "utf-8")
            os.replace(half, self.file)  # never half a file, whenever the run is broken off
        except OSError as problem:
            raise Unusable(
                f"{self.file}: cannot be written ({problem.strerror}); "
                "give --save a file in a folder that is there"
            ) from problem


def _read(file: Path) -> list[Line]:
    if not file.exists():
        return []
    lines = []
    try:
        rows = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Unusable(f"{file}: cannot be read; give --save another file") from problem
    for number, row in enumerate(rows, start=1):
        try:
            line = json.loads(row)
            _group(line)
        except (ValueError, TypeError, KeyError) as problem:
            raise Unusable(
                f"{file}, line {number}: no figure of a benchmark; give --save another file"
            ) from problem
        lines.append(line)
    return lines


def _group(line: Line) -> tuple[str, str]:
    return str(line["command"]), str(line["instance"])


def _place(line: Line) -> tuple[Any, ...]:
    """By instance, then command, numbers as numbers; figures of one run stay as they came."""
    command, instance = _group(line)
    return natural(instance), natural(command)


def natural(words: str) -> tuple[tuple[str, float], ...]:
    """For sorting: a4-48 before a10-100, 10 seconds before 30 and 600."""
    parts = re.findall(r"(\D*)(\d+(?:\.\d+)?)?", words.casefold())
    return tuple((word, float(number or -1)) for word, number in parts)
