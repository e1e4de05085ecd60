"""Times of day as people write them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_times_are_read_as_meant(written: str, meant: time) -> None:
    """A time is read as the person who wrote it means it: a bare 2 is in the afternoon."""
    assert read_time(written) == meant


@pytest.mark.parametrize(
    "written", ["", "soon", "25", "10:60", "13pm", "0am", "half past 20", "9:5", "-1", "1" * 500]
)
def test_what_is_no_time_is_not_guessed_at(written: str) -> None:
    """Anything that is not a time gives nothing, so that the person is asked again."""
    assert read_time(written) is None


@given(st.times())
def test_what_we_write_we_can_read(moment: time) -> None:
    """Every time as our pages write it is read back as itself."""
    shown = moment.replace(second=0, microsecond=0)
    if shown != time(0):
        assert read_time(clock(shown)) == shown


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed gives a time or nothing, never an error."""
    read_time(text)
