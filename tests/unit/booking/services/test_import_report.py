"""The report of an import in plain words."""

from __future__ import annotations

from booking.services.importing.report import PROBLEMS_AT_MOST, Findings


def test_a_good_import_is_counted_by_file() -> None:
    """What was new, changed and the same is one line a file, then the notes."""
    findings = Findings()
    findings.count("places.csv").added = 3
    findings.count("shifts.csv").removed = 1
    findings.note("Something to know.")
    findings.note("Something to know.")
    assert findings.report(dry_run=False).lines() == [
        "Imported.",
        "  places.csv: 3 new, 0 changed, 0 unchanged",
        "  shifts.csv: 0 new, 0 changed, 0 unchanged, 1 removed",
        "Note: Something to know.",
    ]


def test_a_dry_run_says_that_nothing_was_written() -> None:
    """Nobody takes a dry run for the real thing."""
    assert "Nothing was written" in Findings().report(dry_run=True).lines()[0]


def test_many_problems_are_named_up_to_a_hundred_and_counted() -> None:
    """A wrong column spoils thousands of rows: the first hundred are enough to see it."""
    findings = Findings()
    for line in range(PROBLEMS_AT_MOST + 5):
        findings.problem("places.csv", line, "latitude", "Write a number.")
    report = findings.report(dry_run=False)
    assert not report.ok
    assert report.lines()[0] == "Nothing was imported: 105 things must be put right first."
    assert report.lines()[-1].startswith("  ... and 5 more.")
