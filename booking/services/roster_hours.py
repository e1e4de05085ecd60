"""Drivers' hours on the roster: what a new shift or driver would break, and what is broken.

The rules are in `booking/domain/drivers_hours.py`; why some is refused and some only
shown is in docs/decisions/drivers-hours.md. Called inside the transactions of
`services/roster.py` and `services/shifts.py`, under the driver's lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.drivers_hours import Breach, Rule, broken_rules
from booking.domain.duties import Duty, Times, duty_of
from booking.domain.errors import Invalid
from booking.models import Driver, Shift

AROUND: Final = timedelta(days=15)
"""A fortnight and a night: so far apart two shifts may still break a rule together."""
FIELDS: Final = {Rule.WORKING_DAY: "ends", Rule.DRIVING: "ends"}
"""What is changed to mend it; else the driver is, or the break."""


def duties_around(
    session: Session, drivers: Collection[int] | None, first: date, last: date
) -> dict[int, list[Duty]]:
    """Driver → their planned shifts in these days and as far around them as matters.

    `drivers` are their ids; None means everybody.
    """
    asked = (
        select(Shift)
        .where(
            Shift.service_date.between(first - AROUND, last + AROUND),
            Shift.status == "planned",
            Shift.driver_id.is_not(None),
        )
        .order_by(Shift.id)
    )
    if drivers is not None:
        asked = asked.where(Shift.driver_id.in_(drivers))
    found: dict[int, list[Duty]] = defaultdict(list)
    for shift in session.scalars(asked).unique():
        if shift.driver_id is not None and shift.driver is not None:
            one = duty_of(shift, shift.service_date, shift.driver.name, shift.id)
            found[shift.driver_id].append(one)
    return found


def refuse_new(session: Session, times: Times, day: date, driver_id: int | None) -> None:
    """Raise Invalid where the shift, alone or with its driver's others, would break a rule."""
    driver = session.get_one(Driver, driver_id) if driver_id is not None else None
    others = duties_around(session, [driver_id], day, day)[driver_id] if driver_id else []
    _refuse(new_breaches(others, duty_of(times, day, driver.name if driver else "")))


def refuse_driver(session: Session, driver_id: int, shift: Shift) -> None:
    """Raise Invalid where this driver's other shifts and this one break a rule together.

    What the shift breaks whoever drives it is no reason: it was there before, people may
    be promised it, and leaving an ill driver on it makes nobody safer.
    """
    around = duties_around(session, [driver_id], shift.service_date, shift.service_date)
    others = [one for one in around[driver_id] if one.shift_id != shift.id]
    name = session.get_one(Driver, driver_id).name
    one = duty_of(shift, shift.service_date, name, shift.id)
    _refuse(together(others, one))


def new_breaches(others: Sequence[Duty], one: Duty) -> list[Breach]:
    """What is broken with this shift and is not without it."""
    before = set(broken_rules(others))
    return [breach for breach in broken_rules([*others, one]) if breach not in before]


def together(others: Sequence[Duty], one: Duty) -> list[Breach]:
    """What this shift breaks only because its driver has those others."""
    alone = set(broken_rules([one]))
    return [breach for breach in new_breaches(others, one) if breach not in alone]


def broken_by_shift(session: Session, shifts: Iterable[Shift]) -> dict[int, list[Breach]]:
    """Shift id → what it breaks as the roster is: to be shown, for somebody to decide."""
    planned = [shift for shift in shifts if shift.status == "planned"]
    if not planned:
        return {}
    days = [shift.service_date for shift in planned]
    drivers = {shift.driver_id for shift in planned if shift.driver_id is not None}
    rosters = list(duties_around(session, drivers, min(days), max(days)).values())
    rosters += [
        [duty_of(shift, shift.service_date, "", shift.id)]
        for shift in planned
        if shift.driver_id is None
    ]
    found: dict[int, list[Breach]] = defaultdict(list)
    for roster in rosters:
        for breach in broken_rules(roster):
            if breach.duty.shift_id is not None:
                found[breach.duty.shift_id].append(breach)
    return found


def _refuse(breaches: Sequence[Breach]) -> None:
    """All of them at once: nobody mends one only to be told about the next."""
    if breaches:
        raise Invalid(" ".join(breach.words for breach in breaches), _field(breaches[0]))


def _field(breach: Breach) -> str:
    if breach.rule is Rule.BREAK:
        return "break_from" if breach.duty.break_minutes else "break_minutes"
    return FIELDS.get(breach.rule, "driver")
