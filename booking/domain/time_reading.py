"""Reading a time of day as people write it: "10", "10.30am", "half ten", "ten to 3". Pure."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from booking.domain.booking_rules import Hours

LONGEST: Final = 40
AFTERNOON_UNTIL: Final = 7
"""Where the hours do not say: a bare hour below this is the afternoon."""
MINUTES_A_DAY: Final = 24 * 60

_SMALL: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_NUMBERS: Final = {
    "twenty five": "25",
    "thirty five": "35",
    "forty five": "45",
    "fifty five": "55",
    **{word: str(number) for number, word in enumerate(_SMALL, start=1)},
    **{"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50"},
}
_NAMED: Final = {"noon": 12, "midday": 12, "midnight": 0}
_SPOKEN: Final = {"half": 30, "quarter": 15}
_HALVES: Final = {"morning": "am", "afternoon": "pm", "evening": "pm", "night": "pm"}

_HALF = r"\s*(?P<half>[ap]\.?m\.?)?"
_TIME = re.compile(rf"(?P<hour>\d{{1,2}})(?:\s*[:.h\s]\s*(?P<minute>\d{{2}}))?{_HALF}")
_COMPACT = re.compile(rf"(?P<hour>\d{{1,2}})(?P<minute>\d{{2}}){_HALF}")
_SAID = re.compile(
    r"(?:an? )?(?P<part>half|quarter|\d{1,2})(?: minutes?)? (?P<side>past|to)"
    rf" (?P<hour>\d{{1,2}}|noon|midday|midnight){_HALF}"
)
_HALF_TEN = re.compile(rf"(?P<part>half) (?P<hour>\d{{1,2}}){_HALF}")
_LEFT_OUT = re.compile(r"^(?:at|about|around|by) |\bo ?'? ?clock\b|(?<=\d)ish$|[.,]$")
_DAY_PART = re.compile(r" ?(?:in the|at) (morning|afternoon|evening|night)$")


def read_time(text: str, hours: Hours | None = None) -> time | None:
    """The time meant, or None.

    Without am or pm it is the one of the two that lies in `hours`. Where both do or
    neither does, 7 to 11 are as on a morning's clock, and 12 to 6 the afternoon.
    "14:00" and "0930" are read as written; "half ten" is half past ten.
    """
    plain = _plain(text)
    named = re.fullmatch(r"(?:12(?:[:.]00)? ?)?(noon|midday|midnight)", plain)
    if named:
        return time(_NAMED[named[1]])
    said = _SAID.fullmatch(plain) or _HALF_TEN.fullmatch(plain)
    if said:
        return _spoken(said, hours)
    found = _TIME.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None or int(found["minute"] or 0) > 59:
        return None
    as_written = found["hour"].startswith("0") and len(found["hour"]) == 2
    return _meant(
        found["hour"], int(found["minute"] or 0), found["half"], hours, as_written=as_written
    )


def _plain(text: str) -> str:
    """Small letters, figures for number words, and nothing that says no time."""
    plain = " ".join(text[:LONGEST].lower().replace("’", "'").replace("-", " ").split())
    plain = _DAY_PART.sub(lambda part: f" {_HALVES[part[1]]}", plain)
    plain = " ".join(_LEFT_OUT.sub("", plain).split())
    for word, number in _NUMBERS.items():
        plain = re.sub(rf"\b{word}\b", number, plain)
    return plain


def _spoken(said: re.Match[str], hours: Hours | None) -> time | None:
    """ "Half past ten", "quarter to 3", "twenty past two", "half ten"."""
    part = said["part"]
    minutes = _SPOKEN[part] if part in _SPOKEN else int(part)
    to = said.groupdict().get("side") == "to"
    if minutes > 30 or (part == "half" and to):
        return None
    shift = -minutes if to else minutes
    if said["hour"] in _NAMED:
        return _clock(_NAMED[said["hour"]] * 60 + shift)
    if not 1 <= int(said["hour"]) <= 12:
        return None
    return _meant(said["hour"], shift, said["half"], hours)


def _meant(
    written: str, minutes: int, half: str | None, hours: Hours | None, *, as_written: bool = False
) -> time | None:
    """The time so many minutes from the hour written; which half of the day, by `hours`."""
    hour = int(written)
    if half:
        if not 1 <= hour <= 12:
            return None
        return _clock((hour % 12 + (12 if half.startswith("p") else 0)) * 60 + minutes)
    if hour > 23:
        return None
    if as_written or not 1 <= hour <= 12:
        return _clock(hour * 60 + minutes)
    readings = [hour % 12 * 60 + minutes, (hour % 12 + 12) * 60 + minutes]
    inside = [one for one in readings if hours and hours.opens <= one <= hours.closes]
    if len(inside) == 1:
        return _clock(inside[0])
    return _clock(readings[hour < AFTERNOON_UNTIL or hour == 12])


def _clock(minutes: int) -> time:
    return time(*divmod(minutes % MINUTES_A_DAY, 60))
