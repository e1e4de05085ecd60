"""Places: GeoNames villages, hand-placed ones, landmarks, and points derived per village.

Positions that are not GeoNames' are approximate and marked so. Points derived from a
village's centre (its church, hall and bus stop) are samples: the kind of place is
plausible, the spot is not surveyed.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace

from making.tables import SOURCE, Row, read

PLACE_COLUMNS = (
    "code", "name", "kind", "latitude", "longitude", "village",
    "alternative_names", "approximate", "source", "boarding_authority",
)  # fmt: skip
METRES_PER_DEGREE = 111_195.0
TOWN_POPULATION = 10_000
LARGE_VILLAGE_POPULATION = 2_400
NEAR_KM = 9.0
CORNER_METRES = 450
DEFAULT_POPULATION = {"town": 5_000, "village": 250, "hamlet": 60}
DERIVED = (
    ("Church", "church", 140, "parish church"),
    ("Village hall", "hall", 220, "hall|memorial hall|parish rooms"),
    ("Bus stop", "stop", 40, "main bus stop|Main Street"),
)
CORNERS = ("Church Street corner", "Station Road corner", "Park Road corner", "Mill Lane corner")


@dataclass(frozen=True)
class Place:
    """One row of places.csv, with what the other makers need to know of it."""

    name: str
    kind: str
    latitude: float
    longitude: float
    village: str
    authority: str
    source: str
    alternatives: str = ""
    population: int = 0
    zone: str = ""
    part: str = ""
    code: str = ""

    @property
    def is_settlement(self) -> bool:
        """Whether this is a village, hamlet or town rather than a point in one."""
        return self.kind in ("village", "hamlet", "town")

    def row(self) -> dict[str, object]:
        """The row as written."""
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "latitude": f"{self.latitude:.5f}",
            "longitude": f"{self.longitude:.5f}",
            "village": self.village,
            "alternative_names": self.alternatives,
            "approximate": "no" if self.source.startswith("GeoNames") else "yes",
            "source": self.source,
            "boarding_authority": self.authority,
        }


def slug(text: str) -> str:
    """`Barkestone-le-Vale` -> `barkestone-le-vale`: lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def shifted(
    latitude: float, longitude: float, metres: float, degrees: float
) -> tuple[float, float]:
    """The point so many metres away in a compass direction, on the flat: fine for a village."""
    angle = math.radians(degrees)
    north = metres * math.cos(angle) / METRES_PER_DEGREE
    east = metres * math.sin(angle) / (METRES_PER_DEGREE * math.cos(math.radians(latitude)))
    return latitude + north, longitude + east


def direction(text: str) -> float:
    """A compass direction that is always the same for the same words."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 360


def settlements() -> list[Place]:
    """Every village, hamlet and town, those in a zone with the zone (and its part)."""
    geonames = {row["name"]: row for row in read(SOURCE / "geonames_places.csv")}
    authorities = {row["name"]: row["authority"] for row in read(SOURCE / "authorities.csv")}
    written = {(row["name"], bool(row["latitude"])): row for row in read(SOURCE / "villages.csv")}
    places = [
        _from_geonames(row, written.get((name, False)), authorities)
        for name, row in geonames.items()
    ]
    places += [_hand_placed(row, authorities) for (_, placed), row in written.items() if placed]
    return places


def _from_geonames(row: Row, listed: Row | None, authorities: dict[str, str]) -> Place:
    population = int(row["population"])
    place = Place(
        name=row["name"],
        kind="town" if population >= TOWN_POPULATION else "village",
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        village=row["name"],
        authority=authorities.get(row["name"], "Leicestershire"),
        source=f"GeoNames {row['geonameid']}",
        population=population or DEFAULT_POPULATION["village"],
    )
    if listed is None:
        return place
    return replace(
        place,
        kind=listed["kind"],
        zone=listed["zone"],
        part=listed["part"],
        authority="Leicestershire",
        alternatives=listed["alternative_names"],
    )


def _hand_placed(row: Row, authorities: dict[str, str]) -> Place:
    zone = row["zone"]
    return Place(
        name=row["name"],
        kind=row["kind"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        village=row["name"],
        authority="Leicestershire" if zone else authorities.get(row["name"], "Leicestershire"),
        source="approximate",
        alternatives=row["alternative_names"],
        population=DEFAULT_POPULATION[row["kind"]],
        zone=zone,
        part=row["part"],
    )


def landmarks() -> list[Place]:
    """The hand-placed landmarks: stations, hospitals, surgeries, shops, schools, depots."""
    return [
        Place(
            name=row["name"],
            kind=row["kind"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            village=row["village"],
            authority=row["boarding_authority"],
            source="approximate",
            alternatives=row["alternative_names"],
        )
        for row in read(SOURCE / "landmarks.csv")
    ]


def derived(village: Place) -> list[Place]:
    """A church, a hall and a bus stop for a village; more corners to wait at in a large one."""
    points = [
        _point(village, name, kind, others, metres, direction(f"{name} {village.name}"))
        for name, kind, metres, others in DERIVED
        if village.kind == "village"
    ]
    if village.population >= LARGE_VILLAGE_POPULATION:
        start = direction(village.name)
        points += [
            _point(village, name, "stop", "", CORNER_METRES, start + 90 * quarter)
            for quarter, name in enumerate(CORNERS)
        ]
    return points


def _point(
    village: Place, name: str, kind: str, alternatives: str, metres: float, degrees: float
) -> Place:
    """A sample point so far from a village's centre."""
    latitude, longitude = shifted(village.latitude, village.longitude, metres, degrees)
    return Place(
        name=name,
        kind=kind,
        latitude=latitude,
        longitude=longitude,
        village=village.name,
        authority=village.authority,
        source="sample",
        alternatives=alternatives,
    )


def all_places() -> list[Place]:
    """Every place with its code, settlements first, then by village and name."""
    villages = settlements()
    fixed = villages + landmarks()
    taken = {(place.name, place.village) for place in fixed}
    points = [
        point
        for village in villages
        if village.zone
        for point in derived(village)
        if (point.name, point.village) not in taken
    ]
    return _coded(fixed + points)


def near(places: list[Place]) -> list[Place]:
    """The places worth searching: leaves out far settlements, which only bound the zones."""
    served = [place for place in places if place.zone]
    return [
        place
        for place in places
        if not place.is_settlement or any(_km(place, other) <= NEAR_KM for other in served)
    ]


def _km(one: Place, other: Place) -> float:
    north = (one.latitude - other.latitude) * METRES_PER_DEGREE / 1000
    east = (one.longitude - other.longitude) * METRES_PER_DEGREE / 1000
    return math.hypot(north, east * math.cos(math.radians(one.latitude)))


def _coded(places: list[Place]) -> list[Place]:
    """Give each place its code: its name, with its village (or county) where names repeat."""
    named = Counter(slug(place.name) for place in places)
    coded = []
    for place in places:
        code = slug(place.name)
        settled_twice = place.is_settlement and not place.zone
        if named[code] > 1 and (not place.is_settlement or settled_twice):
            code += "-" + slug(place.authority if place.is_settlement else place.village)
        coded.append(replace(place, code=code))
    return coded
