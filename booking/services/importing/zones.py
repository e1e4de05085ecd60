"""areas.csv, zones.geojson, zones.csv and zone_links.csv: where the bus runs and by which rules."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from sqlalchemy import select

from booking.domain.service_day import WEEKDAYS
from booking.models import Area, Zone, ZoneLink
from booking.services.importing.batch import Batch, Part
from booking.services.importing.cells import Row
from booking.services.importing.reading import Columns

AREA_COLUMNS: Final = Columns(("code", "name"), ("phone", "sample"))
ZONE_COLUMNS: Final = Columns(
    (
        *("code", "area", "name", "mon_fri_open", "mon_fri_close"),
        *("sat_open", "sat_close", "sun_open", "sun_close"),
    ),
    (
        *("book_ahead_days", "book_latest_minutes", "window_minutes", "walk_limit_m"),
        *("ride_extra_minutes", "ride_factor", "ride_cap_minutes", "party_max"),
        *("fare_adult_pence", "fare_child_pence", "mode", "licence", "sample"),
    ),
)
LINK_COLUMNS: Final = Columns(("zone", "place", "days", "open", "close"), ("sample",))
MODES: Final = ("instant", "batch")
LICENCES: Final = ("flexible_registered", "section_19", "private_hire")
LIMITS: Final = {
    "book_ahead_days": (0, 90),
    "book_latest_minutes": (0, 2_880),
    "window_minutes": (5, 120),
    "walk_limit_m": (0, 2_000),
    "ride_extra_minutes": (0, 120),
    "ride_cap_minutes": (10, 240),
    "party_max": (1, 16),
    "fare_adult_pence": (0, 10_000),
    "fare_child_pence": (0, 10_000),
}
DAYS_OF: Final = {"mon_fri": WEEKDAYS[:5], "sat": ("sat",), "sun": ("sun",)}


def take_areas(batch: Batch, rows: list[Row]) -> None:
    """Write the areas."""
    for row in rows:
        code = batch.areas.take(row)
        values = {"code": code, "name": row.text("name", 100)}
        row.phone("phone")
        if not row.bad:
            known = batch.areas.by_code.get(code)
            batch.areas.by_code[code] = batch.put(row, Area, known, code, values)
    batch.session.flush()


def take_zones(batch: Batch, rows: list[Row]) -> None:
    """Write the zones, each with its shape."""
    for row in rows:
        code = batch.zones.take(row)
        known = batch.zones.by_code.get(code)
        values = _zone_values(batch, row, code)
        if code and known is None and code not in batch.shapes:
            row.wrong("code", "This new zone has no shape. Add it to zones.geojson.")
        if row.bad:
            continue
        batch.zones.by_code[code] = batch.put(row, Zone, known, code, values)
        if known is None:
            batch.new_zones.add(code)
    batch.session.flush()


def take_links(batch: Batch, rows: list[Row]) -> None:
    """Write which places outside each zone it serves; the file names all of a zone's."""
    parts: list[Part] = []
    owners: set[int] = set()
    seen: dict[Hashable, int] = {}
    for row in rows:
        zone, place = batch.zones.find(row, "zone"), batch.places.find(row, "place")
        opens, closes = row.span("open", "close")
        days = row.weekdays("days")
        if row.bad or zone is None or place is None:
            continue
        key = (zone.id, place.id)
        if seen.setdefault(key, row.line) != row.line:
            row.wrong("place", f"This zone and place are already on line {seen[key]}.")
            continue
        owners.add(zone.id)
        values = {"zone_id": zone.id, "place_id": place.id, "days": days}
        values |= {"opens": opens, "closes": closes}
        parts.append(Part(row, key, key, f"{zone.code} to {place.code}", values))
    links = batch.session.scalars(select(ZoneLink).where(ZoneLink.zone_id.in_(owners)))
    existing: dict[Hashable, ZoneLink] = {(link.zone_id, link.place_id): link for link in links}
    for link in batch.put_parts(ZoneLink, parts, existing, lambda key: key):
        batch.session.delete(link)
        batch.findings.count("zone_links.csv").removed += 1
    batch.session.flush()


def _zone_values(batch: Batch, row: Row, code: str) -> dict[str, Any]:
    area = batch.areas.find(row, "area")
    values: dict[str, Any] = {"code": code, "name": row.text("name", 100), "hours": _hours(row)}
    values["area_id"] = area.id if area else None
    for column, (least, most) in LIMITS.items():
        if row.has(column):
            values[column] = row.whole(column, least, most)
    if row.has("ride_factor"):
        values["ride_factor"] = row.decimal("ride_factor", 1, 5)
    if row.has("mode"):
        values["mode"] = row.one_of("mode", MODES)
    if row.has("licence"):
        values["licence"] = row.one_of("licence", LICENCES)
    if row.has("sample"):
        values["is_sample"] = row.yes("sample")
    if code in batch.shapes and code not in batch.zones.by_code:
        values["boundary"] = batch.shapes[code]
    return values


def _hours(row: Row) -> dict[str, list[int]]:
    hours: dict[str, list[int]] = {}
    for group, days in DAYS_OF.items():
        first, last = f"{group}_open", f"{group}_close"
        if not row.raw(first) and not row.raw(last):
            continue
        opens, closes = row.span(first, last)
        hours |= {day: [opens, closes] for day in days}
    if not hours and not row.bad:
        row.wrong("mon_fri_open", "The zone is closed every day. Give it hours on one at least.")
    return hours
