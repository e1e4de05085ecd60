"""Pages ask the database as often for many journeys as for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from booking.context import Context
from booking.models import JourneyRequest, Person, Refusal
from booking.services.accounts import passenger_account_in
from booking.services.my_journeys import list_journeys
from booking.services.people import view_person
from tests.integration.cast import build_stage
from tests.integration.queries import counted_queries
from tests.world import DAY, NOW, World, book_one, make_world, wish

DAYS = tuple(DAY + timedelta(days=n) for n in range(5))


@pytest.fixture
def world(ctx: Context) -> World:
    """Somebody with a journey on Tuesday, in a zone with a bus until Saturday."""
    world = make_world(ctx, days=DAYS)
    book_one(world, wish(world))
    return world


def looking(world: World, now: datetime) -> tuple[int, int]:
    """How many queries it takes to show their journeys to them, and to a call handler."""
    with world.ctx.db.writing() as session:
        account = passenger_account_in(session, session.get_one(Person, world.people[0]), NOW)
    with counted_queries(world.ctx) as theirs:
        list_journeys(world.ctx, account, now=now)
    with counted_queries(world.ctx) as handlers:
        view_person(world.ctx, world.people[0], now=now)
    return len(theirs), len(handlers)


@pytest.mark.parametrize("days", [0, 30])
def test_more_journeys_take_no_more_queries(world: World, days: int) -> None:
    """Those to come and those that are over, each on a day of its own."""
    now = NOW + timedelta(days=days)
    before = looking(world, now)
    for day in DAYS[1:]:
        book_one(world, wish(world, day=day))
    assert looking(world, now) == before


def test_more_refusals_by_night_take_no_more_queries(world: World) -> None:
    """The reasons of all of them are read together."""

    def refuse_all() -> None:
        with world.ctx.db.writing() as session:
            session.execute(update(JourneyRequest).values(status="refused"))
            for request in session.query(JourneyRequest):
                session.add(
                    Refusal(
                        request_id=request.id,
                        village="Hose",
                        rule="capacity",
                        words="Full.",
                        created_at=NOW,
                    )
                )

    refuse_all()
    before = looking(world, NOW)
    for day in DAYS[1:]:
        book_one(world, wish(world, day=day))
    refuse_all()
    assert looking(world, NOW) == before


def test_suggesting_places_reads_no_journeys(tmp_path: Path) -> None:
    """Each letter typed asks where the caller lives, and not where they have been."""
    stage = build_stage(tmp_path)
    client = stage.client("call_handler")

    def typing(person: str) -> list[str]:
        with counted_queries(stage.ctx) as sent:
            found = client.get(f"/calls/people/{stage.ids[person]}/places?q=hose")
        assert found.status_code == 200
        assert "Hose" in found.text
        return sent

    typing("stan_id")
    sent = typing("person_id")
    assert [one for one in sent if "journey_requests" in one or "bookings" in one] == []
    stage.ctx.db.close()
