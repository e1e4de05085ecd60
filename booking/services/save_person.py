"""Write down who a caller is: checked field by field, recorded with what was changed."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Invalid
from booking.domain.needs import Need
from booking.domain.person_words import CHANNEL_LABELS
from booking.domain.service_day import today
from booking.domain.zone_shape import contains
from booking.models import AuditEntry, Person, Place, Zone
from booking.services.avoidable import check_words
from booking.services.contacts import LONGEST as CONTACT_LONGEST
from booking.services.contacts import is_too_short
from booking.services.people import get_person, phone_words

NAME_LONGEST: Final = 120
ADDRESS_LONGEST: Final = 150
VILLAGE_LONGEST: Final = 100
NOTE_LONGEST: Final = 500
BOARDING_LONGEST: Final = 20
OLDEST: Final = 120
DIGITS_AT_MOST: Final = 4
_POSTCODE: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})")
_MOBILE: Final = re.compile(r"\+447(?![06])\d{9}")
"""Not the personal numbers and pagers that begin with 070 and 076."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as typed: plain text, not checked yet. `place_id` is where the house stands."""

    name: str
    phone: str = ""
    email: str = ""
    channel: str = "call"
    birth_year: str = ""
    address: str = ""
    place_id: int | None = None
    postcode: str = ""
    access_note: str = ""
    """How to find the door. Only a driver is shown it: empty leaves what is there."""
    no_access_note: bool = False
    needs: tuple[str, ...] = ()
    boarding_minutes: str = "1"
    pass_holder: bool = False
    no_other_way: bool = False
    avoids: tuple[str, ...] = ()
    """The buses and drivers they cannot travel with, as `booking.domain.avoids` writes them."""
    note: str = ""
    same_house: bool = False
    """Whether somebody of that name and number being known already is all right."""


class ManyInvalid(Invalid):
    """Several fields cannot be used: `fields` says what is wrong with each.

    `known` are the people the words name, for the audit.
    """

    def __init__(self, fields: dict[str, str], known: tuple[int, ...] = ()) -> None:
        first = next(iter(fields))
        super().__init__(fields[first], first)
        self.fields = fields
        self.known = known


def save_person(
    ctx: Context, facts: PersonFacts, *, person_id: int | None, account_id: int, now: datetime
) -> int:
    """Register somebody (`person_id` None) or change what we know of them; returns the id.

    Raises:
        ManyInvalid: what is wrong, by field; nothing is written.
        NotFound: there is no such person.
    """
    values = _checked(facts, now)
    with ctx.db.writing() as session:
        if person_id is None:
            if not facts.same_house:
                _check_new(session, values)
            person = Person(created_at=now, needs=[], avoids=[], **_EMPTY)
            session.add(person)
        else:
            person = get_person(session, person_id)
        values["avoids"] = check_words(session, facts.avoids)
        changed = _take(person, values)
        session.flush()
        changed += _take_home(session, person, facts, values)
        _check_channel(person)
        session.add(
            AuditEntry(
                at=now,
                account_id=account_id,
                action="person.registered" if person_id is None else "person.changed",
                subject=f"person:{person.id}",
                detail={"fields": changed},
            )
        )
        session.flush()
        return person.id


def save_note(ctx: Context, person_id: int, note: str, *, account_id: int, now: datetime) -> None:
    """Change only the note about a person, in the middle of a call."""
    note = note.strip()
    if len(note) > NOTE_LONGEST:
        raise Invalid(_too_long("note", NOTE_LONGEST), "person_note")
    with ctx.db.writing() as session:
        person = get_person(session, person_id)
        person.note = note
        session.add(
            AuditEntry(
                at=now,
                account_id=account_id,
                action="person.changed",
                subject=f"person:{person_id}",
                detail={"fields": ["note"]},
            )
        )


def facts_of(ctx: Context, person_id: int) -> PersonFacts:
    """What we know of a person, as it would be typed; never how to find their door."""
    with ctx.db.reading() as session:
        person = get_person(session, person_id)
        home = person.home
        return PersonFacts(
            name=person.name,
            phone=phone_words(person.phone),
            email=person.email,
            channel=person.channel,
            birth_year=str(person.birth_year or ""),
            address=home.name if home else "",
            postcode=home.postcode if home else "",
            needs=tuple(person.needs),
            boarding_minutes=str(person.boarding_minutes),
            pass_holder=person.pass_holder,
            no_other_way=person.no_other_way,
            avoids=tuple(person.avoids),
            note=person.note,
        )


_EMPTY: Final[dict[str, Any]] = {"name": "", "phone": "", "email": "", "village": "", "note": ""}


_TAKEN: Final = (
    *("name", "phone", "phone_type", "email", "channel", "birth_year", "needs"),
    *("boarding_minutes", "pass_holder", "no_other_way", "avoids", "note"),
)


def _checked(facts: PersonFacts, now: datetime) -> dict[str, Any]:
    """The values to store; raises ManyInvalid with every field that is wrong."""
    text = {name: value.strip() for name, value in asdict(facts).items() if isinstance(value, str)}
    errors: dict[str, str] = {}

    def check(field: str, read: Any, *arguments: Any) -> Any:
        try:
            return read(text.get(field, ""), *arguments)
        except ValueError as error:
            errors[field] = str(error)
            return None

    values = {
        "name": check("name", _name),
        "phone": check("phone", _phone),
        "email": check("email", _email),
        "channel": check("channel", _channel),
        "birth_year": check("birth_year", _birth_year, today(now).year),
        "boarding_minutes": check("boarding_minutes", _minutes),
        "postcode": check("postcode", _postcode),
        "address": check("address", _short, "address", ADDRESS_LONGEST),
        "access_note": check("access_note", _short, "note about the door", NOTE_LONGEST),
        "note": check("note", _short, "note", NOTE_LONGEST),
        "needs": [need.value for need in Need if need.value in facts.needs],
        "pass_holder": facts.pass_holder,
        "no_other_way": facts.no_other_way,
    }
    if errors:
        raise ManyInvalid(errors)
    values["phone_type"] = "mobile" if _MOBILE.fullmatch(values["phone"]) else "landline"
    return values


def _take(person: Person, values: dict[str, Any]) -> list[str]:
    """Put the values into the row; returns the names of those that changed."""
    changed = [name for name in _TAKEN if getattr(person, name) != values[name]]
    for name in changed:
        setattr(person, name, values[name])
    return changed


def _take_home(
    session: Session, person: Person, facts: PersonFacts, values: dict[str, Any]
) -> list[str]:
    """Write where they live; returns the names of what changed."""
    place = session.get(Place, facts.place_id) if facts.place_id is not None else None
    if place is not None and place.person_id is not None:
        place = None
    home = person.home
    if home is None and place is None:
        raise ManyInvalid({"place": "Choose the village they live in from the list."})
    if place is not None and (home is None or home.point != place.point):
        # A bus may be on its way to the old home: it stays where it is, for those journeys.
        home = Place(kind="home", approximate=True, source="call", person_id=person.id, name="")
        _stand(session, home, person, place)
        session.add(home)
    assert home is not None
    now_known = {
        "name": values["address"] or f"Home in {person.village}",
        "postcode": values["postcode"],
    }
    if values["access_note"] or facts.no_access_note:
        now_known["access_note"] = values["access_note"]
    changed = [name for name, value in now_known.items() if getattr(home, name) != value]
    for name in changed:
        setattr(home, name, now_known[name])
    session.flush()
    person.home_place_id = home.id
    return [f"home.{name}" for name in changed] + (["home.place"] if place else [])


def _stand(session: Session, home: Place, person: Person, place: Place) -> None:
    """Put a home where a known place is: near enough until somebody sets it on the map."""
    home.latitude, home.longitude = place.latitude, place.longitude
    home.village = place.village or place.name[:VILLAGE_LONGEST]
    home.boarding_authority = place.boarding_authority
    home.approximate = True
    zones = session.scalars(select(Zone)).unique()
    inside = (zone.id for zone in zones if contains(zone.boundary, *place.point))
    home.zone_id = place.zone_id or next(inside, None)
    person.village, person.zone_id = home.village, home.zone_id


def _check_new(session: Session, values: dict[str, Any]) -> None:
    """Somebody with the same number is likely the same person."""
    if not values["phone"]:
        return
    known = session.scalar(select(Person).where(Person.phone == values["phone"]).limit(1))
    if known is not None:
        raise ManyInvalid(
            {
                "phone": f"{known.name} of {known.village or 'an unknown village'} has this number "
                "already. Find them instead, or tick that this is somebody else in the same house."
            },
            (known.id,),
        )


def _check_channel(person: Person) -> None:
    """The way they want to be told has to be one that reaches them."""
    home = person.home_place_id is not None
    wrong = {
        "text": person.phone_type != "mobile" and "A text needs a mobile number.",
        "email": not person.email and "Type their email address, or choose another way.",
        "letter": not home and "A letter needs their address.",
        "call": not person.phone and "A phone call needs a phone number.",
    }[person.channel]
    if wrong:
        raise ManyInvalid({"channel": wrong})


def _name(text: str) -> str:
    if not text:
        raise ValueError("Type their name.")
    return _short(" ".join(text.split()), "name", NAME_LONGEST)


def _short(text: str, what: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(_too_long(what, longest))
    return text


def _too_long(what: str, longest: int) -> str:
    return f"Make the {what} shorter: at most {longest} letters."


def _phone(text: str) -> str:
    """E.164; a number that cannot be dialled from here is refused."""
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text[:40], "GB")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or is_too_short(number) or not phonenumbers.is_possible_number(number):
        raise ValueError("Type a phone number with its area code, such as 01632 960001.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[:20]


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        address = validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise ValueError(
            "That email address cannot be right. It should look like name@example.com."
        ) from None
    return _short(address, "email address", CONTACT_LONGEST)


def _channel(text: str) -> str:
    if text not in CHANNEL_LABELS:
        raise ValueError("Choose how they want to be told.")
    return text


def _birth_year(text: str, this_year: int) -> int | None:
    if not text:
        return None
    year = _number(text)
    if year is not None and this_year - OLDEST <= year <= this_year:
        return year
    raise ValueError("Type the year they were born, such as 1941, or leave it empty.")


def _minutes(text: str) -> int:
    minutes = _number(text)
    if minutes is not None and 1 <= minutes <= BOARDING_LONGEST:
        return minutes
    raise ValueError(f"Type how many minutes getting on takes, from 1 to {BOARDING_LONGEST}.")


def _number(text: str) -> int | None:
    """The whole number typed; None where it is none, or longer than any asked for here."""
    typed = text.isascii() and text.isdigit() and len(text) <= DIGITS_AT_MOST
    return int(text) if typed else None


def _postcode(text: str) -> str:
    if not text:
        return ""
    found = _POSTCODE.fullmatch(" ".join(text.upper().split()))
    if found is None:
        raise ValueError("Type a whole postcode, such as LE14 4JE, or leave it empty.")
    return f"{found[1]} {found[2]}"
