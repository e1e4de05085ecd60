"""Histories from the road, shuffled, doubled, late and from wrong clocks, end as they happened.

A history is what really happened to one booking; it is sent in pieces, in any order,
some of it twice. Counted: 10,000 histories with --long, a tenth of them otherwise.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking.domain import on_the_road
from booking.models import Booking, BookingEvent, DriverEvent, JourneyRequest
from booking.services.drive import Event, record_events
from tests.world import World, book_one, make_context, make_world, wish

HISTORIES = 10_000
A_ROUND = 200
EIGHT_O_CLOCK = datetime.fromisoformat("2026-12-08T08:00:00+00:00")
OFFLINE_AT_MOST = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one booking, as its driver's phone wrote it down, and how it ended."""

    events: tuple[Event, ...]
    ends: str


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus with one booking, the pattern for as many as a round needs."""
    made = make_world(make_context(f"sqlite:///{tmp_path / 'facts.db'}", tmp_path))
    book_one(made, wish(made))
    yield made
    made.ctx.db.close()


@pytest.mark.counted
@pytest.mark.timeout(1800)
def test_histories_end_as_they_happened(world: World, request: pytest.FixtureRequest) -> None:
    """No event is lost or kept twice, and every booking ends in the state it truly had."""
    long = bool(request.config.getoption("--long", default=False))
    rounds = HISTORIES // A_ROUND if long else HISTORIES // A_ROUND // 10
    for number in range(rounds):
        wrong = play(world, random.Random(number))
        assert not wrong, f"round {number}: {wrong[:3]}"


def test_the_test_sees_a_fold_in_order_of_arrival(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: with facts folded as they arrive, histories end wrongly."""
    true_fact = on_the_road.standing

    def as_they_arrive(facts: list[on_the_road.Fact]) -> list[on_the_road.Fact]:
        kept = {fact.key for fact in true_fact(facts)}
        return [fact for fact in facts if fact.key in kept]

    monkeypatch.setattr(on_the_road, "standing", as_they_arrive)
    assert play(world, random.Random(1))


def play(world: World, randomly: random.Random) -> list[str]:
    """One round of histories, delivered badly; what came out otherwise than it happened."""
    bookings = more_bookings(world, A_ROUND)
    histories = {booking: history(world, booking, randomly) for booking in bookings}
    deliver(world, [e for h in histories.values() for e in h.events], randomly)
    with world.ctx.db.reading() as session:
        rows = session.execute(select(Booking.id, Booking.status).where(Booking.id.in_(bookings)))
        found = {row.id: row.status for row in rows}
        kept = Counter(
            session.scalars(select(DriverEvent.key).where(DriverEvent.booking_id.in_(bookings)))
        )
        lines = session.scalar(
            select(func.count(BookingEvent.id)).where(BookingEvent.booking_id.in_(bookings))
        )
    sent = Counter(event.key for h in histories.values() for event in h.events)
    wrong = [f"{b}: {found[b]} not {h.ends}" for b, h in histories.items() if found[b] != h.ends]
    if kept != sent or lines != sum(sent.values()):
        wrong.insert(0, f"{sum(sent.values())} events, {sum(kept.values())} kept, {lines} lines")
    return wrong


def more_bookings(world: World, count: int) -> list[int]:
    """So many more bookings like the first, each a passenger's own; their ids."""
    with world.ctx.db.writing() as session:
        pattern = session.scalars(select(Booking).order_by(Booking.id)).first()
        assert pattern is not None
        asked = session.get_one(JourneyRequest, pattern.request_id)
        made = []
        for _ in range(count):
            request = JourneyRequest(
                **copy_of(asked, "id", "reference", "idempotency_key"), reference=None
            )
            session.add(request)
            session.flush()
            values = copy_of(pattern, "id", "request_id", "status")
            booking = Booking(**values, request_id=request.id, status="booked")
            session.add(booking)
            made.append(booking)
        session.flush()
        return [booking.id for booking in made]


def copy_of(row: object, *without: str) -> dict[str, object]:
    """A row's columns, but for some."""
    columns = row.__table__.columns  # type: ignore[attr-defined]
    return {c.key: getattr(row, c.key) for c in columns if c.key not in without}


def history(world: World, booking: int, randomly: random.Random) -> History:
    """A true history, written down by a phone whose date may be a day out."""
    phone = timedelta(days=randomly.choice((0, 0, -1, 1)))
    with world.ctx.db.reading() as session:
        due = session.get_one(Booking, booking).promised_earliest
    assert due is not None
    told: list[Event] = []

    def tap(kind: str, minutes: float, note: str = "") -> str:
        key = f"{booking}-{len(told)}"
        when = due + timedelta(minutes=minutes) + phone
        told.append(Event(key, world.shifts[0], booking, kind, when, note))
        return key

    tap("arrived", 0.5)
    for minute in range(randomly.choice((0, 0, 1, 2))):
        wrong = tap(randomly.choice(("boarded", "no_show", "dropped_off")), 1 + minute)
        tap("undone", 1.5 + minute, wrong)
    ends = randomly.choice(("booked", "no_show", "on_board", "completed", "came late", "never on"))
    if ends in ("no_show", "came late"):
        tap("no_show", 5)
    if ends in ("on_board", "completed", "came late", "never on"):
        tap("boarded", 6)
    if ends == "never on":  # Tapped as on board; it was somebody else.
        tap("no_show", 7)
    if ends in ("completed", "came late"):
        tap("dropped_off", 40)
    states = {"came late": "completed", "never on": "no_show"}
    return History(tuple(told), states.get(ends, ends))


def deliver(world: World, events: list[Event], randomly: random.Random) -> None:
    """Send everything, a third of it twice, in any order, in pieces, up to eight hours late."""
    sent = events + randomly.sample(events, len(events) // 3)
    randomly.shuffle(sent)
    while sent:
        piece = [sent.pop() for _ in range(min(len(sent), randomly.randint(1, 120)))]
        late = OFFLINE_AT_MOST * randomly.random()
        answers = record_events(
            world.ctx, world.drivers[0], piece, now=EIGHT_O_CLOCK + timedelta(hours=3) + late
        )
        assert all(answer.known for answer in answers)
