"""About 600 residents who do not exist, older than most, each near a real village.

Telephone numbers come from the ranges kept free for drama (01632 960xxx, 07700 900xxx)
and e-mail from example.org: nobody can be reached by mistake.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPolygon

from making.names import full_name
from making.places import Place, shifted, slug
from making.service import ZONES, Zone

RESIDENT_COLUMNS = (
    "code", "name", "phone", "phone_type", "email", "channel", "birth_year",
    "home_latitude", "home_longitude", "village", "address", "needs",
    "boarding_minutes", "pass_holder", "no_other_way", "avoid_vehicles",
    "note",
)  # fmt: skip
PASS_YEAR = 1960
"""Born up to this year: old enough in 2026 for a free bus pass."""
LANDLINES, MOBILES = range(900), range(900)
STREETS = (
    "Main Street", "Church Lane", "Mill Lane", "Back Lane", "Bolton Lane", "Chapel Street",
    "School Lane", "Manor Close", "The Paddocks", "Orchard Way", "Pinfold Lane", "Hall Drive",
    "Station Road", "Green Lane", "Brook Close", "Well Lane",
)  # fmt: skip
NOTES = (
    "Please knock loudly and wait.",
    "Use the side gate; the front step is high.",
    "Likes to sit near the driver.",
    "Please ring when you are outside.",
    "Carries a shopping trolley.",
    "Needs a hand with bags.",
    "Travels with a neighbour when there is room.",
    "Please talk slowly and face to face.",
    "The lane is narrow: stop by the post box.",
)
NEED_CHANCES = (
    ("walker", 0.22), ("hearing", 0.14), ("sight", 0.06), ("companion", 0.06),
    ("assistance_dog", 0.015),
)  # fmt: skip
WHEELCHAIR_CHANCE = 0.06
BOARDING_MINUTES = {"wheelchair": 4, "walker": 2, "sight": 2, "assistance_dog": 2}
COUPLE_CHANCE = 0.16
NO_OTHER_WAY_CHANCE = 0.35
HIGH_STEP_CHANCE = 0.08
"""Of those with a walker, so many cannot manage the step of one of their zone's buses."""


@dataclass
class _Household:
    """What two people at one address share."""

    surname: str
    latitude: float
    longitude: float
    village: str
    address: str


def resident_rows(
    places: Sequence[Place], shapes: dict[str, MultiPolygon], rng: random.Random
) -> list[dict[str, object]]:
    """Every village of a zone has somebody; the rest live where more people do."""
    numbers = _telephones(rng)
    rows: list[dict[str, object]] = []
    for zone in ZONES:
        villages = [place for place in places if place.zone == zone.code]
        shape = shapes[zone.code]
        household: _Household | None = None
        for village in _homes(zone, villages, rng):
            shared = household is not None and household.village == village.name
            if household is None or not shared or rng.random() > COUPLE_CHANCE:
                household = _household(village, shape, rng)
            person = _person(len(rows) + 1, household, numbers, rng)
            person["avoid_vehicles"] = _high_step(len(rows) + 1, zone, str(person["needs"]))
            rows.append(person)
    return rows


def _homes(zone: Zone, villages: list[Place], rng: random.Random) -> list[Place]:
    """The village of each resident of a zone, together by village."""
    weights = [math.sqrt(min(village.population, 4_000)) for village in villages]
    extra = rng.choices(villages, weights, k=max(0, zone.residents - len(villages)))
    return sorted(villages + extra, key=lambda place: place.name)


def _telephones(rng: random.Random) -> dict[str, list[str]]:
    landlines = [f"01632 960{number:03d}" for number in LANDLINES]
    mobiles = [f"07700 900{number:03d}" for number in MOBILES]
    rng.shuffle(landlines)
    rng.shuffle(mobiles)
    return {"landline": landlines, "mobile": mobiles}


def _household(village: Place, shape: MultiPolygon, rng: random.Random) -> _Household:
    spread = 90 + 9 * math.sqrt(min(village.population, 4_000))
    latitude, longitude = village.latitude, village.longitude
    for _ in range(20):
        metres, degrees = rng.uniform(30, spread), rng.uniform(0, 360)
        there = shifted(village.latitude, village.longitude, metres, degrees)
        if shape.contains(shapely.Point(there[1], there[0])):
            latitude, longitude = there
            break
    address = f"{rng.randint(1, 60)} {rng.choice(STREETS)}, {village.name}"
    surname = full_name(rng, 1950).split(" ", 1)[1]
    return _Household(surname, latitude, longitude, village.name, address)


def _person(
    number: int, home: _Household, numbers: dict[str, list[str]], rng: random.Random
) -> dict[str, object]:
    birth_year = _birth_year(rng)
    name = full_name(rng, birth_year, home.surname)
    phone_type = (
        "landline" if rng.random() < (0.62 if birth_year <= PASS_YEAR else 0.08) else "mobile"
    )
    has_email = rng.random() < (0.3 if birth_year <= PASS_YEAR else 0.85)
    needs = _needs(birth_year, rng)
    free = rng.random() < (0.93 if birth_year <= PASS_YEAR else 0.5 if needs else 0.0)
    return {
        "code": f"R{number:04d}",
        "name": name,
        "phone": numbers[phone_type].pop(),
        "phone_type": phone_type,
        "email": f"{slug(name).replace('-', '.')}.{number}@example.org" if has_email else "",
        "channel": _channel(phone_type, has_email, rng),
        "birth_year": birth_year,
        "home_latitude": f"{home.latitude:.5f}",
        "home_longitude": f"{home.longitude:.5f}",
        "village": home.village,
        "address": home.address,
        "needs": "|".join(needs),
        "boarding_minutes": max([BOARDING_MINUTES.get(need, 1) for need in needs], default=1),
        "pass_holder": "yes" if free else "no",
        "no_other_way": "yes" if _has_no_other_way(number, birth_year) else "no",
        "note": rng.choice(NOTES) if rng.random() < 0.12 else "",
    }


def _has_no_other_way(number: int, birth_year: int) -> bool:
    """Dice of its own for each: whatever else is made stays as it is."""
    chance = NO_OTHER_WAY_CHANCE if birth_year <= PASS_YEAR else NO_OTHER_WAY_CHANCE / 2
    return random.Random(f"no other way {number}").random() < chance


def _high_step(number: int, zone: Zone, needs: str) -> str:
    """The bus whose step they cannot manage, where the zone has another one; dice of its own."""
    steps = random.Random(f"high step {number}").random() < HIGH_STEP_CHANCE
    return f"{zone.code}-B1" if steps and "walker" in needs and zone.vehicles > 1 else ""


def _birth_year(rng: random.Random) -> int:
    if rng.random() < 0.78:
        return round(rng.triangular(1930, 1962, 1946))
    return rng.randint(1963, 2008)


def _needs(birth_year: int, rng: random.Random) -> list[str]:
    scale = 1.0 if birth_year <= PASS_YEAR else 0.35
    needs = []
    if rng.random() < WHEELCHAIR_CHANCE * scale:
        needs.append("wheelchair")
    for need, chance in NEED_CHANCES:
        if need == "walker" and "wheelchair" in needs:
            continue
        if rng.random() < chance * scale:
            needs.append(need)
    at_the_door = 0.6 if {"wheelchair", "walker", "sight"} & set(needs) else 0.03
    if rng.random() < at_the_door:
        needs.append("home_pickup")
    return needs


def _channel(phone_type: str, has_email: bool, rng: random.Random) -> str:
    """How they want to be told: never a text to a landline."""
    if phone_type == "mobile":
        return rng.choices(("text", "email" if has_email else "text", "call"), (80, 12, 8))[0]
    return rng.choices(("call", "letter", "email" if has_email else "call"), (60, 25, 15))[0]
