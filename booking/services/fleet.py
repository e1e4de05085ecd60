"""Zones with today's figures, their rules, and the vehicles, as the operator looks at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.plan_record import runs_from_json
from booking.domain.service_day import today
from booking.domain.statuses import PROMISED, BookingStatus, RequestStatus
from booking.domain.words import clock_24, count_of, pounds, spoken_list
from booking.models import Booking, JourneyRequest, Place, Plan, Shift, Vehicle, Zone, ZoneDay
from booking.services.board_day import get_zone
from booking.services.roster import ShiftRow, shift_row

WEEKDAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class ZoneCard:
    """A zone on the operator's first page, with today's figures."""

    code: str
    name: str
    area: str
    mode: str
    out_today: int
    booked: int
    on_board: int
    travelled: int
    refused: int
    to_decide: int


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone and its rules. `hours` are (day, open, close) in minutes; closed days left out."""

    code: str
    name: str
    area: str
    mode: str
    licence: str
    is_sample: bool
    note: str
    hours: tuple[tuple[str, int, int], ...]
    rules: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    vehicles: tuple[VehicleCard, ...]


@dataclass(frozen=True, slots=True)
class VehicleCard:
    """A vehicle in a list."""

    id: int
    code: str
    name: str
    registration: str
    zone_code: str
    zone_name: str
    seats: int
    wheelchair_spaces: int
    seats_per_wheelchair: int
    depot: str
    active: bool


@dataclass(frozen=True, slots=True)
class VehicleView:
    """A vehicle and its next shifts."""

    card: VehicleCard
    shifts: tuple[ShiftRow, ...]


def list_zones(ctx: Context, *, now: datetime) -> list[ZoneCard]:
    """Every zone with today's figures, in the order of their codes."""
    day = today(now)
    with ctx.db.reading() as session:
        zones = session.scalars(select(Zone).order_by(Zone.code)).unique().all()
        counts, refused, out = _counts(session, day), _refused(session, day), _out(session, day)
        without = _without_bus(session, day)
    return [
        ZoneCard(
            code=zone.code,
            name=zone.name,
            area=zone.area.name,
            mode=zone.mode,
            out_today=out[zone.id],
            booked=counts[zone.id, BookingStatus.BOOKED.value],
            on_board=counts[zone.id, BookingStatus.ON_BOARD.value],
            travelled=counts[zone.id, BookingStatus.COMPLETED.value],
            refused=refused[zone.id],
            to_decide=without[zone.id],
        )
        for zone in zones
    ]


def view_zone(ctx: Context, zone_code: str) -> ZoneView:
    """A zone with its rules and vehicles. Raises NotFound where there is none."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        vehicles = _vehicles(session, zone.id)
        hours = tuple(
            (words, zone.hours[day][0], zone.hours[day][1])
            for day, words in WEEKDAYS.items()
            if zone.hours.get(day)
        )
        return ZoneView(
            code=zone.code,
            name=zone.name,
            area=zone.area.name,
            mode=zone.mode,
            licence=zone.licence.replace("_", " "),
            is_sample=zone.is_sample,
            note=zone.note,
            hours=hours,
            rules=_rules(zone),
            links=tuple(_links(session, zone)),
            vehicles=tuple(vehicles),
        )


def list_vehicles(ctx: Context) -> list[VehicleCard]:
    """Every vehicle, by zone and code."""
    with ctx.db.reading() as session:
        return _vehicles(session, None)


def view_vehicle(ctx: Context, vehicle_id: int, *, now: datetime) -> VehicleView:
    """A vehicle and its shifts of the next fortnight. Raises NotFound where there is none."""
    with ctx.db.reading() as session:
        vehicle = session.get(Vehicle, vehicle_id)
        if vehicle is None:
            raise NotFound("We have no such vehicle. Choose one from the list.")
        zone = session.get_one(Zone, vehicle.zone_id)
        day = today(now)
        shifts = session.scalars(
            select(Shift)
            .where(
                Shift.vehicle_id == vehicle_id,
                Shift.service_date.between(day, day + timedelta(days=13)),
            )
            .order_by(Shift.service_date, Shift.starts)
        ).unique()
        return VehicleView(
            _vehicle_card(vehicle, zone), tuple(shift_row(shift, zone.code) for shift in shifts)
        )


def _counts(session: Session, day: date) -> Counter[tuple[int, str]]:
    """(zone, status) → bookings of that day."""
    rows = session.execute(
        select(ZoneDay.zone_id, Booking.status, func.count(Booking.id).label("number"))
        .join(Booking, Booking.zone_day_id == ZoneDay.id)
        .where(ZoneDay.service_date == day)
        .group_by(ZoneDay.zone_id, Booking.status)
    )
    return Counter({(row.zone_id, row.status): row.number for row in rows})


def _refused(session: Session, day: date) -> Counter[int]:
    rows = session.execute(
        select(JourneyRequest.zone_id, func.count(JourneyRequest.id).label("number"))
        .where(
            JourneyRequest.service_date == day,
            JourneyRequest.status == RequestStatus.REFUSED.value,
        )
        .group_by(JourneyRequest.zone_id)
    )
    return Counter({row.zone_id: row.number for row in rows})


def _out(session: Session, day: date) -> Counter[int]:
    """zone → shifts that go out that day."""
    rows = session.scalars(
        select(Shift.zone_id).where(Shift.service_date == day, Shift.status == "planned")
    )
    return Counter(rows)


def _without_bus(session: Session, day: date) -> Counter[int]:
    """zone → promises of that day that no run keeps."""
    plans = session.scalars(
        select(Plan.runs)
        .join(ZoneDay, ZoneDay.plan_id == Plan.id)
        .where(ZoneDay.service_date == day)
    )
    carried = {
        stop.booking_id for runs in plans for run in runs_from_json(runs) for stop in run.stops
    }
    promised = session.execute(
        select(Booking.id, ZoneDay.zone_id)
        .join(ZoneDay, ZoneDay.id == Booking.zone_day_id)
        .where(ZoneDay.service_date == day, Booking.status.in_(sorted(PROMISED)))
    )
    return Counter(row.zone_id for row in promised if row.id not in carried)


def _vehicles(session: Session, zone_id: int | None) -> list[VehicleCard]:
    query = (
        select(Vehicle, Zone)
        .join(Zone, Zone.id == Vehicle.zone_id)
        .order_by(Zone.code, Vehicle.code)
    )
    if zone_id is not None:
        query = query.where(Vehicle.zone_id == zone_id)
    return [_vehicle_card(row[0], row[1]) for row in session.execute(query).unique()]


def _vehicle_card(vehicle: Vehicle, zone: Zone) -> VehicleCard:
    return VehicleCard(
        id=vehicle.id,
        code=vehicle.code,
        name=vehicle.name,
        registration=vehicle.registration,
        zone_code=zone.code,
        zone_name=zone.name,
        seats=vehicle.seats,
        wheelchair_spaces=vehicle.wheelchair_spaces,
        seats_per_wheelchair=vehicle.seats_per_wheelchair,
        depot=vehicle.depot.name,
        active=vehicle.active,
    )


def _rules(zone: Zone) -> tuple[tuple[str, str], ...]:
    """The zone's rules as (name, words)."""
    ride = f"{zone.ride_extra_minutes} minutes more than direct, or {zone.ride_factor:g} times"
    return (
        (
            "Bookings",
            "decided in the evening batch" if zone.mode == "batch" else "answered at once",
        ),
        ("Book ahead", f"up to {zone.book_ahead_days} days"),
        ("Book by", f"{zone.book_latest_minutes} minutes before"),
        ("Pick-up window", f"{zone.window_minutes} minutes"),
        ("Walk to the stop", f"up to {zone.walk_limit_m} metres"),
        ("Longest ride", f"{ride}, at most {zone.ride_cap_minutes} minutes"),
        ("Party", f"up to {count_of(zone.party_max, 'person', 'people')}"),
        ("Fare", f"{pounds(zone.fare_adult_pence)}, child {pounds(zone.fare_child_pence)}"),
    )


def _links(session: Session, zone: Zone) -> Iterator[str]:
    """The named places outside, with their days and hours."""
    for link in zone.links:
        place = session.get_one(Place, link.place_id)
        days = spoken_list([WEEKDAYS.get(day, day) for day in link.days])
        yield f"{place.name}: {days}, {clock_24(link.opens)} to {clock_24(link.closes)}"
