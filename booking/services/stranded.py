"""Tell people that their bus cannot come, or that there is one again.

Bad news is written in the transaction that took the bus away, and held back a
short while: the planner may find another bus. Where it does, the message is taken
back unsent and nobody was worried for nothing; where it does not, or never ran,
the message leaves by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from booking.domain.plan_record import Run
from booking.domain.statuses import BookingStatus
from booking.models import Booking, JourneyRequest, Message, Plan, ZoneDay
from booking.services.channels import CALL
from booking.services.message_words import legs_of
from booking.services.messages import BUS_FOUND, DISRUPTED, NEW_TIME, bring_back, write_message
from booking.services.so_far import FREEZE_SECONDS
from booking.services.told_times import set_new_times
from booking.services.zone_days import current_runs

HELD_BACK: Final = timedelta(minutes=1)
"""How long the planner has to find another bus; several plannings fit in."""
MAY_BE_SEEN: Final = timedelta(seconds=15)
"""A call due within so long may be on a call handler's screen before the plan is written."""


class Unsent(NamedTuple):
    """Bad news that was taken back before anybody heard it."""

    message_id: int
    due_at: datetime


def tell_no_bus(
    session: Session,
    zone_day: ZoneDay,
    booking_ids: Collection[int],
    *,
    reason: str,
    now: datetime,
) -> None:
    """Write to everybody of these bookings that their bus cannot come, for when none is found.

    Called in the transaction that has written the plan without them.
    """
    for request in _requests_of(session, booking_ids):
        due_at, unsent = _due(session, request, now), _take_back(session, request, now)
        write_message(
            session,
            request.person,
            request,
            DISRUPTED,
            now=now,
            due_at=min(due_at, unsent.due_at) if unsent else due_at,
            # One breakdown after another is news, whatever the reason is.
            version=f"plan {zone_day.version}",
            reason=reason,
        )


def tell_bus_found(
    session: Session,
    zone_day: ZoneDay,
    *,
    before: Iterable[Run],
    now: datetime,
    moved: Collection[int] = (),
) -> None:
    """Tell everybody whom the plan now carries and carried no more `before`.

    Who has not heard yet that there was no bus need not hear that there is one; but if
    it comes at another time than we told them, they hear that, and so do those whom
    the plan has `moved` from a bus that was withdrawn.
    Called in the transaction that has written the plan. `before` are the runs as they
    were driven: whom a mis-tap had taken out of one never was without a bus.
    """
    found = _picked_up(current_runs(session, zone_day), before)
    anew = set_new_times(session, zone_day, found.union(moved))
    version, told = f"plan {zone_day.version}", set()
    for request in _requests_of(session, found):
        unsent = _take_back(session, request, now)
        if unsent is None or _has_heard(session, request, unsent):
            write_message(session, request.person, request, BUS_FOUND, now=now, version=version)
            told.add(request.id)
        elif any(leg.stranded for leg in legs_of(session, request, now)):
            # One direction has a bus again and the other has not: the words are other ones.
            write_message(
                session,
                request.person,
                request,
                DISRUPTED,
                now=now,
                due_at=unsent.due_at,
                version=f"{version} again",
                reason=last_reason(session, zone_day),
            )
    for request in _requests_of(session, anew):
        if request.id not in told:
            legs = tuple(booking.leg for booking in request.bookings if booking.id in anew)
            write_message(
                session, request.person, request, NEW_TIME, now=now, version=version, legs=legs
            )


def _picked_up(runs: Iterable[Run], before: Iterable[Run]) -> set[int]:
    """The bookings in these runs and not in those before."""
    now, then = (
        {stop.booking_id for run in some for stop in run.stops if stop.booking_id is not None}
        for some in (runs, before)
    )
    return now - then


def _requests_of(session: Session, booking_ids: Collection[int]) -> list[JourneyRequest]:
    """The journeys of those of the bookings that are promised."""
    theirs = select(Booking.request_id).where(
        Booking.id.in_(booking_ids), Booking.status == BookingStatus.BOOKED.value
    )
    found = session.scalars(
        select(JourneyRequest).where(JourneyRequest.id.in_(theirs)).order_by(JourneyRequest.id)
    )
    return list(found.unique())


def _due(session: Session, request: JourneyRequest, now: datetime) -> datetime:
    """At once for whom no other bus could come in time any more: they may be standing there."""
    reachable = now + timedelta(seconds=FREEZE_SECONDS)
    lost = [leg.latest for leg in legs_of(session, request, now) if leg.stranded and leg.latest]
    return now if any(latest <= reachable for latest in lost) else now + HELD_BACK


def _take_back(session: Session, request: JourneyRequest, now: datetime) -> Unsent | None:
    """Drop the bad news nobody has heard, and bring back what it took the place of.

    A conditional update: what a worker has claimed, or tried to send, stays.
    """
    session.flush()
    rows = session.execute(
        update(Message)
        .where(
            Message.request_id == request.id,
            Message.key.like(f"{DISRUPTED}:%"),
            Message.status == "waiting",
            Message.attempts == 0,
            Message.claimed_until.is_(None),
            or_(Message.channel != CALL, Message.due_at > now + MAY_BE_SEEN),
        )
        .values(status="stale", error="Not sent: it was no longer so.")
        .returning(Message.id, Message.key, Message.due_at)
        .execution_options(synchronize_session=False)
    ).all()
    for row in rows:
        bring_back(session, row.key)
    newest = max(rows, key=lambda row: row.id, default=None)
    return Unsent(newest.id, newest.due_at) if newest else None


def _has_heard(session: Session, request: JourneyRequest, unsent: Unsent) -> bool:
    """Whether they know of it all the same: from an earlier message, or one written since."""
    since = select(Message.id).where(
        Message.request_id == request.id,
        Message.id > unsent.message_id,
        Message.key.not_like(f"{NEW_TIME}:%"),
    )
    if session.scalar(since.limit(1)) is not None:
        return True
    last = session.scalar(
        select(Message.key)
        .where(
            Message.request_id == request.id,
            Message.id < unsent.message_id,
            or_(Message.status != "stale", Message.attempts > 0),
            or_(Message.key.like(f"{DISRUPTED}:%"), Message.key.like(f"{BUS_FOUND}:%")),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return last is not None and last.startswith(f"{DISRUPTED}:")


def last_reason(session: Session, zone_day: ZoneDay) -> str:
    """Why the last shift of that day was withdrawn, in the words of who did it."""
    changes = session.scalar(
        select(Plan.changes)
        .where(Plan.zone_day_id == zone_day.id, Plan.reason == "disrupted")
        .order_by(Plan.version.desc())
        .limit(1)
    )
    return str((changes or {}).get("why", ""))
