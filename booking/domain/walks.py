"""How long a walk to or from the bus takes."""

from __future__ import annotations

from typing import Final

WALKED_A_MINUTE_M: Final = 55
"""Metres an older person walks in a minute (0.9 m/s)."""


def walk_minutes(metres: int) -> int:
    """How long the walk takes at an older person's pace, rounded up."""
    return -(-metres // WALKED_A_MINUTE_M)
