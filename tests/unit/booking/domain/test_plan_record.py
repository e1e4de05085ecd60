"""Plans as they are stored, and what changed between two."""

from __future__ import annotations

from booking.domain.plan_record import Run, Stop, changes_between, runs_from_json


def run(shift: int, *pickups: tuple[int, int]) -> Run:
    stops = tuple(
        Stop("pickup", booking, 1, start, start, start + 60) for booking, start in pickups
    )
    return Run(shift, 0, 100, stops)


def test_runs_survive_storage() -> None:
    """What is stored is what comes back, breaks and all."""
    runs = (Run(3, 0, 90, (Stop("break", None, 2, 10, 10, 40), Stop("pickup", 7, 1, 50, 50, 60))),)
    assert runs_from_json([item.to_json() for item in runs]) == runs


def test_changes_name_who_came_went_and_moved() -> None:
    """Booking 1 stays, 2 goes, 3 comes, and 4 is fetched a minute later."""
    before = (run(1, (1, 100), (2, 200), (4, 300)),)
    after = (run(1, (1, 100), (3, 200), (4, 360)),)
    assert changes_between(before, after) == {"added": [3], "removed": [2], "moved": {"4": 60}}


def test_another_bus_is_a_change() -> None:
    """The same minute on another bus is a move of no seconds."""
    assert changes_between((run(1, (1, 100)),), (run(2, (1, 100)),))["moved"] == {"1": 0}
