"""Import an operator's files: a folder or one file, whole or not at all.

The files and their columns are described in sample_data/README.md. Bookings are
never touched: what people were promised stays as it was.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from booking.context import Context
from booking.services.importing.batch import Batch
from booking.services.importing.report import Count, Findings, Problem, Report
from booking.services.importing.run import list_files, run

__all__ = ["Count", "Problem", "Report", "import_data"]


class _Undo(Exception):
    """Leaves the transaction without keeping anything."""


def import_data(ctx: Context, path: Path, *, dry_run: bool, now: datetime) -> Report:
    """Import those files in one transaction; rows are known again by their codes.

    With `dry_run`, or with any problem in any file, nothing is written; the report
    then says what would be, or what is wrong and where. Never raises for bad files.
    """
    findings = Findings()
    files = list_files(path, findings)
    if not files:
        return findings.report(dry_run=dry_run)
    try:
        with ctx.db.writing() as session:
            run(Batch(session, now, findings), files)
            if dry_run or findings.problem_count:
                raise _Undo
    except _Undo:
        pass
    return findings.report(dry_run=dry_run)
