"""A row of a file, and reading its cells as what they should be.

A cell that cannot be read is kept as a problem; the reader then answers with a
stand-in, so that the other cells of the row are looked at as well. A row that
is `bad` is never written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from booking.domain.service_day import WEEKDAYS
from booking.services.contacts import LONGEST as CONTACT_LONGEST
from booking.services.importing.report import Findings

DAY_ENDS: Final = 30 * 60
"""A service day ends at 30:00, six in the morning."""
MIDNIGHT: Final = 24 * 60
BRITAIN: Final = (49.0, 61.0, -9.0, 2.5)
"""South, north, west, east: degrees a place of a British bus can lie between."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WHOLE = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,18})?", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(:00)?", re.ASCII)
_FORMULA = re.compile(r"[=@]|[+-].*[(|!]")
_HIDDEN = frozenset(
    "\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_YES_NO = {"yes": True, "no": False}


def shown(value: str) -> str:
    """A cell as an error message shows it: short, nothing invisible."""
    safe = "".join(char if char.isprintable() else "�" for char in value)
    return f"“{safe[:40]}…”" if len(safe) > 40 else f"“{safe}”"


class Row:
    """One row: its cells by column, where it stands, and whether anything in it is wrong."""

    def __init__(self, file: str, line: int, cells: dict[str, str], findings: Findings) -> None:
        self.file, self.line, self.cells, self.findings = file, line, cells, findings
        self.bad = False

    def wrong(self, column: str, words: str) -> None:
        """Keep a problem of this row."""
        self.bad = True
        self.findings.problem(self.file, self.line, column, words)

    def raw(self, column: str) -> str:
        """The cell without the space around it; empty where the column is not there."""
        return self.cells.get(column, "").strip()

    def has(self, column: str) -> bool:
        """Whether the file has that column at all."""
        return column in self.cells

    def text(self, column: str, longest: int, *, blank: bool = False, lines: bool = False) -> str:
        """Words. With `lines` they may be more than one line."""
        value = unicodedata.normalize("NFC", self.raw(column))
        if not value:
            return value if blank else self._say(column, "This must be filled in.", value)
        if any(_is_control(char, lines) for char in value):
            self._say(column, "There is an invisible character here. Type it again.", value)
        elif _FORMULA.match(value):
            self._say(column, f"{shown(value)} looks like a formula. Type the words only.", value)
        elif len(value) > longest:
            self._say(column, f"This has {len(value)} characters. At most {longest} fit.", value)
        return value

    def code(self, column: str, longest: int) -> str:
        """A code: letters, digits, dots, dashes and underscores."""
        value = self.raw(column)
        if not value:
            return self._say(column, "This must be filled in.", value)
        if not _CODE.fullmatch(value):
            words = "is not a code. Use letters A to Z, digits, dots, dashes and underscores."
            self._say(column, f"{shown(value)} {words}", value)
        elif len(value) > longest:
            self._say(column, f"A code here has at most {longest} characters.", value)
        return value

    def one_of(self, column: str, words: Collection[str]) -> str:
        """One of the words allowed."""
        value = self.raw(column)
        if value not in words:
            allowed = ", ".join(words)
            self._say(column, f"{shown(value)} is not one of: {allowed}.", value)
        return value

    def some_of(self, column: str, words: Collection[str]) -> list[str]:
        """Words allowed, with | between them; none for an empty cell."""
        values = self.several(column, 40)
        strange = [value for value in values if value not in words]
        if strange:
            allowed = ", ".join(words)
            self.wrong(column, f"{shown(strange[0])} is not one of: {allowed}.")
        return values

    def several(self, column: str, longest: int) -> list[str]:
        """Words with | between them, each once."""
        value = self.text(column, 2_000, blank=True)
        values = list(dict.fromkeys(part.strip() for part in value.split("|") if part.strip()))
        if any(len(part) > longest for part in values):
            self.wrong(column, f"One of these is longer than {longest} characters.")
        return values

    def yes(self, column: str) -> bool:
        """yes or no; an absent column is no."""
        value = self.raw(column).lower()
        if value not in _YES_NO and self.has(column):
            self.wrong(column, f"Write yes or no, not {shown(value)}.")
        return _YES_NO.get(value, False)

    def whole(self, column: str, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.raw(column)
        if not _WHOLE.fullmatch(value):
            self.wrong(column, f"Write a whole number, not {shown(value)}.")
            return least
        number = int(value)
        if not least <= number <= most:
            self.wrong(column, f"{number} is not between {least} and {most}.")
        return number

    def decimal(self, column: str, least: float, most: float) -> float:
        """A decimal number within bounds; never infinite, never "not a number"."""
        value = self.raw(column)
        if not _DECIMAL.fullmatch(value):
            self.wrong(column, f"Write a number such as 52.75, not {shown(value)}.")
            return least
        number = float(value)
        if not least <= number <= most:
            self.wrong(column, f"{value} is not between {least:g} and {most:g}.")
        return number

    def point(self, prefix: str = "") -> tuple[float, float]:
        """(latitude, longitude) in Great Britain, in degrees."""
        latitude = self.decimal(f"{prefix}latitude", -90, 90)
        longitude = self.decimal(f"{prefix}longitude", -180, 180)
        south, north, west, east = BRITAIN
        if self.bad or (south <= latitude <= north and west <= longitude <= east):
            return latitude, longitude
        if south <= longitude <= north and west <= latitude <= east:
            words = "Latitude and longitude seem to be the wrong way round. Swap them."
        else:
            words = f"{latitude:g}, {longitude:g} is outside Great Britain. Check both."
        self.wrong(f"{prefix}latitude", words)
        return latitude, longitude

    def clock(self, column: str, *, most: int = DAY_ENDS) -> int:
        """HH:MM as minutes from midnight; past 24:00 is the small hours after that day."""
        found = _CLOCK.fullmatch(self.raw(column))
        if found is None or int(found[2]) > 59:
            self.wrong(column, f"Write a time such as 09:30, not {shown(self.raw(column))}.")
            return 0
        minutes = int(found[1]) * 60 + int(found[2])
        if minutes > most:
            self.wrong(
                column,
                f"{self.raw(column)} is too late: the latest here is {most // 60}:{most % 60:02d}.",
            )
        return minutes

    def span(self, first: str, last: str, *, most: int = DAY_ENDS) -> tuple[int, int]:
        """Two times, the first before the last."""
        before = self.bad
        opens, closes = self.clock(first, most=most), self.clock(last, most=most)
        if self.bad == before and opens >= closes:
            self.wrong(last, f"{self.raw(last)} is not after {self.raw(first)}.")
        return opens, closes

    def weekday(self, column: str) -> str:
        """mon to sun."""
        value = self.raw(column).lower()
        if value not in WEEKDAYS:
            self.wrong(column, f"Write mon, tue, wed, thu, fri, sat or sun, not {shown(value)}.")
        return value

    def weekdays(self, column: str) -> list[str]:
        """`mon-sat`, `sat`, or a list with | between: the days, in order."""
        days: set[str] = set()
        for part in self.raw(column).lower().split("|"):
            first, dash, last = part.strip().partition("-")
            last = last if dash else first
            if first not in WEEKDAYS or last not in WEEKDAYS:
                words = "Write days such as mon-sat, sat or mon|wed, not"
                self.wrong(column, f"{words} {shown(part)}.")
                return []
            start, length = WEEKDAYS.index(first), len(WEEKDAYS)
            many = (WEEKDAYS.index(last) - start) % length
            days |= {WEEKDAYS[(start + step) % length] for step in range(many + 1)}
        return [day for day in WEEKDAYS if day in days]

    def phone(self, column: str) -> str:
        """A telephone number as E.164; empty for an empty cell."""
        value = self.raw(column)
        if not value:
            return ""
        try:
            number = phonenumbers.parse(value, "GB") if len(value) < 40 else None
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not _can_be_dialled(number):
            words = "is not a telephone number. Write it such as 01632 960123."
            self.wrong(column, f"{shown(value)} {words}")
            return ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def email(self, column: str) -> str:
        """An e-mail address in small letters; empty for an empty cell."""
        value = self.raw(column)
        if not value:
            return ""
        try:
            address = validate_email(value, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            words = "is not an e-mail address. It should look like name@example.com."
            self.wrong(column, f"{shown(value)} {words}")
            return ""
        if len(address) > CONTACT_LONGEST:
            longest = f"At most {CONTACT_LONGEST} fit."
            return self._say(column, f"This has {len(address)} characters. {longest}", value)
        return address

    def _say(self, column: str, words: str, value: str) -> str:
        self.wrong(column, words)
        return value


def _can_be_dialled(number: phonenumbers.PhoneNumber) -> bool:
    """A number without its area code can only be dialled next door."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def _is_control(char: str, lines: bool) -> bool:
    if lines and char in "\n\r\t":
        return False
    return char in _HIDDEN or unicodedata.category(char) in ("Cc", "Cs", "Co")
