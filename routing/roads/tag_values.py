"""What people write into OpenStreetMap's tags for speeds, lengths and weights.

Pure functions of text; whatever cannot be read is None, never a guess. Imports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

KMH_PER_MPH: Final = 1.609344
METRES_PER_FOOT: Final = 0.3048
METRES_PER_INCH: Final = 0.0254
TONNES: Final = {
    "": 1.0,
    "t": 1.0,
    "mt": 1.0,
    "kg": 0.001,
    "st": 0.90718,
    "lt": 1.01605,
    "lbs": 0.00045359,
    "lb": 0.00045359,
    "cwt": 0.0508,
}
METRES: Final = {"": 1.0, "m": 1.0, "cm": 0.01, "km": 1000.0, "ft": METRES_PER_FOOT}
KMH: Final = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": KMH_PER_MPH, "knots": 1.852}
NAMED_KMH: Final = {
    "gb:nsl_single": 60 * KMH_PER_MPH,
    "gb:nsl_dual": 70 * KMH_PER_MPH,
    "gb:nsl_restricted": 30 * KMH_PER_MPH,
    "gb:motorway": 70 * KMH_PER_MPH,
    "walk": 6.0,
}
"""Limits written as a name; `none`, `signals`, `variable` say nothing usable."""

_NUMBER: Final = re.compile(r"^(\d+(?:[.,]\d+)?)\s*([a-z/]*)$")
_FEET: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?$")


def kmh(text: str) -> float | None:
    """A speed limit in km/h: `50`, `30 mph`, `GB:nsl_single`; of several the lowest."""
    return _lowest(text, _one_speed)


def tonnes(text: str) -> float | None:
    """A weight in metric tonnes: `7.5`, `7.5 t`, `3500 kg`; of several the lowest."""
    return _lowest(text, lambda part: _measured(part, TONNES))


def metres(text: str) -> float | None:
    """A length in metres: `2.1`, `2.1 m`, `6'6"`, `7 ft`; of several the lowest."""
    return _lowest(text, _one_length)


def _lowest(text: str, read: Callable[[str], float | None]) -> float | None:
    found = [read(part.strip().lower()) for part in re.split(r"[;|]", text)]
    known = [value for value in found if value is not None and value > 0]
    return min(known) if known else None


def _one_speed(part: str) -> float | None:
    if part in NAMED_KMH:
        return NAMED_KMH[part]
    return _measured(part, KMH)


def _one_length(part: str) -> float | None:
    feet = _FEET.match(part)
    if feet:
        return float(feet[1]) * METRES_PER_FOOT + float(feet[2] or 0) * METRES_PER_INCH
    return _measured(part, METRES)


def _measured(part: str, units: dict[str, float]) -> float | None:
    number = _NUMBER.match(part)
    if number is None or number[2] not in units:
        return None
    return float(number[1].replace(",", ".")) * units[number[2]]
