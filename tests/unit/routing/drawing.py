"""Draws little road maps as OpenStreetMap files: points in metres, ways by their points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from routing.roads.building import build_roads
from routing.roads.engine import Roads
from routing.travel_times import EARTH_RADIUS

ORIGIN = (52.75, -0.9)
Tags = Mapping[str, str]
Way = tuple[str, Tags]
"""The points it goes through, a letter each, and its tags. The first way has the id 1."""


def spot(x: float, y: float) -> tuple[float, float]:
    """(latitude, longitude) of so many metres east and north of the origin."""
    latitude = ORIGIN[0] + math.degrees(y / EARTH_RADIUS)
    around = EARTH_RADIUS * math.cos(math.radians(ORIGIN[0]))
    return latitude, ORIGIN[1] + math.degrees(x / around)


def draw(
    file: Path,
    points: Mapping[str, tuple[float, float]],
    ways: Sequence[Way],
    *,
    marks: Mapping[str, Tags] | None = None,
    turns: Sequence[tuple[str, int, str, int]] = (),
) -> Path:
    """Write the map: `marks` are tags of points, `turns` (kind, from way, via point, to way)."""
    number = {name: row for row, name in enumerate(points, start=1)}
    lines = ["<?xml version='1.0'?>", '<osm version="0.6">']
    for name, (x, y) in points.items():
        latitude, longitude = spot(x, y)
        lines.append(f'<node id="{number[name]}" version="1" lat="{latitude}" lon="{longitude}">')
        lines += [*_tags((marks or {}).get(name, {})), "</node>"]
    for row, (names, tags) in enumerate(ways, start=1):
        lines.append(f'<way id="{row}" version="1">')
        lines += [f'<nd ref="{number[name]}"/>' for name in names]
        lines += [*_tags(tags), "</way>"]
    for row, (kind, came, via, goes) in enumerate(turns, start=1):
        lines += [
            f'<relation id="{row}" version="1">',
            f'<member type="way" ref="{came}" role="from"/>',
            f'<member type="node" ref="{number[via]}" role="via"/>',
            f'<member type="way" ref="{goes}" role="to"/>',
            *_tags({"type": "restriction", "restriction": kind}),
            "</relation>",
        ]
    file.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return file


def _tags(tags: Tags) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]


def roads_of(file: Path) -> Roads:
    """The engine of a drawing."""
    return Roads(*build_roads(file))
