"""What a zone allows, before anybody looks at the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.domain.booking_rules import (
    End,
    Hours,
    ZoneRules,
    check_day,
    check_ends,
    check_notice,
    opening_seconds,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 12, 8)
SUNDAY = date(2026, 12, 6)
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), Hours(420, 1140))
HOSE = End("Hose", in_zone=True)
STATION = End("Melton station", False, ("mon", "tue"), Hours(480, 1080))
GRANTHAM = End("Grantham", in_zone=False)


def rules(**changes: object) -> ZoneRules:
    values: dict[str, object] = {
        "name": "Melton 1",
        "hours": WEEK,
        "book_ahead_days": 14,
        "book_latest_minutes": 60,
        "window_minutes": 20,
        "walk_limit_m": 300,
        "ride_extra_minutes": 20,
        "ride_factor": 1.6,
        "ride_cap_minutes": 60,
        "party_max": 5,
    }
    return ZoneRules(**{**values, **changes})  # type: ignore[arg-type]


def test_a_day_in_the_window_is_open() -> None:
    """A Tuesday a week ahead can be booked."""
    assert check_day(rules(), TUESDAY, NOW) is None


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (NOW.date() - timedelta(days=1), "past"),
        (NOW.date() + timedelta(days=15), "too_far_ahead"),
        (SUNDAY, "closed"),
    ],
)
def test_days_that_cannot_be_booked_say_why(day: date, rule: str) -> None:
    """Yesterday, beyond the booking window and a closed Sunday each name their rule."""
    broken = check_day(rules(), day, NOW)
    assert broken is not None
    assert broken.rule == rule
    assert broken.words.endswith(".")


def test_the_last_bookable_day_is_named() -> None:
    """Asking too far ahead tells the caller the last day they could have."""
    broken = check_day(rules(), date(2027, 1, 30), NOW)
    assert broken is not None
    assert "Tuesday 15 December" in broken.words


def test_just_before_midnight_in_summer_today_is_london_today() -> None:
    """At 23:30 UTC in July it is already tomorrow in the village."""
    late = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)
    broken = check_day(rules(), date(2026, 7, 6), late)
    assert broken is not None
    assert broken.rule == "past"


def test_inside_the_zone_and_to_its_named_places_is_allowed() -> None:
    """Both ends inside, or one of them a named place on a day it is served."""
    assert check_ends(rules(), HOSE, HOSE, TUESDAY) is None
    assert check_ends(rules(), HOSE, STATION, TUESDAY) is None
    assert check_ends(rules(), STATION, HOSE, TUESDAY) is None


@pytest.mark.parametrize(
    ("start", "finish", "day"),
    [
        (HOSE, GRANTHAM, TUESDAY),
        (GRANTHAM, HOSE, TUESDAY),
        (STATION, STATION, TUESDAY),
        (HOSE, STATION, date(2026, 12, 9)),
    ],
)
def test_other_journeys_are_not(start: End, finish: End, day: date) -> None:
    """Outside places not named, two outside places, or a named one on another day."""
    broken = check_ends(rules(), start, finish, day)
    assert broken is not None
    assert broken.rule == (
        "link_day" if STATION in (start, finish) and HOSE in (start, finish) else "area"
    )


def test_notice_is_needed_and_the_soonest_pickup_named() -> None:
    """Half an hour's warning is too little where an hour is asked; 10:00 is offered."""
    assert check_notice(rules(), NOW + timedelta(minutes=60), NOW) is None
    broken = check_notice(rules(), NOW + timedelta(minutes=59), NOW)
    assert broken is not None
    assert "10:00am" in broken.words


def test_ride_limit_is_generous_but_capped() -> None:
    """max(direct + 20 min, 1.6 × direct), at most an hour, never less than the ride itself."""
    assert rules().ride_limit(600) == 600 + 1200
    assert rules().ride_limit(2400) == 3600
    assert rules().ride_limit(4000) == 4300


def test_a_named_place_narrows_the_hours() -> None:
    """The bus goes to the station from 8 to 6 only, though it runs from 7 to 7."""
    assert opening_seconds(Hours(420, 1140), HOSE, STATION) == (480 * 60, 1080 * 60)
    assert opening_seconds(Hours(420, 1140), HOSE) == (420 * 60, 1140 * 60)
