"""A small world for tests: one zone around Melton Mowbray, its bus, its people.

`make_world(db)` writes it and answers with the ids. Everything is real: real
places, the real tables; only the people are made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

from booking.adapters.travel_times import travel_times_from
from booking.config import Settings
from booking.context import Context
from booking.db import Database
from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.models import (
    Area,
    Base,
    Booking,
    Driver,
    Person,
    Place,
    Plan,
    Shift,
    Vehicle,
    Zone,
    ZoneDay,
)
from booking.services.book import book
from booking.services.day import load_day
from booking.services.hold import hold
from booking.services.matrix import look_up
from booking.services.offer import Asker, ask
from booking.services.problem import day_problem
from routing.checker import Violation, check

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DAY = date(2026, 12, 8)
HOURS = {day: [420, 1140] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-1.2, 52.6], [-0.6, 52.6], [-0.6, 53.0], [-1.2, 53.0], [-1.2, 52.6]]],
}
PLACES = {
    "Melton Mowbray": (52.76588, -0.88693),
    "Hose": (52.85699, -0.90428),
    "Harby": (52.87296, -0.89573),
    "Stathern": (52.87203, -0.85522),
    "Long Clawson": (52.83725, -0.9288),
    "Great Dalby": (52.72287, -0.90032),
    "Somerby": (52.68741, -0.85007),
    "Bottesford": (52.94131, -0.8006),
}


@dataclass(slots=True)
class World:
    """The ids of what was written."""

    ctx: Context
    zone: int = 0
    places: dict[str, int] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    vehicles: list[int] = field(default_factory=list)
    drivers: list[int] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)


def make_context(url: str, folder: Path, *, pool_size: int = 10) -> Context:
    """A context on that database with straight-line travel times; the tables are made."""
    settings = Settings(
        database_url=url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key="for tests only, " * 3,
        data_dir=folder,
        plan_seconds=0.3,
    )
    db = Database(url, pool_size=pool_size)
    Base.metadata.create_all(db.engine)
    return Context(settings=settings, db=db, travel_times=travel_times_from(settings))


def make_world(
    ctx: Context,
    *,
    people: int = 20,
    buses: int = 1,
    seats: int = 12,
    days: tuple[date, ...] = (DAY,),
    mode: str = "instant",
) -> World:
    """Write one zone with its places, buses, shifts on those days, and people in Hose."""
    world = World(ctx)
    with ctx.db.writing() as session:
        area = Area(code="MEL", name="Melton Mowbray")
        session.add(area)
        session.flush()
        zone = Zone(
            code="MEL1", name="Melton 1", area_id=area.id, boundary=SQUARE, hours=HOURS, mode=mode
        )
        session.add(zone)
        session.flush()
        world.zone = zone.id
        for name, (latitude, longitude) in PLACES.items():
            place = Place(
                name=name,
                kind="village",
                latitude=latitude,
                longitude=longitude,
                village=name,
                zone_id=zone.id,
            )
            session.add(place)
            session.flush()
            world.places[name] = place.id
        for number in range(buses):
            vehicle = Vehicle(
                code=f"B{number}",
                name=f"Bus {number + 1}",
                zone_id=zone.id,
                depot_id=world.places["Melton Mowbray"],
                seats=seats,
            )
            driver = Driver(code=f"D{number}", name=f"Driver {number + 1}", zone_id=zone.id)
            session.add_all([vehicle, driver])
            session.flush()
            world.vehicles.append(vehicle.id)
            world.drivers.append(driver.id)
            for day in days:
                shift = Shift(
                    zone_id=zone.id,
                    service_date=day,
                    vehicle_id=vehicle.id,
                    driver_id=driver.id,
                    starts=420,
                    ends=1140,
                    break_from=660,
                    break_to=840,
                    break_minutes=30,
                )
                session.add(shift)
                session.flush()
                world.shifts.append(shift.id)
        for number in range(people):
            person = Person(
                name=f"Person {number}",
                phone=f"+4416329600{number:02d}" if number < 100 else "",
                village="Hose",
                zone_id=zone.id,
                created_at=NOW,
            )
            session.add(person)
            session.flush()
            world.people.append(person.id)
    return world


def wish(
    world: World,
    person: int = 0,
    *,
    start: str = "Hose",
    finish: str = "Melton Mowbray",
    by: time | None = time(10),
    home: time | None = None,
    day: date = DAY,
    party: Party | None = None,
) -> Wish:
    """A wish of the n-th person: there by `by` (or any time), home at `home`."""
    return Wish(
        person_id=world.people[person],
        from_place_id=world.places[start],
        to_place_id=world.places[finish],
        day=day,
        when=When(WhenKind.ARRIVE_BY, by) if by else When(WhenKind.ANY),
        home=When(WhenKind.LEAVE_AT, home) if home else None,
        party=party or Party(adults=1),
        purpose=PurposeKind.OTHER,
    )


def ask_for(world: World, wanted: Wish, *, now: datetime = NOW) -> int:
    """Ask; the request's id."""
    return ask(world.ctx, wanted, Asker(None, "phone"), now=now)


def book_one(world: World, wanted: Wish, *, now: datetime = NOW, number: int = 1) -> int:
    """Ask, hold the offer and book it; the request's id."""
    request = ask_for(world, wanted, now=now)
    hold(world.ctx, request, number, by="test", now=now)
    book(world.ctx, request, key=f"key {request}", by="test", now=now)
    return request


def violations(world: World, *, now: datetime = NOW) -> list[Violation]:
    """What the independent checker finds wrong with the current plan of any zone-day."""
    found: list[Violation] = []
    with world.ctx.db.reading() as session:
        days = [load_day(session, zone_day) for zone_day in session.query(ZoneDay)]
    for day in days:
        made = day_problem(day, look_up(world.ctx.travel_times, day.points), now)
        found += check(made.problem, made.plan)
    return found


def planned_ids(world: World) -> set[int]:
    """The bookings that stand in a current plan."""
    with world.ctx.db.reading() as session:
        plans = session.query(Plan).join(ZoneDay, ZoneDay.plan_id == Plan.id).all()
        return {
            stop["booking_id"]
            for plan in plans
            for run in plan.runs
            for stop in run["stops"]
            if stop["booking_id"]
        }


def promises(world: World) -> dict[int, tuple[str, datetime | None, datetime | None, object]]:
    """Every booking's status and promise, to compare before and after."""
    with world.ctx.db.reading() as session:
        return {
            booking.id: (
                booking.status,
                booking.promised_earliest,
                booking.promised_latest,
                booking.promised_arrival,
            )
            for booking in session.query(Booking)
        }
