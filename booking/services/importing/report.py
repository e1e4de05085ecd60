"""What an import found: counts, what changed, and every bad row in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

PROBLEMS_AT_MOST: Final = 100
"""So many are named; the rest are counted. A wrong column spoils every row."""
CHANGES_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be read: where it is, and what to do about it."""

    file: str
    line: int | None
    column: str
    words: str

    @property
    def where(self) -> str:
        """ "places.csv, line 12, column latitude"."""
        parts = [self.file]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.where}: {self.words}"


@dataclass(slots=True)
class Count:
    """How many rows of one file were new, different, the same, or are gone."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def words(self) -> str:
        said = f"{self.added} new, {self.changed} changed, {self.unchanged} unchanged"
        return f"{said}, {self.removed} removed" if self.removed else said


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an import. With any problem nothing at all was written.

    `counts` is by file name; `changes` and `notes` are sentences for the operator.
    """

    dry_run: bool
    counts: dict[str, Count] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every row could be read."""
        return not self.problem_count

    def lines(self) -> list[str]:
        """The whole report in plain words, a line each."""
        return list(self._problem_lines() if self.problem_count else self._good_lines())

    def _problem_lines(self) -> Iterator[str]:
        things = "1 thing" if self.problem_count == 1 else f"{self.problem_count} things"
        yield f"Nothing was imported: {things} must be put right first."
        for problem in self.problems:
            yield f"  {problem}"
        more = self.problem_count - len(self.problems)
        if more:
            yield f"  ... and {more} more. Put these right first, then try again."

    def _good_lines(self) -> Iterator[str]:
        yield (
            "Dry run: this is what would be imported. Nothing was written."
            if self.dry_run
            else "Imported."
        )
        for file, count in self.counts.items():
            yield f"  {file}: {count.words}"
        yield from (f"  {words}" for words in self.changes)
        yield from (f"Note: {words}" for words in self.notes)


class Findings:
    """Collects problems, changes and notes while an import runs."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.problem_count = 0
        self.counts: dict[str, Count] = {}
        self.changes: list[str] = []
        self.changes_left_out = 0
        self.notes: list[str] = []

    def problem(self, file: str, line: int | None, column: str, words: str) -> None:
        """Keep a problem; beyond the cap it is only counted."""
        self.problem_count += 1
        if len(self.problems) < PROBLEMS_AT_MOST:
            self.problems.append(Problem(file, line, column, words))

    def change(self, words: str) -> None:
        if len(self.changes) < CHANGES_AT_MOST:
            self.changes.append(words)
        else:
            self.changes_left_out += 1

    def note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def count(self, file: str) -> Count:
        return self.counts.setdefault(file, Count())

    def report(self, *, dry_run: bool) -> Report:
        """Everything found, problems in the order of files and lines."""
        more = [f"... and {self.changes_left_out} more changes."] if self.changes_left_out else []
        return Report(
            dry_run=dry_run,
            counts=self.counts,
            problems=tuple(self.problems),
            problem_count=self.problem_count,
            changes=tuple(self.changes + more),
            notes=tuple(self.notes),
        )
