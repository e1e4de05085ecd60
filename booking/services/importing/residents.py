"""residents.csv: the people who travel, each with a home of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from booking.domain.avoids import driver_word, is_vehicle_word, vehicle_word
from booking.domain.needs import Need
from booking.models import Person, Place
from booking.services.importing.batch import Batch
from booking.services.importing.cells import Row
from booking.services.importing.places import is_relied_on
from booking.services.importing.reading import Columns
from booking.services.importing.shapes import ZoneFinder

COLUMNS: Final = Columns(
    ("code", "name", "home_latitude", "home_longitude", "village"),
    (
        *("phone", "phone_type", "email", "channel", "birth_year", "address", "postcode"),
        *("needs", "boarding_minutes", "pass_holder", "no_other_way", "note", "access_note"),
        *("avoid_vehicles", "avoid_drivers"),
    ),
)
NEEDS: Final = tuple(need.value for need in Need)
CHANNELS: Final = ("text", "email", "letter", "call")
PHONE_TYPES: Final = ("landline", "mobile")
OLDEST: Final = 1900
HOME_NAME: Final = "Home"
"""What a home is called where no address is given."""


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody's home as the file has it, and the place it is (None: to be made).

    A home somebody is still to be fetched from stays where it is: who moves away
    from it gets a new one beside it.
    """

    person: Person
    place: Place | None
    values: dict[str, Any]


def take_residents(batch: Batch, rows: list[Row]) -> None:
    """Write the people and their homes; nobody but they are shown a home."""
    finder = ZoneFinder(batch.zones.by_code)
    homes: list[Home] = []
    outside = 0
    for row in rows:
        code = batch.people.take(row)
        known = batch.people.by_code.get(code)
        values = _values(batch, row, code)
        home = _home_values(row, known)
        if row.bad:
            continue
        zone = finder.find(home["latitude"], home["longitude"])
        outside += zone is None
        values["zone_id"] = home["zone_id"] = zone.id if zone else None
        old = known.home if known else None
        if old is not None and is_relied_on(batch, old, row, home):
            old = None
        person = _put(batch, row, known, values, home)
        batch.people.by_code[code] = person
        homes.append(Home(person, old, home))
    batch.session.flush()
    _put_homes(batch, homes)
    if outside:
        batch.findings.note(f"{outside} residents live outside every zone: they cannot book.")


def _put(
    batch: Batch, row: Row, known: Person | None, values: dict[str, Any], home: dict[str, Any]
) -> Person:
    if known is None:
        values["created_at"] = batch.now
    old = known.home if known else None
    differ = old is not None and any(getattr(old, key) != home[key] for key in home)
    besides = ("home",) if differ else ()
    name = values["code"]
    return batch.put(row, Person, known, name, values, private=True, besides=besides)


def _put_homes(batch: Batch, homes: list[Home]) -> None:
    """Correct the homes we know, and make the new ones."""
    made: list[tuple[Person, Place]] = []
    for home in homes:
        if home.place is None:
            values = {"name": HOME_NAME, **home.values}
            place = Place(kind="home", person_id=home.person.id, **values)
            batch.session.add(place)
            made.append((home.person, place))
            continue
        for key, value in home.values.items():
            if getattr(home.place, key) != value:
                setattr(home.place, key, value)
    batch.session.flush()
    for person, place in made:
        person.home_place_id, person.home = place.id, place
    batch.session.flush()


def _home_values(row: Row, known: Person | None) -> dict[str, Any]:
    latitude, longitude = row.point("home_")
    values: dict[str, Any] = {
        "latitude": latitude,
        "longitude": longitude,
        "village": row.text("village", 100),
    }
    if row.has("address") or known is None:
        values["name"] = row.text("address", 200, blank=True) or HOME_NAME
    if row.has("postcode"):
        values["postcode"] = row.text("postcode", 10, blank=True).upper()
    if row.has("access_note"):
        values["access_note"] = row.text("access_note", 500, blank=True, lines=True)
    return values


def _values(batch: Batch, row: Row, code: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "code": code,
        "name": row.text("name", 120),
        "village": row.text("village", 100),
    }
    if row.raw("birth_year"):
        values["birth_year"] = row.whole("birth_year", OLDEST, batch.now.year)
    if row.has("needs"):
        values["needs"] = row.some_of("needs", NEEDS)
    if row.raw("boarding_minutes"):
        values["boarding_minutes"] = row.whole("boarding_minutes", 1, 15)
    if row.has("pass_holder"):
        values["pass_holder"] = row.yes("pass_holder")
    if row.has("no_other_way"):
        values["no_other_way"] = row.yes("no_other_way")
    if row.has("avoid_vehicles") or row.has("avoid_drivers"):
        values["avoids"] = _avoids(batch, row, code)
    if row.has("note"):
        values["note"] = row.text("note", 500, blank=True, lines=True)
    return values | _contact(row)


def _avoids(batch: Batch, row: Row, code: str) -> list[str]:
    """The buses and drivers they cannot travel with; a column that is left out is left alone."""
    known = batch.people.by_code.get(code)
    kept = known.avoids if known else []
    if row.has("avoid_vehicles"):
        listed = [vehicle_word(one.id) for one in batch.vehicles.find_all(row, "avoid_vehicles")]
    else:
        listed = [word for word in kept if is_vehicle_word(word)]
    if row.has("avoid_drivers"):
        listed += [driver_word(one.id) for one in batch.drivers.find_all(row, "avoid_drivers")]
    else:
        listed += [word for word in kept if not is_vehicle_word(word)]
    return sorted(listed)


def _contact(row: Row) -> dict[str, Any]:
    """How they are reached, and that what they chose can reach them."""
    values: dict[str, Any] = {}
    if row.has("phone"):
        values["phone"] = row.phone("phone")
        values["phone_type"] = _phone_type(row, values["phone"])
    if row.has("email"):
        values["email"] = row.email("email")
    if not row.has("channel"):
        return values
    channel = values["channel"] = row.one_of("channel", CHANNELS)
    texts = values.get("phone_type") == "mobile" and bool(values.get("phone"))
    if channel == "text" and not texts:
        row.wrong("channel", "A text needs a mobile number. Add one, or write call or letter.")
    if channel == "email" and not row.raw("email"):
        row.wrong("channel", "There is no e-mail address. Add one, or write call or letter.")
    if channel == "call" and not row.raw("phone"):
        row.wrong("channel", "There is no number to call. Add one, or write letter or email.")
    if channel == "letter" and not row.raw("address"):
        row.wrong("channel", "There is no address to write to. Add one, or write call.")
    return values


def _phone_type(row: Row, phone: str) -> str:
    mobile = phone.startswith("+447")
    if not row.has("phone_type"):
        return "mobile" if mobile else "landline"
    if not phone and not row.raw("phone_type"):
        return "landline"
    kind = row.one_of("phone_type", PHONE_TYPES)
    if kind == "mobile" and phone and not mobile:
        row.wrong("phone_type", "That is not a mobile number: a text would not arrive.")
    return kind
