"""What could be done instead, in a sentence: for a message that says no."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from booking.domain.offers import OfferedLeg, Possible
from booking.domain.walks import walk_minutes
from booking.domain.words import between, count_of
from booking.domain.words import day as day_in_words


def instead_words(ways: Sequence[Possible]) -> str:
    """The alternatives in their order, the nearest first; empty where there are none."""
    if not ways:
        return ""
    said = [_way(way.legs[0]) for way in ways]
    return f"You could go {'; or '.join(said)}. Others may ask for that too, so tell us soon."


def _way(leg: OfferedLeg) -> str:
    day = day_in_words(date.fromisoformat(leg.day))
    if leg.waiting:
        return f"on {day}, if there is room then"
    minutes = walk_minutes(leg.walk_from_m)
    walk = f", {count_of(minutes, 'minute')} on foot from you" if minutes else ""
    return f"on {day}, with a bus {between(leg.earliest // 60, leg.latest // 60)}{walk}"
