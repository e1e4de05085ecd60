"""The stops of a run as its driver works through them: visits at one place and time merged.

Made of the run in the current plan, the riders and what the road reported; a view,
worked out each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.domain.plan_record import Run
from booking.domain.run_times import expected_starts, late_minutes
from booking.domain.service_day import moment, seconds_into
from booking.domain.statuses import BookingStatus
from booking.models import Shift
from booking.services.manifest_words import Task, place_words, task_of, what_words
from booking.services.riders import Point, Rider

SAME_STOP_SECONDS: Final = 300
"""Visits at one place with no more than this between them are one stop."""
RIDING: Final = frozenset(
    {
        BookingStatus.BOOKED,
        BookingStatus.ON_BOARD,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
    }
)


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop of the bus, or a break.

    `at` is when the plan has it, `expected` when the bus is likely there (or was).
    """

    number: int
    what: str
    at: datetime
    expected: datetime
    late_min: int
    place: str
    access: tuple[str, ...]
    point: Point | None
    tasks: tuple[Task, ...]
    break_minutes: int = 0

    @property
    def is_break(self) -> bool:
        return self.break_minutes > 0

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """Whoever is still to get on or off here."""
        return tuple(task for task in self.tasks if not task.outcome)

    @property
    def is_done(self) -> bool:
        return not self.is_break and not self.open_tasks

    @property
    def arrived(self) -> bool:
        return any(task.arrived for task in self.tasks)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One rider's getting on or off, with its times (seconds of the service day)."""

    action: str
    rider: Rider | None
    start: int
    departure: int
    expected: int


def stops_of(
    shift: Shift,
    run: Run,
    riders: dict[int, Rider],
    now: datetime,
    not_there: Collection[int] = (),
) -> tuple[StopView, ...]:
    """The stops in order. `not_there` are who was reported so and is in no run any more."""
    day = shift.service_date
    clock = _clock(day, run, now) if shift.status == "planned" else None
    visits = _visits(day, run, riders, clock)
    for visit in _left_out(shift, [riders[one] for one in sorted(not_there)], clock):
        later = (n for n, other in enumerate(visits) if other.start > visit.start)
        visits.insert(next(later, len(visits)), visit)
    visits += _forgotten(day, run, riders, visits)
    return tuple(
        _stop_view(number, day, group) for number, group in enumerate(_merged(visits), start=1)
    )


def _clock(day: date, run: Run, now: datetime) -> int | None:
    """The second of the day it is; None while or after nothing of the run is to be expected."""
    clock = seconds_into(day, now)
    return clock if 0 <= clock <= run.end + 7200 else None


def _visits(day: date, run: Run, riders: dict[int, Rider], clock: int | None) -> list[_Visit]:
    shown = [stop for stop in run.stops if _is_shown(stop.booking_id, stop.action, riders)]
    done = {
        (rider.booking_id, action): seconds_into(day, fact.actual)
        for rider in riders.values()
        for action in ("pickup", "dropoff")
        if (fact := rider.done(action)) is not None
    }
    expected = expected_starts(shown, done, clock)
    return [
        _Visit(
            stop.action,
            riders[stop.booking_id] if stop.booking_id else None,
            stop.start,
            stop.departure,
            when,
        )
        for stop, when in zip(shown, expected, strict=True)
    ]


def _is_shown(booking_id: int | None, action: str, riders: dict[int, Rider]) -> bool:
    if booking_id is None:
        return True
    rider = riders.get(booking_id)
    if rider is None or rider.status not in RIDING:
        return False
    return action == "pickup" or rider.status is not BookingStatus.NO_SHOW


def _left_out(shift: Shift, gone: Iterable[Rider], clock: int | None) -> list[_Visit]:
    """The pick-ups of who was reported as not there and has left the plan for it.

    The driver must be able to take that back, and to take along who comes after all;
    but nobody is to be fetched by a bus that was withdrawn.
    """
    visits = []
    for rider in gone:
        done, told = rider.done("pickup"), rider.due_from
        if done is not None and rider.status in RIDING:
            at = seconds_into(shift.service_date, done.actual)
            visits.append(_Visit("pickup", rider, at, at, at))
        elif told and rider.status is BookingStatus.BOOKED and shift.status == "planned":
            at = seconds_into(shift.service_date, told)
            visits.append(_Visit("pickup", rider, at, at, max(at, clock or at)))
    return visits


def _forgotten(
    day: date, run: Run, riders: dict[int, Rider], visits: Sequence[_Visit]
) -> list[_Visit]:
    """Whoever is on board or gets on though the plan no longer has them: they must get home."""
    last = max((visit.departure for visit in visits), default=0)
    shown = {(visit.rider.booking_id, visit.action) for visit in visits if visit.rider}
    fetched = {booking for booking, action in shown if action == "pickup"}
    set_down = [
        _set_down(day, run, rider, last)
        for rider in sorted(riders.values(), key=lambda rider: rider.booking_id)
        if (rider.booking_id, "dropoff") not in shown
        and (
            rider.status is BookingStatus.ON_BOARD
            or (rider.status is BookingStatus.BOOKED and rider.booking_id in fetched)
        )
    ]
    return sorted(set_down, key=lambda visit: visit.start)


def _set_down(day: date, run: Run, rider: Rider, last: int) -> _Visit:
    """When we said that they would be there, but after all else."""
    due = seconds_into(day, rider.arrive_by) if rider.arrive_by else run.end
    at = max(last, due)
    return _Visit("dropoff", rider, at, at, at)


def _merged(visits: Iterable[_Visit]) -> list[list[_Visit]]:
    """Visits one after the other at one place, with no time between, are one stop."""
    groups: list[list[_Visit]] = []
    for visit in visits:
        before = groups[-1][-1] if groups else None
        if before is not None and _same_stop(before, visit):
            groups[-1].append(visit)
        else:
            groups.append([visit])
    return groups


def _same_stop(before: _Visit, visit: _Visit) -> bool:
    if before.rider is None or visit.rider is None:
        return False
    here, there = before.rider.place(before.action), visit.rider.place(visit.action)
    return here.id == there.id and visit.start - before.departure <= SAME_STOP_SECONDS


def _stop_view(number: int, day: date, group: Sequence[_Visit]) -> StopView:
    first = group[0]
    at, expected = moment(day, first.start), moment(day, first.expected)
    if first.rider is None:
        minutes = max(1, (first.departure - first.start) // 60)
        return StopView(number, "Break", at, expected, 0, "", (), None, (), minutes)
    # People get off before others get on.
    ordered = sorted(group, key=lambda visit: visit.action != "dropoff")
    tasks = tuple(task_of(v.rider, v.action) for v in ordered if v.rider is not None)
    point = first.rider.place(first.action)
    return StopView(
        number=number,
        what=what_words({visit.action for visit in group}),
        at=at,
        expected=expected,
        late_min=late_minutes(first.start, first.expected),
        place=place_words(point),
        access=(point.access_note,) if point.access_note else (),
        point=point,
        tasks=tasks,
    )
