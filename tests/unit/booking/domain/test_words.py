"""How times, days, money and references read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from booking.domain import words

TUESDAY = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (time(9, 40), "9:40am"),
        (time(14, 5), "2:05pm"),
        (time(12, 30), "12:30pm"),
        (time(0, 20), "12:20am"),
        (time(12, 0), "12:00 midday"),
        (24 * 60, "12:00 midnight"),
        (25 * 60 + 10, "1:10am"),
        (580, "9:40am"),
    ],
)
def test_times_are_written_as_spoken(moment: time | int, written: str) -> None:
    """A time reads as a person says it, at noon, at midnight and past 24:00 too."""
    assert words.clock(moment) == written


def test_a_datetime_is_shown_in_london_time() -> None:
    """A summer UTC moment reads one hour later on the page, a winter one the same."""
    assert words.clock(datetime(2026, 7, 1, 8, 40, tzinfo=UTC)) == "9:40am"
    assert words.clock(datetime(2026, 12, 8, 8, 40, tzinfo=UTC)) == "8:40am"


def test_a_naive_datetime_is_refused() -> None:
    """A datetime without a zone could be any hour, so it is never printed."""
    with pytest.raises(ValueError, match="time zone"):
        words.clock(datetime(2026, 7, 1, 8, 40))


def test_staff_times_keep_two_digits() -> None:
    """Tables for staff line up on 24-hour times."""
    assert words.clock_24(time(9, 5)) == "09:05"
    assert words.clock_24(24 * 60 + 20) == "00:20"


def test_a_window_names_both_ends() -> None:
    """A window is two times, and one time when both ends are the same."""
    assert words.between(580, 600) == "between 9:40am and 10:00am"
    assert words.between(580, 580) == "at 9:40am"


@pytest.mark.parametrize(
    ("name", "village", "said"),
    [
        ("Village hall", "Hose", "Village hall, Hose"),
        ("Hose", "Hose", "Hose"),
        ("HOSE School", "Hose", "HOSE School"),
        ("The Strasse inn", "Straße", "The Strasse inn"),
        ("Surgery", "", "Surgery"),
    ],
)
def test_a_village_is_said_once(name: str, village: str, said: str) -> None:
    """A place is said with its village, unless its name says it already."""
    assert words.in_its_village(name, village) == said


def test_days_are_written_without_leading_zero() -> None:
    """A day reads "Tuesday 8 December", with the year only where asked for."""
    assert words.day(TUESDAY) == "Tuesday 8 December"
    assert words.day_with_year(TUESDAY) == "Tuesday 8 December 2026"
    assert words.day_short(TUESDAY) == "Tue 8 Dec"


def test_the_day_of_a_datetime_is_londons() -> None:
    """Just before midnight UTC in summer it is already tomorrow in London."""
    assert words.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July"


@pytest.mark.parametrize(
    ("ahead", "written"),
    [
        (-1, "yesterday, Monday 7 December"),
        (0, "today, Tuesday 8 December"),
        (1, "tomorrow, Wednesday 9 December"),
        (3, "this Friday 11 December"),
        (7, "Tuesday 15 December"),
        (-2, "Sunday 6 December"),
    ],
)
def test_near_days_have_a_spoken_word(ahead: int, written: str) -> None:
    """A near day gets its spoken word and always its date as well."""
    assert words.day_relative(TUESDAY + timedelta(days=ahead), TUESDAY) == written


@pytest.mark.parametrize(
    ("pence", "written"),
    [(200, "£2"), (250, "£2.50"), (5, "£0.05"), (0, "free"), (-150, "£1.50 back")],
)
def test_money_is_short(pence: int, written: str) -> None:
    """Whole pounds have no pence, nothing to pay is "free", a refund says "back"."""
    assert words.pounds(pence) == written


@pytest.mark.parametrize("code", ["K7M4PT", "k7m 4pt", " K7M-4PT "])
def test_a_reference_is_in_groups_of_three(code: str) -> None:
    """However it was typed, a reference is shown in two groups of capitals."""
    assert words.reference(code) == "K7M 4PT"


def test_counts_and_lists_agree() -> None:
    """Counts agree with their noun and lists end in "and"."""
    assert words.count_of(1, "seat") == "1 seat"
    assert words.count_of(0, "seat") == "no seats"
    assert words.count_of(2, "person", "people") == "2 people"
    assert words.spoken_list(["Hose", "Long Clawson", "Harby"]) == "Hose, Long Clawson and Harby"
    assert words.spoken_list(["Hose"]) == "Hose"
    assert words.spoken_list([]) == ""


def test_lengths_and_lateness_are_words() -> None:
    """Lengths of time and lateness are told in words, never in signs alone."""
    assert words.how_long(65) == "1 hour 5 minutes"
    assert words.how_long(timedelta(minutes=120)) == "2 hours"
    assert words.how_long(0) == "0 minutes"
    assert words.how_late(12) == "12 min late"
    assert words.how_late(-3) == "3 min early"
    assert words.how_late(0) == "on time"


def test_a_phone_number_becomes_a_link_that_dials_from_anywhere() -> None:
    """A national number is linked with its country code."""
    assert words.tel("0116 305 0000") == "tel:+441163050000"
    assert words.tel("+44 116 305 0000") == "tel:+441163050000"
