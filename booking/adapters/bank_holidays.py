"""Bank holidays in England and Wales, from the list that ships with the library."""

from __future__ import annotations

from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays


@cache
def _known() -> frozenset[date]:
    calendar = BankHolidays(use_cached_holidays=True)
    return frozenset(
        holiday["date"] for holiday in calendar.get_holidays(BankHolidays.ENGLAND_AND_WALES)
    )


def is_bank_holiday(day: date) -> bool:
    """Whether that day is a bank holiday in England and Wales."""
    return day in _known()
