"""Shifts: made from the weekly pattern, and withdrawn when a bus cannot go out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.duties import Duty, duty_of
from booking.domain.errors import Invalid, NotFound
from booking.domain.plan_record import Run
from booking.domain.service_day import today, weekday
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.models import Booking, Driver, Shift, ShiftPattern, Vehicle, Zone
from booking.services.by_plan import only, went_by_plan
from booking.services.day import Day
from booking.services.editing import Edit, drop_from_plan, edit_day
from booking.services.history import move
from booking.services.plan_request import ask_in
from booking.services.problem import day_problem, runs_of
from booking.services.rebase import insert_who_can
from booking.services.roster import is_over, overlaps, planned_around
from booking.services.roster_hours import duties_around, together
from booking.services.stranded import tell_bus_found, tell_no_bus
from booking.services.zone_days import ensure_zone_day, write_plan
from routing.cost import cost
from routing.model import Plan

DAYS_BEYOND: Final = 7
"""Shifts exist a week further ahead than anybody can book."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of the people on a withdrawn shift: booking ids."""

    moved: tuple[int, ...]
    without_bus: tuple[int, ...]
    """Promises no other bus can keep as the runs are: the planner looks again at once.

    Whom it finds nothing for is told, and waits for a decision. Times that were only
    held for somebody are let go of instead: they ask again."""
    on_board: tuple[int, ...] = ()
    """Who sits in that bus: nobody is sent for them before the operator knows where it stands."""
    already: bool = False
    """Whether somebody had withdrawn it before: nothing was done."""


def materialise_shifts(ctx: Context, *, now: datetime) -> int:
    """Make the shifts of every day that can be booked, from the weekly pattern; how many.

    Where a shift of that vehicle was put in by hand, or withdrawn, it stays as it is: one
    bus is never out twice at a time. Nor is a driver: where theirs drives another bus then,
    would have too little rest, or drives for us no more, the shift is made without one, for
    the operator to decide.
    """
    with ctx.db.writing() as session:
        ahead = max(session.scalars(select(Zone.book_ahead_days)).all(), default=0)
        days = [today(now) + timedelta(days=n) for n in range(ahead + DAYS_BEYOND + 1)]
        patterns = _patterns(session)
        known, planned = _known(session, days), planned_around(session, days)
        drivers = set(session.scalars(select(Driver.id).where(Driver.active)))
        duties = duties_around(session, None, days[0], days[-1])
        made = 0
        for pattern, zone_id in patterns:
            for day in (day for day in days if weekday(day) == pattern.weekday):
                key = (pattern.vehicle_id, day, pattern.starts)
                out = _out_then(pattern, day, planned)
                if key in known or pattern.vehicle_id in {shift.vehicle_id for shift in out}:
                    continue
                free = drivers - {shift.driver_id for shift in out}
                driver = _who_may(pattern, day, free, duties)
                shift = _shift(pattern, zone_id, day, driver)
                session.add(shift)
                planned.append(shift)
                made += 1
    return made


def _who_may(
    pattern: ShiftPattern, day: date, free: set[int], duties: dict[int, list[Duty]]
) -> int | None:
    """The pattern's driver, if they are free and it leaves them the rest the law gives them.

    A pattern that is against the drivers' hours rules whoever drives it keeps its driver:
    it is from before they were checked, and the roster says so on the shift.
    """
    driver = pattern.driver_id
    if driver is None or driver not in free:
        return None
    theirs = duties.setdefault(driver, [])
    one = duty_of(pattern, day, theirs[0].driver if theirs else "")
    if together(theirs, one):
        return None
    theirs.append(one)
    return driver


def _out_then(pattern: ShiftPattern, day: date, planned: list[Shift]) -> list[Shift]:
    """The shifts of its bus or its driver that are out at some time of the pattern's that day."""
    theirs = (
        shift
        for shift in planned
        if shift.vehicle_id == pattern.vehicle_id
        or (shift.driver_id is not None and shift.driver_id == pattern.driver_id)
    )
    return [shift for shift in theirs if overlaps(shift, day, pattern.starts, pattern.ends)]


def withdraw_shift(
    ctx: Context, shift_id: int, *, by: str, reason: str, now: datetime
) -> Withdrawal:
    """Take a shift out of the plan: a breakdown, or nobody to drive it.

    A named person says why. Everybody on it goes to another bus within their
    promise where one can. For the others the day is planned again at once; the
    message to them is written in the same transaction, and leaves unless that finds
    them a bus. They stay on the operator's list until there is one.
    """
    if not reason.strip():
        raise Invalid("Say why the bus cannot go out. Passengers will be told.", "reason")
    with ctx.db.reading() as session:
        shift = session.get(Shift, shift_id)
        if shift is None:
            raise NotFound("We have no such shift.")
        if is_over(shift, now):
            raise Invalid("That day has been, so nobody is waiting for this bus.", "reason")
        zone_id, day = shift.zone_id, shift.service_date
    with ctx.db.writing() as session:
        zone_day_id = ensure_zone_day(session, zone_id, day)
    return edit_day(
        ctx,
        zone_day_id,
        lambda edit: _withdraw(edit, shift_id, by=by, reason=reason.strip()),
        now=now,
    )


def _withdraw(edit: Edit, shift_id: int, *, by: str, reason: str) -> Withdrawal:
    shift = edit.session.get(Shift, shift_id, populate_existing=True)
    if shift is None or shift.status != "planned":
        return Withdrawal((), (), already=True)
    shift.status = "withdrawn"
    edit.session.flush()
    run = next((one for one in edit.made.day.runs if one.shift_id == shift_id), None)
    driven = only(run, went_by_plan(edit.day, run, edit.now)) if run else None
    stranded = _to_carry(edit, run, driven)
    planned = _replan(edit, shift_id, driven, by, reason)
    tell_bus_found(
        edit.session,
        edit.zone_day,
        before=edit.made.day.runs,
        now=edit.now,
        moved=stranded & planned,
    )
    without = {booking for booking in stranded if booking not in planned}
    _let_go(edit, frozenset(without & _in_state(edit, BookingStatus.HELD)), reason)
    owed = tuple(sorted(without & _in_state(edit, BookingStatus.BOOKED)))
    tell_no_bus(edit.session, edit.zone_day, owed, reason=reason, now=edit.now)
    ask_in(edit.session, edit.zone_day, now=edit.now)
    aboard = _in_state(edit, BookingStatus.ON_BOARD) & _carried(run)
    return Withdrawal(tuple(sorted(stranded & planned)), owed, tuple(sorted(aboard)))


def _to_carry(edit: Edit, run: Run | None, driven: Run | None) -> frozenset[int]:
    """The bookings on that run still to be picked up: nobody on board, nobody set down."""
    still = _in_state(edit, BookingStatus.BOOKED) | _in_state(edit, BookingStatus.HELD)
    return still & (_carried(run) - _carried(driven))


def _carried(run: Run | None) -> frozenset[int]:
    """The bookings that have a stop in it."""
    stops = run.stops if run else ()
    return frozenset(stop.booking_id for stop in stops if stop.booking_id is not None)


def _in_state(edit: Edit, status: BookingStatus) -> frozenset[int]:
    return frozenset(one.id for one in edit.day.bookings if one.status is status)


def _let_go(edit: Edit, booking_ids: frozenset[int], reason: str) -> None:
    """End the holds that no bus is left for, with all their legs, before anybody books them."""
    theirs = select(Booking.request_id).where(Booking.id.in_(booking_ids))
    held = edit.session.scalars(
        select(Booking).where(
            Booking.request_id.in_(theirs), Booking.status == BookingStatus.HELD.value
        )
    ).unique()
    gone = list(held)
    for booking in gone:
        move(edit.session, booking, BookingStatus.EXPIRED, by="expiry", now=edit.now, reason=reason)
        booking.request.status = RequestStatus.EXPIRED.value
    if gone:
        ids = frozenset(booking.id for booking in gone)
        drop_from_plan(edit.session, edit.zone_day, ids, reason="expired", now=edit.now)


def _replan(edit: Edit, shift_id: int, driven: Run | None, by: str, reason: str) -> frozenset[int]:
    """Write the plan without that shift, whoever fits moved to other buses; who is in it."""
    day = _without_shift(edit, shift_id, driven)
    made = day_problem(day, edit.matrix, edit.now)
    plan: Plan = insert_who_can(made)
    runs = runs_of(plan, made, made.booking_ids)
    write_plan(
        edit.session,
        edit.zone_day,
        runs,
        before=edit.day.runs,
        reason="disrupted",
        cost=cost(made.problem, plan).total,
        now=edit.now,
        extra={"shift": shift_id, "by": by, "why": reason},
    )
    return frozenset(stop.booking_id for run in runs for stop in run.stops if stop.booking_id)


def _without_shift(edit: Edit, shift_id: int, driven: Run | None) -> Day:
    """The day without it; what it has `driven` is part of the day for good."""
    others = tuple(run for run in edit.day.runs if run.shift_id != shift_id)
    return replace(
        edit.day,
        shifts=tuple(shift for shift in edit.day.shifts if shift.id != shift_id),
        events=tuple(event for event in edit.day.events if event.shift_id != shift_id),
        mis_taps=tuple(tap for tap in edit.day.mis_taps if tap.shift_id != shift_id),
        runs=(*others, driven) if driven and driven.stops else others,
    )


def _known(session: Session, days: list[date]) -> set[tuple[int, date, int]]:
    rows = session.execute(
        select(Shift.vehicle_id, Shift.service_date, Shift.starts).where(
            Shift.service_date.in_(days)
        )
    )
    return {(row.vehicle_id, row.service_date, row.starts) for row in rows}


def _patterns(session: Session) -> list[tuple[ShiftPattern, int]]:
    """(pattern, zone id) of every vehicle in use.

    The vehicles are locked, then the drivers, each in the order of their ids. Whoever puts
    a shift in by hand or a driver on one takes these locks, too: neither overlooks the other's.
    """
    session.execute(select(Vehicle.id).where(Vehicle.active).order_by(Vehicle.id).with_for_update())
    session.execute(select(Driver.id).order_by(Driver.id).with_for_update(key_share=True))
    rows = session.execute(
        select(ShiftPattern, Vehicle.zone_id)
        .join(Vehicle, Vehicle.id == ShiftPattern.vehicle_id)
        .where(Vehicle.active)
        .order_by(ShiftPattern.vehicle_id, ShiftPattern.starts, ShiftPattern.id)
    )
    return [(row[0], row[1]) for row in rows]


def _shift(pattern: ShiftPattern, zone_id: int, day: date, driver_id: int | None) -> Shift:
    return Shift(
        zone_id=zone_id,
        service_date=day,
        vehicle_id=pattern.vehicle_id,
        driver_id=driver_id,
        starts=pattern.starts,
        ends=pattern.ends,
        break_from=pattern.break_from,
        break_to=pattern.break_to,
        break_minutes=pattern.break_minutes,
    )
