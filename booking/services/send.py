"""Send what is due: claimed by one worker, handed over outside any transaction.

A message is never sent after it went stale and never given up in silence: whom
it did not reach is put on the call handlers' list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from booking.adapters.messages import Carrier, CarrierError, Outgoing, carrier_from
from booking.context import Context
from booking.models import JourneyRequest, Message, Person
from booking.services.channels import CALL, Channel
from booking.services.message_words import Written
from booking.services.messages import add_message

CLAIMED_FOR: Final = timedelta(minutes=4)
"""Longer than a batch can take, so that nobody else sends what is being sent; and
shorter than the slack in `messages.ON_THE_LIST`, should the worker be killed."""
BATCH: Final = 20
AT_A_TIME: Final = timedelta(seconds=50)
"""After so long the rest is left to the next round."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=10)
TRIES: Final = 12
"""How often something without an hour to be stale at is tried."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until `until`; `tries` counts this one."""

    id: int
    tries: int
    until: datetime
    stale_at: datetime | None
    outgoing: Outgoing

    def is_over(self, now: datetime) -> bool:
        """Whether it went stale, or may be somebody else's by now."""
        return now >= self.until or (self.stale_at is not None and now >= self.stale_at)


def send_due(ctx: Context, *, now: datetime, carrier: Carrier | None = None) -> int:
    """Put what went stale on the call list, then send what is due; returns how many left.

    Safe to run at once in several workers, and again after a crash.
    """
    carrier = carrier or carrier_from(ctx.settings)
    began, sent = monotonic(), 0
    ring_instead(ctx, now=now)
    moment = now
    while moment < now + AT_A_TIME:
        batch = _claim(ctx, moment)
        if not batch:
            break
        for claimed in batch:
            # The clock goes on while we send: what went stale meanwhile stays here.
            moment = now + timedelta(seconds=monotonic() - began)
            sent += _deliver(ctx, carrier, claimed, moment)
    return sent


def send_message(
    ctx: Context, message_id: int, *, now: datetime, carrier: Carrier | None = None
) -> bool:
    """Send this one if it is due and nobody else is at it; whether it left."""
    carrier = carrier or carrier_from(ctx.settings)
    return any(_deliver(ctx, carrier, claimed, now) for claimed in _claim(ctx, now, message_id))


def ring_instead(ctx: Context, *, now: datetime) -> int:
    """Put everything that went stale unsent on the call list; returns how many."""
    with ctx.db.writing() as session:
        stale = session.scalars(
            select(Message)
            .where(_sendable(now), Message.stale_at.is_not(None), Message.stale_at <= now)
            .with_for_update(skip_locked=True)
        ).all()
        for message in stale:
            _give_up(session, message, "stale", message.error or "It was too late to send.", now)
    return len(stale)


def _claim(ctx: Context, now: datetime, message_id: int | None = None) -> list[Claimed]:
    """Make some due messages ours, by an update that only one worker can win."""
    until = now + CLAIMED_FOR
    due = [
        _sendable(now),
        _nothing_older_on_its_way(now),
        Message.due_at <= now,
        or_(Message.stale_at.is_(None), Message.stale_at > now),
    ]
    if message_id is not None:
        due.append(Message.id == message_id)
    with ctx.db.writing() as session:
        ids = session.scalars(
            select(Message.id).where(*due).order_by(Message.due_at, Message.id).limit(BATCH)
        ).all()
        won = session.scalars(
            update(Message)
            .where(Message.id.in_(ids), _sendable(now), _nothing_older_on_its_way(now))
            .values(claimed_until=until, attempts=Message.attempts + 1)
            .returning(Message)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).all()
        return [_claimed(message, until) for message in sorted(won, key=_turn)]


def _claimed(message: Message, until: datetime) -> Claimed:
    outgoing = Outgoing(
        key=message.key,
        channel=message.channel,
        recipient=message.recipient,
        subject=message.subject,
        body=message.body,
    )
    return Claimed(message.id, message.attempts, until, message.stale_at, outgoing)


def _deliver(ctx: Context, carrier: Carrier, claimed: Claimed, now: datetime) -> bool:
    if claimed.is_over(now) or not _still_wanted(ctx, claimed):
        # Given back: for `ring_instead` to find, or because a newer message took its place.
        with ctx.db.writing() as session:
            _release(session, claimed, {})
        return False
    try:
        if claimed.tries == 1 or not carrier.knows(claimed.outgoing.key):
            carrier.send(claimed.outgoing)
    except CarrierError as error:
        _not_sent(ctx, claimed, error, now)
        return False
    with ctx.db.writing() as session:
        session.execute(
            update(Message)
            .where(Message.id == claimed.id)
            .values(status="sent", sent_at=now, claimed_until=None, error="")
        )
    return True


def _not_sent(ctx: Context, claimed: Claimed, error: CarrierError, now: datetime) -> None:
    words = str(error)[:200]
    with ctx.db.writing() as session:
        if error.permanent or (claimed.stale_at is None and claimed.tries >= TRIES):
            message = session.get_one(Message, claimed.id)
            if message.status == "waiting":
                _give_up(session, message, "failed", words, now)
                return
            _release(session, claimed, {})
            return
        wait = min(FIRST_WAIT * 2 ** min(claimed.tries - 1, 10), LONGEST_WAIT)
        _release(session, claimed, {"due_at": now + wait, "error": words})


def _still_wanted(ctx: Context, claimed: Claimed) -> bool:
    """Whether nothing newer took its place while it stood in our queue."""
    with ctx.db.reading() as session:
        status = session.scalar(select(Message.status).where(Message.id == claimed.id))
    return status == "waiting"


def _release(session: Session, claimed: Claimed, values: dict[str, Any]) -> None:
    """Give a claim back, unless it ran out and is somebody else's by now."""
    session.execute(
        update(Message)
        .where(Message.id == claimed.id, Message.claimed_until == claimed.until)
        .values(claimed_until=None, **values)
    )


def _give_up(session: Session, message: Message, status: str, why: str, now: datetime) -> None:
    """Close a message unsent, and ask for a call in the same transaction.

    A message to nobody we know (a code to sign in) has no call to be made.
    """
    message.status, message.error, message.claimed_until = status, why, None
    if message.person_id is None:
        return
    person = session.get_one(Person, message.person_id)
    add_message(
        session,
        key=f"{message.key}:call",
        person_id=person.id,
        request_id=message.request_id,
        channel=Channel(CALL, person.phone),
        written=Written(message.subject, message.body),
        due_at=now,
        stale_at=None,
        now=now,
        error=f"The {message.channel} did not arrive: {why}"[:200],
    )


def _turn(message: Message) -> tuple[datetime, int]:
    return (message.due_at, message.id)


def _nothing_older_on_its_way(now: datetime) -> Any:
    """Nobody is just sending an older message about the same journey, or the one it replaces.

    Otherwise the newer one could arrive first. A claim ends with the attempt, or runs out.
    """
    older, journey = aliased(Message), aliased(JourneyRequest)
    replaced = (
        select(journey.replaces_id)
        .where(journey.id == Message.request_id)
        .correlate(Message)
        .scalar_subquery()
    )
    being_sent = select(older.id).where(
        or_(older.request_id == Message.request_id, older.request_id == replaced),
        older.id < Message.id,
        older.claimed_until > now,
    )
    return ~being_sent.correlate(Message).exists()


def _sendable(now: datetime) -> Any:
    """Waiting, not a call, and not in somebody's hands."""
    free = or_(Message.claimed_until.is_(None), Message.claimed_until <= now)
    return (Message.status == "waiting") & (Message.channel != CALL) & free
