"""What the operator typed for a new shift, read into values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from booking.domain.errors import Invalid
from booking.services.roster import NewShift

Typed = dict[str, str]
T = TypeVar("T")
LONGEST_BREAK: Final = 240
"""Minutes."""

_TIMES: Final = {
    "starts": "when it leaves the depot",
    "ends": "when it is back",
    "break_from": "when the break may begin",
    "break_to": "when the break is over",
}
"""What each of the times is, for the list of errors at the top of the page."""
_CLOCK: Final = re.compile(r"(\d{1,2})[:.]?([0-5]\d)")


def read_shift(typed: Typed, errors: dict[str, str]) -> NewShift | None:
    """The shift; None when `errors` says, by field, all that cannot be read."""

    def read(reader: Callable[[Typed, str], T], field: str, instead: T) -> T:
        try:
            return reader(typed, field)
        except Invalid as error:
            errors[field] = error.words
            return instead

    new = NewShift(
        vehicle_id=read(_vehicle, "vehicle", 0),
        driver_id=read(_driver, "driver", None),
        day=read(_day, "day", date.max),
        starts=read(_clock, "starts", 0),
        ends=read(_clock, "ends", 0),
        break_minutes=read(_rest, "break_minutes", 0),
        break_from=read(_clock_or_none, "break_from", None),
        break_to=read(_clock_or_none, "break_to", None),
    )
    return None if errors else new


def read_clock(text: str, field: str) -> int:
    """Minutes from the start of the service day; after midnight is 24:00 and more."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 30:
        raise Invalid(f"Type {_TIMES[field]} with two numbers, such as 07:30.", field)
    return int(match[1]) * 60 + int(match[2])


def _clock(typed: Typed, field: str) -> int:
    return read_clock(typed.get(field, ""), field)


def _clock_or_none(typed: Typed, field: str) -> int | None:
    return _clock(typed, field) if typed.get(field, "").strip() else None


def _day(typed: Typed, field: str) -> date:
    try:
        return date.fromisoformat(typed.get(field, "").strip())
    except ValueError:
        raise Invalid("Type the day as year, month, day, such as 2026-12-08.", field) from None


def _vehicle(typed: Typed, field: str) -> int:
    words = "Choose a vehicle."
    found = _number(typed, field, words)
    if found is None:
        raise Invalid(words, field)
    return found


def _driver(typed: Typed, field: str) -> int | None:
    """The id chosen; None where nobody was."""
    return _number(typed, field, "Choose a driver, or nobody yet.")


def _rest(typed: Typed, field: str) -> int:
    rest = _number(typed, field, "Type the break in minutes, such as 30.") or 0
    if rest > LONGEST_BREAK:
        raise Invalid(f"A break is {LONGEST_BREAK} minutes at most.", field)
    return rest


def _number(typed: Typed, field: str, words: str) -> int | None:
    text = typed.get(field, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(words, field)
    return int(text)
