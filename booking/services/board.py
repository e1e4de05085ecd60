"""The operator's board of one zone and day: rows through the day, figures, what to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.adapters.travel_times import trouble
from booking.context import Context
from booking.domain.run_times import LATE_FROM_MINUTES, late_minutes
from booking.domain.service_day import seconds_into, today
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.models import JourneyRequest
from booking.services.board_day import BoardDay, Going, RunNow, get_zone, read_day
from booking.services.decisions import Decision, decisions_of
from booking.services.manifest_words import place_words
from booking.services.plan_request import WAITING_WORDS, request_planning
from booking.services.zone_days import ensure_zone_day

QUIET_DAY: Final = (420, 1140)
"""What the picture spans where no shift says otherwise; minutes."""
NOT_BEGUN_WORDS: Final = (
    "Planning was asked for and has not begun yet. It will be tried again by itself. "
    "If this stays so, tell whoever looks after the computers."
)
STUCK_AFTER: Final = timedelta(minutes=2)
"""A planning asked for so long ago and not begun is said to be waiting."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop on a row; minutes of the service day. `late_min` is past what was told."""

    at: int
    kind: str
    label: str
    booking_id: int
    late_min: int
    how: str
    """How it goes or went, in words; empty before the run has begun."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a row; minutes. `people` on board (0 for a rest)."""

    start: int
    end: int
    people: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A vehicle through the day."""

    shift_id: int
    name: str
    note: str
    start: int
    end: int
    capacity: int
    withdrawn: bool
    breaks: tuple[Part, ...]
    load: tuple[Part, ...]
    stops: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the list it leads to (`show` of `zone_lists.journeys`)."""

    number: int
    words: str
    show: str


@dataclass(frozen=True, slots=True)
class Planning:
    """Where the planning of the day stands. `percent` is None while nobody can say."""

    words: str
    is_running: bool
    percent: int | None
    version: int
    planned_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything on the board. `now` is minutes of the service day, None on other days."""

    zone_code: str
    zone_name: str
    mode: str
    day: date
    rows: tuple[Row, ...]
    start: int
    end: int
    now: int | None
    figures: tuple[Figure, ...]
    decisions: tuple[Decision, ...]
    planning: Planning
    roads_trouble: str
    """What is wrong with the driving times just now, in a sentence; empty when all is well."""


def board(ctx: Context, zone_code: str, day: date, *, now: datetime) -> BoardView:
    """The board of that zone and day. Raises NotFound for a zone we do not have."""
    with ctx.db.reading() as session:
        read = read_day(session, zone_code, day, now)
        refused = _refused(session, read)
        rows = tuple(_row(read, run) for run in read.runs)
        start, end = _span(rows)
        return BoardView(
            zone_code=read.zone.code,
            zone_name=read.zone.name,
            mode=read.zone.mode,
            day=day,
            rows=rows,
            start=start,
            end=end,
            now=seconds_into(day, now) // 60 if today(now) == day else None,
            figures=_figures(read, refused),
            decisions=decisions_of(session, read),
            planning=_planning(read, now),
            roads_trouble=trouble(ctx.travel_times),
        )


def planning(ctx: Context, zone_code: str, day: date, *, now: datetime) -> Planning:
    """Where the planning of that day stands, for asking again and again."""
    with ctx.db.reading() as session:
        return _planning(read_day(session, zone_code, day, now), now)


def plan_now(ctx: Context, zone_code: str, day: date, *, now: datetime) -> None:
    """Ask for that day to be planned again; a worker takes it up within seconds."""
    with ctx.db.writing() as session:
        zone = get_zone(session, zone_code)
        zone_day_id = ensure_zone_day(session, zone.id, day)
    request_planning(ctx, zone_day_id, now=now)


def _row(read: BoardDay, run: RunNow) -> Row:
    shift, vehicle = run.shift, run.shift.vehicle
    return Row(
        shift_id=shift.id,
        name=vehicle.name,
        note=_note(run),
        start=shift.starts,
        end=shift.ends,
        capacity=vehicle.seats,
        withdrawn=shift.status != "planned",
        breaks=tuple(_breaks(run)),
        load=tuple(_load(run)),
        stops=tuple(_mark(read.day, going, run.begun) for going in run.goings if going.rider),
    )


def _note(run: RunNow) -> str:
    if run.shift.status != "planned":
        return "withdrawn"
    driver = run.shift.driver.name if run.shift.driver else "no driver"
    behind = max((late_minutes(g.stop.start, g.expected) for g in run.goings), default=0)
    return f"{driver}, {behind} min behind" if behind else driver


def _breaks(run: RunNow) -> Iterable[Part]:
    for going in run.goings:
        if going.rider is None:
            length = going.stop.departure - going.stop.start
            yield Part(going.expected // 60, (going.expected + length) // 60)


def _load(run: RunNow) -> Iterable[Part]:
    """How many are on board between one stop and the next."""
    people, since = 0, 0
    for going in run.goings:
        if going.rider is None:
            continue
        if going.expected > since and people:
            yield Part(since // 60, going.expected // 60, people)
        boards = going.rider.status is not BookingStatus.NO_SHOW
        count = going.rider.party.people * boards
        people += count if going.stop.action == "pickup" else -count
        since = going.expected


def _mark(day: date, going: Going, begun: bool) -> Mark:
    rider = going.rider
    assert rider is not None
    place = place_words(rider.place(going.stop.action))
    getting = "on" if going.stop.action == "pickup" else "off"
    if rider.status is BookingStatus.NO_SHOW:
        words = f"{rider.name} was not there, {place}"
    else:
        words = f"{rider.name} gets {getting}, {place}"
    late = 0 if going.is_done else -(-going.late_seconds(day) // 60)
    return Mark(
        at=going.expected // 60,
        kind=going.stop.action,
        label=words,
        booking_id=rider.booking_id,
        late_min=late if late >= LATE_FROM_MINUTES else 0,
        how=going.how_it_goes(day, begun=begun),
    )


def _span(rows: tuple[Row, ...]) -> tuple[int, int]:
    """From the first hour anybody is out to the last."""
    starts = [row.start for row in rows] or [QUIET_DAY[0]]
    ends = [row.end for row in rows] or [QUIET_DAY[1]]
    return min(starts) // 60 * 60, -(-max(ends) // 60) * 60


def _figures(read: BoardDay, refused: int) -> tuple[Figure, ...]:
    counts = {status: 0 for status in BookingStatus}
    for rider in read.riders.values():
        counts[rider.status] += 1
    booked = counts[BookingStatus.BOOKED] + counts[BookingStatus.HELD]
    travelled = counts[BookingStatus.COMPLETED]
    figures = [
        Figure(booked, "to be picked up", "booked"),
        Figure(counts[BookingStatus.ON_BOARD], "on board now", "on_board"),
        Figure(travelled, "travelled", "completed"),
        Figure(counts[BookingStatus.NO_SHOW], "not there", "no_show"),
        Figure(len(read.without_bus), "without a bus", "without_bus"),
        Figure(refused, "refused", "refused"),
    ]
    if counts[BookingStatus.MISSED]:
        figures.insert(-1, Figure(counts[BookingStatus.MISSED], "missed by us", "missed"))
    if read.zone.mode == "batch" or counts[BookingStatus.WAITING]:
        waiting = Figure(counts[BookingStatus.WAITING], "waiting to be decided", "waiting")
        figures.insert(1, waiting)
    return tuple(figures)


def _refused(session: Session, read: BoardDay) -> int:
    found = session.scalar(
        select(func.count(JourneyRequest.id)).where(
            JourneyRequest.zone_id == read.zone.id,
            JourneyRequest.service_date == read.day,
            JourneyRequest.status == RequestStatus.REFUSED.value,
        )
    )
    return found or 0


def _planning(read: BoardDay, now: datetime) -> Planning:
    zone_day, plan = read.zone_day, read.plan
    if zone_day is None:
        return Planning("Nothing is planned yet.", False, None, 0, None)
    claimed = zone_day.planning_until is not None and zone_day.planning_until > now
    asked = zone_day.wants_planning_since
    waits = asked is not None and now - asked < STUCK_AFTER
    words = zone_day.planning_progress or (WAITING_WORDS if waits else "")
    if not claimed and asked is not None and not waits:
        words = NOT_BEGUN_WORDS
    if not words:
        words = "Nothing is being planned just now." if plan else "Nothing is planned yet."
    return Planning(
        words=words,
        is_running=claimed or waits,
        percent=zone_day.planning_percent if claimed else None,
        version=plan.version if plan else 0,
        planned_at=plan.created_at if plan else None,
    )
