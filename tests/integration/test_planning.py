"""Planning in the background: what happens when it fails, and when it is not needed any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.models import ZoneDay
from booking.services.plan import plan_if_wanted, plan_zone_day, sweep
from booking.services.plan_request import WAITING_WORDS, request_planning
from tests.world import NOW, World, book_one, make_context, make_world, promises, wish

LATER = NOW + timedelta(seconds=30)


class Unreachable(RuntimeError):
    """The roads engine does not answer."""


class NoRoads:
    """Travel times that cannot be had."""

    def matrix(self, *args: object, **options: object) -> None:
        raise Unreachable


@dataclass
class Sent:
    """A queue that remembers what it was given."""

    tasks: list[tuple[str, object]] = field(default_factory=list)

    def send(self, name: str, *words: object) -> None:
        self.tasks.append((name, *words))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One booked journey on a day that wants planning."""
    made = make_world(make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path), buses=2)
    book_one(made, wish(made))
    yield made
    made.ctx.db.close()


def day_of(world: World) -> ZoneDay:
    with world.ctx.db.reading() as session:
        found = session.scalars(select(ZoneDay)).one()
        session.expunge_all()
    return found


def test_a_planning_that_fails_rests_and_is_tried_again(world: World) -> None:
    """No promise moves, the sweep leaves the day alone for a minute, and then it is planned."""
    before, day = promises(world), day_of(world).id
    broken = replace(world.ctx, travel_times=NoRoads())  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        plan_if_wanted(broken, day, now=LATER)
    queue = Sent()
    assert sweep(world.ctx, queue, now=LATER + timedelta(seconds=30)) == 0
    assert "tried again" in day_of(world).planning_progress
    after = LATER + timedelta(seconds=90)
    assert sweep(world.ctx, queue, now=after) == 1
    assert queue.tasks == [("plan_zone_day", day)]
    assert plan_zone_day(world.ctx, day, now=after, seconds=0.1).outcome in ("kept", "published")
    assert promises(world) == before


def test_nobody_waits_for_a_worker_once_the_day_is_planned(world: World) -> None:
    """A task that comes after the work was done says so, and plans nothing."""
    day = day_of(world).id
    plan_zone_day(world.ctx, day, now=LATER, seconds=0.1)
    request_planning(world.ctx, day, now=LATER)
    assert day_of(world).planning_progress == WAITING_WORDS
    with world.ctx.db.writing() as session:
        session.get_one(ZoneDay, day).wants_planning_since = None
    assert plan_if_wanted(world.ctx, day, now=LATER).outcome == "nothing"
    assert day_of(world).planning_progress == ""


def test_how_far_a_planning_is_is_said_in_plain_words(world: World) -> None:
    """Who has a bus, and how far it is to drive: no rounds, no costs of a search."""
    told: list[str] = []
    plan_zone_day(world.ctx, day_of(world).id, now=LATER, seconds=1.5, progress=told.append)
    assert told
    for words in told:
        assert re.fullmatch(
            r"Looking for better runs: 1 of 1 journey has a bus so far, \d+ miles to drive\.", words
        )
    assert "better runs" in day_of(world).planning_progress
