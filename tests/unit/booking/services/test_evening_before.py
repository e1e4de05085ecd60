"""What begins at an hour of the evening before begins then by the clock in the village."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from booking.domain.service_day import LONDON, at, local
from booking.domain.statuses import BookingStatus
from booking.models import Shift
from booking.services import decisions, manifest
from booking.services.board_day import BoardDay

SUNDAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 6)]
"""Clocks go forward; clocks go back; a Sunday like any other."""
A_MINUTE = timedelta(minutes=1)


def evening_before(day: date, hour: int) -> datetime:
    """That hour on the clock, the day before."""
    before = day - timedelta(days=1)
    return datetime(before.year, before.month, before.day, hour, tzinfo=LONDON)


@pytest.mark.parametrize("day", SUNDAYS)
def test_a_driver_sees_the_day_to_come_from_six(day: date) -> None:
    """Not at five and not at seven, on the days the clocks change too."""
    shift = Shift(service_date=day, starts=420, ends=1140)
    six = evening_before(day, 18)
    assert local(at(day - timedelta(days=1), manifest.SEEN_FROM)) == six
    assert not manifest._may_open(shift, six - A_MINUTE)
    assert manifest._may_open(shift, six)


@pytest.mark.parametrize("day", SUNDAYS)
def test_a_request_is_overdue_after_five_the_day_before(day: date) -> None:
    """Until then it waits; a minute later somebody has to look."""
    rider = SimpleNamespace(request_id=1, name="Mary", status=BookingStatus.WAITING)
    five = evening_before(day, 17)
    for now, state in ((five - A_MINUTE, "waiting"), (five + A_MINUTE, "problem")):
        read = cast(BoardDay, SimpleNamespace(day=day, now=now, riders={1: rider}))
        (decision,) = decisions._waiting(read)
        assert decision.state == state
