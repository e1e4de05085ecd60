"""vehicles.csv, drivers.csv and shifts.csv: the buses, who drives them, and the weekly pattern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import select

from booking.models import Driver, ShiftPattern, Vehicle
from booking.services.importing.batch import Batch, Part
from booking.services.importing.cells import Row
from booking.services.importing.pattern_hours import check_hours
from booking.services.importing.reading import Columns

VEHICLE_COLUMNS: Final = Columns(
    ("code", "zone", "name", "depot", "seats"),
    ("registration", "wheelchair_spaces", "seats_per_wheelchair"),
)
DRIVER_COLUMNS: Final = Columns(("code", "name", "zone"), ("phone",))
SHIFT_COLUMNS: Final = Columns(
    ("vehicle", "weekday", "start", "end"),
    ("driver", "break_from", "break_to", "break_minutes"),
)
ROOM: Final = ("seats", "wheelchair_spaces", "seats_per_wheelchair")
BREAK: Final = ("break_from", "break_to", "break_minutes")


def take_vehicles(batch: Batch, rows: list[Row]) -> None:
    """Write the vehicles."""
    for row in rows:
        code = batch.vehicles.take(row)
        known = batch.vehicles.by_code.get(code)
        values = _vehicle_values(batch, row, code)
        if row.bad:
            continue
        if known and any(getattr(known, key) > values.get(key, 0) for key in ROOM[:2]):
            batch.findings.note(
                f"{row.file}, line {row.line}: {code} has less room than before. Look at the days "
                "that are planned already."
            )
        batch.vehicles.by_code[code] = batch.put(row, Vehicle, known, code, values)
    batch.session.flush()


def take_drivers(batch: Batch, rows: list[Row]) -> None:
    """Write the drivers."""
    for row in rows:
        code = batch.drivers.take(row)
        zone = batch.zones.find(row, "zone")
        values = {"code": code, "name": row.text("name", 120), "phone": row.phone("phone")}
        if row.bad or zone is None:
            continue
        values["zone_id"] = zone.id
        known = batch.drivers.by_code.get(code)
        made = batch.put(row, Driver, known, code, values, private=True)
        batch.drivers.by_code[code] = made
    batch.session.flush()


def take_shifts(batch: Batch, rows: list[Row]) -> None:
    """Write the weekly pattern; the file names all the shifts of each vehicle in it."""
    parts = [part for part in (_shift(batch, row) for row in rows) if part is not None]
    _check_overlaps(parts)
    check_hours([part for part in parts if not part.row.bad], batch.drivers)
    owners = {part.values["vehicle_id"] for part in parts}
    patterns = batch.session.scalars(
        select(ShiftPattern).where(ShiftPattern.vehicle_id.in_(owners))
    )
    existing: dict[Hashable, ShiftPattern] = {
        (one.vehicle_id, one.weekday, one.starts): one for one in patterns
    }
    gone = batch.put_parts(
        ShiftPattern, [part for part in parts if not part.row.bad], existing, _same_day
    )
    for pattern in gone:
        batch.session.delete(pattern)
        batch.findings.count("shifts.csv").removed += 1
    count = batch.findings.count("shifts.csv")
    if count.changed or count.removed:
        batch.findings.note("Shifts made for the coming days stay as they are.")
    batch.session.flush()


def _same_day(key: Hashable) -> Hashable:
    assert isinstance(key, tuple)
    return key[:2]


def _vehicle_values(batch: Batch, row: Row, code: str) -> dict[str, Any]:
    zone, depot = batch.zones.find(row, "zone"), batch.places.find(row, "depot")
    values: dict[str, Any] = {
        "code": code,
        "name": row.text("name", 60),
        "zone_id": zone.id if zone else None,
        "depot_id": depot.id if depot else None,
        "seats": row.whole("seats", 1, 60),
    }
    if row.has("registration"):
        values["registration"] = row.text("registration", 12, blank=True)
    for column in ROOM[1:]:
        if row.has(column):
            values[column] = row.whole(column, 0, 10)
    return values


def _shift(batch: Batch, row: Row) -> Part | None:
    vehicle = batch.vehicles.find(row, "vehicle")
    driver = batch.drivers.find(row, "driver") if row.raw("driver") else None
    weekday = row.weekday("weekday")
    starts, ends = row.span("start", "end")
    values: dict[str, Any] = {"weekday": weekday, "starts": starts, "ends": ends}
    values |= _break(row, starts, ends)
    if row.bad or vehicle is None:
        return None
    values |= {"vehicle_id": vehicle.id, "driver_id": driver.id if driver else None}
    name = f"{vehicle.code} on {weekday} from {row.raw('start')}"
    key = (vehicle.id, weekday, starts)
    return Part(row, key, key[:2], name, values)


def _break(row: Row, starts: int, ends: int) -> dict[str, int | None]:
    """The break's values; none where all three cells are empty."""
    if not any(row.raw(column) for column in BREAK):
        return {"break_from": None, "break_to": None, "break_minutes": 0}
    earliest, latest = row.span("break_from", "break_to")
    minutes = row.whole("break_minutes", 1, 240)
    if not row.bad and not (starts <= earliest and latest <= ends):
        row.wrong("break_from", "The break must lie between the start and the end of the shift.")
    if not row.bad and earliest + minutes > latest:
        row.wrong("break_minutes", "A break of that length does not fit between the two times.")
    return {"break_from": earliest, "break_to": latest, "break_minutes": minutes}


def _check_overlaps(parts: list[Part]) -> None:
    """Nobody drives two buses at once, and no bus is driven twice at once."""
    for column, owner in (("vehicle", "vehicle_id"), ("driver", "driver_id")):
        by_day: dict[Hashable, list[Part]] = defaultdict(list)
        for part in parts:
            if part.values[owner] is not None:
                by_day[(part.values[owner], part.values["weekday"])].append(part)
        for day in by_day.values():
            day.sort(key=lambda part: (part.values["starts"], part.row.line))
            for before, after in pairwise(day):
                if after.values["starts"] < before.values["ends"]:
                    words = f"This {column} is out at the same time on line {before.row.line}."
                    after.row.wrong(column, words)
