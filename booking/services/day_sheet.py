"""The day sheet: every journey of a zone's day on one list, to work from when all else fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.party_words import party_words
from booking.domain.person_words import need_labels
from booking.domain.statuses import BookingStatus
from booking.models import Booking, Person, Shift, Zone, ZoneDay
from booking.services.legs import LOOKING, STATUS_WORDS
from booking.services.manifest_words import place_words
from booking.services.people import phone_words
from booking.services.riders import Rider, read_riders
from booking.services.told_times import pickups_of
from booking.services.zone_days import current_runs, find_zone_day

SHOWN: Final = (
    BookingStatus.WAITING,
    BookingStatus.BOOKED,
    BookingStatus.ON_BOARD,
    BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
    BookingStatus.MISSED,
    BookingStatus.LATE_CANCELLED,
    BookingStatus.CANCELLED,
)
GOING: Final = frozenset(
    {
        BookingStatus.WAITING,
        BookingStatus.BOOKED,
        BookingStatus.ON_BOARD,
        BookingStatus.COMPLETED,
    }
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One direction of a journey as it stands on the sheet; `at` is the planned pick-up."""

    request_id: int
    person_id: int
    reference: str
    name: str
    phone: str
    needs: tuple[str, ...]
    party: str
    at: datetime | None
    earliest: datetime | None
    latest: datetime | None
    arrive_by: datetime | None
    from_place: str
    to_place: str
    homeward: bool
    bus: str
    note: str
    status: tuple[str, str]
    """(words, kind of mark)."""
    going: bool


@dataclass(frozen=True, slots=True)
class DaySheetView:
    """All journeys of a zone-day, in order of time."""

    zone_id: int
    zone_code: str
    zone_name: str
    day: date
    lines: tuple[SheetLine, ...]
    is_planned: bool

    @property
    def going(self) -> tuple[SheetLine, ...]:
        return tuple(line for line in self.lines if line.going)


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone to choose a sheet of, with how many journeys it has that day."""

    code: str
    name: str
    area: str


def list_zone_choices(ctx: Context) -> tuple[ZoneChoice, ...]:
    """All zones, by area and name."""
    with ctx.db.reading() as session:
        zones = session.scalars(select(Zone).order_by(Zone.area_id, Zone.code)).unique()
        return tuple(ZoneChoice(zone.code, zone.name, zone.area.name) for zone in zones)


def view_day_sheet(ctx: Context, zone_code: str, day: date) -> DaySheetView:
    """The sheet of a zone's day; an empty one where nobody has booked yet.

    Raises NotFound for a zone that is not there.
    """
    with ctx.db.reading() as session:
        zone = session.scalar(select(Zone).where(Zone.code == zone_code))
        if zone is None:
            raise NotFound("We have no such zone. Choose one from the list.")
        zone_day_id = find_zone_day(session, zone.id, day)
        zone_day = session.get(ZoneDay, zone_day_id) if zone_day_id else None
        lines = _lines(session, zone_day) if zone_day else ()
        planned = zone_day is not None and zone_day.plan_id is not None
        return DaySheetView(zone.id, zone.code, zone.name, day, tuple(lines), planned)


def _lines(session: Session, zone_day: ZoneDay) -> Iterable[SheetLine]:
    ids = session.scalars(
        select(Booking.id).where(
            Booking.zone_day_id == zone_day.id, Booking.status.in_([s.value for s in SHOWN])
        )
    ).all()
    riders = read_riders(session, zone_day.service_date, ids)
    runs = current_runs(session, zone_day)
    pickups = pickups_of(zone_day, runs)
    buses = _buses(session, {run.shift_id for run in runs})
    bus_of = {
        stop.booking_id: buses.get(run.shift_id, "")
        for run in runs
        for stop in run.stops
        if stop.booking_id is not None
    }
    phones = _phones(session, {rider.person_id for rider in riders.values()})
    lines = [
        _line(rider, pickups.get(rider.booking_id), bus_of, phones) for rider in riders.values()
    ]
    return sorted(lines, key=_order)


def _line(
    rider: Rider,
    at: datetime | None,
    bus_of: dict[int, str],
    phones: dict[int, str],
) -> SheetLine:
    lost = rider.status is BookingStatus.BOOKED and rider.booking_id not in bus_of
    return SheetLine(
        request_id=rider.request_id,
        person_id=rider.person_id,
        reference=rider.reference or "",
        name=rider.name,
        phone=phones.get(rider.person_id, ""),
        needs=need_labels(list(rider.needs)),
        party=party_words(rider.party),
        at=at,
        earliest=rider.earliest,
        latest=rider.latest,
        arrive_by=rider.arrive_by,
        from_place=place_words(rider.pickup),
        to_place=place_words(rider.dropoff),
        homeward=rider.leg == "return",
        bus=bus_of.get(rider.booking_id, ""),
        note=rider.note,
        status=LOOKING if lost else STATUS_WORDS[rider.status],
        going=rider.status in GOING,
    )


def _buses(session: Session, shift_ids: set[int]) -> dict[int, str]:
    shifts = session.scalars(select(Shift).where(Shift.id.in_(shift_ids))).unique()
    return {shift.id: shift.vehicle.name for shift in shifts}


def _phones(session: Session, person_ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.phone).where(Person.id.in_(person_ids)))
    return {person_id: phone_words(phone) for person_id, phone in rows}


def _order(line: SheetLine) -> tuple[bool, float, str]:
    moment = line.at or line.earliest
    return (moment is None, moment.timestamp() if moment else 0.0, line.name)
