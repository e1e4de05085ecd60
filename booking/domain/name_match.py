"""How well what was typed fits a person: names as they are heard on the phone, villages too.

Pure. Imports rapidfuzz and the plain forms of words.
"""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz.fuzz import ratio

from booking.domain.place_words import plain, sound

TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "sir", "lady", "the", "of", "in", "from"}
)
"""Words that go with a name and tell nobody from anybody."""
GOOD: Final = 70.0
"""From this score on somebody is worth showing."""
_LETTERS: Final = re.compile(r"[a-z]+")
_DIGITS: Final = re.compile(r"\d")
FEWEST_DIGITS: Final = 3


def name_words(text: str) -> list[str]:
    """The words of a name or a question that tell people apart."""
    found = _LETTERS.findall(plain(text))
    return [word for word in found if word not in TITLES] or found


def phone_digits(text: str) -> str:
    """The digits of a phone number as somebody says it, without 0 or +44 before; else empty.

    A text that has letters in it is no number, nor are one or two digits.
    """
    if _LETTERS.search(plain(text)):
        return ""
    digits = "".join(_DIGITS.findall(text))
    bare = digits.removeprefix("0044").removeprefix("44") if len(digits) > 10 else digits
    return bare.removeprefix("0") if len(digits) >= FEWEST_DIGITS else ""


def fit(question: list[str], name: list[str], village: list[str]) -> float:
    """How well the question fits (0-100): every word of it must be in the name or the village.

    A word in the village counts a little less, so that Rose Hose comes before
    everybody else in Hose.
    """
    if not question:
        return 0.0
    total = 0.0
    for word in question:
        by_name = max((alike(word, other) for other in name), default=0.0)
        by_village = 0.9 * max((alike(word, other) for other in village), default=0.0)
        best = max(by_name, by_village)
        if best < GOOD - 10:
            return 0.0
        total += best
    return total / len(question)


def alike(typed: str, word: str) -> float:
    """How alike two words are (0-100): the beginning of a name, a misspelling, the same sound."""
    if typed == word:
        return 100.0
    if len(typed) >= 2 and word.startswith(typed):
        return 92.0
    if len(typed) < 3:
        return 0.0
    if sound(typed) == sound(word):
        return 90.0
    return ratio(typed, word)
