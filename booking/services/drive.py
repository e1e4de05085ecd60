"""What drivers report from the road: recorded once, whenever and however often it arrives.

A fact is never refused because the plan has moved on; what it makes of the booking
is worked out from all its facts (`booking/domain/on_the_road.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.on_the_road import ROAD, Fact, FactKind, counts, fold
from booking.domain.statuses import BookingStatus
from booking.domain.words import clock
from booking.models import Booking, BookingEvent, DriverEvent, Shift, ZoneDay
from booking.services.day import fact_of
from booking.services.legs import is_over
from booking.services.stranded import last_reason, tell_no_bus
from booking.services.zone_days import current_runs, ensure_zone_day, lock_zone_day

KEY_LONGEST: Final = 64
NOTE_LONGEST: Final = 500
KINDS: Final = frozenset(kind.value for kind in FactKind)
CANCELLED: Final = frozenset({BookingStatus.CANCELLED, BookingStatus.LATE_CANCELLED})
STATES: Final = frozenset(status.value for status in BookingStatus)
YEARS: Final = range(1970, 3000)
"""A phone whose clock was never set says 1970; what is not a date at all is not readable."""


@dataclass(frozen=True, slots=True)
class Event:
    """One tap on a driver's phone. `key` is made on the phone and is never used twice.

    `kind` is a word of `FactKind`; for "undone" the note is the key of the mis-tap.
    """

    key: str
    shift_id: int
    booking_id: int
    kind: str
    happened_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one event.

    `known` says that it is kept here now and need not be sent again; `status` is the
    booking's state after it, and `words` tell the driver what they should know.
    """

    key: str
    booking_id: int
    known: bool
    status: str = ""
    words: str = ""


def record_events(
    ctx: Context, driver_id: int, events: Sequence[Event], *, now: datetime
) -> list[Recorded]:
    """Record what a driver reports; answers one for one, in the order given.

    Idempotent by key. An event is not taken (`known` false, with the reason) only
    where it cannot be about this driver's work: another's shift, a booking of
    another day, a word we do not know. The others are recorded all the same.
    """
    answers: dict[int, Recorded] = {}
    numbered = sorted(enumerate(events), key=lambda pair: (pair[1].shift_id, pair[0]))
    for shift_id, group in groupby(numbered, key=lambda pair: pair[1].shift_id):
        pairs = list(group)
        recorded = _record_shift(ctx, driver_id, shift_id, [event for _, event in pairs], now)
        answers.update(zip((number for number, _ in pairs), recorded, strict=True))
    return [answers[number] for number in range(len(events))]


def facts_of(session: Session, booking_ids: Iterable[int], day: date) -> dict[int, list[Fact]]:
    """Every fact reported of these bookings, which are of that service day."""
    found: dict[int, list[Fact]] = {booking_id: [] for booking_id in booking_ids}
    rows = session.scalars(
        select(DriverEvent).where(DriverEvent.booking_id.in_(found)).order_by(DriverEvent.id)
    )
    for row in rows:
        found[row.booking_id].append(fact_of(row, day))
    return found


def _record_shift(
    ctx: Context, driver_id: int, shift_id: int, events: list[Event], now: datetime
) -> list[Recorded]:
    """One shift's events in one transaction, under the lock of its zone-day."""
    with ctx.db.writing() as session:
        shift = session.get(Shift, shift_id)
        if shift is None or not _drives(session, shift, driver_id):
            return [_not_taken(event, "That is not one of your shifts.") for event in events]
        zone_day_id = ensure_zone_day(session, shift.zone_id, shift.service_date)
        zone_day = lock_zone_day(session, zone_day_id)
        desk = _Desk(session, zone_day, shift_id, driver_id, events, now)
        answers = [desk.record(event) for event in events]
        if shift.status != "planned":
            desk.tell_who_has_no_bus()
        return answers


def _drives(session: Session, shift: Shift, driver_id: int) -> bool:
    """Whether the shift is theirs, or was when they began it and is another's now."""
    if shift.driver_id == driver_id:
        return True
    began = select(DriverEvent.id).where(
        DriverEvent.shift_id == shift.id, DriverEvent.driver_id == driver_id
    )
    return session.scalar(began.limit(1)) is not None


class _Desk:
    """One transaction's worth of recording: what is known already, and what changes."""

    def __init__(
        self,
        session: Session,
        zone_day: ZoneDay,
        shift_id: int,
        driver_id: int,
        events: list[Event],
        now: datetime,
    ) -> None:
        self.session, self.zone_day, self.now = session, zone_day, now
        self.shift_id, self.driver_id = shift_id, driver_id
        self.bookings = _bookings(session, zone_day.id, {event.booking_id for event in events})
        self.facts = facts_of(session, self.bookings, zone_day.service_date)
        self.bases = _bases(session, self.bookings)
        self.not_there = {
            one.id for one in self.bookings.values() if one.status == BookingStatus.NO_SHOW.value
        }
        self.planned = {
            stop.booking_id: run.shift_id
            for run in current_runs(session, zone_day)
            for stop in run.stops
        }
        self.known = set(
            session.scalars(
                select(DriverEvent.key).where(DriverEvent.key.in_([event.key for event in events]))
            )
        )

    def record(self, event: Event) -> Recorded:
        """Keep one event, once, and move its booking."""
        booking = self.bookings.get(event.booking_id)
        if booking is None:
            return _not_taken(event, "That passenger is not on this day's list.")
        if not _readable(event):
            return _not_taken(event, "The phone sent something we cannot read.")
        if event.key not in self.known:
            self._keep(event, booking)
        return Recorded(event.key, booking.id, True, booking.status, self._words(event, booking))

    def tell_who_has_no_bus(self) -> None:
        """Who was there after all, of a bus that was withdrawn while we took them for gone."""
        lost = [
            booking.id
            for booking in self.bookings.values()
            if booking.id in self.not_there - self.planned.keys()
            and booking.status == BookingStatus.BOOKED.value
            and not is_over(booking, self.now)
        ]
        reason = last_reason(self.session, self.zone_day)
        tell_no_bus(self.session, self.zone_day, lost, reason=reason, now=self.now)

    def _keep(self, event: Event, booking: Booking) -> None:
        row = DriverEvent(
            key=event.key,
            shift_id=self.shift_id,
            driver_id=self.driver_id,
            booking_id=booking.id,
            kind=event.kind,
            happened_at=event.happened_at,
            received_at=self.now,
            note=event.note[:NOTE_LONGEST],
        )
        self.session.add(row)
        self.known.add(event.key)
        self.facts[booking.id].append(fact_of(row, self.zone_day.service_date))
        self._move(booking, row)

    def _move(self, booking: Booking, row: DriverEvent) -> None:
        before = BookingStatus(booking.status)
        base = self.bases[booking.id]
        after = fold(base, self.facts[booking.id], booking.due_from)
        self.session.add(
            BookingEvent(
                booking_id=booking.id,
                at=self.now,
                kind=row.kind,
                by=f"driver:{row.driver_id}",
                detail={
                    "from": before.value,
                    "to": after.value,
                    "shift_id": row.shift_id,
                    "happened_at": row.happened_at.isoformat(),
                },
            )
        )
        if after is before:
            return
        booking.status, booking.updated_at = after.value, self.now
        # Whoever is planning this day at the version before must look again.
        self.zone_day.version += 1
        if BookingStatus.NO_SHOW in (before, after) or self._not_planned(row):
            self.zone_day.wants_planning_since = self.now

    def _not_planned(self, row: DriverEvent) -> bool:
        """Whether the plan has them on another bus, or on none."""
        return self.planned.get(row.booking_id) != row.shift_id

    def _words(self, event: Event, booking: Booking) -> str:
        earliest = booking.due_from
        fact = next((fact for fact in self.facts[booking.id] if fact.key == event.key), None)
        if fact is None:
            return ""
        if fact.kind is FactKind.NO_SHOW and earliest and not counts(fact, earliest):
            return f"They were told from {clock(earliest)}. Please wait until then."
        cancelled = self.bases[booking.id] in CANCELLED
        if cancelled and fact.kind is FactKind.BOARDED:
            return "This journey had been cancelled. Tell the office that they are on board."
        if fact.kind is FactKind.BOARDED and self.planned.get(booking.id, self.shift_id) != (
            self.shift_id
        ):
            return "The plan has them on another bus. Tell the office that they are on yours."
        return ""


def _bookings(session: Session, zone_day_id: int, ids: set[int]) -> Mapping[int, Booking]:
    rows = session.scalars(
        select(Booking)
        .where(Booking.id.in_(ids), Booking.zone_day_id == zone_day_id)
        .execution_options(populate_existing=True)
    )
    return {booking.id: booking for booking in rows}


def _bases(session: Session, bookings: Mapping[int, Booking]) -> dict[int, BookingStatus]:
    """For each booking the state it was in before the road had its say."""
    bases = {booking.id: BookingStatus(booking.status) for booking in bookings.values()}
    on_road = [booking_id for booking_id, status in bases.items() if status in ROAD]
    if not on_road:
        return bases
    rows = session.execute(
        select(BookingEvent.booking_id, BookingEvent.detail)
        .where(BookingEvent.booking_id.in_(on_road))
        .order_by(BookingEvent.id)
    )
    for booking_id, detail in rows:
        before = detail.get("from")
        if before in STATES - ROAD:
            bases[booking_id] = BookingStatus(before)
    return bases


def _readable(event: Event) -> bool:
    moment = event.happened_at
    return (
        event.kind in KINDS
        and 0 < len(event.key) <= KEY_LONGEST
        and moment.tzinfo is not None
        and moment.year in YEARS
    )


def _not_taken(event: Event, words: str) -> Recorded:
    return Recorded(event.key, event.booking_id, False, words=words)
