"""A zone-day read from the database: everything a plan of it depends on.

Plain values, read with few queries, so that reading it again under the lock
costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from booking.domain.on_the_road import Fact, FactKind, on_the_day, standing, taken_back
from booking.domain.plan_record import Run
from booking.domain.statuses import IN_PLAN, BookingStatus
from booking.models import Booking, DriverEvent, Person, Place, Shift, Vehicle, ZoneDay
from booking.services.zone_days import current_runs

Point = tuple[float, float]

# A day is read before and under every lock, so what never differs is put together once; of
# tables where no mapped object is wanted, only columns.
_place, _shift, _vehicle = Place.__table__.c, Shift.__table__.c, Vehicle.__table__.c
_booking, _person = Booking.__table__.c, Person.__table__.c
_POINTS = select(_place.id, _place.latitude, _place.longitude).where(
    _place.id.in_(bindparam("ids", expanding=True))
)
_SHIFTS = (
    select(
        _shift.id,
        _shift.vehicle_id,
        _shift.driver_id,
        _vehicle.name.label("vehicle_name"),
        _vehicle.depot_id,
        _shift.starts,
        _shift.ends,
        _shift.break_from,
        _shift.break_to,
        _shift.break_minutes,
        _vehicle.seats,
        _vehicle.wheelchair_spaces,
        _vehicle.seats_per_wheelchair,
    )
    .join(Vehicle.__table__, _vehicle.id == _shift.vehicle_id)
    .where(
        _shift.zone_id == bindparam("zone"),
        _shift.service_date == bindparam("day"),
        _shift.status == "planned",
    )
    .order_by(_shift.id)
)
_BOOKINGS = (
    select(
        _booking.id,
        _booking.request_id,
        _booking.status,
        _booking.pickup_place_id,
        _booking.dropoff_place_id,
        _booking.promised_earliest,
        _booking.promised_latest,
        _booking.promised_arrival,
        _booking.wished_earliest,
        _booking.wished_latest,
        _booking.arrive_after,
        _booking.load,
        _booking.boarding_seconds,
        _booking.ride_limit_seconds,
        _booking.together,
        _booking.told_pickup_at,
        _person.avoids,
    )
    .join(Person.__table__, _person.id == _booking.person_id)
    .where(
        _booking.zone_day_id == bindparam("zone_day"),
        _booking.status.in_(bindparam("statuses", expanding=True)),
    )
    .order_by(_booking.id)
)
_EVENTS = select(DriverEvent).where(DriverEvent.shift_id.in_(bindparam("shifts", expanding=True)))


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """A shift and its vehicle; minutes from the start of the service day."""

    id: int
    vehicle_id: int
    driver_id: int | None
    vehicle_name: str
    depot_id: int
    starts: int
    ends: int
    break_from: int | None
    break_to: int | None
    break_minutes: int
    seats: int
    wheelchair_spaces: int
    seats_per_wheelchair: int


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What planning needs to know of a booking."""

    id: int
    request_id: int
    status: BookingStatus
    pickup_place_id: int
    dropoff_place_id: int
    earliest: datetime
    latest: datetime
    arrive_after: datetime | None
    arrive_by: datetime | None
    load: tuple[int, int]
    boarding_seconds: int
    ride_limit_seconds: int
    together: str | None
    told_at: datetime | None
    avoids: tuple[str, ...] = ()
    """The buses and drivers they cannot travel with (`booking.domain.avoids`)."""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the driver of a shift reported of a booking, and when it happened."""

    booking_id: int
    shift_id: int
    kind: FactKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One zone-day as it was at `version`."""

    zone_day_id: int
    zone_id: int
    day: date
    version: int
    shifts: tuple[ShiftFacts, ...]
    bookings: tuple[BookingFacts, ...]
    events: tuple[EventFacts, ...]
    mis_taps: tuple[EventFacts, ...]
    """What was reported and taken back again, in the order in which it was tapped."""
    runs: tuple[Run, ...]
    points: dict[int, Point]
    """place id → (latitude, longitude) of every place above."""
    batched: bool = False
    """Whether the nightly batch has decided this day (zones in batch mode)."""

    @property
    def place_ids(self) -> frozenset[int]:
        return frozenset(self.points)

    @property
    def carried(self) -> frozenset[int | None]:
        """The bookings that are in a run."""
        return frozenset(stop.booking_id for run in self.runs for stop in run.stops)

    @property
    def driven(self) -> tuple[Run, ...]:
        """What buses had driven when they were withdrawn: of that nothing is planned again."""
        out = {shift.id for shift in self.shifts}
        return tuple(run for run in self.runs if run.shift_id not in out)


def load_day(session: Session, zone_day: ZoneDay, *, with_waiting: bool = False) -> Day:
    """Read the day; with `with_waiting` also the requests the batch has yet to decide."""
    statuses = set(IN_PLAN)
    if with_waiting:
        statuses.add(BookingStatus.WAITING)
    shifts = load_shifts(session, zone_day.zone_id, zone_day.service_date)
    bookings = _bookings(session, zone_day.id, statuses)
    events, mis_taps = _events(session, shifts, zone_day.service_date)
    runs = current_runs(session, zone_day)
    wanted = {shift.depot_id for shift in shifts}
    wanted |= {stop.place_id for run in runs for stop in run.stops if stop.place_id is not None}
    for booking in bookings:
        wanted |= {booking.pickup_place_id, booking.dropoff_place_id}
    return Day(
        zone_day_id=zone_day.id,
        zone_id=zone_day.zone_id,
        day=zone_day.service_date,
        version=zone_day.version,
        shifts=shifts,
        bookings=bookings,
        events=events,
        mis_taps=mis_taps,
        runs=runs,
        points=load_points(session, wanted),
        batched=zone_day.batched_at is not None,
    )


def load_points(session: Session, place_ids: set[int]) -> dict[int, Point]:
    """(latitude, longitude) of each of those places."""
    if not place_ids:
        return {}
    rows = session.execute(_POINTS, {"ids": sorted(place_ids)})
    return {row.id: (row.latitude, row.longitude) for row in rows}


def load_shifts(session: Session, zone_id: int, day: date) -> tuple[ShiftFacts, ...]:
    """The shifts that are going to be driven, in a fixed order."""
    rows = session.execute(_SHIFTS, {"zone": zone_id, "day": day})
    return tuple(ShiftFacts(**row._mapping) for row in rows)


def _bookings(
    session: Session, zone_day_id: int, statuses: set[BookingStatus]
) -> tuple[BookingFacts, ...]:
    rows = session.execute(_BOOKINGS, {"zone_day": zone_day_id, "statuses": sorted(statuses)})
    return tuple(_facts(row) for row in rows)


def _facts(row: object) -> BookingFacts:
    get = row._mapping  # type: ignore[attr-defined]
    earliest = get["promised_earliest"] or get["wished_earliest"]
    latest = get["promised_latest"] or get["wished_latest"]
    return BookingFacts(
        id=get["id"],
        request_id=get["request_id"],
        status=BookingStatus(get["status"]),
        pickup_place_id=get["pickup_place_id"],
        dropoff_place_id=get["dropoff_place_id"],
        earliest=earliest,
        latest=latest,
        arrive_after=get["arrive_after"],
        arrive_by=get["promised_arrival"],
        load=(get["load"][0], get["load"][1]),
        boarding_seconds=get["boarding_seconds"],
        ride_limit_seconds=get["ride_limit_seconds"],
        together=get["together"],
        told_at=get["told_pickup_at"],
        avoids=tuple(get["avoids"]),
    )


def _events(
    session: Session, shifts: tuple[ShiftFacts, ...], day: date
) -> tuple[tuple[EventFacts, ...], tuple[EventFacts, ...]]:
    """(what was reported and stands, what was taken back), each in the order it happened."""
    if not shifts:
        return (), ()
    rows = session.scalars(_EVENTS, {"shifts": [shift.id for shift in shifts]}).all()
    source = {row.key: row for row in rows}
    facts = [fact_of(row, day) for row in rows]
    stands, mis_taps = (
        tuple(
            EventFacts(source[one.key].booking_id, source[one.key].shift_id, one.kind, one.actual)
            for one in some
        )
        for some in (standing(facts), taken_back(facts))
    )
    return stands, mis_taps


def fact_of(row: DriverEvent, day: date) -> Fact:
    """A driver's report as a fact of that service day."""
    return Fact(
        key=row.key,
        kind=FactKind(row.kind),
        at=on_the_day(row.happened_at, day),
        received_at=row.received_at,
        note=row.note,
        number=row.id or 0,
    )
