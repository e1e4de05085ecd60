"""The outbox: what was written with a booking reaches a worker, whatever the broker does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import select

from booking.adapters.task_queue import CeleryQueue, FakeQueue
from booking.context import Context
from booking.models import OutboxEntry
from booking.services import outbox
from tests.integration.parts import Broker, until
from tests.world import NOW
from workers.app import LONG, QUICK, make_app


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Valkey of this test's own."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.close()


@pytest.fixture
def app(broker: Broker) -> Iterator[Celery]:
    """The Celery application on that broker."""
    app = make_app(broker.url)
    yield app
    app.close()


def write(ctx: Context, *numbers: int, kind: str = "plan_zone_day") -> None:
    """Write entries that are due now."""
    with ctx.db.writing() as session:
        for number in numbers:
            outbox.add(session, kind, {"zone_day_id": number}, due_at=NOW, now=NOW)


def undone(ctx: Context) -> list[int]:
    """The numbers of the entries that have not been sent."""
    with ctx.db.reading() as session:
        rows = session.scalars(select(OutboxEntry.payload).where(OutboxEntry.done_at.is_(None)))
        return sorted(row["zone_day_id"] for row in rows)


def arrived(broker: Broker, queue: str = LONG) -> list[int]:
    """The numbers of the tasks that lie in the queue, oldest first."""
    import base64
    import json

    with broker.client() as client:
        messages = [json.loads(raw) for raw in client.lrange(queue, 0, -1)]  # type: ignore[union-attr]
    bodies = [json.loads(base64.b64decode(message["body"])) for message in messages]
    return [body[0][0] for body in reversed(bodies)]


def remember(app: Celery, *tasks: str) -> list[int]:
    """Register tasks that only note the number they were called with, in this list."""
    ran: list[int] = []

    def note(number: int) -> None:
        ran.append(number)

    for name in tasks:
        app.task(name=f"outabout.{name}", shared=False)(note)
    return ran


def test_what_is_written_arrives_once(ctx: Context, broker: Broker, app: Celery) -> None:
    """Each entry becomes one task with its ids, in the order they were due; then it is done."""
    write(ctx, 1, 2, 3)
    assert outbox.relay(ctx, CeleryQueue(app), now=NOW) == 3
    assert outbox.relay(ctx, CeleryQueue(app), now=NOW) == 0
    assert arrived(broker) == [1, 2, 3]
    assert undone(ctx) == []


def test_a_worker_runs_what_arrived(ctx: Context, broker: Broker, app: Celery) -> None:
    """A real worker takes the task from the broker and calls it with the ids."""
    ran = remember(app, "plan_zone_day")
    write(ctx, 7, 8)
    outbox.relay(ctx, CeleryQueue(app), now=NOW)
    with _worker(app):
        assert until(lambda: sorted(ran) == [7, 8])


def test_quick_tasks_overtake_planning(ctx: Context, broker: Broker, app: Celery) -> None:
    """A message does not wait for the days that are to be planned."""
    ran = remember(app, "plan_zone_day", "send_message")
    write(ctx, *range(5))
    write(ctx, 9, kind="send_message")
    outbox.relay(ctx, CeleryQueue(app), now=NOW)
    assert (broker.waiting(LONG), broker.waiting(QUICK)) == (5, 1)
    with _worker(app):
        assert until(lambda: len(ran) == 6)
    assert ran[0] == 9


def test_a_killed_broker_keeps_nothing_from_being_sent(
    ctx: Context, broker: Broker, app: Celery
) -> None:
    """While it is dead entries wait, later each time; once it is back all of them arrive."""
    broker.kill()
    write(ctx, 1, 2)
    assert outbox.relay(ctx, CeleryQueue(app), now=NOW) == 0
    assert undone(ctx) == [1, 2]
    broker.start()
    later = NOW + timedelta(minutes=1)
    assert outbox.relay(ctx, CeleryQueue(app), now=later) == 2
    assert sorted(arrived(broker)) == [1, 2]
    assert undone(ctx) == []


def test_what_was_sent_is_still_there_after_the_broker_died(
    ctx: Context, broker: Broker, app: Celery
) -> None:
    """The broker writes tasks to its file: a kill a moment later loses none that it kept."""
    write(ctx, *range(20))
    outbox.relay(ctx, CeleryQueue(app), now=NOW)
    with broker.client() as client:
        client.execute_command("WAITAOF", 1, 0, 5000)
    broker.kill()
    broker.start()
    assert arrived(broker) == list(range(20))


def test_a_flushed_broker_takes_the_next_task(ctx: Context, broker: Broker, app: Celery) -> None:
    """Nothing the sender needs lives in the broker: after FLUSHALL it goes on as before."""
    write(ctx, 1)
    outbox.relay(ctx, CeleryQueue(app), now=NOW)
    broker.flush()
    write(ctx, 2)
    assert outbox.relay(ctx, CeleryQueue(app), now=NOW) == 1
    assert arrived(broker) == [2]


def test_a_worker_goes_on_after_a_flush(ctx: Context, broker: Broker, app: Celery) -> None:
    """A worker that waits on a broker which is flushed takes the next task all the same."""
    ran = remember(app, "plan_zone_day")
    with _worker(app):
        write(ctx, 1)
        outbox.relay(ctx, CeleryQueue(app), now=NOW)
        assert until(lambda: ran == [1])
        broker.flush()
        write(ctx, 2)
        outbox.relay(ctx, CeleryQueue(app), now=NOW)
        assert until(lambda: ran == [1, 2])


def test_a_frozen_broker_holds_the_relay_up_only_for_its_time_outs(
    ctx: Context, broker: Broker, app: Celery
) -> None:
    """It stops answering: the relay gives up by itself, keeps the entries, and sends them later."""
    write(ctx, 0)
    outbox.relay(ctx, CeleryQueue(app), now=NOW)  # the connection is open before it freezes
    write(ctx, 1, 2, 3)
    broker.freeze()
    answers: list[int] = []
    relaying = threading.Thread(
        target=lambda: answers.append(outbox.relay(ctx, CeleryQueue(app), now=NOW)), daemon=True
    )
    relaying.start()
    relaying.join(60)
    assert answers == [0], "the relay never came back"
    assert undone(ctx) == [1, 2, 3]
    broker.thaw()
    assert outbox.relay(ctx, CeleryQueue(app), now=NOW + timedelta(minutes=1)) == 3
    assert undone(ctx) == []
    assert set(arrived(broker)) == {0, 1, 2, 3}


def test_two_relays_at_once_send_each_entry_once(
    any_ctx: Context,
) -> None:
    """Claims are conditional updates: four relays side by side share the work out."""
    write(any_ctx, *range(20))
    queue = FakeQueue()
    relays = [
        threading.Thread(target=outbox.relay, args=(any_ctx, queue), kwargs={"now": NOW})
        for _ in range(4)
    ]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert sorted(number for _, number in queue.sent) == list(range(20))


def test_without_the_claim_entries_go_out_twice(
    any_ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: relays that do not claim what they send, send it more than once."""
    write(any_ctx, *range(10))
    queue = FakeQueue()
    together = threading.Barrier(4)

    def unguarded(ctx: Context, entry_id: int, now: Any) -> OutboxEntry:
        with ctx.db.reading() as session:
            return session.get_one(OutboxEntry, entry_id)

    real: Callable[..., list[int]] = outbox._due

    def all_see_the_same(ctx: Context, now: Any) -> list[int]:
        due = real(ctx, now)
        together.wait(30)
        return due

    monkeypatch.setattr(outbox, "_claim", unguarded)
    monkeypatch.setattr(outbox, "_due", all_see_the_same)
    relays = [
        threading.Thread(target=outbox.relay, args=(any_ctx, queue), kwargs={"now": NOW})
        for _ in range(4)
    ]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert len(queue.sent) > 10


def test_a_relay_that_died_gives_its_entries_back(ctx: Context) -> None:
    """Claimed and never sent: nobody takes it at once, somebody does once the claim ran out."""
    write(ctx, 1)
    assert outbox._claim(ctx, 1, NOW) is not None
    queue = FakeQueue()
    assert outbox.relay(ctx, queue, now=NOW) == 0
    assert outbox.relay(ctx, queue, now=NOW + outbox.CLAIM + timedelta(seconds=1)) == 1
    assert queue.sent == [("plan_zone_day", 1)]


def test_what_is_not_due_waits(ctx: Context) -> None:
    """An entry for later is left until then."""
    with ctx.db.writing() as session:
        later = NOW + timedelta(hours=1)
        outbox.add(session, "plan_zone_day", {"zone_day_id": 1}, due_at=later, now=NOW)
    queue = FakeQueue()
    assert outbox.relay(ctx, queue, now=NOW) == 0
    assert outbox.relay(ctx, queue, now=NOW + timedelta(hours=1)) == 1


def test_an_entry_of_a_transaction_that_failed_is_never_sent(ctx: Context) -> None:
    """What is rolled back leaves nothing in the outbox."""

    def fail() -> None:
        with ctx.db.writing() as session:
            outbox.add(session, "plan_zone_day", {"zone_day_id": 1}, due_at=NOW, now=NOW)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    queue = FakeQueue()
    assert outbox.relay(ctx, queue, now=NOW) == 0
    assert queue.sent == []


def _worker(app: Celery) -> Any:
    from celery.contrib.testing.worker import start_worker

    app.loader.import_default_modules = lambda: None
    app.conf.include = []
    return start_worker(
        app, pool="solo", perform_ping_check=False, queues=[QUICK, LONG], loglevel="ERROR"
    )
