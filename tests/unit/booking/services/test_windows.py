"""When somebody may be picked up who was told a time, and then lost their bus."""

from __future__ import annotations

from datetime import date, time

import pytest

from booking.domain.service_day import at, seconds_into
from booking.domain.statuses import BookingStatus
from booking.services.day import BookingFacts
from booking.services.windows import promised_window, told_window, window_again
from routing.model import Window

DAY = date(2026, 12, 8)


def seconds(hour: int, minute: int) -> int:
    return hour * 3600 + minute * 60


def booking(told: time | None = time(9, 50)) -> BookingFacts:
    """Promised between 9:40 and 10:00."""
    return BookingFacts(
        id=1,
        request_id=1,
        status=BookingStatus.BOOKED,
        pickup_place_id=1,
        dropoff_place_id=2,
        earliest=at(DAY, time(9, 40)),
        latest=at(DAY, time(10)),
        arrive_after=None,
        arrive_by=at(DAY, time(10, 30)),
        load=(1, 0),
        boarding_seconds=60,
        ride_limit_seconds=2400,
        together=None,
        told_at=at(DAY, told) if told else None,
    )


def test_the_time_told_leaves_a_few_minutes() -> None:
    """Two minutes early, five late; without it the promise is all there is."""
    assert told_window(DAY, booking()) == Window(seconds(9, 48), seconds(9, 55))
    assert told_window(DAY, booking(None)) == promised_window(DAY, booking())


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        (time(8), (9, 40)),
        (time(9, 10), (9, 45)),
        (time(9, 30), (9, 48)),
    ],
)
def test_nobody_is_to_be_there_earlier_than_they_can_hear_of_it(
    now: time, earliest: tuple[int, int]
) -> None:
    """The whole promise again, but for what is earlier than told and too near."""
    clock = seconds_into(DAY, at(DAY, now))
    assert window_again(DAY, booking(), clock) == Window(seconds(*earliest), seconds(10, 0))
    assert window_again(DAY, booking(None), clock) == promised_window(DAY, booking())
