"""Reading a time of day as people write it: "10", "10.30am", "half past two". Pure."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

LONGEST: Final = 40
AFTERNOON_UNTIL: Final = 7
"""A bare hour below this is the afternoon: nobody asks for a bus at two in the night."""

_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six"),
            *("seven", "eight", "nine", "ten", "eleven", "twelve"),
        ),
        start=1,
    )
}
_SPOKEN: Final = {"half past": 30, "quarter past": 15, "quarter to": -15}
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h\s]\s*(?P<minute>\d{2}))?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?)?"
)
_COMPACT = re.compile(r"(?P<hour>\d{1,2})(?P<minute>\d{2})\s*(?P<half>am|pm|a\.m\.?|p\.m\.?)?")
_SAID = re.compile(r"(half past|quarter past|quarter to)\s+(\d{1,2})\s*(am|pm)?")


def read_time(text: str) -> time | None:
    """The time meant, or None. Without am or pm, 7 to 12 are as on a morning's clock, and
    1 to 6 the afternoon; "14:00" and "0930" are read as written."""
    plain = " ".join(text[:LONGEST].lower().replace("o'clock", "").replace("o’clock", "").split())
    plain = plain.removeprefix("at ").removeprefix("about ")
    if plain in ("noon", "midday", "12 noon", "12 midday", "12:00 midday"):
        return time(12)
    for word, number in _NUMBERS.items():
        plain = re.sub(rf"\b{word}\b", str(number), plain)
    said = _SAID.fullmatch(plain)
    if said:
        return _spoken(said[1], int(said[2]), said[3] or "")
    found = _TIME.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None:
        return None
    written_in_full = len(found["hour"]) == 2 and found["hour"].startswith("0")
    return _of(int(found["hour"]), int(found["minute"] or 0), found["half"] or "", written_in_full)


def _spoken(words: str, hour: int, half: str) -> time | None:
    shift = _SPOKEN[words]
    whole = _of(hour, 0, half, False)
    if whole is None or hour > 12:
        return None
    minutes = (whole.hour * 60 + shift) % (24 * 60)
    return time(*divmod(minutes, 60))


def _of(hour: int, minute: int, half: str, written_in_full: bool) -> time | None:
    half = half.replace(".", "")
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif 1 <= hour < AFTERNOON_UNTIL and not written_in_full:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
