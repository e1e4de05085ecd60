"""A week's opening hours in a few lines, as one would say them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Final

from booking.domain.booking_rules import Hours
from booking.domain.service_day import WEEKDAYS
from booking.domain.words import clock, spoken_list

NAMES: Final = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


def week_words(hours: Mapping[str, Hours]) -> tuple[str, ...]:
    """ "Monday to Friday, 7:00am to 7:00pm", "Saturday, ...", "Not on Sundays"."""
    lines, shut = [], []
    for open_then, run in groupby(WEEKDAYS, key=hours.get):
        days = [NAMES[day] for day in run]
        if open_then is None:
            shut += [f"{day}s" for day in days]
            continue
        said = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        lines.append(f"{said}, {clock(open_then.opens)} to {clock(open_then.closes)}")
    return (*lines, f"Not on {spoken_list(shut)}") if shut else tuple(lines)
