"""Random days of asking, booking, cancelling, planning and breaking down.

After every step: the checker finds nothing, everybody who was promised a bus is
in the plan (or was told), and no promise has moved.
"""

from __future__ import annotations

import random
from datetime import time, timedelta
from pathlib import Path

import pytest

from booking.domain.errors import BookingError, Gone
from booking.domain.needs import Party
from booking.domain.service_day import at
from booking.domain.statuses import BookingStatus
from booking.models import Booking, JourneyRequest, Message, Plan, ZoneDay
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import expire_holds, hold, release
from booking.services.offer import Asker, ask
from booking.services.plan import plan_zone_day
from booking.services.shifts import withdraw_shift
from tests.conftest import counted
from tests.integration.copies import begin_again, copy_world
from tests.world import (
    DAY,
    NOW,
    PLACES,
    World,
    make_context,
    make_world,
    planned_ids,
    promises,
    violations,
    wish,
)

DAYS, BLOCKS, STEPS = 2000, 10, 7
PARTIES = (
    Party(adults=1),
    Party(pass_holders=2),
    Party(wheelchairs=1, companions=1),
    Party(adults=4),
    Party(adults=1, walkers=1),
)


class RandomDay:
    """One day, driven by a seeded dice; remembers what was promised to whom."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.now = NOW
        self.kept: dict[int, tuple[object, ...]] = {}
        self.without_bus: set[int] = set()
        self.booked: list[int] = []

    def step(self) -> str:
        action = self.dice.choice(
            [
                self.ask,
                self.ask,
                self.ask,
                self.ask,
                self.cancel,
                self.change,
                self.plan,
                self.let_go,
                self.pass_time,
                self.break_down,
            ]
        )
        action()
        return action.__name__

    def ask(self, replaces: int | None = None) -> None:
        start, finish = self.dice.sample(sorted(PLACES), 2)
        home = time(self.dice.randint(13, 17), 10) if self.dice.random() < 0.5 else None
        person = self.dice.randrange(len(self.world.people))
        if replaces is not None:
            with self.world.ctx.db.reading() as session:
                old = session.get_one(JourneyRequest, replaces).person_id
            person = self.world.people.index(old)
        wanted = wish(
            self.world,
            person,
            start=start,
            finish=finish,
            by=time(self.dice.randint(8, 12), self.dice.choice((0, 15, 40))),
            home=home,
            party=self.dice.choice(PARTIES),
        )
        ctx = self.world.ctx
        request = ask(ctx, wanted, Asker(None, "web"), now=self.now, replaces_id=replaces)
        with ctx.db.reading() as session:
            numbers = [offer.number for offer in session.get_one(JourneyRequest, request).offers]
        if not numbers:
            return
        try:
            hold(ctx, request, self.dice.choice(numbers), by="test", now=self.now)
        except Gone:
            return
        if self.dice.random() < 0.1:
            return
        book(ctx, request, key=f"key {request}", by="test", now=self.now)
        self.booked.append(request)

    def cancel(self) -> None:
        if self.booked:
            legs = self.dice.choice((("outward", "return"), ("return",)))
            try:
                cancel(
                    self.world.ctx, self.dice.choice(self.booked), by="t", now=self.now, legs=legs
                )
            except Gone:
                return

    def change(self) -> None:
        if self.booked:
            self.ask(replaces=self.dice.choice(self.booked))

    def plan(self) -> None:
        with self.world.ctx.db.reading() as session:
            days = [zone_day.id for zone_day in session.query(ZoneDay)]
        for zone_day in days:
            plan_zone_day(self.world.ctx, zone_day, now=self.now, seconds=0.03)

    def let_go(self) -> None:
        with self.world.ctx.db.reading() as session:
            held = [r.id for r in session.query(JourneyRequest).filter_by(status="held")]
        for request in held:
            release(self.world.ctx, request, by="test", now=self.now)

    def pass_time(self) -> None:
        jump = self.dice.choice((timedelta(minutes=6), timedelta(days=1), None))
        onto = at(DAY, time(self.dice.randint(6, 14), 20))
        self.now = max(self.now, onto if jump is None else self.now + jump)
        expire_holds(self.world.ctx, now=self.now)

    def break_down(self) -> None:
        if self.dice.random() < 0.4 and self.now < at(DAY, time(23)):
            shift = self.dice.choice(self.world.shifts)
            gone = withdraw_shift(
                self.world.ctx, shift, by="account:1", reason="It broke down", now=self.now
            )
            self.without_bus |= set(gone.without_bus)

    def check(self) -> None:
        """Raise AssertionError for any promise lost, moved or not planned for."""
        self._promises_stand()
        self._everybody_is_planned_for()
        found = [
            v for v in violations(self.world, now=NOW - timedelta(days=3)) if not self._told(v)
        ]
        assert found == []

    def _told(self, violation: object) -> bool:
        return getattr(violation, "request", None) in {str(b) for b in self.without_bus}

    def _promises_stand(self) -> None:
        now = promises(self.world)
        for booking, (status, *promise) in now.items():
            if status == BookingStatus.BOOKED:
                assert self.kept.setdefault(booking, tuple(promise)) == tuple(promise)
        lost = {b for b in self.kept if now[b][0] not in _ENDED and now[b][0] != "booked"}
        assert lost == set()

    def _everybody_is_planned_for(self) -> None:
        planned = planned_ids(self.world)
        with self.world.ctx.db.reading() as session:
            live = {
                b.id for b in session.query(Booking).filter(Booking.status.in_(["booked", "held"]))
            }
            told = {m.request_id for m in session.query(Message).filter(Message.key.like("dis%"))}
            missing = live - planned
            owners = {b.request_id for b in session.query(Booking).filter(Booking.id.in_(missing))}
        assert missing <= self.without_bus
        assert owners <= told


_ENDED = {"cancelled", "late_cancelled"}


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Six people, two buses, nothing booked."""
    folder = Path(tmp_path_factory.mktemp("pattern"))
    ctx = make_context(f"sqlite:///{folder / 'day.db'}", folder, pool_size=2)
    made = make_world(ctx, people=6, buses=2)
    made.ctx.db.close()
    return made


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_promise_moves_on_any_random_day(pattern: World, tmp_path: Path, block: int) -> None:
    """Thousands of days: the checker finds nothing, nobody is lost, no promise changes."""
    count = counted(DAYS // BLOCKS)
    world = copy_world(pattern, tmp_path)
    for seed in range(block * count, (block + 1) * count):
        begin_again(pattern, world)
        day = RandomDay(world, seed)
        trail = []
        try:
            for _ in range(STEPS):
                trail.append(day.step())
                day.check()
        except (AssertionError, BookingError) as error:
            raise AssertionError(f"day {seed} after {' '.join(trail)}") from error
    world.ctx.db.close()


def test_a_lost_stop_is_noticed(tmp_path: Path) -> None:
    """Control: when a plan silently loses a booking, the day's check goes red."""
    ctx = make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path)
    day = RandomDay(make_world(ctx, people=6, buses=2), 1)
    while not planned_ids(day.world):
        day.ask()
    day.check()
    with ctx.db.writing() as session:
        for plan in session.query(Plan):
            plan.runs = []
    with pytest.raises(AssertionError):
        day.check()


def test_a_moved_promise_is_noticed(tmp_path: Path) -> None:
    """Control: when a promise is moved by ten minutes, the day's check goes red."""
    ctx = make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path)
    day = RandomDay(make_world(ctx, people=6, buses=2), 1)
    while not planned_ids(day.world):
        day.ask()
    day.check()
    with ctx.db.writing() as session:
        for booking in session.query(Booking):
            if booking.promised_latest and booking.promised_arrival:
                booking.promised_latest += timedelta(minutes=10)
    with pytest.raises(AssertionError):
        day.check()
