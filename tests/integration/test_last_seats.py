"""Five hundred people want the last eight seats at the same moment: eight get one.

The guard is that room is decided on a day read under its lock. With the guard
switched off the same crowd is sold more than there is.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.errors import BookingError
from booking.models import Booking, JourneyRequest, Offer, ZoneDay
from booking.services import editing
from booking.services.book import book
from booking.services.hold import hold
from tests.conftest import counted
from tests.world import NOW, World, ask_for, make_context, make_world, violations, wish

CROWD = 500
SEATS = 8
SIDE_BY_SIDE = 100


def crowd_asks(world: World, people: int) -> list[int]:
    """Everybody is offered the same seat on the same bus; returns their requests."""
    first = ask_for(world, wish(world, 0, by=time(10)))
    with world.ctx.db.writing() as session:
        model = session.get_one(JourneyRequest, first)
        offer = session.scalars(select(Offer).where(Offer.request_id == first)).first()
        assert offer is not None
        requests = [first]
        for person in world.people[1:people]:
            copy = JourneyRequest(
                zone_id=model.zone_id,
                service_date=model.service_date,
                person_id=person,
                asked_by="web",
                from_place_id=model.from_place_id,
                to_place_id=model.to_place_id,
                purpose=model.purpose,
                wish={**model.wish, "person_id": person},
                status=model.status,
                created_at=NOW,
            )
            session.add(copy)
            session.flush()
            session.add(
                Offer(
                    request_id=copy.id,
                    number=offer.number,
                    legs=offer.legs,
                    fare_pence=offer.fare_pence,
                    created_at=NOW,
                    expires_at=offer.expires_at,
                )
            )
            requests.append(copy.id)
        return requests


def rush(world: World, requests: list[int]) -> Counter[str]:
    """All of them choose and book at once; what each was told."""
    gate = threading.Barrier(min(SIDE_BY_SIDE, len(requests)))
    queue = iter(range(len(requests)))

    def one(request: int) -> str:
        if next(queue, len(requests)) < gate.parties:
            gate.wait(30)
        try:
            hold(world.ctx, request, 1, by="test", now=NOW)
            book(world.ctx, request, key=f"key {request}", by="test", now=NOW)
        except BookingError as error:
            return type(error).__name__
        return "booked"

    with ThreadPoolExecutor(gate.parties) as pool:
        return Counter(pool.map(one, requests))


def seats_sold(world: World) -> int:
    """Seats promised, as the database has them."""
    with world.ctx.db.reading() as session:
        return sum(b.load[0] for b in session.query(Booking).filter_by(status="booked"))


@pytest.mark.timeout(1200)
def test_the_last_eight_seats_are_sold_once(
    any_db: str, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    """500 people, 8 seats, 20 rounds on each database: exactly 8 booked every time."""
    for round_number in range(counted(20)):
        folder = tmp_path / str(round_number)
        folder.mkdir()
        ctx = make_context(new_database(), folder, pool_size=30)
        try:
            world = make_world(ctx, people=CROWD, seats=SEATS)
            answers = rush(world, crowd_asks(world, CROWD))
            assert answers == {"booked": SEATS, "Gone": CROWD - SEATS}
            assert seats_sold(world) == SEATS
            assert violations(world) == []
        finally:
            ctx.db.close()


def test_with_the_guard_off_more_is_sold_than_there_is(
    any_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: deciding on the day as it was read before the lock oversells the bus.

    Off as well is the second look, that who is booked stands in a run of the plan.
    """
    ctx = make_context(any_db, tmp_path, pool_size=30)
    world = make_world(ctx, people=40, seats=SEATS)
    requests = crowd_asks(world, 40)
    real = editing.load_day
    first: dict[int, Any] = {}

    def stale(session: Any, zone_day: ZoneDay, **options: Any) -> Any:
        if zone_day.id not in first:
            first[zone_day.id] = real(session, zone_day, **options)
        return first[zone_day.id]

    monkeypatch.setattr(editing, "load_day", stale)
    monkeypatch.setattr("booking.services.book._stands", lambda *_: True)
    rush(world, requests)
    assert seats_sold(world) > SEATS
    ctx.db.close()
