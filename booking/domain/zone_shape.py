"""Zone shapes: whether a point lies in a GeoJSON polygon or multi-polygon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from shapely import Point, prepare
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from booking.domain.errors import Invalid


def contains(boundary: Mapping[str, Any], latitude: float, longitude: float) -> bool:
    """Whether the point is inside, or on the edge."""
    return bool(_geometry(_key(boundary)).covers(Point(longitude, latitude)))


def check_boundary(boundary: Any) -> None:
    """Raise Invalid, saying what is wrong, unless it is a usable (Multi)Polygon geometry."""
    if not isinstance(boundary, Mapping) or boundary.get("type") not in ("Polygon", "MultiPolygon"):
        raise Invalid("A zone's boundary must be a GeoJSON Polygon or MultiPolygon.", "boundary")
    try:
        geometry = shape(boundary)
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        raise Invalid("The zone's boundary is not readable as GeoJSON.", "boundary") from None
    if geometry.is_empty or not geometry.is_valid:
        raise Invalid("The zone's boundary crosses itself or is empty. Draw it again.", "boundary")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(
            "The zone's boundary must be in degrees, longitude first then latitude.", "boundary"
        )


def _key(boundary: Mapping[str, Any]) -> tuple[Any, ...]:
    return (boundary["type"], _frozen(boundary["coordinates"]))


def _frozen(value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_frozen(item) for item in value)
    return value


@lru_cache(maxsize=64)
def _geometry(key: tuple[Any, ...]) -> BaseGeometry:
    geometry = shape({"type": key[0], "coordinates": key[1]})
    prepare(geometry)
    return geometry
