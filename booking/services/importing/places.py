"""places.csv: the points people are picked up from and taken to."""

from __future__ import annotations

from typing import Any, Final

from geopy.distance import geodesic

from booking.models import Place
from booking.services.importing.batch import Batch
from booking.services.importing.cells import Row
from booking.services.importing.reading import Columns
from booking.services.importing.shapes import ZoneFinder

COLUMNS: Final = Columns(
    ("code", "name", "kind", "latitude", "longitude", "village"),
    ("alternative_names", "approximate", "source", "boarding_authority", "postcode"),
)
KINDS: Final = (
    *("village", "hamlet", "town", "station", "hospital", "surgery", "retail", "business"),
    *("landmark", "church", "school", "hall", "shop", "pub", "stop", "depot", "club_venue"),
)
SHIFTED_AT_MOST_M: Final = 100
"""A place somebody has a journey from may be put right by so much, and not be moved further:
they were told where to stand."""


def take_places(batch: Batch, rows: list[Row]) -> None:
    """Write the places, each in the zone its point lies in."""
    finder = ZoneFinder(batch.zones.by_code)
    for row in rows:
        code = batch.places.take(row, longest=40)
        known = batch.places.by_code.get(code)
        values = _values(row, code)
        if known is not None and is_relied_on(batch, known, row, values):
            row.wrong(
                "latitude",
                "Somebody has a journey booked from or to this place, so it cannot move so far. "
                "Give the new position a code of its own.",
            )
        if row.bad:
            continue
        zone = finder.find(values["latitude"], values["longitude"])
        values["zone_id"] = zone.id if zone else None
        batch.places.by_code[code] = batch.put(row, Place, known, code, values)
    batch.session.flush()


def is_relied_on(batch: Batch, place: Place, row: Row, values: dict[str, Any]) -> bool:
    """Whether somebody has been told this place, and the row would move it from there."""
    if row.bad or place.point == (values["latitude"], values["longitude"]):
        return False
    metres = geodesic(place.point, (values["latitude"], values["longitude"])).m
    return metres > SHIFTED_AT_MOST_M and place.id in batch.relied_on


def _values(row: Row, code: str) -> dict[str, Any]:
    latitude, longitude = row.point()
    values: dict[str, Any] = {
        "code": code,
        "name": row.text("name", 200),
        "kind": row.one_of("kind", KINDS),
        "latitude": latitude,
        "longitude": longitude,
        "village": row.text("village", 100, blank=True),
    }
    if row.has("alternative_names"):
        values["alternative_names"] = row.several("alternative_names", 200)
    if row.has("approximate"):
        values["approximate"] = row.yes("approximate")
    if row.has("source"):
        values["source"] = row.text("source", 60, blank=True)
    if row.has("boarding_authority"):
        values["boarding_authority"] = row.text("boarding_authority", 60, blank=True)
    if row.has("postcode"):
        values["postcode"] = row.text("postcode", 10, blank=True).upper()
    return values
