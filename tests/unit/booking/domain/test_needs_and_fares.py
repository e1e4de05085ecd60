"""Parties, the room they take and what they pay."""

from __future__ import annotations

from datetime import date, time

import pytest

from booking.domain.errors import Invalid
from booking.domain.fares import fare_pence, pass_is_free, pass_note
from booking.domain.needs import Party, party_of

WEEKDAY, SATURDAY = date(2026, 12, 8), date(2026, 12, 12)


def test_a_wheelchair_takes_a_space_and_no_seat() -> None:
    """A wheelchair user with a companion loads one space and one seat."""
    assert Party(wheelchairs=1, companions=1).load == (1, 1)


def test_dogs_and_walkers_take_no_seat() -> None:
    """An assistance dog lies on the floor, a frame is folded."""
    assert Party(adults=1, dogs=1, walkers=1).load == (1, 0)


def test_boarding_takes_as_long_as_the_slowest_needs() -> None:
    """A wheelchair takes four minutes, and what somebody told us counts when it is more."""
    assert Party(adults=1).boarding_seconds() == 60
    assert Party(adults=1, walkers=1).boarding_seconds() == 120
    assert Party(wheelchairs=1).boarding_seconds() == 240
    assert Party(adults=1).boarding_seconds(own_minutes=6) == 360


@pytest.mark.parametrize(
    "party",
    [
        Party(),
        Party(adults=6),
        Party(adults=-1, children=2),
        Party(under_fives=1),
        Party(adults=99),
    ],
)
def test_impossible_parties_are_explained(party: Party) -> None:
    """Nobody, too many, fewer than none, and a small child alone."""
    with pytest.raises(Invalid) as caught:
        party.check(5)
    assert caught.value.field == "party"


def test_a_party_survives_storage() -> None:
    """What is stored is what comes back, and unknown words are ignored."""
    party = Party(adults=2, children=1, dogs=1)
    assert Party.from_json({**party.to_json(), "unicorns": 3}) == party


def test_the_party_of_a_person_follows_their_record() -> None:
    """A pass holder in a wheelchair with a companion is counted once each."""
    party = party_of(["wheelchair", "companion"], pass_holder=True)
    assert (party.people, party.load) == (2, (1, 1))


@pytest.mark.parametrize(
    ("day", "boarding", "holiday", "free"),
    [
        (WEEKDAY, time(9, 29), False, False),
        (WEEKDAY, time(9, 30), False, True),
        (WEEKDAY, time(22, 59), False, True),
        (WEEKDAY, time(23, 0), False, False),
        (SATURDAY, time(7, 0), False, True),
        (WEEKDAY, time(7, 0), True, True),
    ],
)
def test_a_pass_is_free_at_its_times(day: date, boarding: time, holiday: bool, free: bool) -> None:
    """ENCTS: half past nine to eleven at night on weekdays, all day otherwise."""
    assert pass_is_free(day, boarding, bank_holiday=holiday) is free


def test_fares_add_up() -> None:
    """Adults pay, children half, under-fives and companions nothing, a free pass nothing."""
    party = Party(adults=1, children=2, under_fives=1, pass_holders=1, companions=1)
    fare = fare_pence(
        party, adult_pence=200, child_pence=100, pass_free=True, pass_wheelchair=False
    )
    assert fare == 400
    early = fare_pence(
        party, adult_pence=200, child_pence=100, pass_free=False, pass_wheelchair=False
    )
    assert early == 600


@pytest.mark.parametrize(
    ("party", "boarding", "says"),
    [
        (Party(pass_holders=1), [time(9, 20)], "9:30am on weekdays, and this bus comes before"),
        (Party(wheelchairs=1), [time(9, 20)], "this bus comes before that"),
        (Party(pass_holders=1), [time(9), time(14)], "the bus there comes before that"),
        (Party(pass_holders=1), [time(7), time(9)], "these buses come before that"),
        (Party(pass_holders=1), [time(22), time(23, 5)], "the bus home comes after that"),
        (Party(pass_holders=1), [time(9, 30)], ""),
        (Party(adults=1), [time(9)], ""),
    ],
)
def test_why_a_pass_does_not_count_is_said(party: Party, boarding: list[time], says: str) -> None:
    """Who has a pass and pays is told why; nobody else is told anything."""
    every = {"charged": [True] * len(boarding), "pass_wheelchair": True}
    said = pass_note(party, WEEKDAY, boarding, bank_holiday=False, **every)
    assert said == says or (says and says in said)
    assert not pass_note(party, WEEKDAY, boarding, bank_holiday=True, **every)


def test_who_pays_no_more_than_with_a_pass_is_told_nothing_of_it() -> None:
    """The bus there costs what was said before its hour was known; only the other is explained."""
    party, early = Party(pass_holders=1), [time(9), time(9, 10)]
    notes = [
        pass_note(party, WEEKDAY, early, charged=charged, bank_holiday=False, pass_wheelchair=False)
        for charged in ([False, False], [False, True])
    ]
    assert notes[0] == ""
    assert "the bus home comes before that" in notes[1]
