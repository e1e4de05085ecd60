"""Holding and booking: what was held stands, or it is asked for again; never a promise in doubt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.context import Context
from booking.domain.errors import Conflict, Gone
from booking.domain.service_day import at
from booking.models import Booking, JourneyRequest, Offer, Zone
from booking.services import hold as hold_service
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import expire_holds, hold
from booking.services.shifts import withdraw_shift
from tests.world import (
    DAY,
    NOW,
    World,
    ask_for,
    book_one,
    make_world,
    planned_ids,
    violations,
    wish,
)

EVE = DAY - timedelta(days=1)
BEFORE, AFTER = at(EVE, time(16, 58)), at(EVE, time(17, 2))


def status(world: World, request_id: int) -> str:
    """Where a request stands."""
    with world.ctx.db.reading() as session:
        return session.get_one(JourneyRequest, request_id).status


def held(world: World, *, now: datetime = NOW, **how: Any) -> int:
    """A request that holds its first offer."""
    request = ask_for(world, wish(world, **how), now=now)
    hold(world.ctx, request, 1, by="test", now=now)
    return request


def add_day(world: World, request_id: int, day: date) -> None:
    """A second offer: the first one on another day."""
    with world.ctx.db.writing() as session:
        first = session.scalars(select(Offer).where(Offer.request_id == request_id)).first()
        assert first is not None
        legs = [{**leg, "day": day.isoformat()} for leg in first.legs]
        session.add(
            Offer(
                request_id=request_id,
                number=9,
                legs=legs,
                fare_pence=first.fare_pence,
                created_at=first.created_at,
                expires_at=first.expires_at,
            )
        )


# What would wait for the batch


def test_nobody_begins_to_wait_for_a_batch_whose_time_has_come(ctx: Context) -> None:
    """Held two minutes before the batch and confirmed two minutes after: asked for again."""
    world = make_world(ctx, mode="batch")
    request = held(world, now=BEFORE)
    with pytest.raises(Gone):
        book(ctx, request, key="k", by="test", now=AFTER)
    assert status(world, request) == "expired"
    assert planned_ids(world) == set()


def test_yesterdays_page_books_nothing(ctx: Context) -> None:
    """A waiting offer for a day that has been can be neither held nor booked."""
    world = make_world(ctx, mode="batch")
    request = ask_for(world, wish(world))
    with pytest.raises(Gone):
        hold(ctx, request, 1, by="test", now=at(DAY + timedelta(days=1), time(9)))
    assert status(world, request) == "offered"


def test_after_the_batch_one_is_answered_at_once(ctx: Context) -> None:
    """From the time of the batch on, offers are promises as in instant mode."""
    world = make_world(ctx, mode="batch")
    asked = {now: ask_for(world, wish(world, n), now=now) for n, now in enumerate((BEFORE, AFTER))}
    with ctx.db.reading() as session:
        waits = [
            session.get_one(JourneyRequest, i).offers[0].legs[0]["waiting"] for i in asked.values()
        ]
    assert waits == [True, False]


def test_a_hold_that_would_wait_runs_out(ctx: Context) -> None:
    """It takes no room and has no booking; it ends with its offer, and can be taken up again."""
    world = make_world(ctx, mode="batch")
    request = held(world)
    assert expire_holds(ctx, now=NOW + timedelta(minutes=5)) == 0
    later = NOW + timedelta(minutes=11)
    assert expire_holds(ctx, now=later) == 1
    assert status(world, request) == "expired"
    assert book(ctx, request, key="k", by="test", now=later)
    assert status(world, request) == "waiting"


# What was held and stands no longer


def test_a_journey_held_on_a_bus_that_was_withdrawn_is_held_again(ctx: Context) -> None:
    """With no bus left it is not booked; with another bus it is booked on that one."""
    world = make_world(ctx, buses=1)
    request = held(world, home=time(15))
    withdraw_shift(ctx, world.shifts[0], by="test", reason="It broke down", now=NOW)
    with pytest.raises(Gone):
        book(ctx, request, key="k", by="test", now=NOW)
    assert status(world, request) == "expired"
    assert planned_ids(world) == set()


def test_a_booked_journey_is_always_in_a_run(ctx: Context) -> None:
    """Both buses full of others when one is withdrawn, and room again before it is confirmed."""
    world = make_world(ctx, buses=2, seats=1)
    first, second = held(world, person=0), held(world, person=1)
    withdraw_shift(ctx, world.shifts[0], by="test", reason="It broke down", now=NOW)
    with ctx.db.reading() as session:
        lost = {b.request_id for b in session.query(Booking) if b.id not in planned_ids(world)}
    assert len(lost) == 1
    (stranded,), (kept,) = lost, {first, second} - lost
    book(ctx, kept, key="kept", by="test", now=NOW)
    cancel(ctx, kept, by="test", now=NOW)
    assert book(ctx, stranded, key="stranded", by="test", now=NOW)
    with ctx.db.reading() as session:
        booked = {b.id for b in session.query(Booking).filter_by(status="booked")}
    assert booked
    assert booked <= planned_ids(world)
    assert violations(world) == []


# Keys


@pytest.mark.parametrize("key", ["the same", "another"])
def test_what_no_longer_stands_is_not_said_to_be_booked(ctx: Context, key: str) -> None:
    """After a refusal or a cancellation neither the old key nor a new one books it again."""
    world = make_world(ctx)
    refused, cancelled = held(world, person=0), held(world, person=1)
    for request in (refused, cancelled):
        book(ctx, request, key=f"the same {request}", by="test", now=NOW)
        cancel(ctx, request, by="test", now=NOW)
    with ctx.db.writing() as session:
        session.get_one(JourneyRequest, refused).status = "refused"
    for request in (refused, cancelled):
        with pytest.raises(Gone):
            book(ctx, request, key=f"{key} {request}", by="test", now=NOW)
        with pytest.raises(Gone):
            hold(ctx, request, 1, by="test", now=NOW)


def test_a_key_is_good_while_the_journey_stands(ctx: Context) -> None:
    """Sent again, the form gives the same reference."""
    world = make_world(ctx)
    request = held(world)
    given = {book(ctx, request, key="k", by="test", now=NOW) for _ in range(3)}
    assert len(given) == 1


# Old offers


def test_an_old_offer_is_looked_at_again(ctx: Context) -> None:
    """Past its time an offer is held only where the notice and the zone's hours still allow it."""
    world = make_world(ctx)
    shut, soon, fine = (ask_for(world, wish(world, person)) for person in range(3))
    hold(ctx, fine, 1, by="test", now=NOW + timedelta(hours=1))
    with pytest.raises(Gone):
        hold(ctx, soon, 1, by="test", now=at(DAY, time(8, 30)))
    with ctx.db.writing() as session:
        session.get_one(Zone, world.zone).hours = {"mon": [420, 1140]}
    with pytest.raises(Gone):
        hold(ctx, shut, 1, by="test", now=NOW + timedelta(hours=1))
    assert status(world, fine) == "held"


# Two days of one request at once


def hold_two_days(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hold two days of one request, each waiting in the middle for the other; what came of it."""
    request = ask_for(world, wish(world))
    add_day(world, request, DAY + timedelta(days=1))
    both = threading.Barrier(2)
    insert = hold_service._insert

    def slowly(*given: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(2)
        insert(*given)

    monkeypatch.setattr(hold_service, "_insert", slowly)

    def take(number: int) -> str:
        try:
            hold(world.ctx, request, number, by="test", now=NOW)
        except (Gone, Conflict):
            return "refused"
        except Exception as error:  # noqa: BLE001 - whatever else it is would be an error page
            return type(error).__name__
        return "held"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(take, (1, 9)))


def test_of_two_days_of_one_request_one_is_held(
    any_ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs, two days, one request: its own row is locked beside the day's."""
    world = make_world(any_ctx, days=(DAY, DAY + timedelta(days=1)))
    assert hold_two_days(world, monkeypatch) == ["held", "refused"]
    assert violations(world) == []


def test_without_the_rows_lock_both_days_are_taken(
    postgres_db: str, make_ctx: Callable[[str], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the request unlocked, the second tab meets an error or both are held."""
    world = make_world(make_ctx(postgres_db), days=(DAY, DAY + timedelta(days=1)))
    monkeypatch.setattr(
        hold_service, "_lock_row", lambda session, number: session.get(JourneyRequest, number)
    )
    assert hold_two_days(world, monkeypatch) != ["held", "refused"]


def test_holding_takes_the_room_of_one(ctx: Context) -> None:
    """What is held stands in the plan once, however often it is held."""
    world = make_world(ctx)
    request = held(world)
    hold(ctx, request, 1, by="test", now=NOW)
    assert len(planned_ids(world)) == 1
    assert book_one(world, wish(world, 1))
