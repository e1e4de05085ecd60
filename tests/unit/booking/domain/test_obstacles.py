"""What is said of a wish outside the hours, with and without something to choose instead."""

from __future__ import annotations

from datetime import time

import pytest

from booking.domain.obstacles import outside_hours
from booking.domain.offers import LegShape
from booking.domain.wish import When, WhenKind

SHAPE = LegShape(
    direct=900,
    ride_limit=2700,
    boarding=60,
    window=1200,
    opens=7 * 3600,
    closes=19 * 3600,
    not_before=0,
)


@pytest.mark.parametrize(
    ("kind", "clock", "homeward", "allowed"),
    [
        (WhenKind.ARRIVE_BY, time(6, 30), False, "The earliest you could be there is 7:20am."),
        (WhenKind.ARRIVE_BY, time(7, 5), False, "The earliest you could be there is 7:20am."),
        (WhenKind.ARRIVE_BY, time(20, 30), False, "The latest we bring you there is 7:00pm."),
        (WhenKind.LEAVE_AT, time(18, 55), False, "The last bus leaves at 6:40pm."),
        (WhenKind.LEAVE_AT, time(21), True, "The last bus home leaves at 6:40pm."),
    ],
)
def test_what_the_hours_allow_is_said_only_where_nothing_is_offered(
    kind: WhenKind, clock: time, homeward: bool, allowed: str
) -> None:
    """An offer may be later than that: then the one sentence would belie the other."""
    broken = outside_hours(SHAPE, When(kind, clock), homeward=homeward)
    assert broken.said(offered=False).endswith(f". {allowed}")
    offered = broken.said(offered=True)
    assert offered.startswith("The bus runs from 7:00am to 7:00pm that day, so we have no journeys")
    assert allowed not in offered
