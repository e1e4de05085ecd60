"""People, for call handlers: found by what a caller says, looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import phonenumbers
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.name_match import GOOD, fit, name_words, phone_digits
from booking.domain.needs import Party, party_of
from booking.domain.person_words import CHANNEL_LABELS, need_labels
from booking.domain.service_day import today
from booking.domain.statuses import RequestStatus
from booking.models import JourneyRequest, Person, Zone
from booking.services.avoidable import avoid_names
from booking.services.legs import LegView, ends_of, legs_of_all, shown_of
from booking.services.places import say_place

AT_MOST: Final = 20
USUAL_WEEKS: Final = 12
USUAL_AT_MOST: Final = 4
PAST_AT_MOST: Final = 8
NOBODY: Final = "We do not know that person. Look for them again."
TRAVELLED: Final = (RequestStatus.BOOKED.value, RequestStatus.WAITING.value)


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Somebody a search found."""

    id: int
    name: str
    village: str
    address: str
    phone: str
    needs: tuple[str, ...]


class HomeOf(NamedTuple):
    """The zone and the place somebody lives in, as far as they are known."""

    zone_id: int | None
    place_id: int | None


@dataclass(frozen=True, slots=True)
class UsualJourney:
    """A journey somebody makes often: `request_id` is the latest one, to ask for it again."""

    request_id: int
    from_words: str
    to_words: str
    times: int


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """A journey of theirs in a list."""

    request_id: int
    reference: str
    day: date
    from_words: str
    to_words: str
    """The ends of the direction `shown`: turned round where only the bus home is left."""
    legs: tuple[LegView, ...]

    @property
    def coming(self) -> bool:
        return any(leg.live for leg in self.legs)

    @property
    def shown(self) -> LegView:
        """The first direction still to come, else the first."""
        return shown_of(self.legs)


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as a call handler sees them."""

    id: int
    name: str
    phone: str
    """As it is dialled: 01632 960001; empty when there is none."""
    phone_type: str
    email: str
    channel: str
    channel_words: str
    birth_year: int | None
    village: str
    address: str
    postcode: str
    home_place_id: int | None
    needs: tuple[str, ...]
    needs_words: tuple[str, ...]
    boarding_minutes: int
    pass_holder: bool
    no_other_way: bool
    avoids: tuple[str, ...]
    """The buses and drivers they cannot travel with, by name."""
    note: str
    zone_id: int | None
    zone_name: str
    zone_code: str
    party: Party
    """How they travel alone, as their record says."""
    usual: tuple[UsualJourney, ...]
    coming: tuple[JourneyLine, ...]
    past: tuple[JourneyLine, ...]


def find_people(ctx: Context, text: str, *, limit: int = AT_MOST) -> tuple[PersonFound, ...]:
    """Whom a caller may be, likeliest first: by name, village or phone, misspelt or in part."""
    digits = phone_digits(text)
    question = name_words(text)
    if not digits and not question:
        return ()
    with ctx.db.reading() as session:
        rows = session.execute(select(Person.id, Person.name, Person.village, Person.phone)).all()
        if digits:
            scored = [(100.0, row.name, row.id) for row in rows if digits in row.phone]
        else:
            scored = [
                (fit(question, name_words(row.name), name_words(row.village)), row.name, row.id)
                for row in rows
            ]
        best = sorted((s for s in scored if s[0] >= GOOD), key=lambda s: (-s[0], s[1], s[2]))
        return tuple(_found(session.get_one(Person, found[2])) for found in best[:limit])


def view_person(ctx: Context, person_id: int, *, now: datetime) -> PersonView:
    """A person with their journeys; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        person = get_person(session, person_id)
        zone = session.get(Zone, person.zone_id) if person.zone_id else None
        home = person.home
        coming, past = _journeys(session, person_id, now)
        return PersonView(
            id=person.id,
            name=person.name,
            phone=phone_words(person.phone),
            phone_type=person.phone_type,
            email=person.email,
            channel=person.channel,
            channel_words=CHANNEL_LABELS.get(person.channel, ""),
            birth_year=person.birth_year,
            village=person.village,
            address=home.name if home else "",
            postcode=home.postcode if home else "",
            home_place_id=home.id if home else None,
            needs=tuple(person.needs),
            needs_words=need_labels(person.needs),
            boarding_minutes=person.boarding_minutes,
            pass_holder=person.pass_holder,
            no_other_way=person.no_other_way,
            avoids=avoid_names(session, person.avoids),
            note=person.note,
            zone_id=zone.id if zone else None,
            zone_name=zone.name if zone else "",
            zone_code=zone.code if zone else "",
            party=party_of(person.needs, pass_holder=person.pass_holder),
            usual=_usual(session, person_id, now),
            coming=coming,
            past=past,
        )


def find_home_of(ctx: Context, person_id: int) -> HomeOf:
    """Where somebody lives, and no more of them; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        row = session.execute(
            select(Person.zone_id, Person.home_place_id).where(Person.id == person_id)
        ).one_or_none()
    if row is None:
        raise NotFound(NOBODY)
    return HomeOf(*row)


def get_person(session: Session, person_id: int) -> Person:
    """The person's row; raises NotFound where there is none."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(NOBODY)
    return person


def phone_words(phone: str) -> str:
    """A stored number as it is dialled from here: +441632960001 → 01632 960001."""
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone, "GB")
    except phonenumbers.NumberParseException:
        return phone
    national = number.country_code == 44
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if national else form.INTERNATIONAL)


def _found(person: Person) -> PersonFound:
    return PersonFound(
        id=person.id,
        name=person.name,
        village=person.village,
        address=person.home.name if person.home else "",
        phone=phone_words(person.phone),
        needs=need_labels(person.needs),
    )


def _journeys(
    session: Session, person_id: int, now: datetime
) -> tuple[tuple[JourneyLine, ...], tuple[JourneyLine, ...]]:
    """(those still to come in order of time, the last ones before)."""
    since = today(now) - timedelta(weeks=USUAL_WEEKS)
    requests = session.scalars(
        select(JourneyRequest)
        .where(
            JourneyRequest.person_id == person_id,
            JourneyRequest.reference.is_not(None),
            JourneyRequest.status != RequestStatus.REPLACED.value,
            JourneyRequest.service_date >= since,
        )
        .order_by(JourneyRequest.service_date.desc(), JourneyRequest.id.desc())
        .limit(100)
    ).unique()
    booked = [request for request in requests if request.bookings]
    legs = legs_of_all(session, booked, now)
    views = [_line(request, legs[request.id]) for request in booked]
    coming = [view for view in views if view.coming]
    past = [view for view in views if view not in coming]
    return tuple(reversed(coming)), tuple(past[:PAST_AT_MOST])


def _line(request: JourneyRequest, legs: tuple[LegView, ...]) -> JourneyLine:
    from_words, to_words = ends_of(request, legs)
    return JourneyLine(
        request_id=request.id,
        reference=request.reference or "",
        day=request.service_date,
        from_words=from_words,
        to_words=to_words,
        legs=legs,
    )


def _usual(session: Session, person_id: int, now: datetime) -> tuple[UsualJourney, ...]:
    """The pairs of places they went between most often in the last weeks."""
    ends = (JourneyRequest.from_place_id, JourneyRequest.to_place_id)
    rows = session.execute(
        select(*ends, func.max(JourneyRequest.id), func.count())
        .where(
            JourneyRequest.person_id == person_id,
            JourneyRequest.status.in_(TRAVELLED),
            JourneyRequest.service_date >= today(now) - timedelta(weeks=USUAL_WEEKS),
        )
        .group_by(*ends)
    ).all()
    often = Counter({latest: times for _, _, latest, times in rows})
    return tuple(
        _usual_journey(session.get_one(JourneyRequest, request_id), times)
        for request_id, times in often.most_common(USUAL_AT_MOST)
    )


def _usual_journey(request: JourneyRequest, times: int) -> UsualJourney:
    return UsualJourney(
        request_id=request.id,
        from_words=say_place(request.from_place, request.person_id),
        to_words=say_place(request.to_place, request.person_id),
        times=times,
    )
