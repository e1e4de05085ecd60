"""What the operator typed for a new shift, read into values."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from booking.domain.errors import Invalid
from booking.services.roster import NewShift

Typed = dict[str, str]

_CLOCK: Final = re.compile(r"(\d{1,2})[:.]?([0-5]\d)")


def read_shift(typed: Typed) -> NewShift:
    """The shift. Raises Invalid, naming the field, for what cannot be read."""
    rest = _number(typed, "break_minutes", "Type the break in minutes, such as 30.") or 0
    if not 0 <= rest <= 240:
        raise Invalid("A break is 240 minutes at most.", "break_minutes")
    return NewShift(
        vehicle_id=_chosen(typed, "vehicle", "Choose a vehicle.") or 0,
        day=_day(typed.get("day", "")),
        starts=read_clock(typed.get("starts", ""), "starts"),
        ends=read_clock(typed.get("ends", ""), "ends"),
        driver_id=_chosen(typed, "driver", "Choose a driver, or nobody yet."),
        break_from=read_clock(typed["break_from"], "break_from")
        if typed.get("break_from")
        else None,
        break_to=_clock_or_none(typed, "break_to"),
        break_minutes=rest,
    )


def read_clock(text: str, field: str) -> int:
    """Minutes from the start of the service day; after midnight is 24:00 and more."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 30:
        raise Invalid("Type the time with two numbers, such as 07:30.", field)
    return int(match[1]) * 60 + int(match[2])


def _clock_or_none(typed: Typed, field: str) -> int | None:
    text = typed.get(field, "").strip()
    return read_clock(text, field) if text else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("Type the day as year, month, day, such as 2026-12-08.", "day") from None


def _chosen(typed: Typed, field: str, words: str) -> int | None:
    """The id chosen; None where nobody may be chosen and nobody was."""
    if not typed.get(field):
        if field == "driver":
            return None
        raise Invalid(words, field)
    return _number(typed, field, words)


def _number(typed: Typed, field: str, words: str) -> int | None:
    text = typed.get(field, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(words, field)
    return int(text)
