"""A driver's shifts as the hours rules see them, and the longest drive between two breaks.

Transport Act 1968, section 96(2), as modified by SI 1971/818; the limits are in `hours_law`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from booking.domain.hours_law import BREAK, LONGER_PERIOD, LONGER_PERIOD_BREAKS, UNBROKEN
from booking.domain.service_day import moment

NONE: Final = timedelta(0)


class Times(Protocol):
    """A shift or a weekly pattern, or what was typed for one; minutes of the service day."""

    @property
    def starts(self) -> int: ...
    @property
    def ends(self) -> int: ...
    @property
    def break_from(self) -> int | None: ...
    @property
    def break_to(self) -> int | None: ...
    @property
    def break_minutes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift of a driver; minutes of the service day. The break lies between two of them."""

    driver: str
    day: date
    starts: int
    ends: int
    break_from: int | None = None
    break_to: int | None = None
    break_minutes: int = 0
    shift_id: int | None = None

    @property
    def begins(self) -> datetime:
        return self.at(self.starts)

    @property
    def finishes(self) -> datetime:
        return self.at(self.ends)

    @property
    def rest(self) -> timedelta:
        """How long its break is."""
        return timedelta(minutes=self.break_minutes)

    @property
    def driving(self) -> timedelta:
        """All of it but the break: any of it may be spent at the wheel."""
        return self.finishes - self.begins - self.rest

    def at(self, minutes: int) -> datetime:
        return moment(self.day, minutes * 60)


def duty_of(times: Times, day: date, driver: str = "", shift_id: int | None = None) -> Duty:
    """A shift as the rules see it."""
    return Duty(
        driver=driver,
        day=day,
        starts=times.starts,
        ends=times.ends,
        break_from=times.break_from,
        break_to=times.break_to,
        break_minutes=times.break_minutes,
        shift_id=shift_id,
    )


def break_starts(duty: Duty) -> tuple[int, int] | None:
    """The first and the last minute its break may begin; None where it has none.

    That is what the operator said, narrowed so that no drive before or after it in this
    shift is longer than the law allows. Where no such time is left it stays as they said.
    """
    if not duty.break_minutes or duty.break_from is None or duty.break_to is None:
        return None
    earliest, latest = duty.break_from, duty.break_to - duty.break_minutes
    if duty.rest < BREAK or _is_short_day(duty):
        return earliest, latest
    unbroken = UNBROKEN // timedelta(minutes=1)
    first = max(earliest, duty.ends - unbroken - duty.break_minutes)
    last = min(latest, duty.starts + unbroken)
    return (first, last) if first <= last else (earliest, latest)


def _is_short_day(duty: Duty) -> bool:
    """Whether its break does wherever it is: the other way of section 96(2)."""
    return duty.finishes - duty.begins <= LONGER_PERIOD and duty.rest >= LONGER_PERIOD_BREAKS


@dataclass(frozen=True, slots=True)
class Pause:
    """When nobody drives: a break between two times, off duty, or an end of the working day."""

    earliest: datetime
    latest: datetime
    length: timedelta
    duty: Duty | None = None
    """The one whose break it is."""

    @property
    def over(self) -> datetime:
        """When it ends at the earliest."""
        return self.earliest + self.length


@dataclass(frozen=True, slots=True)
class Stretch:
    """A drive that is too long, the shift to change, and when a break of that shift must be."""

    duty: Duty
    length: timedelta
    not_before: datetime
    over_by: datetime

    @property
    def one_break_does(self) -> bool:
        rest = max(self.duty.rest, BREAK)
        return self.not_before + rest <= self.over_by


def long_stretch(working_day: Sequence[Duty]) -> Stretch | None:
    """The first drive of a working day that lasts longer than the law allows; None if none does.

    Breaks count as taken when that makes the drive longest. Time off duty between two
    shifts is a break as good as any.
    """
    pauses = _pauses(working_day)
    resets = [0, *(n for n in range(1, len(pauses) - 1) if pauses[n].length >= BREAK)]
    resets.append(len(pauses) - 1)
    reached = {0}
    for end in resets[1:]:
        if any(_may_drive(pauses, start, end) for start in reached):
            reached.add(end)
    if resets[-1] in reached:
        return None
    begin = max(reached)
    return _stretch(working_day, pauses, resets, resets.index(begin))


def _pauses(working_day: Sequence[Duty]) -> list[Pause]:
    """Its beginning, what interrupts it, and its end."""
    first, last = working_day[0].begins, max(duty.finishes for duty in working_day)
    pauses, until = [Pause(first, first, NONE)], first
    for duty in working_day:
        if duty.begins > until:
            pauses.append(Pause(until, until, duty.begins - until))
        starts = break_starts(duty)
        if starts is not None:
            pauses.append(Pause(duty.at(starts[0]), duty.at(starts[1]), duty.rest, duty))
        until = max(until, duty.finishes)
    return [*pauses, Pause(last, last, NONE)]


def _may_drive(pauses: Sequence[Pause], start: int, end: int) -> bool:
    """Whether somebody may drive from one pause to another with only those between them."""
    rested = sum((pause.length for pause in pauses[start + 1 : end]), NONE)
    lasts = pauses[end].latest - pauses[start].over
    other_way = lasts <= LONGER_PERIOD and rested >= LONGER_PERIOD_BREAKS
    return lasts - rested <= UNBROKEN or other_way


def _stretch(
    working_day: Sequence[Duty], pauses: Sequence[Pause], resets: Sequence[int], at: int
) -> Stretch:
    """The drive from a break to the next; the break of its last shift must lie elsewhere."""
    start, end = pauses[resets[at]], pauses[resets[at + 1]]
    within = [duty for duty in working_day if duty.begins < end.latest]
    duty = max(within, key=lambda one: one.begins)
    before, after = start, end
    if start.duty is duty:
        before = pauses[resets[at - 1]]
    if end.duty is duty:
        after = pauses[resets[at + 2]]
    return Stretch(
        duty,
        end.latest - start.over,
        max(after.latest - UNBROKEN - max(duty.rest, BREAK), duty.begins),
        min(before.over + UNBROKEN + max(duty.rest, BREAK), duty.finishes),
    )
