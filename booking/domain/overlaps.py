"""Whether somebody would be on two buses at once: journeys of theirs that overlap in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ride:
    """From when somebody stands ready for a bus until they are there at the latest; aware."""

    begins: datetime
    ends: datetime

    def overlaps(self, other: Ride) -> bool:
        """Whether there is a moment in both. One that begins when the other ends is after it."""
        return self.begins < other.ends and other.begins < self.ends


def overlap(rides: Iterable[Ride], others: Iterable[Ride]) -> bool:
    """Whether any ride of one journey overlaps any of another; a visit in between does not."""
    others = tuple(others)
    return any(ride.overlaps(other) for ride in rides for other in others)
