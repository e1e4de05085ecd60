"""Service days and the clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from booking.domain import service_day

CHANGES = [
    day
    for year in range(2025, 2036)
    for month in (3, 10)
    for day in [
        max(date(year, month, n) for n in range(25, 32) if date(year, month, n).weekday() == 6)
    ]
]


def test_there_are_two_changes_a_year() -> None:
    """The list this file walks through is the last Sundays of March and October."""
    assert len(CHANGES) == 22


@pytest.mark.parametrize("day", CHANGES)
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_local_times_are_kept_around_every_change(day: date, offset: int) -> None:
    """Nine in the morning on the village clock is nine on the day before, of and after."""
    that_day = day + timedelta(days=offset)
    for hour in range(3, 24):
        moment = service_day.at(that_day, time(hour, 40))
        assert service_day.local(moment).time() == time(hour, 40)
        assert service_day.local(moment).date() == that_day
        assert service_day.seconds_into(that_day, moment) == hour * 3600 + 2400


@pytest.mark.parametrize("day", CHANGES)
def test_the_day_that_changes_is_23_or_25_hours_long(day: date) -> None:
    """From one service day's noon to the next is as long as the clock says."""
    length = service_day.at(day, time(12)) - service_day.at(day - timedelta(days=1), time(12))
    assert length == timedelta(hours=23 if day.month == 3 else 25)


def test_past_midnight_belongs_to_the_evening_before() -> None:
    """24:30 is half an hour into the next calendar day."""
    moment = service_day.moment(date(2026, 12, 8), 24 * 3600 + 1800)
    assert moment == datetime(2026, 12, 9, 0, 30, tzinfo=UTC)


def test_today_is_the_village_date() -> None:
    """At 23:30 UTC in July the village is in tomorrow."""
    assert service_day.today(datetime(2026, 7, 6, 23, 30, tzinfo=UTC)) == date(2026, 7, 7)
