"""All journeys of a person, each in the list it belongs to: to come, turned down, before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from booking.context import Context
from booking.domain.service_day import today
from booking.domain.statuses import RequestStatus
from booking.models import Account, JourneyRequest
from booking.services.journeys import JourneyView, journey_views, status_now

PAST_AT_MOST: Final = 20
SHOWN: Final = (
    RequestStatus.BOOKED,
    RequestStatus.WAITING,
    RequestStatus.CANCELLED,
    RequestStatus.REFUSED,
)


@dataclass(frozen=True, slots=True)
class MyJourneys:
    """A person's journeys: those still to come in order of time, and the last ones."""

    coming: tuple[JourneyView, ...]
    turned_down: tuple[JourneyView, ...]
    """What we could not do, of days that are not over: there may be something else to choose."""
    not_going: tuple[JourneyView, ...]
    """Cancelled, or gone another way since, of days still to come."""
    past: tuple[JourneyView, ...]
    unfinished_id: int | None
    """A request that is held but not booked yet."""


def list_journeys(ctx: Context, account: Account, *, now: datetime) -> MyJourneys:
    """All journeys of the person this account travels as."""
    with ctx.db.reading() as session:
        mine = JourneyRequest.person_id == account.person_id
        requests = session.scalars(
            select(JourneyRequest)
            .where(mine, JourneyRequest.status.in_(SHOWN), JourneyRequest.reference.is_not(None))
            .order_by(JourneyRequest.service_date.desc(), JourneyRequest.id.desc())
            .limit(200)
        ).unique()
        journeys = journey_views(session, requests.all(), now)
        held = session.scalars(
            select(JourneyRequest)
            .where(mine, JourneyRequest.status == RequestStatus.HELD.value)
            .order_by(JourneyRequest.id.desc())
        ).unique()
        unfinished = next((r.id for r in held if status_now(r, now) is RequestStatus.HELD), None)
    return _sorted(journeys, today(now), unfinished)


def _sorted(journeys: list[JourneyView], date_now: date, unfinished: int | None) -> MyJourneys:
    """Every journey in the one list it belongs to; a day to come is never among those before."""
    coming = sorted((j for j in journeys if j.coming), key=_first_moment)
    rest = [j for j in journeys if not j.coming]
    turned_down = [j for j in rest if j.day >= date_now and _to_be_told(j, coming)]
    rest = [j for j in rest if j not in turned_down]
    return MyJourneys(
        coming=tuple(coming),
        turned_down=tuple(sorted(turned_down, key=_first_moment)),
        not_going=tuple(sorted((j for j in rest if j.day > date_now), key=_first_moment)),
        past=tuple([j for j in rest if j.day <= date_now][:PAST_AT_MOST]),
        unfinished_id=unfinished,
    )


def _to_be_told(journey: JourneyView, coming: list[JourneyView]) -> bool:
    """Whether it was turned down, and they have not booked the same way again since."""
    ends = {journey.from_words, journey.to_words}
    return journey.refused_by_night and not any(
        later.request_id > journey.request_id and {later.from_words, later.to_words} == ends
        for later in coming
    )


def _first_moment(journey: JourneyView) -> tuple[date, float]:
    shown = journey.shown
    return (journey.day, shown.earliest.timestamp() if shown.earliest else 0.0)
