"""The manifest: a driver's view of their run. Stops in order, who, what they need, what is done.

It is worked out anew from the current plan, the bookings and the facts from the
road each time it is looked at; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.on_the_road import FactKind
from booking.domain.plan_record import Run
from booking.domain.service_day import at, moment, today
from booking.domain.statuses import BookingStatus
from booking.models import DriverEvent, Shift, Vehicle, Zone, ZoneDay
from booking.services.manifest_stops import StopView, stops_of
from booking.services.manifest_words import Task
from booking.services.riders import read_riders
from booking.services.zone_days import current_runs

SEEN_FROM: Final = time(18)
"""From this time of the evening before a driver may look at the day to come."""
SEEN_AFTER: Final = timedelta(hours=12)
"""So long after its end a driver may still put something right."""
TAKEN_BACK_WITHIN: Final = timedelta(minutes=15)
"""So long the last tap stands at the top to be taken back; later it is in the list."""


@dataclass(frozen=True, slots=True)
class Aboard:
    """Somebody who is on the bus."""

    booking_id: int
    name: str


@dataclass(frozen=True, slots=True)
class ManifestView:
    """A shift's run as the driver works through it. `next` is None when all is done."""

    shift_id: int
    day: date
    zone_name: str
    zone_code: str
    vehicle: str
    registration: str
    driver: str
    starts: int
    ends: int
    withdrawn: bool
    version: int
    stops: tuple[StopView, ...]
    next: StopView | None
    break_first: StopView | None
    """A break that comes before the next stop."""
    on_board: tuple[Aboard, ...]
    last_done: Task | None
    """What was reported last, to be taken back if it was a mis-tap."""
    made_at: datetime

    @property
    def later(self) -> tuple[StopView, ...]:
        """Everything still to come after the next stop."""
        if self.next is None:
            return ()
        number = self.next.number
        return tuple(stop for stop in self.stops if stop.number > number and not stop.is_done)

    @property
    def fingerprint(self) -> str:
        """Changes when the run does: who is where when, done or not."""
        run = [
            (stop.at.isoformat(), stop.place, [(t.booking_id, t.action) for t in stop.tasks])
            for stop in self.stops
        ]
        return f"{crc32(repr((run, self.withdrawn)).encode()):08x}"

    @property
    def done(self) -> tuple[StopView, ...]:
        """What is done, for looking back."""
        return tuple(stop for stop in self.stops if stop.is_done)


@dataclass(frozen=True, slots=True)
class ShiftCard:
    """A shift in a driver's list; minutes of the service day."""

    shift_id: int
    day: date
    starts: int
    ends: int
    vehicle: str
    zone_name: str
    withdrawn: bool
    is_now: bool
    can_open: bool
    stops_left: int | None


def todays_shifts(ctx: Context, driver_id: int, now: datetime) -> list[ShiftCard]:
    """The driver's shifts that go on now or are to come within a week, soonest first."""
    date_now = today(now)
    with ctx.db.reading() as session:
        rows = session.execute(
            select(Shift, Zone.name)
            .join(Zone, Zone.id == Shift.zone_id)
            .where(
                Shift.driver_id == driver_id,
                Shift.service_date.between(
                    date_now - timedelta(days=1), date_now + timedelta(days=7)
                ),
            )
            .order_by(Shift.service_date, Shift.starts)
        ).unique()
        return [
            _card(session, shift, zone_name, now)
            for shift, zone_name in rows
            if now <= _end(shift) + SEEN_AFTER
        ]


def manifest(ctx: Context, shift_id: int, driver_id: int, *, now: datetime) -> ManifestView:
    """The manifest of one of the driver's own shifts.

    Raises:
        NotFound: it is another's, or it is too early or too late to look at it.
    """
    with ctx.db.reading() as session:
        shift = session.get(Shift, shift_id)
        if shift is None or shift.driver_id != driver_id:
            raise NotFound("That is not one of your shifts. Go back to today's list.")
        if not _may_open(shift, now):
            raise NotFound(
                "You can open a shift from six the evening before until the day is over. "
                "Go back to today's list."
            )
        return _manifest(session, shift, now)


def manifest_for_staff(ctx: Context, shift_id: int, *, now: datetime) -> ManifestView:
    """The manifest of any shift, for the office: to print, or to help on the phone."""
    with ctx.db.reading() as session:
        shift = session.get(Shift, shift_id)
        if shift is None:
            raise NotFound("We have no such shift.")
        return _manifest(session, shift, now)


def _manifest(session: Session, shift: Shift, now: datetime) -> ManifestView:
    zone = session.get_one(Zone, shift.zone_id)
    vehicle = session.get_one(Vehicle, shift.vehicle_id)
    zone_day = session.scalar(
        select(ZoneDay).where(
            ZoneDay.zone_id == shift.zone_id, ZoneDay.service_date == shift.service_date
        )
    )
    runs = current_runs(session, zone_day) if zone_day else ()
    run = _run(runs, shift)
    reports = _reports(session, shift)
    ids = _booking_ids(run) | {booking for booking, _ in reports}
    riders = read_riders(session, shift.service_date, ids)
    carried = {booking for one in runs for booking in _booking_ids(one)}
    not_there = {booking for booking, kind in reports if kind == FactKind.NO_SHOW.value} - carried
    stops = stops_of(shift, run, riders, now, not_there)
    ahead = next((stop for stop in stops if not stop.is_break and not stop.is_done), None)
    return ManifestView(
        shift_id=shift.id,
        day=shift.service_date,
        zone_name=zone.name,
        zone_code=zone.code,
        vehicle=vehicle.name,
        registration=vehicle.registration,
        driver=shift.driver.name if shift.driver else "",
        starts=shift.starts,
        ends=shift.ends,
        withdrawn=shift.status != "planned",
        version=zone_day.version if zone_day else 0,
        stops=stops,
        next=ahead,
        break_first=_break_before(stops, ahead, now),
        on_board=tuple(
            Aboard(rider.booking_id, rider.name)
            for rider in riders.values()
            if rider.status is BookingStatus.ON_BOARD
        ),
        last_done=_last_done(stops, now),
        made_at=now,
    )


def _run(runs: Iterable[Run], shift: Shift) -> Run:
    found = next((run for run in runs if run.shift_id == shift.id), None)
    return found or Run(shift.id, shift.starts * 60, shift.ends * 60, ())


def _booking_ids(run: Run) -> set[int]:
    return {stop.booking_id for stop in run.stops if stop.booking_id}


def _reports(session: Session, shift: Shift) -> set[tuple[int, str]]:
    """(booking, kind) of whatever this shift reported, of who is in its run and of others."""
    rows = session.execute(
        select(DriverEvent.booking_id, DriverEvent.kind)
        .where(DriverEvent.shift_id == shift.id)
        .distinct()
    )
    return {(row.booking_id, row.kind) for row in rows}


def _break_before(
    stops: Sequence[StopView], ahead: StopView | None, now: datetime
) -> StopView | None:
    """The break between what is done and the next stop, unless it is over."""
    before = [stop for stop in stops if ahead is None or stop.number < ahead.number]
    rest = before[-1] if before and before[-1].is_break else None
    if rest is None or now >= rest.expected + timedelta(minutes=rest.break_minutes):
        return None
    return rest


def _last_done(stops: Iterable[StopView], now: datetime) -> Task | None:
    """What was tapped last; taps that reached us at one moment, in the order they were taken in."""
    lately = now - TAKEN_BACK_WITHIN
    done = [
        (task.done.actual, task.done.at, task.done.number, task)
        for stop in stops
        for task in stop.tasks
        if task.done is not None and task.done.actual >= lately
    ]
    return max(done, key=lambda one: one[:3])[3] if done else None


def _card(session: Session, shift: Shift, zone_name: str, now: datetime) -> ShiftCard:
    open_now = _may_open(shift, now)
    left = None
    if open_now:
        view = _manifest(session, shift, now)
        left = sum(1 for stop in view.stops if not stop.is_break and not stop.is_done)
    return ShiftCard(
        shift_id=shift.id,
        day=shift.service_date,
        starts=shift.starts,
        ends=shift.ends,
        vehicle=shift.vehicle.name,
        zone_name=zone_name,
        withdrawn=shift.status != "planned",
        is_now=moment(shift.service_date, shift.starts * 60) <= now <= _end(shift),
        can_open=open_now,
        stops_left=left,
    )


def _end(shift: Shift) -> datetime:
    return moment(shift.service_date, shift.ends * 60)


def _may_open(shift: Shift, now: datetime) -> bool:
    evening_before = at(shift.service_date - timedelta(days=1), SEEN_FROM)
    return evening_before <= now <= _end(shift) + SEEN_AFTER
