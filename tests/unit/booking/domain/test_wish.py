"""What is left of a wish when one direction of it is not wanted any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from booking.domain.wish import PurposeKind, When, WhenKind, Wish

TO_THE_CLUB = Wish(
    person_id=1,
    from_place_id=2,
    to_place_id=3,
    day=date(2026, 12, 8),
    when=When(WhenKind.ARRIVE_BY, time(10)),
    home=When(WhenKind.LEAVE_AT, time(12)),
    purpose=PurposeKind.SESSION,
    session_id=4,
    note="Blue door",
    together="ABC",
)


def test_the_way_home_alone_goes_from_there_to_home() -> None:
    """The places are turned round, its time is kept, and the meeting's times bind no more."""
    home = TO_THE_CLUB.only_home()
    assert (home.from_place_id, home.to_place_id) == (3, 2)
    assert (home.when, home.home) == (TO_THE_CLUB.home, None)
    assert (home.purpose, home.session_id, home.together) == (PurposeKind.OTHER, None, None)
    assert (home.day, home.party, home.note) == (
        TO_THE_CLUB.day,
        TO_THE_CLUB.party,
        TO_THE_CLUB.note,
    )
    assert home.only_home() == home


def test_the_way_there_alone_is_the_same_without_the_bus_home() -> None:
    """Nothing else of the wish changes."""
    assert TO_THE_CLUB.without_home() == replace(TO_THE_CLUB, home=None)
