"""Tell people: what just happened (`write_message`), and the times of the plan.

The exact time is told the evening before, and shortly before it that the bus is
near; both from the current plan, each once. Nothing is sent here: `send.py` does
that after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.service_day import local, moment, today
from booking.domain.statuses import BookingStatus
from booking.models import Booking, JourneyRequest, Message, ZoneDay
from booking.services.board_day import read_day
from booking.services.channels import has_mobile
from booking.services.message_words import leg_words
from booking.services.messages import ON_THE_LIST, write_message
from booking.services.told_times import pickups_of, within_promise
from booking.services.zone_days import current_runs, lock_zone_day

__all__ = ["write_day_before", "write_message", "write_reminders"]

EVENING: Final = time(17)
"""From then on tomorrow's times are told; whoever is rung is rung before bedtime."""
MID_MORNING: Final = time(10, 30)
"""Until then today's times are told to whom nobody told them the evening before."""
NEAR: Final = timedelta(minutes=20)
TOO_NEAR: Final = timedelta(minutes=3)
"""Nearer than that, the bus itself says it."""
AT_ONCE: Final = 25
"""How many journeys are told in one transaction, which holds the zone-day's lock."""


def write_day_before(ctx: Context, *, now: datetime) -> int:
    """From five in the evening, tell tomorrow's passengers the exact time; returns how many.

    Until mid-morning also those of today who were not told: nobody was there to do
    it, or they have booked since. The time is the plan's, within the promise, and is
    written down as `told_pickup_at`: planning may then move it by a few minutes only.
    """
    day = _day_to_tell(now)
    if day is None:
        return 0
    with ctx.db.reading() as session:
        zone_days = session.scalars(
            select(ZoneDay.id).where(ZoneDay.service_date == day, ZoneDay.plan_id.is_not(None))
        ).all()
    return sum(_tell_zone_day(ctx, zone_day_id, now) for zone_day_id in zone_days)


def _day_to_tell(now: datetime) -> date | None:
    """Tomorrow in the evening, today in the morning, in between none."""
    clock = local(now).time()
    if clock >= EVENING:
        return today(now) + timedelta(days=1)
    return today(now) if clock < MID_MORNING else None


def write_reminders(ctx: Context, *, now: datetime) -> int:
    """Text those whose bus comes in the next twenty minutes; returns how many."""
    with ctx.db.reading() as session:
        days = session.scalars(
            select(ZoneDay).where(ZoneDay.service_date == today(now), ZoneDay.plan_id.is_not(None))
        ).all()
        with_somebody = [day.id for day in days if _to_remind(session, day, now)]
    return sum(_remind_zone_day(ctx, zone_day_id, now) for zone_day_id in with_somebody)


def _remind_zone_day(ctx: Context, zone_day_id: int, now: datetime) -> int:
    """Under the lock: whoever cancels comes before this, or after it and takes the text back."""
    with ctx.db.writing() as session:
        zone_day = lock_zone_day(session, zone_day_id)
        due = _to_remind(session, zone_day, now)
        for booking, at in due:
            _remind(session, booking, at, now)
    return len(due)


def _to_remind(
    session: Session, zone_day: ZoneDay, now: datetime
) -> list[tuple[Booking, datetime]]:
    """Whose bus is near and who was not told yet, with the moment it is to be expected."""
    near = {
        booking_id: at
        for booking_id, at in _expected_pickups(session, zone_day, now).items()
        if now + TOO_NEAR < at <= now + NEAR
    }
    return [(booking, near[booking.id]) for booking in _not_reminded(session, near)]


def _expected_pickups(session: Session, zone_day: ZoneDay, now: datetime) -> dict[int, datetime]:
    """When each bus is to be expected, given how it has gone so far: as its driver sees it."""
    day = zone_day.service_date
    read = read_day(session, zone_day.zone.code, day, now)
    return {
        going.rider.booking_id: moment(day, going.expected // 60 * 60)
        for run in read.runs
        for going in run.goings
        if going.rider is not None and going.stop.action == "pickup" and not going.is_done
    }


def _tell_zone_day(ctx: Context, zone_day_id: int, now: datetime) -> int:
    told = 0
    while True:
        with ctx.db.writing() as session:
            zone_day = lock_zone_day(session, zone_day_id)
            planned = pickups_of(zone_day, current_runs(session, zone_day))
            # Nearer than that a call would come too late, and the bus is as good as there.
            pickups = {one: at for one, at in planned.items() if at > now + ON_THE_LIST}
            untold = _untold(session, zone_day, pickups)
            for request_id, bookings in untold:
                _tell(session, request_id, bookings, pickups, now)
            if untold:
                # A plan made from the day as it was before the times were told is out of date.
                zone_day.version += 1
        if not untold:
            return told
        told += len(untold)


def _untold(
    session: Session, zone_day: ZoneDay, pickups: dict[int, datetime]
) -> list[tuple[int, list[Booking]]]:
    """Journeys of that day whose time was not told yet, as (request id, its bookings)."""
    found = session.scalars(
        select(Booking)
        .where(
            Booking.zone_day_id == zone_day.id,
            Booking.status == BookingStatus.BOOKED.value,
            Booking.told_pickup_at.is_(None),
        )
        .order_by(Booking.request_id)
    ).unique()
    planned = [booking for booking in found if booking.id in pickups]
    journeys = groupby(planned, key=lambda booking: booking.request_id)
    return [(request_id, list(legs)) for request_id, legs in journeys][:AT_ONCE]


def _tell(
    session: Session,
    request_id: int,
    bookings: list[Booking],
    pickups: dict[int, datetime],
    now: datetime,
) -> None:
    for booking in bookings:
        booking.told_pickup_at = within_promise(booking, pickups[booking.id])
    request = session.get_one(JourneyRequest, request_id)
    legs = ",".join(str(booking.id) for booking in bookings)
    when = "today" if request.service_date == today(now) else "tomorrow"
    write_message(session, request.person, request, "day_before", now=now, version=legs, when=when)


def _not_reminded(session: Session, near: dict[int, datetime]) -> list[Booking]:
    if not near:
        return []
    bookings = list(session.scalars(_booked(near)).unique())
    known = set(session.scalars(select(Message.key).where(Message.key.in_(map(_key, bookings)))))
    return [
        booking
        for booking in bookings
        if _key(booking) not in known and _wants_texts(booking.request)
    ]


def _booked(ids: Iterable[int]) -> Select[Booking]:
    return select(Booking).where(
        Booking.id.in_(list(ids)), Booking.status == BookingStatus.BOOKED.value
    )


def _wants_texts(request: JourneyRequest) -> bool:
    return request.person.channel == "text" and has_mobile(request.person)


def _key(booking: Booking) -> str:
    return f"reminder:request:{booking.request_id}:{booking.leg}"


def _remind(session: Session, booking: Booking, at: datetime, now: datetime) -> None:
    write_message(
        session,
        booking.request.person,
        booking.request,
        "reminder",
        now=now,
        stale_at=at,
        version=booking.leg,
        leg=leg_words(booking),
        at=at,
    )
