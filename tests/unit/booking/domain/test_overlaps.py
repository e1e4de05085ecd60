"""Two journeys of one person at the same time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from booking.domain.overlaps import Ride, overlap


def ride(begins: int, ends: int) -> Ride:
    """Between two times of one day, written as 940 for 9:40."""
    first, last = (datetime(2026, 12, 8, *divmod(at, 100), tzinfo=UTC) for at in (begins, ends))
    return Ride(first, last)


@pytest.mark.parametrize(
    ("ours", "theirs", "both"),
    [
        ([ride(940, 1030)], [ride(1000, 1100)], True),
        ([ride(940, 1030)], [ride(940, 1030)], True),
        ([ride(900, 1200)], [ride(1000, 1010)], True),
        ([ride(940, 1030)], [ride(1030, 1100)], False),
        ([ride(940, 1030)], [ride(1100, 1130)], False),
        ([ride(940, 1030), ride(1400, 1445)], [ride(1430, 1500)], True),
        ([ride(940, 1030), ride(1400, 1445)], [ride(1100, 1130)], False),
        ([ride(940, 1030)], [], False),
    ],
)
def test_rides_that_share_a_moment_overlap(
    ours: list[Ride], theirs: list[Ride], both: bool
) -> None:
    """Either direction counts, whichever is asked about; the visit in between is free time."""
    assert overlap(ours, theirs) is both
    assert overlap(theirs, ours) is both


def test_the_same_hour_of_another_day_is_no_overlap() -> None:
    """A journey next week at the same time stands in nobody's way."""
    later = Ride(
        datetime(2026, 12, 15, 9, 40, tzinfo=UTC), datetime(2026, 12, 15, 10, 30, tzinfo=UTC)
    )
    assert not overlap([ride(940, 1030)], [later])
