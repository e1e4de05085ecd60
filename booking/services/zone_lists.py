"""The lists behind the operator's numbers: journeys of a day, who goes to what, unmet need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.service_day import start_of
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.words import between_24
from booking.models import Group, JourneyRequest, Refusal
from booking.models import Session as GroupSession
from booking.services.board_day import BoardDay, RunNow, get_zone, read_day
from booking.services.manifest_words import place_words
from booking.services.riders import Rider

SHOWS: Final = {
    "all": "All journeys",
    "booked": "To be picked up",
    "on_board": "On board now",
    "completed": "Travelled",
    "no_show": "Not there",
    "waiting": "Waiting to be decided",
    "without_bus": "Without a bus",
    "missed": "Missed by us",
    "cancelled": "Cancelled",
    "refused": "Refused",
}
"""The lists a day has, by the word in their address."""

STATUS_WORDS: Final = {
    BookingStatus.HELD: ("held for five minutes", "waiting"),
    BookingStatus.WAITING: ("waiting for the batch", "waiting"),
    BookingStatus.BOOKED: ("booked", "good"),
    BookingStatus.ON_BOARD: ("on board", "good"),
    BookingStatus.COMPLETED: ("travelled", "over"),
    BookingStatus.NO_SHOW: ("was not there", "problem"),
    BookingStatus.CANCELLED: ("cancelled", "over"),
    BookingStatus.LATE_CANCELLED: ("cancelled late", "over"),
    BookingStatus.MISSED: ("missed by us", "problem"),
}
_LISTED: Final = {
    "booked": {BookingStatus.BOOKED, BookingStatus.HELD},
    "on_board": {BookingStatus.ON_BOARD},
    "completed": {BookingStatus.COMPLETED},
    "no_show": {BookingStatus.NO_SHOW},
    "waiting": {BookingStatus.WAITING},
    "missed": {BookingStatus.MISSED},
    "cancelled": {BookingStatus.CANCELLED, BookingStatus.LATE_CANCELLED},
}


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """One direction of somebody's journey, or a request that was refused."""

    request_id: int
    name: str
    way: str
    told: str
    status: str
    state: str
    vehicle: str
    shift_id: int | None
    purpose: str
    reference: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What people go to that day, and how many of them."""

    words: str
    people: int


@dataclass(frozen=True, slots=True)
class JourneysView:
    """One list of a zone and day."""

    zone_code: str
    zone_name: str
    day: date
    show: str
    title: str
    rows: tuple[JourneyRow, ...]
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Unmet:
    """How often somebody from a village was refused for one reason."""

    village: str
    rule: str
    count: int
    words: str
    """The words of the latest of them."""


@dataclass(frozen=True, slots=True)
class UnmetView:
    """Refusals between two days (both included), by village and reason."""

    zone_code: str
    zone_name: str
    first: date
    last: date
    rows: tuple[Unmet, ...]
    total: int
    by_rule: tuple[tuple[str, int], ...]


RULE_WORDS: Final = {
    "capacity": "Buses full",
    "wheelchair": "Wheelchair spaces taken",
    "hours": "Outside the hours",
    "no_buses": "No bus out that day",
    "road": "No road there",
    "closed": "Closed that day",
    "notice": "Too short notice",
    "too_far_ahead": "Too far ahead",
    "past": "In the past",
    "area": "Outside the zone",
    "link_day": "Place not served that day",
    "visit": "Too little time before the bus home",
    "present": "Only the journey they have",
    "ride_limit_on_board": "Too long for people on board",
    "promise": "Other promises in the way",
    "break": "Driver's rest",
    "distance": "Too far in the time",
    "vehicle": "No bus with the space needed",
    "companion": "Companion's bus takes nobody new",
    "avoided": "Only buses they cannot travel on",
}


def journeys(ctx: Context, zone_code: str, day: date, show: str, *, now: datetime) -> JourneysView:
    """One of the lists of SHOWS; an unknown word gives all of the day's journeys."""
    show = show if show in SHOWS else "all"
    with ctx.db.reading() as session:
        read = read_day(session, zone_code, day, now)
        rows = _refused(session, read) if show == "refused" else _rows(session, read, show)
    counted = Counter(row.purpose for row in rows if row.purpose)
    return JourneysView(
        zone_code=read.zone.code,
        zone_name=read.zone.name,
        day=day,
        show=show,
        title=SHOWS[show],
        rows=tuple(rows),
        purposes=tuple(Purpose(words, count) for words, count in counted.most_common()),
    )


def unmet_need(ctx: Context, zone_code: str, first: date, last: date) -> UnmetView:
    """The refusals written between those days, by village and reason, the most first."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        rows = session.execute(
            select(Refusal.village, Refusal.rule, Refusal.words)
            .where(
                Refusal.zone_id == zone.id,
                Refusal.created_at >= start_of(first),
                Refusal.created_at < start_of(last + timedelta(days=1)),
            )
            .order_by(Refusal.id)
        ).all()
    counts = Counter((row.village, row.rule) for row in rows)
    latest = {(row.village, row.rule): row.words for row in rows}
    by_rule = Counter(rule_words(row.rule) for row in rows)
    return UnmetView(
        zone_code=zone.code,
        zone_name=zone.name,
        first=first,
        last=last,
        rows=tuple(
            Unmet(village or "not known", rule_words(rule), count, latest[village, rule])
            for (village, rule), count in counts.most_common()
        ),
        total=len(rows),
        by_rule=tuple(by_rule.most_common()),
    )


def rule_words(rule: str) -> str:
    """A rule's name as a reason."""
    return RULE_WORDS.get(rule, rule.replace("_", " ").capitalize())


def _rows(session: Session, read: BoardDay, show: str) -> list[JourneyRow]:
    riders = list(read.without_bus) if show == "without_bus" else list(read.riders.values())
    if show in _LISTED:
        riders = [rider for rider in riders if rider.status in _LISTED[show]]
    riders.sort(key=lambda rider: (rider.earliest or start_of(read.day), rider.name))
    purposes = _purposes(session, {rider.request_id for rider in riders})
    buses = {
        going.rider.booking_id: run
        for run in read.runs
        for going in run.goings
        if going.rider is not None
    }
    return [_row(rider, buses.get(rider.booking_id), purposes) for rider in riders]


def _row(rider: Rider, run: RunNow | None, purposes: dict[int, str]) -> JourneyRow:
    shift = run.shift if run else None
    words, state = STATUS_WORDS.get(rider.status, (rider.status.value, "over"))
    told = between_24(rider.earliest, rider.latest) if rider.earliest and rider.latest else ""
    return JourneyRow(
        request_id=rider.request_id,
        name=rider.name,
        way=f"{place_words(rider.pickup)} to {place_words(rider.dropoff)}",
        told=told or "nothing promised yet",
        status=words,
        state=state,
        vehicle=shift.vehicle.name if shift else "",
        shift_id=shift.id if shift else None,
        purpose=purposes.get(rider.request_id, ""),
        reference=rider.reference or "",
    )


def _refused(session: Session, read: BoardDay) -> list[JourneyRow]:
    found = session.scalars(
        select(JourneyRequest)
        .where(
            JourneyRequest.zone_id == read.zone.id,
            JourneyRequest.service_date == read.day,
            JourneyRequest.status == RequestStatus.REFUSED.value,
        )
        .order_by(JourneyRequest.id.desc())
    ).unique()
    requests = list(found)
    why = _reasons(session, [request.id for request in requests])
    purposes = _purposes(session, {request.id for request in requests})
    return [
        JourneyRow(
            request_id=request.id,
            name=request.person.name,
            way=f"{request.from_place.name} to {request.to_place.name}",
            told="",
            status="refused",
            state="problem",
            vehicle="",
            shift_id=None,
            purpose=purposes.get(request.id, ""),
            reference=request.reference or "",
            why=why.get(request.id, ""),
        )
        for request in requests
    ]


def _reasons(session: Session, request_ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        select(Refusal.request_id, Refusal.words)
        .where(Refusal.request_id.in_(request_ids))
        .order_by(Refusal.id)
    )
    return {row.request_id: row.words for row in rows}


def _purposes(session: Session, request_ids: Iterable[int]) -> dict[int, str]:
    """request → what it is for: the group's name, an appointment, or nothing said."""
    rows = session.execute(
        select(JourneyRequest.id, JourneyRequest.purpose, Group.name)
        .outerjoin(GroupSession, GroupSession.id == JourneyRequest.session_id)
        .outerjoin(Group, Group.id == GroupSession.group_id)
        .where(JourneyRequest.id.in_(set(request_ids)))
    )
    words = {"appointment": "An appointment", "other": "", "session": "A group"}
    return {row.id: row.name or words.get(row.purpose, "") for row in rows}
