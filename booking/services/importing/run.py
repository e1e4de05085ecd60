"""Going through the files in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from booking.services.importing import fleet, groups, places, residents, shapes, staff, zones
from booking.services.importing.batch import Batch
from booking.services.importing.cells import Row, shown
from booking.services.importing.reading import Columns, read_rows
from booking.services.importing.report import Findings


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: its columns, and what writes its rows."""

    columns: Columns
    take: Callable[[Batch, list[Row]], None]


TABLES: Final = {
    "areas.csv": Table(zones.AREA_COLUMNS, zones.take_areas),
    "zones.csv": Table(zones.ZONE_COLUMNS, zones.take_zones),
    "places.csv": Table(places.COLUMNS, places.take_places),
    "zone_links.csv": Table(zones.LINK_COLUMNS, zones.take_links),
    "vehicles.csv": Table(fleet.VEHICLE_COLUMNS, fleet.take_vehicles),
    "drivers.csv": Table(fleet.DRIVER_COLUMNS, fleet.take_drivers),
    "shifts.csv": Table(fleet.SHIFT_COLUMNS, fleet.take_shifts),
    "groups.csv": Table(groups.GROUP_COLUMNS, groups.take_groups),
    "sessions.csv": Table(groups.SESSION_COLUMNS, groups.take_sessions),
    "residents.csv": Table(residents.COLUMNS, residents.take_residents),
    "staff.csv": Table(staff.COLUMNS, staff.take_staff),
}
"""In the order of reading: nothing is referred to before it is known."""
NAMES: Final = (*TABLES, shapes.FILE)


def list_files(path: Path, findings: Findings) -> dict[str, Path]:
    """The files to read by name: the one given, or those of a folder."""
    if not path.exists():
        findings.problem(str(path), None, "", "There is no such file or folder.")
        return {}
    if not path.is_dir():
        found = {path.name: path}
    else:
        found = {
            file.name: file
            for file in sorted(path.iterdir())
            if file.suffix.lower() in (".csv", ".geojson") and file.is_file()
        }
    known = {name: file for name, file in found.items() if name in NAMES}
    if not known:
        words = f"There is nothing here to import. The files are called {', '.join(NAMES)}."
        findings.problem(path.name, None, "", words)
    for name in found.keys() - known.keys() if known else ():
        findings.note(f"{shown(name)} was left alone: it is not one of {', '.join(NAMES)}.")
    return known


def run(batch: Batch, files: dict[str, Path]) -> None:
    """Read every file and write its rows into the batch's transaction."""
    found = {}
    if shapes.FILE in files:
        found = shapes.read_shapes(files[shapes.FILE], batch.findings)
        batch.shapes = {code: boundary for code, (_, boundary) in found.items()}
    for name, table in TABLES.items():
        if name in files:
            table.take(batch, read_rows(files[name], table.columns, batch.findings))
        if name == "zones.csv":
            shapes.put_shapes(batch, found)
    count = batch.findings.counts.get(shapes.FILE)
    if count is not None and batch.had_places and (count.added or count.changed):
        shapes.place_everything(batch)
