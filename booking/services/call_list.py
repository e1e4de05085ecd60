"""The call list: people to ring, who has no bus any more first, and what came of each call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from booking.context import Context
from booking.domain.errors import Invalid, NotFound
from booking.domain.service_day import moment, today
from booking.domain.statuses import BookingStatus
from booking.models import AuditEntry, Booking, JourneyRequest, Message, Person
from booking.services.channels import CALL
from booking.services.messages import DISRUPTED
from booking.services.people import phone_words
from booking.services.zone_days import carried_on

TOLD: Final = "told"
NO_ANSWER: Final = "no_answer"
NOT_YET: Final = "not_yet"
"""Said by mistake, and taken back by who said it."""
TAKEN_BACK_WITHIN: Final = timedelta(minutes=15)
OUTCOMES: Final = (TOLD, NO_ANSWER, NOT_YET)
MISSED: Final = "failed"
"""The status of a call that was never made: its bus came before anybody got through."""
RING_AGAIN: Final = timedelta(minutes=15)
URGENT: Final = timedelta(hours=2)
LISTED_AT_MOST: Final = 200
"""So many are shown at once; who comes after them moves up as calls are made."""
NOBODY: Final = "Nobody got through in time."
"""Why a call was closed that was never made."""
STRANGER: Final = "Somebody we do not know"
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
    def waiting_there(self) -> bool:
        """Whether they may be standing at the stop for a bus that broke down."""
        return self.passed and self.stranded and self.is_today

    @property
    def resting(self) -> bool:
        """Whether they did not answer just now, and are to be tried again later."""
        return self.tries > 0


@dataclass(frozen=True, slots=True)
class CallListView:
    """Whom to ring now, who is to be tried again later, and whom nobody reached today."""

    now: tuple[CallView, ...]
    more: int
    """How many more are due now than are shown."""
    later: tuple[CallView, ...]
    overdue: int
    """Calls whose bus came and went today before anybody got through."""


class Said(NamedTuple):
    """Whom a call was to, and whether what came of it was news."""

    name: str
    is_news: bool


def list_calls(ctx: Context, *, now: datetime, limit: int = LISTED_AT_MOST) -> CallListView:
    """Everybody to ring: who has no bus any more, today's first; then whose bus comes first."""
    with ctx.db.reading() as session:
        rows = session.execute(_to_ring(now)).all()
        windows = _windows(session, [row.Message for row in rows])
        overdue = session.scalar(_missed_today(now)) or 0
    calls = [_view(row, windows, now) for row in rows]
    due = sorted((call for call in calls if call.due_at <= now), key=_urgency)
    later = tuple(call for call in calls if call.due_at > now)
    return CallListView(tuple(due[:limit]), len(due[limit:]), later, overdue)


def count_calls(ctx: Context, *, now: datetime) -> int:
    """How many people wait to be rung now."""
    due = select(func.count(Message.id)).where(_open(now), Message.due_at <= now)
    with ctx.db.reading() as session:
        return session.scalar(due) or 0


def close_missed_calls(ctx: Context, *, now: datetime) -> int:
    """Close the calls that came to nothing, because ringing is of no use any more; how many."""
    with ctx.db.writing() as session:
        closed = session.execute(
            update(Message)
            .where(_waiting(), _too_late(now))
            .values(status=MISSED, error=NOBODY)
            .execution_options(synchronize_session=False)
        )
        return int(closed.rowcount)  # type: ignore[attr-defined]


def close_call(
    ctx: Context, message_id: int, outcome: str, *, account_id: int, now: datetime
) -> Said:
    """Write down what came of a call: told (done), no answer (tried again later), or that
    the same account said one of these by mistake just now.

    Repeating it changes nothing more. Who got through at the last moment has told them,
    though the call was closed as missed. Raises NotFound where there is no such call.
    """
    if outcome not in OUTCOMES:
        raise Invalid("Say whether you told them, or they did not answer.", "outcome")
    with ctx.db.writing() as session:
        message = session.get(Message, message_id, with_for_update={"of": Message})
        if message is None or message.channel != CALL:
            raise NotFound("That call is not on the list. Look at the list again.")
        person = session.get(Person, message.person_id) if message.person_id else None
        name = person.name if person else STRANGER
        if outcome == NOT_YET:
            is_news = _take_back(session, message, account_id, now)
        else:
            is_news = _close(message, outcome, now)
        if is_news:
            session.add(
                AuditEntry(
                    at=now,
                    account_id=account_id,
                    action=f"call.{outcome}",
                    subject=f"message:{message_id}",
                    detail={"person": message.person_id},
                )
            )
        return Said(name, is_news)


def _close(message: Message, outcome: str, now: datetime) -> bool:
    """Close it, or put it off; False where it is closed already."""
    if message.status != "waiting" and (message.status, outcome) != (MISSED, TOLD):
        return False
    if outcome == TOLD:
        message.status, message.sent_at = "done", now
    else:
        message.attempts += 1
        message.due_at = now + RING_AGAIN
    return True


def _take_back(session: Session, message: Message, account_id: int, now: datetime) -> bool:
    """To be rung at once, as before; False where somebody else has rung since, it is long
    ago, or there is newer news, so that its words may be true no more."""
    last = session.scalar(
        select(AuditEntry)
        .where(AuditEntry.subject == f"message:{message.id}", AuditEntry.action.like("call.%"))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    if last is None or last.account_id != account_id or now - last.at > TAKEN_BACK_WITHIN:
        return False
    newer = select(Message.id).where(
        Message.request_id == message.request_id,
        Message.request_id.is_not(None),
        Message.id > message.id,
        Message.status != "stale",
    )
    if session.scalar(newer.limit(1)) is not None:
        return False
    if (last.action, message.status) == (f"call.{TOLD}", "done"):
        message.status, message.sent_at = "waiting", None
        message.error = "" if message.error == NOBODY else message.error
    elif (last.action, message.status) == (f"call.{NO_ANSWER}", "waiting"):
        message.attempts -= 1
    else:
        return False
    message.due_at = now
    return True


def _waiting() -> ColumnElement[bool]:
    """A call nobody has made yet."""
    return and_(Message.channel == CALL, Message.status == "waiting")


def _open(now: datetime) -> ColumnElement[bool]:
    """A call nobody has made yet, while it is of use."""
    return and_(_waiting(), ~_too_late(now))


def _too_late(now: datetime) -> ColumnElement[bool]:
    """Whether ringing is of no use any more: every bus was to have come, or the day is over.

    Whose bus broke down may still stand there: they are rung until the day is over.
    """
    day_begins = moment(today(now), 0)
    coming, of_today = (_has_pickup(Booking.promised_latest >= at) for at in (now, day_begins))
    promised = _has_pickup(Booking.promised_latest.is_not(None))
    past = select(JourneyRequest.id).where(
        JourneyRequest.id == Message.request_id, JourneyRequest.service_date < today(now)
    )
    day_over = and_(past.correlate(Message).exists(), ~of_today)
    return and_(~coming, or_(and_(promised, ~_lost_their_bus()), day_over))


def _has_pickup(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the journey has a pick-up like that, and it is not reported as over."""
    theirs = select(Booking.id).where(
        Booking.request_id == Message.request_id, Booking.status.in_(EXPECTED), which
    )
    return theirs.correlate(Message).exists()


def _lost_their_bus() -> ColumnElement[bool]:
    """Whether they are still to be told that the bus of this journey broke down."""
    other = aliased(Message)
    bad_news = select(other.id).where(
        other.request_id == Message.request_id,
        other.channel == CALL,
        other.status == "waiting",
        other.key.like(f"{DISRUPTED}:%"),
    )
    return bad_news.correlate(Message).exists()


def _to_ring(now: datetime) -> Select[Message, str, str, str, str | None]:
    """The calls to be made now or again later, with whom they are to and what about.

    What was never tried and is not yet due is held back: there may be no need to ring.
    """
    return (
        select(Message, Person.name, Person.village, Person.phone, JourneyRequest.reference)
        .outerjoin(Person, Person.id == Message.person_id)
        .outerjoin(JourneyRequest, JourneyRequest.id == Message.request_id)
        .where(_open(now), or_(Message.due_at <= now, Message.attempts > 0))
        .order_by(Message.due_at, Message.id)
    )


def _missed_today(now: datetime) -> Select[int]:
    """How many of today's passengers nobody reached before their bus came."""
    return (
        select(func.count(Message.id))
        .join(JourneyRequest, JourneyRequest.id == Message.request_id)
        .where(
            JourneyRequest.service_date == today(now),
            Message.channel == CALL,
            or_(Message.status == MISSED, and_(_waiting(), _too_late(now))),
        )
    )


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
    carried = carried_on(session, days)
    found: dict[int, list[_Window]] = defaultdict(list)
    for row in rows:
        if row.promised_latest is not None:
            has_bus = row.request_id not in lost or row.id in carried
            told = row.told_pickup_at or row.promised_latest
            found[row.request_id].append(_Window(row.promised_latest, told, has_bus))
    return found


def _broke_down(message: Message) -> bool:
    """Whether it says that a bus broke down; it waits until there is a bus again."""
    return message.key.startswith(f"{DISRUPTED}:")


def _view(
    row: Row[Message, str, str, str, str | None], windows: dict[int, list[_Window]], now: datetime
) -> CallView:
    message: Message = row.Message
    promised = windows.get(message.request_id or 0, [])
    without = [window for window in promised if not window.has_bus]
    about = without or promised
    # A driver may not have reported the way there: what is over says nothing of the way home.
    comes_at = min((one.told for one in about if one.closes >= now), default=None)
    last_at = max((one.told for one in about), default=None)
    return CallView(
        message_id=message.id,
        person_id=message.person_id,
        name=row.name or STRANGER,
        village=row.village or "",
        phone=phone_words(message.recipient if row.phone is None else row.phone),
        why=message.error,
        paragraphs=tuple(p.strip() for p in message.body.split("\n\n") if p.strip()),
        reference=row.reference or "",
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
