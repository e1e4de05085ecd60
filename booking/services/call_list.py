"""The call list: people to ring, who has no bus any more first, and what came of each call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Invalid, NotFound
from booking.domain.service_day import today
from booking.domain.statuses import BookingStatus
from booking.models import AuditEntry, Booking, JourneyRequest, Message, Person
from booking.services.channels import CALL
from booking.services.messages import DISRUPTED
from booking.services.people import phone_words
from booking.services.zone_days import carried_by_plan

TOLD: Final = "told"
NO_ANSWER: Final = "no_answer"
OUTCOMES: Final = (TOLD, NO_ANSWER)
RING_AGAIN: Final = timedelta(minutes=15)
URGENT: Final = timedelta(hours=2)
EXPECTED: Final = (
    BookingStatus.BOOKED.value,
    BookingStatus.WAITING.value,
    BookingStatus.HELD.value,
    BookingStatus.MISSED.value,
)
"""States in which a bus is expected, or was to the last."""


@dataclass(frozen=True, slots=True)
class CallView:
    """Somebody to ring. `comes_at` is the next pick-up that was promised and is not over
    (None: there is none); of who is `stranded`, the next one no bus comes to."""

    message_id: int
    person_id: int | None
    name: str
    village: str
    phone: str
    why: str
    """Why they are rung: a text that failed, or empty where a call is what they asked for."""
    paragraphs: tuple[str, ...]
    reference: str
    request_id: int | None
    comes_at: datetime | None
    due_at: datetime
    tries: int
    urgent: bool
    stranded: bool
    """Whether they are rung because their bus broke down, and no other is found."""
    passed: bool
    """Whether every bus of that journey was to have come by now."""
    last_at: datetime | None
    """When the last of the buses the call is about was to come."""
    is_today: bool
    """Whether `last_at` lies on the day that it is now."""

    @property
    def too_late(self) -> bool:
        """Whether ringing is of no use any more. Who may still stand there is always rung."""
        return self.passed and not self.waiting_there

    @property
    def waiting_there(self) -> bool:
        """Whether they may be standing at the stop for a bus that broke down."""
        return self.passed and self.stranded and self.is_today

    @property
    def resting(self) -> bool:
        """Whether they did not answer just now, and are to be tried again later."""
        return self.tries > 0


@dataclass(frozen=True, slots=True)
class CallListView:
    """Whom to ring now, who is to be tried again later, and how many were told today."""

    now: tuple[CallView, ...]
    later: tuple[CallView, ...]
    overdue: int
    """Calls whose bus has come and gone before anybody got through."""


def list_calls(ctx: Context, *, now: datetime, limit: int = 200) -> CallListView:
    """Everybody to ring: who has no bus any more, today's first; then whose bus comes first."""
    broke_down = Message.key.like(f"{DISRUPTED}:%")
    with ctx.db.reading() as session:
        waiting = session.scalars(
            select(Message)
            .where(Message.channel == CALL, Message.status == "waiting")
            .order_by(broke_down.desc(), Message.due_at, Message.id)
            .limit(limit)
        ).all()
        windows = _windows(session, waiting)
        calls = [_view(session, message, windows, now) for message in waiting]
    gone = [call for call in calls if call.too_late]
    left = [call for call in calls if not call.too_late]
    due = sorted((call for call in left if call.due_at <= now), key=_urgency)
    # What was never tried and is not yet due is held back: there may be no need to ring.
    later = tuple(call for call in left if call.due_at > now and call.resting)
    return CallListView(tuple(due), later, len(gone))


def count_calls(ctx: Context, *, now: datetime) -> int:
    """How many people wait to be rung now."""
    return len(list_calls(ctx, now=now).now)


def close_call(
    ctx: Context, message_id: int, outcome: str, *, account_id: int, now: datetime
) -> None:
    """Write down what came of a call: told (done), or no answer (tried again later).

    Repeating it changes nothing more. Raises NotFound where there is no such call.
    """
    if outcome not in OUTCOMES:
        raise Invalid("Say whether you told them, or they did not answer.", "outcome")
    with ctx.db.writing() as session:
        message = session.get(Message, message_id)
        if message is None or message.channel != CALL:
            raise NotFound("That call is not on the list. Look at the list again.")
        if message.status != "waiting":
            return
        if outcome == TOLD:
            message.status, message.sent_at = "done", now
        else:
            message.attempts += 1
            message.due_at = now + RING_AGAIN
        session.add(
            AuditEntry(
                at=now,
                account_id=account_id,
                action=f"call.{outcome}",
                subject=f"message:{message_id}",
                detail={"person": message.person_id},
            )
        )


def told_on_the_phone(ctx: Context, request_id: int, *, now: datetime) -> int:
    """They heard it in this very call: nobody need ring them about it; returns how many calls."""
    with ctx.db.writing() as session:
        closed = session.execute(
            update(Message)
            .where(
                Message.request_id == request_id,
                Message.channel == CALL,
                Message.status == "waiting",
            )
            .values(status="done", sent_at=now)
        )
        return int(closed.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Window:
    """A pick-up that was promised: when its window closes, and the time they are told."""

    closes: datetime
    told: datetime
    has_bus: bool


def _windows(session: Session, messages: Iterable[Message]) -> dict[int, list[_Window]]:
    """Request id → the windows of its pick-ups, those over included.

    Plans are read only where a bus broke down; elsewhere everybody has one.
    """
    about = {one.request_id for one in messages if one.request_id is not None}
    lost = {one.request_id for one in messages if _broke_down(one)}
    rows = session.execute(
        select(
            Booking.id,
            Booking.request_id,
            Booking.zone_day_id,
            Booking.promised_latest,
            Booking.told_pickup_at,
        ).where(Booking.request_id.in_(about), Booking.status.in_(EXPECTED))
    ).all()
    days = {row.zone_day_id for row in rows if row.request_id in lost}
    carried = {day: carried_by_plan(session, day) for day in days}
    found: dict[int, list[_Window]] = defaultdict(list)
    for row in rows:
        if row.promised_latest is not None:
            has_bus = row.request_id not in lost or row.id in carried[row.zone_day_id]
            told = row.told_pickup_at or row.promised_latest
            found[row.request_id].append(_Window(row.promised_latest, told, has_bus))
    return found


def _broke_down(message: Message) -> bool:
    """Whether it says that a bus broke down; it waits until there is a bus again."""
    return message.key.startswith(f"{DISRUPTED}:")


def _view(
    session: Session, message: Message, windows: dict[int, list[_Window]], now: datetime
) -> CallView:
    person = session.get(Person, message.person_id) if message.person_id else None
    request = session.get(JourneyRequest, message.request_id) if message.request_id else None
    promised = windows.get(message.request_id or 0, [])
    without = [window for window in promised if not window.has_bus]
    about = without or promised
    # A driver may not have reported the way there: what is over says nothing of the way home.
    comes_at = min((one.told for one in about if one.closes >= now), default=None)
    last_at = max((one.told for one in about), default=None)
    return CallView(
        message_id=message.id,
        person_id=message.person_id,
        name=person.name if person else "Somebody we do not know",
        village=person.village if person else "",
        phone=phone_words(person.phone if person else message.recipient),
        why=message.error,
        paragraphs=tuple(p.strip() for p in message.body.split("\n\n") if p.strip()),
        reference=(request.reference or "") if request else "",
        request_id=message.request_id,
        comes_at=comes_at,
        due_at=message.due_at,
        tries=message.attempts,
        urgent=comes_at is not None and comes_at - now <= URGENT,
        stranded=bool(without),
        passed=bool(about) and comes_at is None,
        last_at=last_at,
        is_today=last_at is not None and today(last_at) == today(now),
    )


def _urgency(call: CallView) -> tuple[bool, bool, float, datetime]:
    """Who has no bus first, by its time, so that today's lead; then whose bus comes first;
    the rest oldest first."""
    at = call.comes_at or (call.last_at if call.stranded else None)
    return (not call.stranded, at is None, at.timestamp() if at else 0.0, call.due_at)
