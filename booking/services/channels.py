"""By which channel somebody is told something: what they chose, as far as it can work.

A text goes to a mobile phone only; a letter only when the post has time. What
cannot go any other way is rung: it goes to the call handlers' list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.models import Person

CALL: Final = "call"
POST_TAKES: Final = timedelta(days=4)
"""Printing and second-class post, with a day to spare."""
LETTER_KINDS: Final = frozenset({"booked", "changed", "cancelled", "waiting"})
"""What may be said by letter; anything else is too urgent for the post."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach somebody: `name` is text, email, letter or call."""

    name: str
    recipient: str


def choose_channel(
    person: Person, kind: str, *, due_at: datetime, stale_at: datetime | None
) -> Channel:
    """The channel this person chose, or else the next one that reaches them in time."""
    post_has_time = stale_at is None or due_at + POST_TAKES <= stale_at
    ways = {
        "text": Channel("text", person.phone if has_mobile(person) else ""),
        "email": Channel("email", person.email),
        "letter": Channel(
            "letter", postal_address(person) if kind in LETTER_KINDS and post_has_time else ""
        ),
        CALL: Channel(CALL, person.phone),
    }
    for name in (person.channel, *_instead(person)):
        if name in ways and ways[name].recipient:
            return ways[name]
    return ways[CALL]


def has_mobile(person: Person) -> bool:
    """Whether a text would reach them."""
    return bool(person.phone) and person.phone_type == "mobile"


def postal_address(person: Person) -> str:
    """Name and address, a line each; empty where the house is not known."""
    home = person.home
    if home is None:
        return ""
    lines = [person.name, *(part.strip() for part in home.name.split(","))]
    for more in (home.village, home.postcode):
        if more and more not in lines:
            lines.append(more)
    return "\n".join(line for line in lines if line)


def _instead(person: Person) -> tuple[str, ...]:
    """What to try when the chosen channel cannot work.

    Who asked to be rung, or has a landline, is rung; nobody is switched to a
    screen they did not ask for while a phone call can reach them.
    """
    if person.channel in (CALL, "letter"):
        return (CALL, "text", "email")
    return (CALL, "text", "email") if person.phone else ("email", "text", CALL)
