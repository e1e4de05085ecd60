"""How times, days, money and references are written for people.

Pure functions: values in, a few plain words out. Every page, message, letter and
feed uses these, so that a passenger reads the same time the same way everywhere.
Imports only the standard library.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

MINUTES_A_DAY: Final = 24 * 60

_GROUPS: Final = 3
_NEAR_FUTURE_DAYS: Final = 6


def clock(moment: datetime | time | int) -> str:
    """Write a time of day as it is spoken: "9:40am", "12:00 midday", "2:05pm".

    Takes an aware datetime (shown in London time), a time, or whole minutes from
    the start of the service day, which may pass 24:00.

    Raises:
        ValueError: for a datetime without a time zone, which could be any hour.
    """
    minutes = _minutes_of(moment) % MINUTES_A_DAY
    if minutes == 0:
        return "12:00 midnight"
    if minutes == MINUTES_A_DAY // 2:
        return "12:00 midday"
    hour, minute = divmod(minutes, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d}{'am' if hour < 12 else 'pm'}"


def clock_24(moment: datetime | time | int) -> str:
    """Write a time for staff tables and paper: "09:40"; past midnight "00:20"."""
    hour, minute = divmod(_minutes_of(moment) % MINUTES_A_DAY, 60)
    return f"{hour:02d}:{minute:02d}"


def between(earliest: datetime | time | int, latest: datetime | time | int) -> str:
    """Write a window: "between 9:40am and 10:00am", or "at 9:40am" when it is one time."""
    first, last = clock(earliest), clock(latest)
    return f"at {first}" if first == last else f"between {first} and {last}"


def between_24(earliest: datetime | time | int, latest: datetime | time | int) -> str:
    """Write a window for staff tables: "09:40–10:00", or "09:40" when it is one time."""
    first, last = clock_24(earliest), clock_24(latest)
    return first if first == last else f"{first}–{last}"


def london_date(moment: datetime | date) -> date:
    """The London calendar date of an aware datetime; a date is returned as it is."""
    if isinstance(moment, datetime):
        return _in_london(moment).date()
    return moment


def day(moment: datetime | date) -> str:
    """Write a day without its year: "Tuesday 8 December"."""
    when = london_date(moment)
    return f"{when:%A} {when.day} {when:%B}"


def day_with_year(moment: datetime | date) -> str:
    """Write a day for records and letters: "Tuesday 8 December 2026"."""
    return f"{day(moment)} {london_date(moment).year}"


def day_short(moment: datetime | date) -> str:
    """Write a day for narrow tables: "Tue 8 Dec"."""
    when = london_date(moment)
    return f"{when:%a} {when.day} {when:%b}"


def day_relative(moment: datetime | date, today: date) -> str:
    """Write a day as it is said today: "today", "tomorrow", "this Friday", else the date.

    The date always follows the word, so that nobody has to work it out:
    "tomorrow, Wednesday 9 December".
    """
    when = london_date(moment)
    ahead = (when - today).days
    spoken = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(ahead)
    if spoken:
        return f"{spoken}, {day(when)}"
    if 1 < ahead <= _NEAR_FUTURE_DAYS:
        return f"this {day(when)}"
    return day(when)


def pounds(pence: int) -> str:
    """Write money: 200 -> "£2", 250 -> "£2.50", 0 -> "free", -150 -> "£1.50 back"."""
    if pence == 0:
        return "free"
    whole, rest = divmod(abs(pence), 100)
    money = f"£{whole:,}" if rest == 0 else f"£{whole:,}.{rest:02d}"
    return money if pence > 0 else f"{money} back"


def reference(code: str) -> str:
    """Write a booking reference in groups that can be read out: "K7M4PT" -> "K7M 4PT"."""
    letters = "".join(code.split()).replace("-", "").upper()
    return " ".join(letters[i : i + _GROUPS] for i in range(0, len(letters), _GROUPS))


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: (1, "seat") -> "1 seat", (0, "seat") -> "no seats"."""
    noun = one if number == 1 else (many or f"{one}s")
    return f"{'no' if number == 0 else number} {noun}"


def spoken_list(words: Sequence[str], joint: str = "and") -> str:
    """Join words as speech does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def in_its_village(name: str, village: str) -> str:
    """A place with its village, said once: "Village hall, Hose", but "Hose school"."""
    said = not village or village.casefold() in name.casefold()
    return name if said else f"{name}, {village}"


def how_long(length: timedelta | int) -> str:
    """Write a length of time, given as a timedelta or in minutes: "1 hour 5 minutes"."""
    minutes = round(length.total_seconds() / 60) if isinstance(length, timedelta) else length
    hours, rest = divmod(minutes, 60)
    parts = [count_of(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(f"{rest} minute{'' if rest == 1 else 's'}")
    return " ".join(parts)


def how_late(minutes: int) -> str:
    """Write lateness in words: 12 -> "12 min late", -3 -> "3 min early", 0 -> "on time"."""
    if minutes == 0:
        return "on time"
    return f"{abs(minutes)} min {'late' if minutes > 0 else 'early'}"


def tel(number: str) -> str:
    """Turn a written phone number into a link: "0116 305 0000" -> "tel:+441163050000"."""
    digits = "".join(c for c in number if c.isdigit() or c == "+")
    if digits.startswith("0"):
        digits = f"+44{digits[1:]}"
    return f"tel:{digits}"


def _in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    return moment.astimezone(LONDON)


def _minutes_of(moment: datetime | time | int) -> int:
    if isinstance(moment, int):
        return moment
    if isinstance(moment, datetime):
        moment = _in_london(moment).time()
    return moment.hour * 60 + moment.minute
