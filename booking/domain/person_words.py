"""Needs, channels and references as they are said of somebody or to somebody. Pure."""

from __future__ import annotations

from typing import Final

from booking.domain.needs import Need

NEED_LABELS: Final = {
    Need.WHEELCHAIR: "Travels in a wheelchair",
    Need.WALKER: "Uses a walking frame",
    Need.ASSISTANCE_DOG: "Has an assistance dog",
    Need.COMPANION: "Travels with a companion",
    Need.HOME_PICKUP: "Needs to be picked up at the door",
    Need.HEARING: "Is hard of hearing",
    Need.SIGHT: "Sees little or nothing",
}
CHANNEL_LABELS: Final = {
    "text": "Text message",
    "email": "Email",
    "letter": "Letter",
    "call": "A phone call from us",
}
ALPHABET: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        (
            *("Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India"),
            *("Juliett", "Kilo", "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo"),
            *("Sierra", "Tango", "Uniform", "Victor", "Whisky", "X-ray", "Yankee", "Zulu"),
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        ),
        strict=True,
    )
)


def need_labels(needs: list[str]) -> tuple[str, ...]:
    """Needs in words, in the order of their list; words we do not know are left out."""
    return tuple(label for need, label in NEED_LABELS.items() if need.value in needs)


def spell(reference: str) -> str:
    """A reference to read out: "K for Kilo, seven, M for Mike; four, P for Papa, T for Tango"."""
    letters = [_spell_one(letter) for letter in reference.upper() if letter in ALPHABET]
    groups = [", ".join(letters[i : i + 3]) for i in range(0, len(letters), 3)]
    return "; ".join(groups)


def _spell_one(letter: str) -> str:
    said = ALPHABET[letter]
    return said if letter.isdigit() else f"{letter} for {said}"
