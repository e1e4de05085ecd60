"""Who travels, in words: "you, with your bus pass, and a companion". Pure."""

from __future__ import annotations

from typing import Final

from booking.domain.needs import Party
from booking.domain.words import count_of, spoken_list

KINDS: Final = (
    ("adults", "adult", "adults"),
    ("pass_holders", "person with a bus pass", "people with bus passes"),
    ("wheelchairs", "person in a wheelchair", "people in wheelchairs"),
    ("companions", "companion", "companions"),
    ("children", "child", "children"),
    ("under_fives", "child under 5", "children under 5"),
)
ALONG: Final = (
    ("walkers", "walking frame", "walking frames"),
    ("dogs", "assistance dog", "assistance dogs"),
)


def party_words(party: Party) -> str:
    """Everybody in the party: "1 adult and 2 children, with 1 walking frame"."""
    people = [
        count_of(getattr(party, name), one, many)
        for name, one, many in KINDS
        if getattr(party, name)
    ]
    along = [
        count_of(getattr(party, name), one, many)
        for name, one, many in ALONG
        if getattr(party, name)
    ]
    said = spoken_list(people) or "nobody"
    return f"{said}, with {spoken_list(along)}" if along else said
