"""A week's hours as they are said."""

from __future__ import annotations

from booking.domain.booking_rules import Hours
from booking.domain.hours_words import week_words
from booking.domain.service_day import WEEKDAYS

WORKDAY = Hours(420, 1140)


def test_days_with_the_same_hours_are_said_together() -> None:
    """Five working days in one line, Saturday in its own, and the day it does not run."""
    hours = {day: WORKDAY for day in WEEKDAYS[:5]} | {"sat": Hours(480, 1080)}
    assert week_words(hours) == (
        "Monday to Friday, 7:00am to 7:00pm",
        "Saturday, 8:00am to 6:00pm",
        "Not on Sundays",
    )


def test_every_day_alike_is_one_line() -> None:
    """Nothing is said to be closed where nothing is."""
    assert week_words(dict.fromkeys(WEEKDAYS, WORKDAY)) == ("Monday to Sunday, 7:00am to 7:00pm",)


def test_days_here_and_there() -> None:
    """A bus on two days of the week: the others are named as closed."""
    assert week_words({"tue": WORKDAY, "thu": WORKDAY}) == (
        "Tuesday, 7:00am to 7:00pm",
        "Thursday, 7:00am to 7:00pm",
        "Not on Mondays, Wednesdays, Fridays, Saturdays and Sundays",
    )
