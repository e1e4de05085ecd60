"""Parties in words."""

from __future__ import annotations

from booking.domain.needs import Party
from booking.domain.party_words import party_words


def test_everybody_is_named_once() -> None:
    """Each kind of traveller is counted in words, and what they bring comes after."""
    party = Party(adults=1, pass_holders=2, children=1, walkers=1, dogs=1)
    assert party_words(party) == (
        "1 adult, 2 people with bus passes and 1 child, with 1 walking frame and 1 assistance dog"
    )


def test_one_person_alone() -> None:
    """One wheelchair user travelling alone is said in the singular."""
    assert party_words(Party(wheelchairs=1)) == "1 person in a wheelchair"
