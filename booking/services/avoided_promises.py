"""Promises on a bus or with a driver somebody cannot travel with, for whoever brought them about.

They stand until a person has decided; the rule is the board's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.avoids import driver_word, vehicle_word
from booking.domain.service_day import today
from booking.domain.statuses import BookingStatus
from booking.models import Booking, Person, Shift, Zone, ZoneDay
from booking.services.board_day import BoardDay, RunNow, read_day
from booking.services.decisions import cannot_travel_on
from booking.services.people import phone_words
from booking.services.riders import Rider


@dataclass(frozen=True, slots=True)
class AvoidedPromise:
    """Who is promised what they cannot travel with, and when they are to be picked up."""

    request_id: int
    name: str
    phone: str
    """As it is dialled; empty where we have none."""
    day: date
    at: datetime
    vehicle: str
    driver: str
    """Empty where it is the bus, whoever drives it."""


def promised_on_avoided(
    ctx: Context, person_id: int, *, now: datetime
) -> tuple[AvoidedPromise, ...]:
    """What one person is still promised with a bus or driver on their list, the next first."""
    with ctx.db.reading() as session:
        days = session.execute(
            select(Zone.code, ZoneDay.service_date)
            .join(ZoneDay, ZoneDay.zone_id == Zone.id)
            .join(Booking, Booking.zone_day_id == ZoneDay.id)
            .where(
                Booking.person_id == person_id,
                Booking.status == BookingStatus.BOOKED.value,
                ZoneDay.service_date >= today(now),
            )
            .distinct()
        ).all()
        found = [
            one
            for row in days
            for run, rider in _on_avoided(read_day(session, row.code, row.service_date, now))
            if rider.person_id == person_id and (one := _promise(session, run, rider))
        ]
    return tuple(sorted(found, key=lambda one: one.at))


def cannot_travel_with_driver(
    ctx: Context, shift_id: int, *, now: datetime
) -> tuple[AvoidedPromise, ...]:
    """Who is still to be picked up on a shift and cannot travel with whoever drives it."""
    with ctx.db.reading() as session:
        shift = session.get_one(Shift, shift_id)
        if shift.driver_id is None:
            return ()
        zone = session.get_one(Zone, shift.zone_id)
        read = read_day(session, zone.code, shift.service_date, now)
        return tuple(
            one
            for run, rider in _on_avoided(read)
            if run.shift.id == shift_id
            and driver_word(shift.driver_id) in rider.avoids
            and (one := _promise(session, run, rider))
        )


def _on_avoided(read: BoardDay) -> Iterator[tuple[RunNow, Rider]]:
    for run in read.runs:
        for rider in cannot_travel_on(run):
            yield run, rider


def _promise(session: Session, run: RunNow, rider: Rider) -> AvoidedPromise | None:
    if rider.due_from is None:
        return None
    driver = run.shift.driver
    is_bus = driver is None or vehicle_word(run.shift.vehicle_id) in rider.avoids
    return AvoidedPromise(
        request_id=rider.request_id,
        name=rider.name,
        phone=phone_words(session.get_one(Person, rider.person_id).phone),
        day=run.shift.service_date,
        at=rider.due_from,
        vehicle=run.shift.vehicle.name,
        driver="" if is_bus or driver is None else driver.name,
    )
