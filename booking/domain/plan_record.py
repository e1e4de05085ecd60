"""A plan as it is stored: runs of stops, in seconds from the start of the service day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a run. `booking_id` is None for a break."""

    action: str
    """pickup, dropoff or break."""
    booking_id: int | None
    place_id: int | None
    arrival: int
    start: int
    departure: int


@dataclass(frozen=True, slots=True)
class Run:
    """One shift's day of work: leaves at `start`, is back at `end`."""

    shift_id: int
    start: int
    end: int
    stops: tuple[Stop, ...]

    def to_json(self) -> dict[str, Any]:
        """A plain dict, as stored."""
        return {
            "shift_id": self.shift_id,
            "start": self.start,
            "end": self.end,
            "stops": [asdict(stop) for stop in self.stops],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Run:
        """The run as it was stored."""
        return cls(
            data["shift_id"],
            data["start"],
            data["end"],
            tuple(Stop(**stop) for stop in data["stops"]),
        )


def runs_from_json(data: list[dict[str, Any]]) -> tuple[Run, ...]:
    """All runs of a stored plan."""
    return tuple(Run.from_json(run) for run in data)


def changes_between(before: tuple[Run, ...], after: tuple[Run, ...]) -> dict[str, Any]:
    """What differs: bookings added and removed, and pick-ups moved (booking id → seconds)."""
    old, new = _pickups(before), _pickups(after)
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "moved": {
            str(booking): new[booking][1] - old[booking][1]
            for booking in sorted(new.keys() & old.keys())
            if new[booking] != old[booking]
        },
    }


def _pickups(runs: tuple[Run, ...]) -> dict[int, tuple[int, int]]:
    return {
        stop.booking_id: (run.shift_id, stop.start)
        for run in runs
        for stop in run.stops
        if stop.action == "pickup" and stop.booking_id is not None
    }
