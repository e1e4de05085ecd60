"""Planning in the background: what happens when it fails, and when it is not needed any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.service_day import at
from booking.models import Zone, ZoneDay
from booking.services import batch, plan, planning_claim
from booking.services.board import planning
from booking.services.plan import plan_if_wanted, plan_zone_day, sweep
from booking.services.plan_request import WAITING_WORDS, request_planning
from routing import optimise
from routing.optimise import Progress, Report, Stop
from tests.world import DAY, NOW, World, book_one, make_context, make_world, promises, wish

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

    tasks: list[tuple[object, ...]] = field(default_factory=list)

    def send(self, name: str, *words: object) -> None:
        self.tasks.append((name, *words))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One booked journey on a day that wants planning."""
    made = make_world(make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path), buses=2)
    book_one(made, wish(made))
    yield made
    made.ctx.db.close()


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that go on to their end, as on days too large to prove anything about."""
    monkeypatch.setattr(optimise, "PROVABLE", 0)


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


def test_runs_that_cannot_be_better_are_said_to_be_so(world: World) -> None:
    """One journey on an empty day: proven in no time, and the operator need not try again."""
    outcome = plan_zone_day(world.ctx, day_of(world).id, now=LATER, seconds=60.0)
    assert outcome.outcome in {"kept", "published"}
    said = day_of(world).planning_progress
    assert "no others can be better" in said or "No runs can be better" in said


@pytest.mark.usefixtures("unproven")
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


class Watched:
    """Travel times as they are; and whoever looks at the board while a search is on."""

    def __init__(self, world: World, now: datetime) -> None:
        self.seen: list[tuple[int | None, str]] = []
        self._world, self._now = world, now

    def look(self, *_: object) -> None:
        state = planning(self._world.ctx, "MEL1", DAY, now=self._now)
        assert state.is_running
        self.seen.append((state.percent, state.words))


def watch(world: World, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Watched:
    """Look at the board's planning after every report of a search."""
    watched = Watched(world, now)
    told = planning_claim.reporter

    def reporter(*about: Any) -> Report:
        report = told(*about)

        def report_and_look(step: Progress) -> None:
            report(step)
            watched.look()

        return report_and_look

    for module in (batch, plan):
        monkeypatch.setattr(module, "reporter", reporter)
    return watched


@pytest.mark.usefixtures("unproven")
def test_the_bar_fills_while_a_planning_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From nothing towards the whole by the time that has been used; afterwards there is none."""
    watched = watch(world, monkeypatch, LATER)
    plan_zone_day(world.ctx, day_of(world).id, now=LATER, seconds=2.5)
    shown = [percent for percent, _ in watched.seen if percent is not None]
    assert shown == sorted(shown)
    assert shown[0] < 40 < shown[-1] < 100
    assert planning(world.ctx, "MEL1", DAY, now=LATER).percent is None


@pytest.mark.usefixtures("unproven")
def test_the_nightly_batch_is_seen_on_the_screen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it decides, how far it is; afterwards how many were promised a bus."""
    with world.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    book_one(world, wish(world, 1, by=time(12)))
    plan_zone_day(world.ctx, day_of(world).id, now=LATER, seconds=0.1)
    night = at(DAY - timedelta(days=1), time(17, 2))
    watched = watch(world, monkeypatch, night)
    settings = replace(world.ctx.settings, plan_seconds=2.5)
    batch.run_batches(replace(world.ctx, settings=settings), now=night)
    percents = [percent for percent, _ in watched.seen]
    assert percents[-1] is not None
    assert percents[-1] > 30
    assert "Deciding who can go: 2 of 2 journeys have a bus so far" in watched.seen[-1][1]
    after = planning(world.ctx, "MEL1", DAY, now=night)
    assert (after.is_running, after.percent) == (False, None)
    assert after.words == "Decided 1 request that waited: 1 promised a bus."


def test_a_night_of_several_days_is_seen_to_the_end(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each search takes a minute and a half: the second one's claim still stands by then."""
    eve = DAY - timedelta(days=1)
    night = at(eve, time(17, 2))
    world = make_world(ctx, mode="batch", days=(eve, DAY))
    book_one(world, wish(world, 0, day=eve, by=time(18, 40)))
    book_one(world, wish(world, 1))
    passed, stands = [0.0], []

    def slow(*about: Any, **options: Any) -> optimise.Result:
        with ctx.db.reading() as session:
            claims = select(ZoneDay.planning_until).where(ZoneDay.planning_by.is_not(None))
            (until,) = session.scalars(claims)
        stands.append(until is not None and until > night + timedelta(seconds=passed[0]))
        passed[0] += 90
        return optimise.solve(*about, **options)

    monkeypatch.setattr(batch, "monotonic", lambda: passed[0])
    monkeypatch.setattr(batch, "solve", slow)
    settings = replace(ctx.settings, plan_seconds=0.1)
    batch.run_batches(replace(ctx, settings=settings), now=night)
    assert stands == [True, True]


@pytest.mark.parametrize(
    ("seconds", "stop", "percent"),
    [
        (0.0, Stop(seconds=10), 0),
        (2.5, Stop(seconds=10), 25),
        (12.0, Stop(seconds=10), 99),
        (2.5, Stop(iterations=10), None),
    ],
)
def test_how_much_of_its_time_a_search_has_used(
    seconds: float, stop: Stop, percent: int | None
) -> None:
    """Nobody is told that all is done before it is; without an end of its own nobody can say."""
    step = Progress(seconds, iterations=1, cost=0.0, unserved=0, distance=0)
    assert planning_claim.percent_of(step, stop) == percent
