"""Load the sample scheme: the files, and a fortnight of life around today.

The past has been driven, today is half driven, the days to come are booked, and
some people wait for the evening's batch: every page has something to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from booking.context import Context
from booking.db import Database
from booking.domain.errors import Invalid
from booking.domain.service_day import at, today
from booking.domain.words import day_with_year
from booking.models import ZoneDay
from booking.services.demo_accounts import DemoSignIn, seed_demo_accounts
from booking.services.import_data import import_data
from booking.services.notify import write_day_before
from booking.services.sampling import marker, stories
from booking.services.sampling.road import drive
from booking.services.sampling.seats import Office, seat
from booking.services.sampling.tidy import settle
from booking.services.sampling.towns import Town, list_handlers, read_towns
from booking.services.sampling.wishes import day_wishes, list_days
from booking.services.shifts import materialise_shifts
from booking.services.zone_days import ensure_zone_day

FOLDER: Final = Path(__file__).parents[2] / "sample_data"
BUSY_ZONES: Final = 2
WAITING_DAYS: Final = 3
TOLD_SINCE: Final = timedelta(days=2)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SampleLogins:
    """How to come in as each kind of user (in the demo), and whether anything was loaded now."""

    loaded: bool
    sign_ins: tuple[DemoSignIn, ...]


@dataclass(slots=True)
class _Story:
    """What is being made, and by whom."""

    ctx: Context
    now: datetime
    say: Progress
    office: Office
    towns: list[Town]
    busy: frozenset[str]
    star: tuple[int, int] | None
    zone_days: dict[tuple[str, date], int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return today(self.now)

    @property
    def spared(self) -> frozenset[int]:
        """The people nothing goes wrong for."""
        return frozenset({self.star[0]}) if self.star else frozenset()

    @property
    def handler(self) -> int | None:
        return self.office.handlers[0] if self.office.handlers else None


def load_sample(
    ctx: Context,
    now: datetime,
    progress: Progress | None = None,
    *,
    folder: Path = FOLDER,
    days: int = 14,
) -> SampleLogins:
    """Fill an empty database; one that has a scheme in it is left as it is.

    A load that was broken off is noticed and done again from the start. The same
    files and the same `now` give the same story.

    Raises:
        Invalid: the files cannot be imported; the words say what is wrong.
    """
    say = progress or (lambda _: None)
    state = marker.read_state(ctx.db)
    if state is not marker.State.READY:
        if state is marker.State.BROKEN_OFF:
            say("The last start was broken off while loading. Starting over ...")
            marker.clear(ctx.db)
        marker.set_mark(ctx.db, marker.BEGUN, now)
        with _hurried(ctx) as quick:
            _load(quick, now, say, folder, days)
        marker.set_mark(ctx.db, marker.READY, now)
    else:
        _say_if_elsewhen(ctx, now, say)
    signs = tuple(seed_demo_accounts(ctx, now)) if ctx.settings.demo else ()
    return SampleLogins(state is not marker.State.READY, signs)


def _say_if_elsewhen(ctx: Context, now: datetime, say: Progress) -> None:
    """Say so when the journeys there are lie in quite other days: every page would be empty."""
    with ctx.db.reading() as session:
        first, last = session.execute(
            select(func.min(ZoneDay.service_date), func.max(ZoneDay.service_date))
        ).one()
    if first is not None and not first <= today(now) <= last:
        say(
            f"The sample journeys here are of {day_with_year(first)} to {day_with_year(last)}. "
            "Add --fresh to have some around the day you look at."
        )


@contextmanager
def _hurried(ctx: Context) -> Iterator[Context]:
    """The same database, not waiting for the disk at every commit.

    What a power cut takes is noticed by the mark that is still missing, and the
    mark itself is written with the disk's word for all that came before it.
    """
    if not ctx.db.is_sqlite:
        yield ctx
        return
    db = Database(ctx.db.url, pool_size=2)
    event.listen(db.engine, "connect", _wait_less)
    try:
        yield replace(ctx, db=db)
    finally:
        db.close()


def _wait_less(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _load(ctx: Context, now: datetime, say: Progress, folder: Path, days: int) -> None:
    say("Reading the sample scheme: zones, places, buses, groups and residents ...")
    report = import_data(ctx, folder, dry_run=False, now=now)
    if not report.ok:
        raise Invalid("\n".join(report.lines()))
    dates = list(list_days(now, days))
    for moment in (at(dates[0], time(6)), now):
        materialise_shifts(ctx, now=moment)
    star = stories.find_star(ctx)
    towns = read_towns(ctx, star[0] if star else None)
    story = _Story(
        ctx=ctx,
        now=now,
        say=say,
        office=Office(list_handlers(ctx), tell_from=now - TOLD_SINCE),
        towns=towns,
        busy=_busiest(towns),
        star=star,
    )
    _open_days(story, dates)
    for day in dates:
        _book_day(story, day)
    _wait_for_batch(story)
    _hear_of_refusals(story, dates)
    _drive(story)
    _plan_ahead(story)


def _busiest(towns: list[Town]) -> frozenset[str]:
    instant = sorted(
        (town for town in towns if not town.is_batch), key=lambda town: -town.residents
    )
    return frozenset(town.code for town in instant[:BUSY_ZONES])


def _open_days(story: _Story, dates: list[date]) -> None:
    """Open every zone-day on which buses run, in one transaction."""
    with story.ctx.db.writing() as session:
        for town in story.towns:
            for day in dates:
                if town.rules.hours_on(day) is not None:
                    zone_day_id = ensure_zone_day(session, town.zone_id, day)
                    story.zone_days[town.code, day] = zone_day_id


def _book_day(story: _Story, day: date) -> None:
    story.say(f"Booking journeys for {day:%A} {day.day} {day:%B} ...")
    for town in story.towns:
        if (town.is_batch and day > story.today) or (town.code, day) not in story.zone_days:
            continue
        busy = town.code in story.busy
        star = _star_on(story, town, day)
        asks = day_wishes(town, day, busy=busy, now=story.now, star=star)
        if not asks:
            continue
        zone_day_id = story.zone_days[town.code, day]
        seat(story.ctx, zone_day_id, town, asks, story.office)
        stories.cancel_some(story.ctx, zone_day_id, now=story.now, spared=story.spared)


def _star_on(story: _Story, town: Town, day: date) -> int | None:
    """The demo's own passenger goes out every other day."""
    if story.star is None or story.star[1] != town.zone_id:
        return None
    return story.star[0] if (day - story.today).days % 2 else None


def _wait_for_batch(story: _Story) -> None:
    """The next days in zones in batch mode: asked for, not decided yet."""
    ahead = [story.today + timedelta(days=n) for n in range(1, 8)]
    for town in (town for town in story.towns if town.is_batch):
        for day in [day for day in ahead if town.rules.hours_on(day)][:WAITING_DAYS]:
            for asked in day_wishes(town, day, busy=False, now=story.now):
                stories.book_through(story.ctx, asked, story.handler)


def _hear_of_refusals(story: _Story, dates: list[date]) -> None:
    for town in story.towns:
        heard = [day for day in dates if day <= story.today + timedelta(days=1)]
        stories.refuse_some(
            story.ctx, town, heard[:: 1 if town.code in story.busy else 3], story.handler
        )


def _drive(story: _Story) -> None:
    """Tell today's passengers their times the evening before, then drive up to now."""
    story.say("Driving the past days, and today up to now ...")
    write_day_before(story.ctx, now=at(story.today - timedelta(days=1), time(18)))
    for (_, day), zone_day_id in story.zone_days.items():
        if day <= story.today:
            drive(story.ctx, zone_day_id, until=story.now, sure=story.spared)


def _plan_ahead(story: _Story) -> None:
    """Leave the next day of the busy zones for a worker to plan, and close what is past."""
    ahead = sorted({day for _, day in story.zone_days if day > story.today})[:1]
    next_days = [story.zone_days[code, day] for code in sorted(story.busy) for day in ahead]
    for zone_day_id in next_days:
        spared, handler = story.spared, story.handler
        stories.change_one(story.ctx, zone_day_id, now=story.now, handler=handler, spared=spared)
    settle(story.ctx, now=story.now, to_plan=next_days)
