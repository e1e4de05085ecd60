"""The roster: which vehicle is out when with whom; looked at, added to, drivers put on.

Withdrawing a shift is in `services/shifts.py`: it concerns promises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Conflict, Invalid, NotFound
from booking.domain.plan_record import runs_from_json
from booking.domain.service_day import moment, today
from booking.models import Driver, Plan, Shift, Vehicle, Zone, ZoneDay
from booking.services.board_day import get_zone, read_day
from booking.services.roster_hours import broken_by_shift, refuse_driver, refuse_new
from booking.services.zone_days import ensure_zone_day, lock_zone_day

LATEST_END: Final = 30 * 60
"""A shift may end at six the next morning at the latest; minutes."""
ONE_DAY: Final = timedelta(days=1)
DAYS_AT_MOST: Final = 60
"""How far ahead a shift may be put, and how many days a list shows."""


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift in a list; minutes of the service day."""

    id: int
    zone_code: str
    day: date
    vehicle: str
    vehicle_id: int
    driver: str
    starts: int
    ends: int
    break_minutes: int
    withdrawn: bool
    people: int | None = None
    against_hours: tuple[str, ...] = ()
    """What in it is against the drivers' hours rules, in sentences."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from a list."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift, who could drive it, and whether there is still something to withdraw."""

    row: ShiftRow
    zone_name: str
    driver_id: int | None
    drivers: tuple[Choice, ...]
    break_from: int | None
    break_to: int | None
    is_over: bool
    """Whether its day has been: nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class NewShift:
    """What the operator typed for a shift to be added; minutes of the service day."""

    vehicle_id: int
    day: date
    starts: int
    ends: int
    driver_id: int | None = None
    break_from: int | None = None
    break_to: int | None = None
    break_minutes: int = 0


def list_shifts(ctx: Context, zone_code: str, first: date, last: date) -> list[ShiftRow]:
    """The shifts of a zone between two days, both included, with the journeys on each."""
    last = min(last, first + timedelta(days=DAYS_AT_MOST))
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        shifts = session.scalars(
            select(Shift)
            .where(Shift.zone_id == zone.id, Shift.service_date.between(first, last))
            .order_by(Shift.service_date, Shift.starts, Shift.id)
        ).unique()
        people = _journeys_by_shift(session, zone.id, first, last)
        return _rows(session, zone.code, list(shifts), people)


def _rows(
    session: Session, zone_code: str, shifts: Sequence[Shift], people: Counter[int]
) -> list[ShiftRow]:
    broken = broken_by_shift(session, shifts)
    rows = (shift_row(shift, zone_code, people[shift.id]) for shift in shifts)
    return [
        replace(row, against_hours=tuple(one.words for one in broken.get(row.id, ())))
        for row in rows
    ]


def _journeys_by_shift(session: Session, zone_id: int, first: date, last: date) -> Counter[int]:
    """shift → how many are picked up on it by the plans in force."""
    plans = session.scalars(
        select(Plan.runs)
        .join(ZoneDay, ZoneDay.plan_id == Plan.id)
        .where(ZoneDay.zone_id == zone_id, ZoneDay.service_date.between(first, last))
    )
    return Counter(
        run.shift_id
        for runs in plans
        for run in runs_from_json(runs)
        for stop in run.stops
        if stop.action == "pickup"
    )


def view_shift(ctx: Context, shift_id: int, *, now: datetime) -> ShiftView:
    """A shift with who could drive it. Raises NotFound where there is none."""
    with ctx.db.reading() as session:
        shift = _get_shift(session, shift_id)
        zone = session.get_one(Zone, shift.zone_id)
        read = read_day(session, zone.code, shift.service_date, now)
        people = next(len(run.people) for run in read.runs if run.shift.id == shift_id)
        (row,) = _rows(session, zone.code, [shift], Counter({shift_id: people}))
        return ShiftView(
            row=row,
            zone_name=zone.name,
            driver_id=shift.driver_id,
            drivers=tuple(_drivers(session, zone.id)),
            break_from=shift.break_from,
            break_to=shift.break_to,
            is_over=is_over(shift, now),
        )


def is_over(shift: Shift, now: datetime) -> bool:
    """Whether its day has been, however late it was. On its day a late bus may still be out."""
    ended = moment(shift.service_date, shift.ends * 60) < now
    return ended and shift.service_date < today(now)


def choices_for_shift(
    ctx: Context, zone_code: str
) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """(vehicles, drivers) of a zone to choose from for a new shift."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        vehicles = session.scalars(
            select(Vehicle).where(Vehicle.zone_id == zone.id, Vehicle.active).order_by(Vehicle.code)
        ).unique()
        return tuple(Choice(v.id, v.name) for v in vehicles), tuple(_drivers(session, zone.id))


def add_shift(ctx: Context, new: NewShift, *, now: datetime) -> int:
    """Put a vehicle on the road on one more day or time; the shift's id.

    Raises Invalid, naming the field, for what cannot be or what the drivers' hours rules
    do not allow; Conflict where the vehicle or its driver is out then already.
    """
    _check(new, today(now))
    try:
        with ctx.db.writing() as session:
            # The lock that making shifts from the weekly pattern takes too.
            vehicle = session.get(Vehicle, new.vehicle_id, with_for_update={"of": Vehicle})
            if vehicle is None or not vehicle.active:
                raise Invalid("Choose a vehicle that is in use.", "vehicle")
            _lock_driver(session, new.driver_id)
            zone_day = _lock(session, vehicle.zone_id, new.day)
            _check_free(session, new)
            shift = Shift(zone_id=vehicle.zone_id, service_date=new.day, **_columns(new))
            session.add(shift)
            session.flush()
            _changed(zone_day, now)
            return shift.id
    except IntegrityError:
        raise Conflict("That vehicle has a shift that begins then. Choose another time.") from None


def assign_driver(ctx: Context, shift_id: int, driver_id: int | None, *, now: datetime) -> None:
    """Put another driver on a shift, or nobody for now.

    The promises stay as they are: the plan is of vehicles. Raises Conflict where the
    driver is on another shift then, Invalid where their hours would be too many with it.
    """
    with ctx.db.writing() as session:
        shift = _get_shift(session, shift_id)
        _lock_driver(session, driver_id)
        zone_day = _lock(session, shift.zone_id, shift.service_date)
        session.refresh(shift)
        if shift.status != "planned":
            raise Conflict("That shift has been withdrawn. Add a new one instead.")
        if driver_id is not None:
            _check_driver_free(session, driver_id, shift)
        shift.driver_id = driver_id
        _changed(zone_day, now)


def _lock(session: Session, zone_id: int, day: date) -> ZoneDay:
    return lock_zone_day(session, ensure_zone_day(session, zone_id, day))


def _changed(zone_day: ZoneDay, now: datetime) -> None:
    """Whoever is planning that day must look again, and it is worth planning."""
    zone_day.version += 1
    zone_day.wants_planning_since = now


def _check(new: NewShift, date_now: date) -> None:
    if new.day < date_now:
        raise Invalid("That day has been. Choose today or a later day.", "day")
    if new.day > date_now + timedelta(days=DAYS_AT_MOST):
        raise Invalid(f"Choose a day within {DAYS_AT_MOST} days.", "day")
    if not 0 <= new.starts < new.ends <= LATEST_END:
        raise Invalid("The end must be after the beginning, by six the next morning.", "ends")
    if new.ends - new.starts < 60:
        raise Invalid("A shift is an hour at least.", "ends")
    if new.break_minutes:
        _check_break(new)
    elif new.break_from is not None or new.break_to is not None:
        raise Invalid("Say how many minutes the break is, or empty its times.", "break_minutes")


def _check_break(new: NewShift) -> None:
    if new.break_from is None or new.break_to is None:
        raise Invalid("Say between which times the break may be.", "break_from")
    fits = new.starts <= new.break_from and new.break_to <= new.ends
    if not fits or new.break_to - new.break_from < new.break_minutes:
        raise Invalid("The break must fit between its times, inside the shift.", "break_from")


def _lock_driver(session: Session, driver_id: int | None) -> None:
    """Whoever puts this driver on a shift takes turns: of any zone, on any day.

    The order everybody keeps is vehicle, driver, zone-day. What merely points to the
    driver (an event they report) does not wait.
    """
    if driver_id is None:
        return
    driver = session.get(Driver, driver_id, with_for_update={"of": Driver, "key_share": True})
    if driver is None or not driver.active:
        raise Invalid("Choose a driver who drives for us.", "driver")


def _check_free(session: Session, new: NewShift) -> None:
    for shift in planned_around(session, [new.day]):
        if not overlaps(shift, new.day, new.starts, new.ends):
            continue
        if shift.vehicle_id == new.vehicle_id:
            raise Conflict("That vehicle is out then already. Choose another vehicle or time.")
        if new.driver_id is not None and shift.driver_id == new.driver_id:
            raise Conflict("That driver is on another shift then. Choose another driver.")
    refuse_new(session, new, new.day, new.driver_id)


def planned_around(session: Session, days: Sequence[date]) -> list[Shift]:
    """The planned shifts of these days and the nights before and after them, to be compared."""
    first, last = min(days) - ONE_DAY, max(days) + ONE_DAY
    return list(
        session.scalars(
            select(Shift).where(Shift.service_date.between(first, last), Shift.status == "planned")
        ).unique()
    )


def overlaps(shift: Shift, day: date, starts: int, ends: int) -> bool:
    """Whether a shift is out at some time between two minutes of a service day.

    A shift may end after midnight, and so in the morning of the next day's.
    """
    out = moment(shift.service_date, shift.starts * 60), moment(shift.service_date, shift.ends * 60)
    return out[0] < moment(day, ends * 60) and moment(day, starts * 60) < out[1]


def _check_driver_free(session: Session, driver_id: int, shift: Shift) -> None:
    others = (
        other
        for other in planned_around(session, [shift.service_date])
        if other.driver_id == driver_id and other.id != shift.id
    )
    if any(overlaps(other, shift.service_date, shift.starts, shift.ends) for other in others):
        raise Conflict("That driver is on another shift then. Choose another driver.")
    refuse_driver(session, driver_id, shift)


def _columns(new: NewShift) -> dict[str, Any]:
    return {
        "vehicle_id": new.vehicle_id,
        "driver_id": new.driver_id,
        "starts": new.starts,
        "ends": new.ends,
        "break_from": new.break_from if new.break_minutes else None,
        "break_to": new.break_to if new.break_minutes else None,
        "break_minutes": new.break_minutes,
    }


def shift_row(shift: Shift, zone_code: str, people: int | None = None) -> ShiftRow:
    """A shift as a line of a list."""
    return ShiftRow(
        id=shift.id,
        zone_code=zone_code,
        day=shift.service_date,
        vehicle=shift.vehicle.name,
        vehicle_id=shift.vehicle_id,
        driver=shift.driver.name if shift.driver else "",
        starts=shift.starts,
        ends=shift.ends,
        break_minutes=shift.break_minutes,
        withdrawn=shift.status != "planned",
        people=people,
    )


def _get_shift(session: Session, shift_id: int) -> Shift:
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("We have no such shift. Choose one from the list.")
    return shift


def _drivers(session: Session, zone_id: int) -> Iterable[Choice]:
    drivers = session.scalars(
        select(Driver).where(Driver.zone_id == zone_id, Driver.active).order_by(Driver.name)
    )
    return [Choice(driver.id, driver.name) for driver in drivers]


@dataclass(frozen=True, slots=True)
class DriverCard:
    """A driver in a list."""

    id: int
    code: str
    name: str
    phone: str
    zone_code: str
    zone_name: str
    active: bool


def list_drivers(ctx: Context) -> list[DriverCard]:
    """Every driver, by zone and name."""
    with ctx.db.reading() as session:
        rows = session.execute(
            select(Driver, Zone)
            .join(Zone, Zone.id == Driver.zone_id)
            .order_by(Zone.code, Driver.name)
        ).unique()
        return [_driver_card(row[0], row[1]) for row in rows]


def get_driver(ctx: Context, driver_id: int) -> DriverCard:
    """A driver. Raises NotFound where there is none."""
    with ctx.db.reading() as session:
        driver = session.get(Driver, driver_id)
        if driver is None:
            raise NotFound("There is no such driver. Choose one from the list.")
        return _driver_card(driver, session.get_one(Zone, driver.zone_id))


def _driver_card(driver: Driver, zone: Zone) -> DriverCard:
    return DriverCard(
        id=driver.id,
        code=driver.code,
        name=driver.name,
        phone=driver.phone,
        zone_code=zone.code,
        zone_name=zone.name,
        active=driver.active,
    )
