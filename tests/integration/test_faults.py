"""What may never happen, with the parts of the service killed, frozen, flushed and doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from booking.adapters.task_queue import CeleryQueue, FakeQueue
from booking.context import Context
from booking.models import Booking, JourneyRequest, Message, OutboxEntry, Person, ZoneDay
from booking.services import book as booking_service
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import hold
from booking.services.plan import request_planning, sweep
from tests.conftest import counted
from tests.integration.parts import Broker, Parts, day_ahead, real_now, until
from tests.world import (
    NOW,
    World,
    ask_for,
    book_one,
    make_world,
    planned_ids,
    promises,
    violations,
    wish,
)
from workers.app import make_app

pytestmark = pytest.mark.fault
AT_ONCE = 8


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Valkey of this test's own."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.close()


@pytest.fixture
def parts(tmp_path: Path, any_db: str, broker: Broker) -> Iterator[Parts]:
    """Worker and beat of this test's own, on its database and broker; none started yet."""
    parts = Parts(tmp_path, any_db, broker.url, {"PLAN_SECONDS": "2"})
    yield parts
    parts.close()


def give_mobiles(world: World) -> None:
    """Let everybody be told by text."""
    with world.ctx.db.writing() as session:
        session.execute(update(Person).values(channel="text", phone_type="mobile"))


# --- The same form sent eight times ------------------------------------------------------


def send_at_once(world: World, request: int, key: str, pool: ThreadPoolExecutor) -> set[str]:
    """Book one held request eight times at the same moment; the references given."""
    gate = threading.Barrier(AT_ONCE)

    def send() -> str:
        gate.wait(30)
        return book(world.ctx, request, key=key, by="test", now=NOW)

    return {sent.result() for sent in [pool.submit(send) for _ in range(AT_ONCE)]}


@pytest.mark.timeout(1800)
def test_one_key_is_one_booking_however_often_it_is_sent(any_ctx: Context) -> None:
    """1,000 keys, half on each database, each sent 8 times at once: 1,000 bookings and messages."""
    keys = counted(1_000) // 2
    world = make_world(any_ctx, people=20)
    give_mobiles(world)
    references: set[str] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(keys):
            request = ask_for(world, wish(world, number % 20))
            hold(world.ctx, request, 1, by="test", now=NOW)
            given = send_at_once(world, request, f"key {number}", pool)
            assert len(given) == 1
            references |= given
            cancel(world.ctx, request, by="test", now=NOW)  # room for the next
    assert len(references) == keys
    with world.ctx.db.reading() as session:
        assert session.query(Booking).count() == keys
        booked = session.scalars(select(Message).where(Message.key.like("booked:%"))).all()
        assert len({message.request_id for message in booked}) == len(booked) == keys


def test_without_the_lock_one_key_gets_several_references(
    postgres_db: str, make_ctx: Callable[[str], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: senders who all looked before anybody wrote are told different references."""
    world = make_world(make_ctx(postgres_db))
    request = ask_for(world, wish(world))
    hold(world.ctx, request, 1, by="test", now=NOW)
    all_have_looked = threading.Barrier(AT_ONCE)

    def unlocked(session: Session, request_id: int) -> JourneyRequest:
        found = session.get_one(JourneyRequest, request_id)
        all_have_looked.wait(30)
        return found

    monkeypatch.setattr(booking_service, "lock_both", unlocked)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            given = send_at_once(world, request, "the key", pool)
        except Exception:  # noqa: BLE001 - an error page for one of them is just as wrong
            return
    assert len(given) > 1


# --- A worker killed in the middle of planning -------------------------------------------


def busy_world(ctx: Context) -> World:
    """A dozen booked journeys on a real day ahead, all of which want planning."""
    day = day_ahead()
    world = make_world(ctx, buses=2, days=(day,))
    for number in range(12):
        by = time(9 + number % 6, 30 * (number % 2))
        book_one(world, wish(world, number, by=by, day=day), now=real_now())
    return world


def zone_day(world: World) -> ZoneDay:
    """The world's one zone-day as it is now."""
    with world.ctx.db.reading() as session:
        return session.scalars(select(ZoneDay)).one()


@pytest.mark.timeout(3600)
def test_a_worker_killed_mid_plan_loses_and_changes_nothing(any_ctx: Context, parts: Parts) -> None:
    """20 SIGKILLs while it plans: every booking and promise stays, and the day gets planned."""
    world = busy_world(any_ctx)
    before, planned = promises(world), planned_ids(world)
    parts.start("beat")
    for _ in range(max(1, counted(20) // 2)):  # on each of the two databases
        request_planning(world.ctx, zone_day(world).id, now=real_now())
        parts.start("worker")
        assert until(lambda: "Looking" in zone_day(world).planning_progress), parts.log("worker")
        parts.kill("worker")
        assert zone_day(world).wants_planning_since is not None
        assert (promises(world), planned_ids(world)) == (before, planned)
        parts.start("worker")
        assert until(lambda: zone_day(world).wants_planning_since is None), parts.log("worker")
        parts.kill("worker")
    assert (promises(world), planned_ids(world)) == (before, planned)
    assert violations(world, now=real_now()) == []


def test_a_day_whose_planner_died_is_sent_again_when_its_claim_runs_out(any_ctx: Context) -> None:
    """The sweep leaves a claimed day alone, and takes it up once the claim has run out."""
    world = make_world(any_ctx)
    book_one(world, wish(world))
    claimed_until = NOW + timedelta(seconds=20)
    set_day(world, planning_by="one who died", planning_until=claimed_until)
    queue = FakeQueue()
    assert sweep(world.ctx, queue, now=NOW + timedelta(seconds=15)) == 0
    assert sweep(world.ctx, queue, now=NOW + timedelta(seconds=25)) == 1
    assert queue.sent == [("plan_zone_day", zone_day(world).id)]


def test_a_day_that_forgot_its_wish_would_never_be_planned(any_ctx: Context) -> None:
    """Control: a planner that clears the wish when it begins, and dies, leaves nothing to find."""
    world = make_world(any_ctx)
    book_one(world, wish(world))
    set_day(world, planning_by="one who died", planning_until=NOW, wants_planning_since=None)
    assert sweep(world.ctx, FakeQueue(), now=NOW + timedelta(hours=1)) == 0


def set_day(world: World, **values: object) -> None:
    """Write into the zone-day's row."""
    with world.ctx.db.writing() as session:
        session.execute(update(ZoneDay).values(**values))


# --- The broker flushed ------------------------------------------------------------------


def all_done(world: World) -> bool:
    """Whether nothing is left to send or plan."""
    with world.ctx.db.reading() as session:
        waiting = session.query(Message).filter_by(status="waiting")
        unsent = waiting.filter(Message.due_at <= real_now()).count()
        unrelayed = session.query(OutboxEntry).filter(OutboxEntry.done_at.is_(None)).count()
        unplanned = session.query(ZoneDay).filter(ZoneDay.wants_planning_since.is_not(None))
        return not (unsent or unrelayed or unplanned.count())


@pytest.mark.timeout(1800)
def test_a_flushed_broker_costs_time_and_nothing_else(
    any_ctx: Context, parts: Parts, broker: Broker
) -> None:
    """FLUSHALL after every one of 20 bookings: all are planned, all messages sent, once each."""
    day = day_ahead()
    world = make_world(any_ctx, buses=2, days=(day,))
    give_mobiles(world)
    parts.start("beat")
    parts.start("worker")
    rounds = max(6, counted(20))
    for number in range(rounds):
        wanted = wish(world, number % 20, by=time(9 + number % 6), day=day)
        book_one(world, wanted, now=real_now())
        request_planning(world.ctx, zone_day(world).id, now=real_now())
        broker.flush()
    before = promises(world)
    assert until(lambda: all_done(world)), parts.log("worker")
    with world.ctx.db.reading() as session:
        sent = session.scalars(select(Message.status)).all()
    assert sent == ["sent"] * rounds
    assert promises(world) == before
    assert violations(world, now=real_now()) == []


def test_what_lies_only_in_the_broker_is_lost_with_it(broker: Broker) -> None:
    """Control: a task sent straight to the broker, with no row that remembers it, is gone."""
    app = make_app(broker.url)
    CeleryQueue(app).send("send_messages")
    assert broker.waiting() == 1
    broker.flush()
    assert broker.waiting() == 0
    app.close()
