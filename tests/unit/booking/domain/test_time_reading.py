"""Times of day as people write them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.booking_rules import Hours
from booking.domain.time_reading import read_time
from booking.domain.words import clock


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10", time(10)),
        ("10.30", time(10, 30)),
        ("10 30am", time(10, 30)),
        ("2", time(14)),
        ("2pm", time(14)),
        ("7", time(7)),
        ("12", time(12)),
        ("12.15am", time(0, 15)),
        ("0930", time(9, 30)),
        ("06:00", time(6)),
        ("14:00", time(14)),
        ("2:15 p.m.", time(14, 15)),
        ("noon", time(12)),
        ("at ten o’clock", time(10)),
        ("half past two", time(14, 30)),
        ("quarter to 1", time(12, 45)),
        ("half ten", time(10, 30)),
        ("half 10", time(10, 30)),
        ("Half past ten.", time(10, 30)),
        ("half past ten in the morning", time(10, 30)),
        ("quarter to 3", time(14, 45)),
        ("a quarter past nine", time(9, 15)),
        ("ten to three", time(14, 50)),
        ("twenty-five past two", time(14, 25)),
        ("5 minutes to 11", time(10, 55)),
        ("ten thirty", time(10, 30)),
        ("ten o’clock", time(10)),
        ("10 oclock", time(10)),
        ("six in the evening", time(18)),
        ("midday", time(12)),
        ("half past midday", time(12, 30)),
        ("12 noon", time(12)),
        ("midnight", time(0)),
        ("12:00 midnight", time(0)),
        ("1030", time(10, 30)),
        ("about 2", time(14)),
        ("2ish", time(14)),
    ],
)
def test_times_are_read_as_meant(written: str, meant: time) -> None:
    """A time is read as the person who wrote it means it: a bare 2 is in the afternoon."""
    assert read_time(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "25",
        "10:60",
        "13pm",
        "0am",
        "half past 20",
        "9:5",
        "half to 3",
        "40 past 2",
        "1" * 500,
    ],
)
def test_what_is_no_time_is_not_guessed_at(written: str) -> None:
    """Anything that is not a time gives nothing, so that the person is asked again."""
    assert read_time(written) is None


@pytest.mark.parametrize(
    ("written", "hours", "meant"),
    [
        ("half past six", Hours(7 * 60, 19 * 60), time(18, 30)),
        ("quarter to seven", Hours(7 * 60, 19 * 60), time(18, 45)),
        ("6", Hours(5 * 60, 17 * 60), time(6)),
        ("7", Hours(10 * 60, 19 * 60), time(19)),
        ("8", Hours(7 * 60, 19 * 60), time(8)),
        ("half past two", Hours(7 * 60, 19 * 60), time(14, 30)),
        ("7am", Hours(10 * 60, 19 * 60), time(7)),
        ("06:00", Hours(10 * 60, 19 * 60), time(6)),
        ("3", Hours(0, 24 * 60), time(15)),
    ],
)
def test_what_could_be_either_half_of_the_day_goes_by_the_hours(
    written: str, hours: Hours, meant: time
) -> None:
    """The bus runs at one of the two: that one is meant. What is said in full stays."""
    assert read_time(written, hours) == meant


@given(st.times())
def test_what_we_write_we_can_read(moment: time) -> None:
    """Every time as our pages write it is read back as itself."""
    shown = moment.replace(second=0, microsecond=0)
    assert read_time(clock(shown)) == shown


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed gives a time or nothing, never an error."""
    read_time(text)
