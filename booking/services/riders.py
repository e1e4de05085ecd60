"""Riders: bookings with the person, the places and what the road reported, as plain values.

What manifests and boards are made of; read with two queries, however many there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from booking.domain.needs import Party
from booking.domain.on_the_road import Fact, FactKind, counts, last_of, standing
from booking.domain.statuses import BookingStatus
from booking.models import Booking, JourneyRequest, Person, Place
from booking.services.drive import facts_of


@dataclass(frozen=True, slots=True)
class Point:
    """A place as a driver or an operator sees it; degrees."""

    id: int
    name: str
    village: str
    latitude: float
    longitude: float
    access_note: str
    is_home: bool


@dataclass(frozen=True, slots=True)
class Rider:
    """One booking: who, from where to where, what they were told, what happened.

    `facts` are the standing ones that count, in order.
    """

    booking_id: int
    request_id: int
    reference: str | None
    person_id: int
    name: str
    needs: tuple[str, ...]
    avoids: tuple[str, ...]
    """The buses and drivers they cannot travel with: the operator's, never a driver's."""
    party: Party
    load: tuple[int, int]
    status: BookingStatus
    leg: str
    pickup: Point
    dropoff: Point
    earliest: datetime | None
    due_from: datetime | None
    """When they were told to be there: the exact time, once that was told."""
    latest: datetime | None
    arrive_by: datetime | None
    fare_pence: int
    person_note: str
    note: str
    facts: tuple[Fact, ...]

    def done(self, action: str) -> Fact | None:
        """The fact that closed this rider's pickup or dropoff, if one has."""
        dropped = last_of(self.facts, FactKind.DROPPED_OFF)
        if action == "dropoff":
            return dropped
        if dropped is not None:
            return last_of(self.facts, FactKind.BOARDED) or dropped
        return last_of(self.facts, FactKind.BOARDED, FactKind.NO_SHOW)

    def arrived(self, action: str) -> bool:
        """Whether the driver has reported being there; at the drop-off that is after boarding."""
        there = last_of(self.facts, FactKind.ARRIVED)
        boarded = last_of(self.facts, FactKind.BOARDED)
        if action == "pickup" or there is None:
            return there is not None
        return boarded is not None and there.at > boarded.at

    def place(self, action: str) -> Point:
        return self.pickup if action == "pickup" else self.dropoff


def read_riders(session: Session, day: date, booking_ids: Collection[int]) -> dict[int, Rider]:
    """The riders of these bookings of that service day, by booking id."""
    if not booking_ids:
        return {}
    facts = facts_of(session, booking_ids, day)
    rows = session.execute(_query().where(Booking.id.in_(booking_ids)))
    return {row.id: _rider(row, _counting(facts[row.id], _due_from(row))) for row in rows}


def _due_from(row: Any) -> datetime | None:
    told: datetime | None = row.told_pickup_at
    return told or row.promised_earliest


def _counting(facts: list[Fact], earliest: datetime | None) -> tuple[Fact, ...]:
    return tuple(
        fact
        for fact in standing(facts)
        if fact.kind is not FactKind.NO_SHOW or counts(fact, earliest)
    )


_Pickup = aliased(Place)
_Dropoff = aliased(Place)
_PLACE = ("id", "name", "village", "latitude", "longitude", "access_note", "person_id")


def _query() -> Select[Any]:
    booking = (
        Booking.id,
        Booking.request_id,
        Booking.person_id,
        Booking.party,
        Booking.load,
        Booking.status,
        Booking.leg,
        Booking.promised_earliest,
        Booking.told_pickup_at,
        Booking.promised_latest,
        Booking.promised_arrival,
        Booking.fare_pence,
    )
    ends = [
        getattr(place, column).label(f"{end}_{column}")
        for end, place in (("pickup", _Pickup), ("dropoff", _Dropoff))
        for column in _PLACE
    ]
    return (
        select(
            *booking,
            JourneyRequest.reference,
            JourneyRequest.note,
            Person.name,
            Person.needs,
            Person.avoids,
            Person.note.label("person_note"),
            *ends,
        )
        .join(JourneyRequest, JourneyRequest.id == Booking.request_id)
        .join(Person, Person.id == Booking.person_id)
        .join(_Pickup, _Pickup.id == Booking.pickup_place_id)
        .join(_Dropoff, _Dropoff.id == Booking.dropoff_place_id)
        .execution_options(populate_existing=True)
    )


def _rider(row: Any, facts: tuple[Fact, ...]) -> Rider:
    return Rider(
        booking_id=row.id,
        request_id=row.request_id,
        reference=row.reference,
        person_id=row.person_id,
        name=row.name,
        needs=tuple(row.needs),
        avoids=tuple(row.avoids),
        party=Party.from_json(row.party),
        load=(row.load[0], row.load[1]),
        status=BookingStatus(row.status),
        leg=row.leg,
        pickup=_point(row._mapping, "pickup"),
        dropoff=_point(row._mapping, "dropoff"),
        earliest=row.promised_earliest,
        due_from=_due_from(row),
        latest=row.promised_latest,
        arrive_by=row.promised_arrival,
        fare_pence=row.fare_pence,
        person_note=row.person_note,
        note=row.note,
        facts=facts,
    )


def _point(get: Any, end: str) -> Point:
    return Point(
        id=get[f"{end}_id"],
        name=get[f"{end}_name"],
        village=get[f"{end}_village"],
        latitude=get[f"{end}_latitude"],
        longitude=get[f"{end}_longitude"],
        access_note=get[f"{end}_access_note"],
        is_home=get[f"{end}_person_id"] is not None,
    )
