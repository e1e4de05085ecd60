"""The call list: people to ring, most urgent first, and what came of each call."""

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
from booking.domain.statuses import BookingStatus
from booking.models import AuditEntry, Booking, JourneyRequest, Message, Person
from booking.services.channels import CALL
from booking.services.messages import DISRUPTED
from booking.services.people import phone_words

TOLD: Final = "told"
NO_ANSWER: Final = "no_answer"
OUTCOMES: Final = (TOLD, NO_ANSWER)
RING_AGAIN: Final = timedelta(minutes=15)
URGENT: Final = timedelta(hours=2)
LIVE: Final = (BookingStatus.BOOKED.value, BookingStatus.WAITING.value, BookingStatus.HELD.value)


@dataclass(frozen=True, slots=True)
class CallView:
    """Somebody to ring. `comes_at` is the next pick-up to come (None: there is none)."""

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
    disrupted: bool
    """Whether they are rung because their bus broke down."""
    passed: bool
    """Whether every bus of that journey was to have come by now."""

    @property
    def too_late(self) -> bool:
        """Whether ringing is of no use any more. Who may still stand there is always rung."""
        return self.passed and not self.disrupted

    @property
    def waiting_there(self) -> bool:
        """Whether they may be standing at the stop for a bus that broke down."""
        return self.passed and self.disrupted

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
    """Everybody to ring: who waits for a bus that broke down, then whose bus comes first."""
    with ctx.db.reading() as session:
        waiting = session.scalars(
            select(Message)
            .where(Message.channel == CALL, Message.status == "waiting")
            .order_by(Message.due_at, Message.id)
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


Window = tuple[datetime, datetime]
"""Of a pick-up: when its window closes, and the time they are told."""


def _windows(session: Session, messages: Iterable[Message]) -> dict[int, list[Window]]:
    """Request id → the windows of its pick-ups, those over included."""
    requests = {message.request_id for message in messages if message.request_id is not None}
    rows = session.execute(
        select(Booking.request_id, Booking.promised_latest, Booking.told_pickup_at).where(
            Booking.request_id.in_(requests),
            Booking.status.in_(LIVE),
        )
    )
    found: dict[int, list[Window]] = defaultdict(list)
    for request_id, latest, told in rows:
        if latest is not None:
            found[request_id].append((latest, told or latest))
    return found


def _view(
    session: Session, message: Message, windows: dict[int, list[Window]], now: datetime
) -> CallView:
    person = session.get(Person, message.person_id) if message.person_id else None
    request = session.get(JourneyRequest, message.request_id) if message.request_id else None
    closing = windows.get(message.request_id or 0, [])
    # A driver may not have reported the way there: what is over says nothing of the way home.
    comes_at = min((told for latest, told in closing if latest >= now), default=None)
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
        disrupted=message.key.startswith(f"{DISRUPTED}:"),
        passed=bool(closing) and comes_at is None,
    )


def _urgency(call: CallView) -> tuple[bool, bool, float, datetime]:
    """Who may stand at the stop first, then buses that come soon; the rest oldest first."""
    moment = call.comes_at.timestamp() if call.comes_at else 0.0
    return (not call.waiting_there, call.comes_at is None, moment, call.due_at)
