"""Zone boundaries: around each zone's villages, halfway to the villages of others.

Made, not surveyed: each settlement takes the ground nearer to it than to any other
(Voronoi cells), no further out than REACH_KM, and a zone is what its settlements take.
So zones never overlap. Shapes are worked out on a flat map in kilometres.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from making.places import Place
from making.service import ZONES, Zone

REACH_KM = 2.4
FRAME_KM = 12.0
SIMPLIFY_KM = 0.12
ORIGIN = (52.66, -1.15)
KM_PER_DEGREE = 111.195
KM_PER_DEGREE_EAST = KM_PER_DEGREE * math.cos(math.radians(ORIGIN[0]))


def flat(place: Place) -> Point:
    """A place on the flat map, in kilometres east and north of the origin."""
    return Point(
        (place.longitude - ORIGIN[1]) * KM_PER_DEGREE_EAST,
        (place.latitude - ORIGIN[0]) * KM_PER_DEGREE,
    )


def boundaries(settlements: Sequence[Place]) -> dict[str, MultiPolygon]:
    """Each zone's boundary in degrees (longitude, latitude), by its code."""
    points = [flat(place) for place in settlements]
    cells = _cells(points)
    parts = sorted({(place.zone, place.part) for place in settlements if place.zone})
    shapes = [
        _part(cells, points, [(p.zone, p.part) == part for p in settlements]) for part in parts
    ]
    tidy = shapely.coverage_simplify(shapes, SIMPLIFY_KM)
    return {
        zone.code: _in_degrees([s for s, p in zip(tidy, parts, strict=True) if p[0] == zone.code])
        for zone in ZONES
    }


def _cells(points: Sequence[Point]) -> list[BaseGeometry]:
    """The ground nearest to each point, in the points' order."""
    cloud = MultiPoint(points)
    diagram = shapely.voronoi_polygons(cloud, extend_to=cloud.buffer(FRAME_KM), ordered=True)
    return list(diagram.geoms)


def _part(
    cells: Sequence[BaseGeometry], points: Sequence[Point], chosen: Sequence[bool]
) -> Polygon:
    """One connected piece of a zone: its cells, within reach of its settlements."""
    mine = [index for index, yes in enumerate(chosen) if yes]
    ground = shapely.unary_union([cells[index] for index in mine])
    near = shapely.unary_union([points[i].buffer(REACH_KM, quad_segs=3) for i in mine])
    lanes = shapely.unary_union([near, *_lanes([points[i] for i in mine])])
    whole = ground.intersection(lanes.buffer(0.8, quad_segs=2).buffer(-0.8, quad_segs=2))
    largest = max(getattr(whole, "geoms", [whole]), key=lambda piece: piece.area)
    return Polygon(largest.exterior)


def _lanes(points: Sequence[Point]) -> list[BaseGeometry]:
    """Strips that join each settlement to the nearest one before it, so a zone is one piece."""
    strips = []
    for earlier, point in pairwise(sorted(points, key=lambda p: (p.x, p.y))):
        del earlier
        others = [other for other in points if other != point]
        nearest = min(others, key=point.distance)
        strips.append(shapely.LineString([point, nearest]).buffer(0.9, quad_segs=2))
    return strips


def _in_degrees(pieces: Sequence[Polygon]) -> MultiPolygon:
    return MultiPolygon(
        [
            shapely.transform(
                shapely.orient_polygons(piece),
                lambda xy: (xy / (KM_PER_DEGREE_EAST, KM_PER_DEGREE) + ORIGIN[::-1]).round(5),
            )
            for piece in pieces
        ]
    )


def geojson(shapes: dict[str, MultiPolygon]) -> str:
    """The FeatureCollection as text, a feature a line so that a change can be read."""
    features = ",\n".join(json.dumps(_feature(zone, shapes[zone.code])) for zone in ZONES)
    return '{"type": "FeatureCollection", "features": [\n' + features + "\n]}\n"


def _feature(zone: Zone, shape: MultiPolygon) -> dict[str, object]:
    properties = {"code": zone.code, "name": zone.name, "area": zone.area, "sample": True}
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
