"""Fares, in whole pence.

Under-fives and companions travel free. A concessionary pass (ENCTS) is free at
its statutory times: 09:30-23:00 Monday to Friday, all day at weekends and bank
holidays (Transport Act 2000, s. 145A); at other times its holder pays as an adult.
"""

from __future__ import annotations

from datetime import date, time
from typing import Final

from booking.domain.needs import Party

PASS_FROM: Final = time(9, 30)
PASS_UNTIL: Final = time(23, 0)


def pass_is_free(day: date, boarding: time, *, bank_holiday: bool) -> bool:
    """Whether an ENCTS pass is free for a journey boarded then."""
    if day.weekday() >= 5 or bank_holiday:
        return True
    return PASS_FROM <= boarding < PASS_UNTIL


def fare_pence(
    party: Party, *, adult_pence: int, child_pence: int, pass_free: bool, pass_wheelchair: bool
) -> int:
    """What one direction costs the whole party.

    `pass_wheelchair` says that the person in the wheelchair has a pass, too.
    """
    paying = party.adults
    if not pass_free:
        paying += party.pass_holders
    if not (pass_free and pass_wheelchair):
        paying += party.wheelchairs
    return paying * adult_pence + party.children * child_pence
