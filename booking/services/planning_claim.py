"""Who is planning a zone-day just now, and how far they are: what the operator's screen shows.

A claim runs out by itself when nothing is heard for a while, so that a worker that
died stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.orm import InstrumentedAttribute

from booking.context import Context
from booking.domain.rates import METRES_A_MILE
from booking.domain.words import count_of
from booking.models import ZoneDay
from routing.optimise import Progress, Stop

CLAIM_SECONDS: Final = 10
"""A planning that has not said for so long that it goes on is taken to be dead."""
BEGUN_WORDS: Final = "Planning has begun."
PROGRESS_LENGTH: Final = 200
"""What the column holds."""
ALMOST: Final = 99
"""A search whose time is over has still to be written down."""


@dataclass(frozen=True, slots=True)
class Searching:
    """A search that is on: what for, when it stops, and who else hears of it."""

    doing: str
    stop: Stop
    heard: Callable[[str], None] | None = None
    spare: float = 0.0
    """Seconds besides the search in which nothing is said, and the claim still stands."""


def claim(ctx: Context, zone_day_id: int, token: str, now: datetime, *, spare: float = 0.0) -> bool:
    """Whether the day is ours to plan now; `spare` are seconds in which we shall say nothing."""
    until = now + timedelta(seconds=CLAIM_SECONDS + spare)
    with ctx.db.writing() as session:
        claimed = session.execute(
            update(ZoneDay)
            .where(
                ZoneDay.id == zone_day_id,
                or_(ZoneDay.planning_until.is_(None), ZoneDay.planning_until < now),
            )
            .values(
                planning_by=token,
                planning_until=until,
                planning_progress=BEGUN_WORDS,
                planning_percent=0,
            )
        )
        return bool(claimed.rowcount)  # type: ignore[attr-defined]


def unclaim(ctx: Context, zone_day_id: int, token: str, note: str) -> None:
    """End the planning; whoever reads what came of it is told what `note` says, too."""
    progress: ColumnElement[str] | InstrumentedAttribute[str] = ZoneDay.planning_progress
    if note:
        progress = func.substr(ZoneDay.planning_progress + f" {note}", 1, PROGRESS_LENGTH)
    _end(ctx, zone_day_id, token, progress)


def _end(
    ctx: Context,
    zone_day_id: int,
    token: str,
    progress: ColumnElement[str] | InstrumentedAttribute[str] | str,
) -> None:
    with ctx.db.writing() as session:
        session.execute(
            update(ZoneDay)
            .where(ZoneDay.id == zone_day_id, ZoneDay.planning_by == token)
            .values(
                planning_by=None,
                planning_until=None,
                planning_percent=None,
                planning_progress=progress,
            )
        )


@contextmanager
def claimed(ctx: Context, zone_day_id: int, token: str | None, now: datetime) -> Iterator[str]:
    """The claim somebody made already, or one of our own until this is over.

    Where another planning is on, it goes on being what the screen shows. What came of
    ours is for whoever writes it down to say.
    """
    if token is not None:
        yield token
        return
    own = uuid4().hex
    claim(ctx, zone_day_id, own, now)
    try:
        yield own
    finally:
        _end(ctx, zone_day_id, own, "")


def reporter(
    ctx: Context,
    zone_day_id: int,
    token: str,
    now: datetime,
    searching: Searching,
    journeys: int,
) -> Callable[[Progress], None]:
    """Says once a second how far the search is, and that whoever claimed the day still lives."""
    last = [-1.0]

    def report(step: Progress) -> None:
        if step.seconds < last[0] + 1.0:
            return
        last[0] = step.seconds
        words = _words(step, searching.doing, journeys)
        if searching.heard is not None:
            searching.heard(words)
        until = now + timedelta(seconds=step.seconds + CLAIM_SECONDS + searching.spare)
        with ctx.db.writing() as session:
            session.execute(
                update(ZoneDay)
                .where(ZoneDay.id == zone_day_id, ZoneDay.planning_by == token)
                .values(
                    planning_progress=words,
                    planning_percent=percent_of(step, searching.stop),
                    planning_until=until,
                )
            )

    return report


def percent_of(step: Progress, stop: Stop) -> int | None:
    """How much of its time a search has used; None where it has no end that is known."""
    if stop.seconds is None:
        return None
    return min(ALMOST, int(100 * step.seconds / stop.seconds)) if stop.seconds > 0 else ALMOST


def _words(step: Progress, doing: str, journeys: int) -> str:
    """How far the search is, for somebody who knows buses and not searches."""
    with_bus = f"{journeys - step.unserved} of {count_of(journeys, 'journey')}"
    have = "has" if journeys == 1 else "have"
    miles = round(step.distance / METRES_A_MILE)
    return f"{doing}: {with_bus} {have} a bus so far, {count_of(miles, 'mile')} to drive."
