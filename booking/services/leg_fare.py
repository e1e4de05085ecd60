"""What one direction costs a party at its hour, and whether a bus pass was counted."""

from __future__ import annotations

from datetime import date, datetime

from booking.adapters.bank_holidays import is_bank_holiday
from booking.domain.fares import fare_pence, pass_is_free
from booking.domain.needs import Party
from booking.domain.service_day import local

Fares = tuple[int, int]
"""What a zone asks of an adult and of a child, in pence."""


def leg_fare(
    party: Party, day: date, boarding: datetime, fares: Fares, *, pass_wheelchair: bool
) -> int:
    """The fare of everybody together for a bus that comes at `boarding` at the latest."""
    free = pass_is_free(day, local(boarding).time(), bank_holiday=is_bank_holiday(day))
    return _fare(party, fares, pass_free=free, pass_wheelchair=pass_wheelchair)


def costs_more(fare: int, party: Party, fares: Fares, *, pass_wheelchair: bool) -> bool:
    """Whether it is more than they pay where their bus passes count."""
    return fare > _fare(party, fares, pass_free=True, pass_wheelchair=pass_wheelchair)


def _fare(party: Party, fares: Fares, *, pass_free: bool, pass_wheelchair: bool) -> int:
    adult, child = fares
    return fare_pence(
        party,
        adult_pence=adult,
        child_pence=child,
        pass_free=pass_free,
        pass_wheelchair=pass_wheelchair,
    )
