"""The road's facts and the operator's pages on both databases, also sent many times at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time

import pytest
from sqlalchemy import select

from booking.context import Context
from booking.models import Booking, BookingEvent, DriverEvent
from booking.services import zone_lists
from booking.services.board import board
from booking.services.board_map import board_map
from booking.services.drive import Event, record_events
from booking.services.fleet import list_vehicles, list_zones, view_vehicle, view_zone
from booking.services.manifest import manifest, todays_shifts
from booking.services.plan_history import plan_version, plan_versions
from booking.services.roster import list_drivers, list_shifts, view_shift
from tests.world import DAY, World, book_one, make_world, wish

ELEVEN = datetime.fromisoformat("2026-12-08T11:00:00+00:00")

pytestmark = pytest.mark.integration


@pytest.fixture
def world(any_ctx: Context) -> World:
    """One bus, two journeys with the way home."""
    made = make_world(any_ctx)
    for person in (0, 1):
        book_one(made, wish(made, person, home=time(14)))
    return made


def test_one_batch_sent_eight_times_at_once_is_kept_once(world: World) -> None:
    """A phone that retries while the first try is still on its way doubles nothing."""
    shift, driver = world.shifts[0], world.drivers[0]
    with world.ctx.db.reading() as session:
        ids = list(session.scalars(select(Booking.id).where(Booking.leg == "outward")))
    events = [
        Event(f"{booking}-{kind}", shift, booking, kind, ELEVEN)
        for booking in ids
        for kind in ("arrived", "boarded", "dropped_off")
    ]
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: record_events(world.ctx, driver, events, now=ELEVEN), range(8))
        )
    assert all(one.known for answer in answers for one in answer)
    with world.ctx.db.reading() as session:
        kept = Counter(session.scalars(select(DriverEvent.key)))
        lines = session.scalars(select(BookingEvent).where(BookingEvent.by.like("driver:%"))).all()
        states = set(session.scalars(select(Booking.status).where(Booking.id.in_(ids))))
    assert kept == Counter(event.key for event in events)
    assert len(lines) == len(events)
    assert states == {"completed"}


def test_every_view_is_read_on_both_databases(world: World) -> None:
    """Manifest, board, lists, plans and roster ask nothing that one database cannot answer."""
    ctx, shift, driver = world.ctx, world.shifts[0], world.drivers[0]
    assert manifest(ctx, shift, driver, now=ELEVEN).stops
    assert todays_shifts(ctx, driver, ELEVEN)
    assert board(ctx, "MEL1", DAY, now=ELEVEN).rows
    assert board_map(ctx, "MEL1", DAY, now=ELEVEN)["features"]
    for show in zone_lists.SHOWS:
        zone_lists.journeys(ctx, "MEL1", DAY, show, now=ELEVEN)
    assert zone_lists.unmet_need(ctx, "MEL1", DAY, DAY).total == 0
    versions = plan_versions(ctx, "MEL1", DAY).versions
    assert plan_version(ctx, "MEL1", DAY, versions[0].version).changes
    assert list_zones(ctx, now=ELEVEN)[0].booked == 4
    assert view_zone(ctx, "MEL1").vehicles == tuple(list_vehicles(ctx))
    assert view_vehicle(ctx, world.vehicles[0], now=ELEVEN).shifts
    assert list_shifts(ctx, "MEL1", DAY, DAY)[0].people == 4
    assert view_shift(ctx, shift, now=ELEVEN).drivers
    assert list_drivers(ctx)
