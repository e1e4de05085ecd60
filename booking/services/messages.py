"""Write the messages that follow from what happened, in the same transaction.

Nothing is sent here: `booking/services/send.py` does that after the commit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from booking.config import Scheme
from booking.domain.statuses import RequestStatus
from booking.models import JourneyRequest, Message, Person
from booking.services import outbox
from booking.services.channels import CALL, Channel, choose_channel
from booking.services.message_words import LegWords, Written, legs_of, write_words

ON_THE_LIST: Final = timedelta(minutes=35)
"""Whom no message reached is to be on the call list half an hour before the bus
comes; five minutes more, so that the list is written in time."""
AT_LEAST: Final = timedelta(minutes=5)
"""How long even a very late message is worth trying to send."""
SEND_TASK: Final = "send_message"
DISRUPTED: Final = "disrupted"
BUS_FOUND: Final = "bus_found"
NEW_TIME: Final = "new_time"
KINDS: Final = frozenset(
    {
        "booked",
        "cancelled",
        "changed",
        BUS_FOUND,
        NEW_TIME,
        "day_before",
        "reminder",
        "waiting",
        "batch_refused",
        DISRUPTED,
    }
)
ADDS_TO: Final = frozenset({"reminder"})
"""Kinds that say less than the message before them, and so do not take its place."""
OVERTAKEN: Final = "A newer message took its place: "
"""Followed by the key of that message, so that it can give the place back."""
FACTS: Final[dict[str, Any]] = {"legs": (), "why": "", "instead": "", "reason": "", "when": ""}
"""What templates may ask for, and what it is where the caller does not say."""


def write_message(
    session: Session,
    person: Person,
    request: JourneyRequest | None,
    kind: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    stale_at: datetime | None = None,
    version: str = "",
    heard: bool = False,
    **facts: Any,
) -> None:
    """Tell a person something about a journey, in the caller's transaction.

    The words are made from the request's bookings as this transaction leaves
    them, and from `facts`: `legs` (cancelled, new_time: which directions), `why`
    and `instead` (batch_refused) and `reason` (disrupted) in a few words of their own. What was
    already told in the same words (or as the same `version`) is not written twice.
    With `heard` they are being told in the call in which it is done: nobody rings
    them about it. `due_at` defaults to now; `stale_at` to 35 minutes before the first pick-up:
    from then on the person is rung instead.

    The scheme's name and number come from `session.info["scheme"]`.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of message; they are {sorted(KINDS)}.")
    legs = legs_of(session, request, now)
    settled = kind == DISRUPTED or not any(leg.stranded for leg in legs)
    due_at = due_at or now
    stale_at = stale_at or goes_stale(legs, due_at)
    channel = choose_channel(person, kind, due_at=due_at, stale_at=stale_at)
    if channel.name == CALL and (heard or _heard_already(request, kind)):
        _overtake(session, request, kind, kept="", settled=settled)
        return
    scheme = session.info.get("scheme") or Scheme()
    reference = request.reference if request else None
    written = write_words(channel.name, kind, person, reference, legs, scheme, {**FACTS, **facts})
    about = f"request:{request.id}" if request else f"person:{person.id}"
    key = f"{kind}:{about}:{version or _digest(written)}"
    is_new = add_message(
        session,
        key=key,
        person_id=person.id,
        request_id=request.id if request else None,
        channel=channel,
        written=written,
        due_at=due_at,
        stale_at=stale_at,
        now=now,
    )
    if is_new and kind not in ADDS_TO:
        _overtake(session, request, kind, kept=key, settled=settled)


def add_message(
    session: Session,
    *,
    key: str,
    person_id: int | None,
    request_id: int | None,
    channel: Channel,
    written: Written,
    due_at: datetime,
    stale_at: datetime | None,
    now: datetime,
    error: str = "",
) -> bool:
    """Write the row, unless one with this key is there; returns whether it was written.

    What can be sent is also put into the outbox, so that it leaves at once.
    """
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    message_id = session.scalar(
        insert(Message)
        .values(
            key=key,
            person_id=person_id,
            request_id=request_id,
            channel=channel.name,
            recipient=channel.recipient,
            subject=written.subject,
            body=written.body,
            status="waiting",
            attempts=0,
            error=error,
            due_at=due_at,
            stale_at=stale_at,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Message.id)
    )
    if message_id is not None and channel.name != CALL:
        outbox.add(session, SEND_TASK, {"message_id": message_id}, due_at=due_at, now=now)
    return message_id is not None


def goes_stale(legs: tuple[LegWords, ...], due_at: datetime) -> datetime | None:
    """From when on the person is rung instead: 35 minutes before the next pick-up.

    A message that is due later than that (a breakdown just before) is still tried
    for five minutes. One about journeys that are over never goes stale.
    """
    ahead = [leg.earliest for leg in legs if leg.earliest and leg.latest and leg.latest > due_at]
    if not ahead:
        return None
    return max(min(ahead) - ON_THE_LIST, due_at + AT_LEAST)


def _overtake(
    session: Session, request: JourneyRequest | None, kind: str, *, kept: str, settled: bool
) -> None:
    """Drop what is still waiting about this journey: the newest message says it all.

    Without this a text that failed at first could arrive after the one that says
    the journey is cancelled; so what a worker is sending just now is dropped too,
    and not tried again should it fail. Only that a bus broke down is told in any
    case, until it is `settled`: there is a bus again, or they need none. And that the
    bus of one direction comes at a new time is told before it is said that it still comes.
    """
    if request is None:
        return
    # What it is to replace stands until it is let go of, and so do the messages about it.
    replaced = select(JourneyRequest.id).where(
        JourneyRequest.id == request.replaces_id,
        JourneyRequest.status == RequestStatus.REPLACED.value,
    )
    session.execute(
        update(Message)
        .where(
            or_(Message.request_id == request.id, Message.request_id.in_(replaced)),
            Message.status == "waiting",
            Message.key != kept,
            true() if settled else Message.key.not_like(f"{DISRUPTED}:%"),
            Message.key.not_like(f"{NEW_TIME}:%") if kind == DISRUPTED else true(),
        )
        .values(status="stale", error=f"{OVERTAKEN}{kept}")
        .execution_options(synchronize_session=False)
    )


def bring_back(session: Session, key: str) -> None:
    """What the message of that key took the place of is to be sent after all: it never left.

    Not so what was said of having a bus or none: that is no longer so.
    """
    session.execute(
        update(Message)
        .where(
            Message.status == "stale",
            Message.error == f"{OVERTAKEN}{key}",
            Message.key.not_like(f"{DISRUPTED}:%"),
            Message.key.not_like(f"{BUS_FOUND}:%"),
        )
        .values(status="waiting", error="")
        .execution_options(synchronize_session=False)
    )


def _heard_already(request: JourneyRequest | None, kind: str) -> bool:
    """Whether they were told as they booked, on the phone or on the page.

    Only what the nightly batch decided is news to them.
    """
    if request is None or kind not in ("booked", "waiting"):
        return False
    return kind == "waiting" or not _decided_by_batch(request)


def _decided_by_batch(request: JourneyRequest) -> bool:
    chosen = [offer for offer in request.offers if offer.number == request.chosen]
    return any(leg.get("waiting") for offer in chosen for leg in offer.legs)


def _digest(written: Written) -> str:
    return sha256(f"{written.subject}\n{written.body}".encode()).hexdigest()[:16]
