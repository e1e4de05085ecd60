"""Fares, in whole pence.

Under-fives and companions travel free. A concessionary pass (ENCTS) is free at
its statutory times: 09:30-23:00 Monday to Friday, all day at weekends and bank
holidays (Transport Act 2000, s. 145A); at other times its holder pays as an adult.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Final

from booking.domain.needs import Party
from booking.domain.words import clock

PASS_FROM: Final = time(9, 30)
PASS_UNTIL: Final = time(23, 0)
PASS_HOURS: Final = f"Bus passes are valid from {clock(PASS_FROM)} on weekdays."


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


def pass_note(
    party: Party,
    day: date,
    boarding: Sequence[time],
    *,
    charged: Sequence[bool],
    bank_holiday: bool,
    pass_wheelchair: bool,
) -> str:
    """Why who has a pass pays for one of these buses; empty where nobody with a pass does.

    `charged` says of each whether it costs more than with a pass that counts: who was
    promised a fare before the hour was known pays no more, though the pass is not valid then.
    """
    holds = party.pass_holders > 0 or (party.wheelchairs > 0 and pass_wheelchair)
    paid = [
        one
        for one, more in zip(boarding, charged, strict=True)
        if more and not pass_is_free(day, one, bank_holiday=bank_holiday)
    ]
    if not holds or not paid:
        return ""
    bus = "this bus comes" if len(boarding) == 1 else "these buses come"
    if len(paid) < len(boarding):
        bus = "the bus there comes" if paid[0] == boarding[0] else "the bus home comes"
    if paid[0] < PASS_FROM:
        return f"Bus passes are valid from {clock(PASS_FROM)} on weekdays, and {bus} before that."
    return f"Bus passes are valid until {clock(PASS_UNTIL)} on weekdays, and {bus} after that."
