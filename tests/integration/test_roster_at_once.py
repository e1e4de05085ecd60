"""Two operators at the same moment: a driver is put on one of two shifts, never on both."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.context import Context
from booking.domain.errors import Conflict
from booking.models import Shift
from booking.services import roster
from booking.services.roster import NewShift, add_shift, assign_driver
from tests.world import DAY, NOW, World, make_world

NIGHT = NewShift(vehicle_id=1, day=DAY, starts=21 * 60, ends=26 * 60)
MORNING = NewShift(vehicle_id=2, day=DAY + timedelta(days=1), starts=60, ends=180)
"""At the same time, on two service days: no zone-day's lock is in the way of both."""
DRIVER = 1


@pytest.fixture
def world(any_ctx: Context) -> World:
    """Two buses, no shifts."""
    return make_world(any_ctx, buses=2, people=1, days=())


def meet(monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    """Let two operators wait for each other after `check` has found the driver free."""
    both = threading.Barrier(2)
    free: Callable[..., None] = getattr(roster, check)

    def slowly(*given: Any) -> None:
        free(*given)
        with suppress(threading.BrokenBarrierError):
            both.wait(1)

    monkeypatch.setattr(roster, check, slowly)


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """What comes of two deeds at the same moment."""

    def attempt(deed: Callable[[], object]) -> str:
        try:
            deed()
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(attempt, (first, second)))


def driven_by(world: World) -> list[int]:
    """The shifts the driver is on."""
    with world.ctx.db.reading() as session:
        return list(session.scalars(select(Shift.id).where(Shift.driver_id == DRIVER)))


def put_on_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two operators put the driver on the night's and on the morning's shift."""
    shifts = [add_shift(world.ctx, new, now=NOW) for new in (NIGHT, MORNING)]
    meet(monkeypatch, "_check_driver_free")
    return at_once(
        *(lambda s=shift: assign_driver(world.ctx, s, DRIVER, now=NOW) for shift in shifts)
    )


def test_a_driver_is_put_on_one_of_two_shifts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second is told that the driver is out then."""
    assert put_on_at_once(world, monkeypatch) == ["done", "refused"]
    assert len(driven_by(world)) == 1


def test_a_driver_is_on_one_of_two_new_shifts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for two shifts that are added with the driver on them."""
    meet(monkeypatch, "_check_free")
    news = [replace(new, driver_id=DRIVER) for new in (NIGHT, MORNING)]
    outcome = at_once(*(lambda n=new: add_shift(world.ctx, n, now=NOW) for new in news))
    assert outcome == ["done", "refused"]
    assert len(driven_by(world)) == 1


def test_without_the_drivers_lock_both_shifts_get_the_driver(
    postgres_db: str, make_ctx: Callable[[str], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the driver unlocked, one driver is out with two buses."""
    world = make_world(make_ctx(postgres_db), buses=2, people=1, days=())
    monkeypatch.setattr(roster, "_lock_driver", lambda *_: None)
    assert put_on_at_once(world, monkeypatch) == ["done", "done"]
    assert len(driven_by(world)) == 2
