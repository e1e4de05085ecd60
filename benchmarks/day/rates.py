"""What a service day costs in the benchmarks, in pounds: the sample rates of the service."""

from __future__ import annotations

from typing import Final

from booking.domain.rates import RATES

OBJECTIVE: Final = RATES.objective
REFUSAL: Final = RATES.refusal
"""Leaving somebody out: more than any journey costs."""

VEHICLE: Final = 100.0
"""A vehicle that goes out at all, where the size of the fleet is asked."""
