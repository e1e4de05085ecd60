"""Whether the weekly pattern in shifts.csv keeps the GB domestic drivers' hours rules.

Transport Act 1968, section 96, as modified by SI 1971/818; `booking/domain/drivers_hours.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from booking.domain.drivers_hours import Breach, Rule, broken_rules
from booking.domain.duties import Duty
from booking.domain.service_day import WEEKDAYS
from booking.models import Driver
from booking.services.importing.batch import Known, Part

FIRST_MONDAY: Final = date(2026, 1, 5)
"""Of three weeks without a change of the clocks."""
WEEKS: Final = 3
"""As many as it takes for every rule to meet itself across a Sunday night."""
COLUMNS: Final = {Rule.WORKING_DAY: "end", Rule.DRIVING: "end"}


def check_hours(parts: Sequence[Part], drivers: Known[Driver]) -> None:
    """Keep a problem, once a row and rule, for what the same weeks again and again would break."""
    names = {driver.id: driver.name for driver in drivers.by_code.values()}
    for roster in _rosters(parts):
        duties = [_duty(parts[n].values, n, week, names) for n in roster for week in range(WEEKS)]
        said: set[tuple[int | None, Rule]] = set()
        for breach in broken_rules(duties):
            key = (breach.duty.shift_id, breach.rule)
            if key[0] is None or key in said:
                continue
            said.add(key)
            parts[key[0]].row.wrong(_column(breach), breach.said_of(f"on {breach.day:%A}s"))


def _rosters(parts: Sequence[Part]) -> list[list[int]]:
    """The rows of each driver, by number; one that nobody drives yet stands alone."""
    by_driver: dict[int, list[int]] = defaultdict(list)
    alone = []
    for number, part in enumerate(parts):
        driver = part.values["driver_id"]
        if driver is None:
            alone.append([number])
        else:
            by_driver[driver].append(number)
    return [*by_driver.values(), *alone]


def _duty(values: Mapping[str, Any], number: int, week: int, names: Mapping[int, str]) -> Duty:
    return Duty(
        driver=names.get(values["driver_id"], ""),
        day=FIRST_MONDAY + timedelta(weeks=week, days=WEEKDAYS.index(values["weekday"])),
        starts=values["starts"],
        ends=values["ends"],
        break_from=values["break_from"],
        break_to=values["break_to"],
        break_minutes=values["break_minutes"],
        shift_id=number,
    )


def _column(breach: Breach) -> str:
    if breach.rule is Rule.BREAK:
        return "break_from" if breach.duty.break_minutes else "break_minutes"
    return COLUMNS.get(breach.rule, "driver")
