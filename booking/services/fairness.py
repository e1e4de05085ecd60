"""How much each waiting request weighs in the batch: what it is for, and fair shares among equals.

What a journey is for comes first. Among equals those go first who were turned away
before, and those who have no other way to get there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from booking.domain.service_day import today
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import PurposeKind
from booking.models import Booking, JourneyRequest, Person, Refusal, ZoneDay

PURPOSE_WEIGHT: Final = {
    PurposeKind.APPOINTMENT: 3.0,
    PurposeKind.SESSION: 2.0,
    PurposeKind.OTHER: 1.0,
}
REFUSED_BEFORE_WEIGHT: Final = 0.8
"""Added for each day in a row on which they were turned away, up to `REFUSED_AT_MOST`."""
REFUSED_AT_MOST: Final = 2
NO_OTHER_WAY_WEIGHT: Final = 0.1
BELOW_APPOINTMENT: Final = 2.95
"""The most that anything but an appointment weighs."""
# Among equals: refused once and with no other way, an outing still weighs less than a
# session (1.9 to 2.0). Refused twice in a row it goes before one, and before two others
# with a shorter way: who lives far out would otherwise be refused every week, for two
# near ones fit into the time. An appointment goes before all of that, whatever happened;
# without an end, asking every day for what cannot be would in time beat the hospital.
FAIR_DAYS: Final = 60
"""How long a refusal is remembered."""

NO_ROOM: Final = frozenset(
    {
        *("capacity", "wheelchair", "vehicle", "no_buses", "break", "distance"),
        *("promise", "ride_limit_on_board", "avoided", "companion"),
    }
)
"""Rules that mean we had not enough buses. The others mean that the wish itself could not
be: outside the hours or the zone, too late, too far ahead. Being told so is no bad luck
to be made good, and asking for it again would be a way to the front."""

_TAKEN: Final = (
    *(BookingStatus.BOOKED.value, BookingStatus.ON_BOARD.value, BookingStatus.COMPLETED.value),
    *(BookingStatus.LATE_CANCELLED.value, BookingStatus.NO_SHOW.value),
)
"""States of a booking that had its seat. One cancelled in good time gave it back, and one we
missed never had it: neither makes up for a refusal."""


@dataclass(frozen=True, slots=True)
class FairShares:
    """What is added to the weight of a request, in the same unit as `PURPOSE_WEIGHT`."""

    refused_before: float = REFUSED_BEFORE_WEIGHT
    no_other_way: float = NO_OTHER_WAY_WEIGHT
    at_most: float = BELOW_APPOINTMENT

    def weight(self, purpose: PurposeKind, refused: int, no_other_way: bool) -> float:
        """Of somebody who goes for this and was refused so often in a row."""
        whole = (
            PURPOSE_WEIGHT[purpose]
            + self.refused_before * min(refused, REFUSED_AT_MOST)
            + self.no_other_way * no_other_way
        )
        return whole if purpose is PurposeKind.APPOINTMENT else min(whole, self.at_most)


FAIR: Final = FairShares()


def weights_of(
    session: Session, zone_day_id: int, now: datetime, shares: FairShares = FAIR
) -> dict[int, float]:
    """booking id → how much it weighs to be left out, for everybody who waits."""
    rows = session.execute(
        select(Booking.id, JourneyRequest.purpose, JourneyRequest.person_id, Person.no_other_way)
        .join(JourneyRequest, JourneyRequest.id == Booking.request_id)
        .join(Person, Person.id == JourneyRequest.person_id)
        .where(
            Booking.zone_day_id == zone_day_id,
            Booking.status == BookingStatus.WAITING.value,
        )
    ).all()
    decided = session.get_one(ZoneDay, zone_day_id).service_date
    refused = refused_in_a_row(session, {row.person_id for row in rows}, now, decided)
    return {
        row.id: shares.weight(
            PurposeKind(row.purpose), refused.get(row.person_id, 0), row.no_other_way
        )
        for row in rows
    }


def refused_in_a_row(
    session: Session, people: set[int], now: datetime, decided: date
) -> dict[int, int]:
    """person id → service days on which there was no room for them since we last took them.

    A seat on a day after the one `decided` is still to come, and makes nothing good yet.

    Days, not refusals: in instant mode somebody asks for ten o'clock, for half past and
    for eleven, and is refused three times for one outing. A day on which they were taken
    after all is none. Who withdrew was not refused, and is not counted either.
    """
    since = today(now) - timedelta(days=FAIR_DAYS)
    taken: dict[int, date] = {}
    for person, day in session.execute(_taken(people, since, decided)):
        taken[person] = max(day, taken.get(person, day))
    counts: dict[int, int] = {}
    for person, day in session.execute(_refused(people, since)):
        if person not in taken or day > taken[person]:
            counts[person] = counts.get(person, 0) + 1
    return counts


def _taken(people: set[int], since: date, until: date) -> Select[int, date]:
    """The days on which these people had a seat, each once; both ends included."""
    return (
        select(JourneyRequest.person_id, JourneyRequest.service_date)
        .join(Booking, Booking.request_id == JourneyRequest.id)
        .where(
            JourneyRequest.person_id.in_(people),
            JourneyRequest.service_date.between(since, until),
            Booking.status.in_(_TAKEN),
        )
        .distinct()
    )


def _refused(people: set[int], since: date) -> Select[int, date]:
    """The days on which there was no room for these people, each once.

    A request refused at first whose other time they took is no refusal any more. Nor is
    a change of a journey that stays booked: they have a bus. Whoever was let wait for the
    batch could have gone, and counts by whatever rule it was that they could not.
    """
    kept = aliased(JourneyRequest)
    waited = exists().where(
        Booking.request_id == JourneyRequest.id, Booking.status == BookingStatus.REFUSED.value
    )
    return (
        select(JourneyRequest.person_id, JourneyRequest.service_date)
        .join(Refusal, Refusal.request_id == JourneyRequest.id)
        .outerjoin(kept, kept.id == JourneyRequest.replaces_id)
        .where(
            JourneyRequest.person_id.in_(people),
            JourneyRequest.service_date >= since,
            JourneyRequest.status == RequestStatus.REFUSED.value,
            Refusal.rule.in_(NO_ROOM) | waited,
            kept.id.is_(None) | (kept.status != RequestStatus.BOOKED.value),
        )
        .distinct()
    )
