"""A made-up town as an OpenStreetMap file: straight streets, some one-way, a few main roads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

MADE_UP = "made-up"
STREETS = 30
"""In each direction."""
CORNER = (52.75, -0.90)
BLOCK = (0.0010, 0.0016)
"""Degrees from one street to the next, some 110 metres."""
MAIN, ONE_WAY = 6, 5
"""Every sixth street is a main road; of the others every fifth is one-way."""


def build_town(file: Path) -> Path:
    """Write the town; the same every time."""
    lines = ["<?xml version='1.0'?>", '<osm version="0.6">', *_corners(), *_streets(), "</osm>"]
    file.write_text("\n".join(lines), "utf-8")
    return file


def _corners() -> Iterator[str]:
    for row, column in product(range(STREETS), repeat=2):
        latitude = CORNER[0] + BLOCK[0] * row
        longitude = CORNER[1] + BLOCK[1] * column
        number = _corner(row, column)
        yield f'<node id="{number}" version="1" lat="{latitude:.7f}" lon="{longitude:.7f}"/>'


def _streets() -> Iterator[str]:
    for number, (street, across) in enumerate(product(range(STREETS), (False, True)), start=1):
        yield f'<way id="{number}" version="1">'
        for at in range(STREETS):
            corner = _corner(at, street) if across else _corner(street, at)
            yield f'<nd ref="{corner}"/>'
        yield f'<tag k="highway" v="{"residential" if street % MAIN else "primary"}"/>'
        if street % MAIN and street % ONE_WAY == 1:
            yield '<tag k="oneway" v="yes"/>'
        yield "</way>"


def _corner(row: int, column: int) -> int:
    return row * STREETS + column + 1
