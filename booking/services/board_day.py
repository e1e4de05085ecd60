"""One zone-day read for the operator's pages: shifts, runs as they go, and everybody on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.errors import NotFound
from booking.domain.plan_record import Run, Stop
from booking.domain.run_times import expected_starts, how_it_goes
from booking.domain.service_day import seconds_into
from booking.domain.statuses import BookingStatus
from booking.models import Booking, Plan, Shift, Zone, ZoneDay
from booking.services.riders import Rider, read_riders
from booking.services.zone_days import current_runs

GOES_ON_AFTER: Final = 2 * 3600
"""So long after its planned end a run may still be going on."""
SHOWN: Final = frozenset(
    {
        BookingStatus.HELD,
        BookingStatus.WAITING,
        BookingStatus.BOOKED,
        BookingStatus.ON_BOARD,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
        BookingStatus.LATE_CANCELLED,
        BookingStatus.MISSED,
    }
)
TRAVELS: Final = frozenset(
    {
        BookingStatus.HELD,
        BookingStatus.BOOKED,
        BookingStatus.ON_BOARD,
        BookingStatus.COMPLETED,
    }
)


@dataclass(frozen=True, slots=True)
class Going:
    """One visit of a run: planned, and as it is to be expected now (seconds of the day)."""

    stop: Stop
    expected: int
    rider: Rider | None

    @property
    def is_done(self) -> bool:
        """Whether the driver has reported it."""
        return self.rider is not None and self.rider.done(self.stop.action) is not None

    def late_seconds(self, day: date) -> int:
        """How far past what the person was told it comes; 0 where the promise holds."""
        if self.rider is None:
            return 0
        limit = self.rider.latest if self.stop.action == "pickup" else self.rider.arrive_by
        if limit is None:
            return 0
        return max(0, self.expected - seconds_into(day, limit))

    def how_it_goes(self, day: date, *, begun: bool) -> str:
        """The same in words, early too; nothing of who was not there. Getting off has no
        time that is too early."""
        rider = self.rider
        if rider is None or rider.status is BookingStatus.NO_SHOW:
            return ""
        getting_on = self.stop.action == "pickup"
        earliest = rider.due_from if getting_on else None
        latest = rider.latest if getting_on else rider.arrive_by
        return how_it_goes(
            seconds_into(day, earliest) if earliest else None,
            seconds_into(day, latest) if latest else None,
            self.expected,
            begun=begun,
        )


@dataclass(frozen=True, slots=True)
class RunNow:
    """A shift and what it drives. `goings` is empty for a bus that stays in."""

    shift: Shift
    goings: tuple[Going, ...]

    @property
    def begun(self) -> bool:
        """Whether its driver has reported anything."""
        return any(going.is_done for going in self.goings)

    @property
    def people(self) -> tuple[Rider, ...]:
        """Whoever travels on it, in the order they get on."""
        return tuple(g.rider for g in self.goings if g.rider and g.stop.action == "pickup")


@dataclass(frozen=True, slots=True)
class BoardDay:
    """The zone-day as it is. `zone_day` is None where nobody has asked for that day yet."""

    zone: Zone
    day: date
    zone_day: ZoneDay | None
    plan: Plan | None
    runs: tuple[RunNow, ...]
    riders: dict[int, Rider]
    now: datetime

    @property
    def planned_ids(self) -> frozenset[int]:
        """The bookings that a bus carries, or carried before it was withdrawn."""
        return frozenset(
            going.rider.booking_id
            for run in self.runs
            for going in run.goings
            if going.rider is not None
        )

    @property
    def without_bus(self) -> tuple[Rider, ...]:
        """Promises no run keeps, the earliest first."""
        owed = (BookingStatus.BOOKED, BookingStatus.ON_BOARD)
        planned = self.planned_ids
        found = [
            rider
            for rider in self.riders.values()
            if rider.status in owed and rider.booking_id not in planned
        ]
        return tuple(sorted(found, key=lambda rider: rider.earliest or self.now))


def read_day(session: Session, zone_code: str, day: date, now: datetime) -> BoardDay:
    """Read it. Raises NotFound for a zone we do not have."""
    zone = get_zone(session, zone_code)
    zone_day = session.scalar(
        select(ZoneDay).where(ZoneDay.zone_id == zone.id, ZoneDay.service_date == day)
    )
    runs = current_runs(session, zone_day) if zone_day else ()
    plan = session.get(Plan, zone_day.plan_id) if zone_day and zone_day.plan_id else None
    riders = _riders(session, zone_day, day) if zone_day else {}
    shifts = session.scalars(
        select(Shift)
        .where(Shift.zone_id == zone.id, Shift.service_date == day)
        .order_by(Shift.starts, Shift.id)
    ).unique()
    by_shift = {run.shift_id: run for run in runs}
    return BoardDay(
        zone=zone,
        day=day,
        zone_day=zone_day,
        plan=plan,
        runs=tuple(_run_now(shift, by_shift.get(shift.id), riders, day, now) for shift in shifts),
        riders=riders,
        now=now,
    )


def get_zone(session: Session, zone_code: str) -> Zone:
    """The zone; raises NotFound where there is none."""
    zone = session.scalar(select(Zone).where(Zone.code == zone_code))
    if zone is None:
        raise NotFound("We have no such zone. Choose one from the list.")
    return zone


def _riders(session: Session, zone_day: ZoneDay, day: date) -> dict[int, Rider]:
    ids = session.scalars(
        select(Booking.id).where(
            Booking.zone_day_id == zone_day.id, Booking.status.in_(sorted(SHOWN))
        )
    ).all()
    return read_riders(session, day, ids)


def _run_now(
    shift: Shift, run: Run | None, riders: dict[int, Rider], day: date, now: datetime
) -> RunNow:
    if run is None:
        return RunNow(shift, ())
    stops = [stop for stop in run.stops if _goes(stop, riders)]
    done = {
        (rider.booking_id, action): seconds_into(day, fact.actual)
        for rider in riders.values()
        for action in ("pickup", "dropoff")
        if (fact := rider.done(action)) is not None
    }
    clock = seconds_into(day, now)
    going_on = shift.status == "planned" and 0 <= clock <= run.end + GOES_ON_AFTER
    expected = expected_starts(stops, done, clock if going_on else None)
    return RunNow(
        shift,
        tuple(
            Going(stop, when, riders.get(stop.booking_id) if stop.booking_id else None)
            for stop, when in zip(stops, expected, strict=True)
        ),
    )


def _goes(stop: Stop, riders: dict[int, Rider]) -> bool:
    """Whether the bus still makes this stop: not for who cancelled or did not come."""
    if stop.booking_id is None:
        return True
    rider = riders.get(stop.booking_id)
    if rider is None:
        return False
    return rider.status in TRAVELS or (
        rider.status is BookingStatus.NO_SHOW and stop.action == "pickup"
    )
