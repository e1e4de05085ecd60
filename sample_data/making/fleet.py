"""Vehicles, drivers, their weekly shifts, and the staff sign-ins. All of it is invented."""

from __future__ import annotations

import random
from collections.abc import Iterator

from making.names import full_name
from making.service import ZONES, Zone

VEHICLE_COLUMNS = (
    "code", "zone", "name", "registration", "seats",
    "wheelchair_spaces", "seats_per_wheelchair", "depot",
)  # fmt: skip
DRIVER_COLUMNS = ("code", "name", "zone", "phone")
SHIFT_COLUMNS = (
    "vehicle", "driver", "weekday", "start", "end", "break_from", "break_to", "break_minutes",
)  # fmt: skip
STAFF_COLUMNS = ("code", "role", "name", "email")

STARTS = {
    2: ("07:00", "11:00"),
    3: ("07:00", "09:00", "11:00"),
    4: ("07:00", "08:00", "10:00", "11:00"),
}
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
WEEKDAY_HOURS = 8
SATURDAY = (("08:00", "relief"), ("12:00", "first"))
SATURDAY_HOURS = 6
BREAK_MINUTES = 30
BREAK_EARLIEST = 150
BREAK_LATEST = 330
"""By now the break has ended: half an hour within five and a half hours at the wheel."""

OFFICE = (
    ("CALL1", "call_handler"), ("CALL2", "call_handler"), ("CALL3", "call_handler"),
    ("OPER1", "operator"), ("OPER2", "operator"),
    ("ORGA1", "organiser"), ("ORGA2", "organiser"),
    ("COUN1", "council"),
)  # fmt: skip


def vehicle_rows() -> list[dict[str, object]]:
    """Two to four minibuses a zone, all with the same room."""
    return [
        {
            "code": f"{zone.code}-B{number}",
            "zone": zone.code,
            "name": f"{zone.colour} bus {number}",
            "registration": f"SAMPLE {position * 10 + number:03d}",
            "seats": 12,
            "wheelchair_spaces": 1,
            "seats_per_wheelchair": 3,
            "depot": zone.depot,
        }
        for position, zone in enumerate(ZONES, start=1)
        for number in range(1, zone.vehicles + 1)
    ]


def driver_rows(rng: random.Random) -> list[dict[str, object]]:
    """One driver for each minibus and a relief driver for each zone."""
    codes = [(zone.code, code) for zone in ZONES for code in _drivers_of(zone)]
    names = _distinct_names(rng, len(codes))
    return [
        {"code": code, "name": name, "zone": zone, "phone": f"07700 900{900 + number}"}
        for number, ((zone, code), name) in enumerate(zip(codes, names, strict=True))
    ]


def _drivers_of(zone: Zone) -> list[str]:
    return [f"{zone.code}-D{number}" for number in range(1, zone.vehicles + 2)]


def _distinct_names(rng: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[full_name(rng, birth_year=rng.randint(1958, 2000))] = None
    return list(names)


def shift_rows() -> list[dict[str, object]]:
    """The weekly pattern: staggered eight-hour weekdays, two shorter shifts on Saturday."""
    return [row for zone in ZONES for row in _shifts_of(zone)]


def _shifts_of(zone: Zone) -> Iterator[dict[str, object]]:
    relief = f"{zone.code}-D{zone.vehicles + 1}"
    for weekday in WORKDAYS:
        for number, start in enumerate(STARTS[zone.vehicles], start=1):
            # Driver 1 works on Saturday instead of Friday, so nobody passes 40 hours.
            resting = number == 1 and weekday == "fri"
            driver = relief if resting else f"{zone.code}-D{number}"
            yield _shift(f"{zone.code}-B{number}", driver, weekday, start, WEEKDAY_HOURS)
    for number, (start, who) in enumerate(SATURDAY, start=1):
        driver = relief if who == "relief" else f"{zone.code}-D1"
        yield _shift(f"{zone.code}-B{number}", driver, "sat", start, SATURDAY_HOURS)


def _shift(vehicle: str, driver: str, weekday: str, start: str, hours: int) -> dict[str, object]:
    begins = int(start[:2]) * 60 + int(start[3:])
    return {
        "vehicle": vehicle,
        "driver": driver,
        "weekday": weekday,
        "start": start,
        "end": clock(begins + hours * 60),
        "break_from": clock(begins + BREAK_EARLIEST),
        "break_to": clock(begins + BREAK_LATEST),
        "break_minutes": BREAK_MINUTES,
    }


def clock(minutes: int) -> str:
    """Minutes from midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def staff_rows(drivers: list[dict[str, object]], rng: random.Random) -> list[dict[str, object]]:
    """Sign-ins: the office, the council, two club organisers and every driver."""
    names = _distinct_names(rng, len(OFFICE))
    office: list[dict[str, object]] = [
        {"code": code, "role": role, "name": name, "email": f"{code.lower()}@example.org"}
        for (code, role), name in zip(OFFICE, names, strict=True)
    ]
    return office + [
        {
            "code": driver["code"],
            "role": "driver",
            "name": driver["name"],
            "email": f"{str(driver['code']).lower()}@example.org",
        }
        for driver in drivers
    ]
