"""Zone shapes: broken GeoJSON of every kind is described, with the line where there is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from booking.services.importing.report import Findings
from booking.services.importing.shapes import read_shapes
from tests.scheme_files import shapes, square

BOW_TIE = [[[-1.0, 52.7], [-0.8, 52.9], [-0.8, 52.7], [-1.0, 52.9], [-1.0, 52.7]]]
SWAPPED = [[[52.7, -1.0], [52.9, -1.0], [52.9, -0.8], [52.7, -1.0]]]
ABROAD = [[[2.0, 48.0], [3.0, 48.0], [3.0, 49.0], [2.0, 48.0]]]


def problems_of(tmp_path: Path, text: str) -> list[str]:
    """What is said of a file with this in it."""
    path = tmp_path / "zones.geojson"
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    read_shapes(path, findings)
    return [str(problem) for problem in findings.problems]


def polygon(coordinates: object) -> str:
    """A file with one zone of that shape."""
    return shapes(W={"type": "Polygon", "coordinates": coordinates})


def test_a_polygon_becomes_a_multipolygon_of_one(tmp_path: Path) -> None:
    """Zones are kept in one form, however they were drawn."""
    path = tmp_path / "zones.geojson"
    ring = square(-1.0, -0.8)["coordinates"][0]
    path.write_text(polygon(ring), encoding="utf-8")
    found = read_shapes(path, Findings())
    assert found["W"][1] == square(-1.0, -0.8)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty"),
        ("{", "line 1: This is not JSON from character 2 on"),
        ('{"a": 1,\n  oops}', "line 2: This is not JSON from character 3 on"),
        ("[]", "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection"}', "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"type": "FeatureCollection", "features": [7]}', "Feature 1 is not a GeoJSON feature"),
        ("[" * 100_000, "nested too deep"),
        ("9" * 10_000, "too long to be read"),
        (shapes(W=None), "“W”: A zone's boundary must be"),
        (shapes(W={"type": "Point", "coordinates": [-1, 52]}), "“W”: A zone's boundary must be"),
        (polygon("here"), "“W”: The zone's boundary is not readable"),
        (polygon([]), "“W”: The zone's boundary"),
        (polygon([[[-1.0, 52.7]]]), "“W”: The zone's boundary"),
        (polygon([[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]), "“W”: The zone's boundary"),
        (polygon(BOW_TIE), "crosses or touches itself near longitude -0.9, latitude 52.8"),
        (polygon(SWAPPED), "longitude first, then the latitude"),
        (polygon(ABROAD), "reaches outside Great Britain"),
        (polygon([[[float("nan"), 52.7], [-0.8, 52.9], [-0.8, 52.7]]]), "NaN is not a position"),
        (polygon(BOW_TIE).replace("52.9", "1e400"), "“W”:"),
        (shapes().replace('"code": "W"', '"name": "W"'), "Feature 1 has no property “code”"),
        (shapes().replace('"code": "W"', '"code": 7'), "Feature 1 has no property “code”"),
        (shapes().replace('"code": "E"', '"code": "W"'), "“W” is there twice"),
    ],
)
def test_bad_shapes_are_described(tmp_path: Path, text: str, said: str) -> None:
    """Each way of being wrong has its own sentence."""
    problems = problems_of(tmp_path, text)
    assert any(said in problem for problem in problems), problems


def test_the_line_named_is_the_features(tmp_path: Path) -> None:
    """A long file of shapes is searched for the code, so that one can go there."""
    text = json.dumps(json.loads(polygon(BOW_TIE)), indent=1)
    line = next(n for n, words in enumerate(text.splitlines(), 1) if '"code": "W"' in words)
    assert problems_of(tmp_path, text)[0].startswith(f"zones.geojson, line {line}: ")
