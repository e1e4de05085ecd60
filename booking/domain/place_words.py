"""How people write places: one plain form for names and questions, and how alike words sound.

Only the standard library is used. Text of any kind and length may come in.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 160
"""Nobody needs more to say where they want to go."""
MAX_WORDS: Final = 8

FILLER: Final = frozenset(
    [
        *("a", "an", "and", "at", "by", "from", "go", "i", "in", "into", "just", "near", "next"),
        *("of", "on", "opposite", "outside", "over", "please", "the", "to", "want", "with"),
    ]
)
"""Small words that say nothing about which place is meant."""

SAME: Final = {
    "saint": "st",
    "rd": "road",
    "ln": "lane",
    "gp": "doctors",
    "gps": "doctors",
    "dr": "doctors",
    "doctor": "doctors",
    "center": "centre",
    "railway": "station",
    "train": "station",
    "trains": "station",
    "supermarket": "shop",
    "shops": "shop",
}
"""Words taken for one another."""

KIND_WORDS: Final = {
    "station": ("station",),
    "hospital": ("hospital", "infirmary"),
    "surgery": ("surgery", "doctors", "medical", "practice", "nurse"),
    "retail": ("shop", "shopping"),
    "business": ("business", "park", "work"),
    "church": ("church", "chapel"),
    "school": ("school",),
    "hall": ("hall",),
    "shop": ("shop", "store"),
    "pub": ("pub", "inn"),
    "stop": ("stop", "bus"),
    "depot": ("depot",),
    "club_venue": ("club", "centre"),
    "craft": ("craft", "crafts", "club", "group"),
    "exercise": ("exercise", "class", "keep", "fit", "group"),
    "lunch": ("lunch", "dinner", "meal", "club"),
    "befriending": ("coffee", "company", "friends", "group"),
    "day_centre": ("day", "centre", "club"),
    "cookery": ("cooking", "cookery", "class", "group"),
    "walking": ("walk", "walks", "walking", "group"),
    "music": ("singing", "choir", "music", "group"),
    "hobby": ("club", "group"),
    "appointments": ("appointment", "doctors", "surgery", "clinic"),
}
"""What else a place or a group of a kind is called, for those who don't know its name."""

_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
_ADDRESS = re.compile(
    r"\b\d{1,4}[a-z]?\s+(?:[a-z]+\s+){1,3}?"
    r"(?:lane|street|road|close|avenue|drive|way|crescent|court|gardens|row|paddocks?)\b"
)
_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(?:(\d)([a-z]{2})?)?\b")
_SOUNDS: Final = (
    ("ph", "f"), ("ck", "k"), ("gh", "g"), ("wh", "w"), ("aw", "o"), ("au", "o"), ("or", "o"),
    ("ie", "i"), ("ee", "i"), ("ea", "i"), ("ey", "i"), ("y", "i"), ("z", "s"), ("c", "k"),
    ("q", "k"),
)  # fmt: skip


def plain(text: str) -> str:
    """Lower-case ASCII of the first characters, accents and apostrophes gone."""
    folded = unicodedata.normalize("NFKD", text[:MAX_CHARACTERS].replace("&", " and "))
    return folded.translate(_APOSTROPHES).encode("ascii", "ignore").decode().lower()


def words(text: str, most: int = MAX_WORDS) -> list[str]:
    """The words that matter, once each: `By the church, Hose` -> `["church", "hose"]`.

    When every word is small (`On the Go`) they are all kept.
    """
    every = list(dict.fromkeys(SAME.get(word, word) for word in _WORD.findall(plain(text))))
    meant = [word for word in every if word not in FILLER]
    return (meant or every)[:most]


def without_address(text: str) -> str:
    """`3 Church Lane, Hose` -> `, Hose`: a house is found by its village, not by its street.

    A street and nothing else is left as it is.
    """
    simple = plain(text)
    rest = _ADDRESS.sub(" ", simple)
    return rest if _WORD.search(rest) else simple


def split_postcode(text: str) -> tuple[str, str]:
    """The first postcode in the text, written without a space in capitals, and the rest.

    Half of one (`LE14`, `LE14 4`) counts. Without any the postcode is empty.
    """
    simple = plain(text)
    found = _POSTCODE.search(simple)
    if found is None:
        return "", simple
    code = "".join(part or "" for part in found.groups()).upper()
    return code, f"{simple[: found.start()]} {simple[found.end() :]}"


def sound(word: str) -> str:
    """A rough key, the same for words said alike: `clauson` and `clawson`, `hoze` and `hose`."""
    key = word
    for written, said in _SOUNDS:
        key = key.replace(written, said)
    key = re.sub(r"(.)\1+", r"\1", key)
    return key.removesuffix("e") if len(key) > 3 else key
