"""What the benchmarks of the service share: a busy zone-day, percentiles, figures.

The day: one zone, 4 buses of 12 seats, 80 booked directions between eight real places,
asked for in a random order (seeded); straight-line travel times; SQLite in a folder of
its own, or the database of DATABASE_URL.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from benchmarks.common.keeping import Kept
from benchmarks.figures import Figure, add_save, keep
from booking.context import Context
from booking.db import Database
from booking.domain.errors import BookingError
from booking.domain.wish import When, WhenKind, Wish
from booking.models import Base, Booking, Person, ZoneDay
from booking.services.book import book
from booking.services.hold import hold
from tests.world import DAY, NOW, PLACES, World, ask_for, make_context, make_world, wish

Answer = TypeVar("Answer")

BUSES = 4
BOOKINGS = 80
PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Bench:
    """One benchmark's name and seed, and the figures it prints."""

    name: str
    seed: int
    instance: str = f"{BUSES} vehicles, {BOOKINGS} bookings"
    kept: Kept | None = None

    def show(self, name: str, value: float, unit: str, seconds: float) -> None:
        """Print one figure as a line of JSON."""
        command = f"./run bench {self.name} --seed {self.seed}"
        took = round(seconds, 1)
        Figure(name, value, unit, self.instance, self.seed, took, command, self.kept).show()

    def show_times(self, name: str, seconds: Sequence[float]) -> None:
        """Print the median and the 95th percentile of measured times, in milliseconds."""
        for share in (50, 95):
            value = round(percentile(seconds, share) * 1000, 1)
            self.show(f"{name} p{share}", value, "ms", sum(seconds))


def read_bench(name: str, purpose: str | None) -> Bench:
    """The benchmark with the seed of the command line."""
    parser = argparse.ArgumentParser(prog=f"bench {name}", description=purpose)
    parser.add_argument("--seed", type=int, default=1)
    add_save(parser)
    given = parser.parse_args()
    return Bench(name, given.seed, kept=keep(given.save))


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that so many per cent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def timed(work: Callable[[], object]) -> float:
    """Seconds the work took."""
    began = clock.perf_counter()
    work()
    return clock.perf_counter() - began


def timed_answer(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds the work took, and what it gave."""
    began = clock.perf_counter()
    answer = work()
    return clock.perf_counter() - began, answer


def new_context(plan_seconds: float = 5.0) -> Context:
    """A context on an empty database with all tables."""
    folder = Path(tempfile.mkdtemp(prefix="outabout-bench-"))
    url = os.environ.get("DATABASE_URL", f"sqlite:///{folder / 'bench.db'}")
    database = Database(url, pool_size=1)
    Base.metadata.drop_all(database.engine)
    database.close()
    ctx = make_context(url, folder)
    return replace(ctx, settings=replace(ctx.settings, plan_seconds=plan_seconds))


def random_wish(world: World, dice: random.Random) -> Wish:
    """Somebody between two places at some hour of the day."""
    start, finish = dice.sample(sorted(PLACES), 2)
    wanted = wish(world, dice.randrange(PEOPLE), start=start, finish=finish)
    moment = time(dice.randrange(8, 18), dice.choice((0, 15, 30, 45)))
    kind = dice.choice((WhenKind.ARRIVE_BY, WhenKind.LEAVE_AT))
    return replace(wanted, when=When(kind, moment))


def busy_day(ctx: Context, seed: int, *, mode: str = "instant") -> World:
    """The world with its day booked full; in batch mode the bookings wait to be decided."""
    world = make_world(ctx, people=PEOPLE, buses=BUSES, mode=mode)
    with ctx.db.writing() as session:
        for person in session.scalars(select(Person)):
            person.channel, person.phone_type = "text", "mobile"
    dice = random.Random(seed)
    while booked(ctx) < BOOKINGS:
        request = ask_for(world, random_wish(world, dice))
        try:
            hold(ctx, request, 1, by="bench", now=NOW)
            book(ctx, request, key=f"bench {request}", by="bench", now=NOW)
        except BookingError:
            continue  # refused, or no offer: somebody else's turn
    return world


def booked(ctx: Context) -> int:
    """How many directions are booked or waiting on the day."""
    with ctx.db.reading() as session:
        found = session.scalar(
            select(func.count(Booking.id))
            .join(ZoneDay, ZoneDay.id == Booking.zone_day_id)
            .where(ZoneDay.service_date == DAY, Booking.status.in_(("booked", "waiting")))
        )
    return found or 0


def the_day(ctx: Context) -> ZoneDay:
    """The zone-day that was booked."""
    with ctx.db.reading() as session:
        return session.scalars(select(ZoneDay).where(ZoneDay.service_date == DAY)).one()
