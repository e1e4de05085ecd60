"""The manifest: a driver's view of their run. Stops in order, who, what they need, what is done.

It is worked out anew from the current plan, the bookings and the facts from the
road each time it is looked at; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.plan_record import Run
from booking.domain.run_times import expected_starts, late_minutes
from booking.domain.service_day import moment, seconds_into, start_of, today
from booking.domain.statuses import BookingStatus
from booking.models import DriverEvent, Shift, Vehicle, Zone, ZoneDay
from booking.services.manifest_words import Task, place_words, task_of, what_words
from booking.services.riders import Point, Rider, read_riders
from booking.services.zone_days import current_runs

SEEN_FROM: Final = timedelta(hours=-6)
"""From six the evening before a driver may look at the day to come."""
SEEN_AFTER: Final = timedelta(hours=12)
"""So long after its end a driver may still put something right."""
SAME_STOP_SECONDS: Final = 300
"""Visits at one place with no more than this between them are one stop."""
RIDING: Final = frozenset(
    {
        BookingStatus.BOOKED,
        BookingStatus.ON_BOARD,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
    }
)


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop of the bus, or a break.

    `at` is when the plan has it, `expected` when the bus is likely there (or was).
    """

    number: int
    what: str
    at: datetime
    expected: datetime
    late_min: int
    place: str
    access: tuple[str, ...]
    point: Point | None
    tasks: tuple[Task, ...]
    break_minutes: int = 0

    @property
    def is_break(self) -> bool:
        return self.break_minutes > 0

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """Whoever is still to get on or off here."""
        return tuple(task for task in self.tasks if not task.outcome)

    @property
    def is_done(self) -> bool:
        return not self.is_break and not self.open_tasks

    @property
    def arrived(self) -> bool:
        return any(task.arrived for task in self.tasks)


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
    on_board: tuple[str, ...]
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
    run = _run(session, zone_day, shift)
    riders = read_riders(session, shift.service_date, _booking_ids(session, shift, run))
    stops = _stops(shift, run, riders, now)
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
            rider.name for rider in riders.values() if rider.status is BookingStatus.ON_BOARD
        ),
        last_done=_last_done(stops),
        made_at=now,
    )


def _run(session: Session, zone_day: ZoneDay | None, shift: Shift) -> Run:
    runs = current_runs(session, zone_day) if zone_day else ()
    found = next((run for run in runs if run.shift_id == shift.id), None)
    return found or Run(shift.id, shift.starts * 60, shift.ends * 60, ())


def _booking_ids(session: Session, shift: Shift, run: Run) -> set[int]:
    """Whoever is in the run, and whoever this shift reported on and is no longer in it."""
    reported = session.scalars(
        select(DriverEvent.booking_id).where(DriverEvent.shift_id == shift.id).distinct()
    )
    return {stop.booking_id for stop in run.stops if stop.booking_id} | set(reported)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One rider's getting on or off, with its times (seconds of the service day)."""

    action: str
    rider: Rider | None
    start: int
    departure: int
    expected: int


def _stops(shift: Shift, run: Run, riders: dict[int, Rider], now: datetime) -> tuple[StopView, ...]:
    day = shift.service_date
    visits = _visits(day, run, riders, now)
    in_run = {(visit.rider.booking_id, visit.action) for visit in visits if visit.rider}
    visits += _forgotten(run, riders, in_run)
    return tuple(
        _stop_view(number, day, group) for number, group in enumerate(_merged(visits), start=1)
    )


def _visits(day: date, run: Run, riders: dict[int, Rider], now: datetime) -> list[_Visit]:
    shown = [stop for stop in run.stops if _is_shown(stop.booking_id, stop.action, riders)]
    done = {
        (rider.booking_id, action): seconds_into(day, fact.actual)
        for rider in riders.values()
        for action in ("pickup", "dropoff")
        if (fact := rider.done(action)) is not None
    }
    clock = seconds_into(day, now)
    expected = expected_starts(shown, done, clock if 0 <= clock <= run.end + 7200 else None)
    return [
        _Visit(
            stop.action,
            riders[stop.booking_id] if stop.booking_id else None,
            stop.start,
            stop.departure,
            when,
        )
        for stop, when in zip(shown, expected, strict=True)
    ]


def _is_shown(booking_id: int | None, action: str, riders: dict[int, Rider]) -> bool:
    if booking_id is None:
        return True
    rider = riders.get(booking_id)
    if rider is None or rider.status not in RIDING:
        return False
    return action == "pickup" or rider.status is not BookingStatus.NO_SHOW


def _forgotten(run: Run, riders: dict[int, Rider], in_run: set[tuple[int, str]]) -> list[_Visit]:
    """Whoever is on board though the plan no longer has them: they must get home."""
    last = max((stop.departure for stop in run.stops), default=run.end)
    return [
        _Visit("dropoff", rider, last, last, last)
        for rider in riders.values()
        if rider.status is BookingStatus.ON_BOARD and (rider.booking_id, "dropoff") not in in_run
    ]


def _merged(visits: Iterable[_Visit]) -> list[list[_Visit]]:
    """Visits one after the other at one place, with no time between, are one stop."""
    groups: list[list[_Visit]] = []
    for visit in visits:
        before = groups[-1][-1] if groups else None
        if before is not None and _same_stop(before, visit):
            groups[-1].append(visit)
        else:
            groups.append([visit])
    return groups


def _same_stop(before: _Visit, visit: _Visit) -> bool:
    if before.rider is None or visit.rider is None:
        return False
    here, there = before.rider.place(before.action), visit.rider.place(visit.action)
    return here.id == there.id and visit.start - before.departure <= SAME_STOP_SECONDS


def _stop_view(number: int, day: date, group: Sequence[_Visit]) -> StopView:
    first = group[0]
    at, expected = moment(day, first.start), moment(day, first.expected)
    if first.rider is None:
        minutes = max(1, (first.departure - first.start) // 60)
        return StopView(number, "Break", at, expected, 0, "", (), None, (), minutes)
    # People get off before others get on.
    ordered = sorted(group, key=lambda visit: visit.action != "dropoff")
    tasks = tuple(task_of(v.rider, v.action) for v in ordered if v.rider is not None)
    point = first.rider.place(first.action)
    return StopView(
        number=number,
        what=what_words({visit.action for visit in group}),
        at=at,
        expected=expected,
        late_min=late_minutes(first.start, first.expected),
        place=place_words(point),
        access=(point.access_note,) if point.access_note else (),
        point=point,
        tasks=tasks,
    )


def _break_before(
    stops: Sequence[StopView], ahead: StopView | None, now: datetime
) -> StopView | None:
    """The break between what is done and the next stop, unless it is over."""
    before = [stop for stop in stops if ahead is None or stop.number < ahead.number]
    rest = before[-1] if before and before[-1].is_break else None
    if rest is None or now >= rest.expected + timedelta(minutes=rest.break_minutes):
        return None
    return rest


def _last_done(stops: Iterable[StopView]) -> Task | None:
    done = [task for stop in stops for task in stop.tasks if task.fact_key and task.done_at]
    return max(done, key=lambda task: (task.done_at, task.fact_key), default=None)


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
    return start_of(shift.service_date) + SEEN_FROM <= now <= _end(shift) + SEEN_AFTER
