"""What a service day costs in the benchmarks, in pounds: the sample rates of the service."""

from __future__ import annotations

from typing import Final

from routing.model import Objective

OBJECTIVE: Final = Objective(
    per_distance=0.45 / 1609.344,  # £0.45 a mile: fuel, tyres, wear
    per_duration=18.0 / 3600,  # £18 an hour: the driver
    per_excess_ride=4.0 / 3600,  # £4 an hour of each passenger's detour
)
REFUSAL: Final = 1_000.0
"""Leaving somebody out: more than any journey costs."""

VEHICLE: Final = 100.0
"""A vehicle that goes out at all, where the size of the fleet is asked."""
