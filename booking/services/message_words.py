"""What a message says: the facts of a journey, and the templates they are put into.

Rendered without the web, from templates/messages/{sms,email,letter}; a call on
the call handlers' list is read out in the words of the text message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.config import Scheme
from booking.domain import words
from booking.domain.service_day import local
from booking.domain.statuses import BookingStatus
from booking.models import Booking, JourneyRequest, Person, Place
from booking.services.zone_days import carried_by_plan

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "messages"
FOLDERS: Final = {"text": "sms", "call": "sms", "email": "email", "letter": "letter"}

COMING: Final = frozenset(
    {BookingStatus.BOOKED, BookingStatus.WAITING, BookingStatus.HELD, BookingStatus.ON_BOARD}
)
"""States in which a bus is to come, or has come, and the journey is not over."""


class NoSuchMessage(LookupError):
    """There is no template for this kind of message."""


@dataclass(frozen=True, slots=True)
class LegWords:
    """One direction, as told: moments are aware; `told_at` is the exact pick-up time."""

    leg: str
    day: date
    from_place: str
    to_place: str
    earliest: datetime | None
    latest: datetime | None
    arrival: datetime | None
    told_at: datetime | None
    walk_from_m: int
    walk_to_m: int
    fare_pence: int
    status: BookingStatus
    has_bus: bool = True
    """Whether a run of the current plan carries them."""
    past: bool = False
    """Whether they were to be there by now."""

    @property
    def coming(self) -> bool:
        """Whether they may go on expecting the bus."""
        return self.status in COMING and not self.stranded and not self.past

    @property
    def stranded(self) -> bool:
        """Whether we promised a bus and have none: it broke down, and no other fits."""
        return self.status is BookingStatus.BOOKED and not self.has_bus


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words."""

    subject: str
    body: str


def legs_of(
    session: Session, request: JourneyRequest | None, now: datetime
) -> tuple[LegWords, ...]:
    """The directions of a request as they stand in this transaction, outward first."""
    if request is None:
        return ()
    session.flush()
    bookings = session.scalars(
        select(Booking).where(Booking.request_id == request.id).order_by(Booking.leg)
    ).unique()
    carried = carried_by_plan(session, request.zone_day_id)
    legs = ((leg_words(booking), booking.id in carried) for booking in bookings)
    return tuple(
        replace(leg, has_bus=has_bus, past=leg.arrival is not None and leg.arrival < now)
        for leg, has_bus in legs
    )


def name_place(place: Place, person_id: int) -> str:
    """A place as it is said to this person: their own home is "your home"."""
    if place.person_id == person_id and place.kind != "address":
        return "your home"
    return words.in_its_village(place.name, place.village)


def write_words(
    channel: str,
    kind: str,
    person: Person,
    reference: str | None,
    legs: Iterable[LegWords],
    scheme: Scheme,
    facts: dict[str, Any],
) -> Written:
    """The words of a message for a channel.

    Raises:
        NoSuchMessage: this kind cannot be said by this channel.
    """
    legs = tuple(legs)
    try:
        template = _environment().get_template(f"{FOLDERS[channel]}/{kind}.txt")
    except TemplateNotFound:
        raise NoSuchMessage(f"no {FOLDERS[channel]} template for {kind}") from None
    text = template.render(
        person=person,
        reference=reference,
        legs=legs,
        scheme=scheme,
        spoken=channel == "call",
        facts=facts,
    )
    if channel in ("email", "letter"):
        return _split(text)
    line = _one_line(text)
    return Written("", sentence(line) if channel == "call" else line)


def sentence(text: str) -> str:
    """A few words somebody typed as a sentence: a capital first, a full stop last."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def leg_words(booking: Booking) -> LegWords:
    """One direction, in the words and times a passenger reads."""
    earliest = _local(booking.promised_earliest or booking.wished_earliest)
    return LegWords(
        leg=booking.leg,
        day=earliest.date() if earliest else booking.request.service_date,
        from_place=name_place(booking.pickup_place, booking.person_id),
        to_place=name_place(booking.dropoff_place, booking.person_id),
        earliest=earliest,
        latest=_local(booking.promised_latest or booking.wished_latest),
        arrival=_local(booking.promised_arrival),
        told_at=_local(booking.told_pickup_at),
        walk_from_m=booking.walk_from_m,
        walk_to_m=booking.walk_to_m,
        fare_pence=booking.fare_pence,
        status=BookingStatus(booking.status),
    )


def _local(moment: datetime | None) -> datetime | None:
    return None if moment is None else local(moment)


def _split(text: str) -> Written:
    """The first line is the subject; empty lines part paragraphs."""
    subject, _, rest = text.strip().partition("\n")
    paragraphs = [block.strip() for block in rest.split("\n\n")]
    return Written(subject.strip(), "\n\n".join(block for block in paragraphs if block))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text, never HTML: escaping would put "&amp;" into somebody's text message.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("clock", "day", "day_with_year", "pounds", "reference", "spoken_list", "how_long"):
        environment.filters[name] = getattr(words, name)
    environment.filters["sentence"] = sentence
    environment.globals["between"] = words.between
    return environment
