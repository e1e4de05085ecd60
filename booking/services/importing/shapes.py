"""zones.geojson: the zones' shapes, and which zone a point lies in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from shapely import Point, prepare
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity
from sqlalchemy import select

from booking.domain.errors import Invalid
from booking.domain.zone_shape import check_boundary
from booking.models import Person, Place, Zone
from booking.services.importing.batch import Batch
from booking.services.importing.cells import BRITAIN, Row, shown
from booking.services.importing.reading import read_text
from booking.services.importing.report import Findings

FILE: Final = "zones.geojson"
Box = tuple[float, float, float, float]


class _NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have."""


def read_shapes(path: Path, findings: Findings) -> dict[str, tuple[int | None, dict[str, Any]]]:
    """Zone code → (line, MultiPolygon) of every usable feature; the others are problems."""
    text = read_text(path, findings)
    collection = _parse(text, findings) if text is not None else None
    if collection is None:
        return {}
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        findings.problem(FILE, 1, "", "This is not a GeoJSON FeatureCollection. Export it as one.")
        return {}
    if not features:
        findings.problem(FILE, None, "", "There are no features in the file.")
    shapes: dict[str, tuple[int | None, dict[str, Any]]] = {}
    for number, feature in enumerate(features, start=1):
        code = _code_of(feature)
        line = _line_of(text or "", code)
        words = _wrong_with(feature, code, number) or (
            f"The zone {shown(code)} is there twice. Put its parts into one MultiPolygon."
            if code in shapes
            else ""
        )
        if words:
            findings.problem(FILE, line, "", words)
        else:
            shapes[code] = (line, _multi(feature["geometry"]))
    return shapes


def put_shapes(batch: Batch, shapes: Mapping[str, tuple[int | None, dict[str, Any]]]) -> None:
    """Give every zone its shape; a shape without a zone is a problem."""
    for code, (line, boundary) in shapes.items():
        zone = batch.zones.by_code.get(code)
        row = Row(FILE, line or 1, {}, batch.findings)
        if zone is not None:
            if code in batch.new_zones:
                batch.findings.count(
                    FILE
                ).added += 1  # It came with its shape: a zone cannot be without one.
            else:
                batch.put(row, Zone, zone, code, {"boundary": boundary})
        elif code not in batch.zones.lines:
            words = f"There is no zone with the code {shown(code)}. Add it to zones.csv."
            batch.findings.problem(FILE, line, "", words)


class ZoneFinder:
    """Finds the zone a point lies in; each shape is prepared once for a whole file of points."""

    def __init__(self, zones: Mapping[str, Zone]) -> None:
        self.zones = [(_prepared(zone.boundary), zone) for _, zone in sorted(zones.items())]

    def find(self, latitude: float, longitude: float) -> Zone | None:
        """The zone, the first by code where shapes overlap; None outside all."""
        point = Point(longitude, latitude)
        return next((zone for shape, zone in self.zones if shape.covers(point)), None)


def place_everything(batch: Batch) -> None:
    """Work out again in which zone every place lies, and with it everybody's home."""
    finder = ZoneFinder(batch.zones.by_code)
    moved = 0
    for place in batch.session.scalars(select(Place)):
        zone = finder.find(place.latitude, place.longitude)
        zone_id = zone.id if zone else None
        if place.zone_id != zone_id:
            place.zone_id = zone_id
            moved += 1
    if moved:
        batch.findings.note(f"{moved} places are in another zone than before.")
    people = batch.session.scalars(select(Person).where(Person.home_place_id.is_not(None)))
    for person in people.unique():
        if person.home is not None and person.zone_id != person.home.zone_id:
            person.zone_id = person.home.zone_id
    batch.session.flush()


def _parse(text: str, findings: Findings) -> dict[str, Any] | None:
    try:
        found = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        words = f"This is not JSON from character {error.colno} on ({error.msg}). Export it again."
        findings.problem(FILE, error.lineno, "", words)
        return None
    except RecursionError:
        findings.problem(FILE, None, "", "The brackets are nested too deep. Export it again.")
        return None
    except _NotANumber as error:
        findings.problem(FILE, None, "", f"{error} is not a position. Correct it.")
        return None
    except ValueError:
        findings.problem(FILE, None, "", "There is a number too long to be read. Correct it.")
        return None
    if not isinstance(found, dict):
        findings.problem(FILE, 1, "", "This is not a GeoJSON FeatureCollection. Export it as one.")
        return None
    return found


def _refuse(word: str) -> float:
    raise _NotANumber(word)


def _code_of(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    return code if isinstance(code, str) else ""


def _line_of(text: str, code: str) -> int | None:
    """The line on which the feature of that code says so."""
    found = re.search(rf'"code"\s*:\s*{re.escape(json.dumps(code))}', text) if code else None
    return text.count("\n", 0, found.start()) + 1 if found else None


def _wrong_with(feature: Any, code: str, number: int) -> str:
    """What is wrong with a feature, in words; empty for a good one."""
    if not isinstance(feature, dict):
        return f"Feature {number} is not a GeoJSON feature."
    if not code:
        return f"Feature {number} has no property “code” with the code of its zone."
    geometry = feature.get("geometry")
    try:
        check_boundary(geometry)
    except Invalid as error:
        return f"Zone {shown(code)}: {_crossing(geometry) or error.words}"
    except RecursionError:
        return f"Zone {shown(code)}: the brackets are nested too deep."
    assert geometry is not None
    west, south, east, north = _box(geometry)
    s, n, w, e = BRITAIN
    if w <= west and east <= e and s <= south and north <= n:
        return ""
    if s <= west and east <= n and w <= south and north <= e:
        return f"Zone {shown(code)}: write the longitude first, then the latitude. Swap them."
    return f"Zone {shown(code)} reaches outside Great Britain. Positions must be in degrees."


def _crossing(geometry: Any) -> str:
    """Where a shape crosses itself; empty when that is not what is wrong with it."""
    try:
        found = explain_validity(shape(geometry))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        return ""
    where = re.search(r"\[(-?[0-9.]+) (-?[0-9.]+)", found)
    if where is None or found == "Valid Geometry":
        return ""
    return (
        f"the shape crosses or touches itself near longitude {where[1]}, latitude {where[2]}. "
        "Draw it again there."
    )


def _multi(geometry: dict[str, Any]) -> dict[str, Any]:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        coordinates = [coordinates]
    return {"type": "MultiPolygon", "coordinates": coordinates}


def _box(boundary: Mapping[str, Any]) -> Box:
    west, south, east, north = shape(boundary).bounds
    return (west, south, east, north)


def _prepared(boundary: Mapping[str, Any]) -> BaseGeometry:
    geometry = shape(boundary)
    prepare(geometry)
    return geometry
