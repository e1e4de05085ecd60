"""Which of the GB domestic drivers' hours rules a driver's shifts break, in plain words.

Transport Act 1968, section 96, as modified by SI 1971/818; the limits are in `hours_law`.
Who they hold for, and what is counted how: docs/decisions/drivers-hours.md.

All of a shift but its break counts as driving, and a break that may be at several times
counts as taken at the worst of them: what passes here passes however the day goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from booking.domain.duties import NONE, Duty, Stretch, long_stretch
from booking.domain.hours_law import (
    BREAK,
    DAY_OFF,
    DRIVING_A_DAY,
    REST,
    SHORT_REST,
    SHORT_RESTS_A_WEEK,
    UNBROKEN,
    WORKING_DAY,
)
from booking.domain.service_day import at, local
from booking.domain.words import clock_24, day, how_long

WEEK: Final = timedelta(days=7)


class Rule(StrEnum):
    """What may be broken."""

    WORKING_DAY = "working day"
    DRIVING = "driving"
    BREAK = "break"
    REST = "rest"
    SHORT_RESTS = "short rests"
    DAY_OFF = "day off"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a shift breaks, alone or with the driver's others: what is wrong, what to do."""

    rule: Rule
    duty: Duty
    wrong: str
    remedy: str

    @property
    def driver(self) -> str:
        return self.duty.driver

    @property
    def day(self) -> date:
        return self.duty.day

    @property
    def words(self) -> str:
        """The whole sentence, and the one that says what to do."""
        return self.said_of(f"on {day(self.day)}")

    def said_of(self, days: str) -> str:
        """The same with other words for the day, such as "on Mondays"."""
        return f"{self.driver or 'Whoever drives'} {days} {self.wrong} {self.remedy}"


def broken_rules(duties: Iterable[Duty]) -> list[Breach]:
    """What one driver's shifts break, day by day; then rests, then days off."""
    ordered = sorted(duties, key=lambda duty: (duty.begins, duty.finishes))
    days = _working_days(ordered)
    found = [breach for one in days for breach in _broken_in_a_day(one)]
    return [*found, *_broken_rests(days), *_broken_fortnights(ordered)]


def _working_days(ordered: Iterable[Duty]) -> list[list[Duty]]:
    """The shifts that count together (section 103(1)): no daily rest lies between them.

    Two of one service day count together even with such a rest between them, as long
    as they may: their driving adds up.
    """
    days: list[list[Duty]] = []
    for duty in ordered:
        if days and _is_same_day(days[-1], duty):
            days[-1].append(duty)
        else:
            days.append([duty])
    return days


def _is_same_day(before: Sequence[Duty], duty: Duty) -> bool:
    fits = duty.finishes - before[0].begins <= WORKING_DAY
    is_short = duty.begins - _end(before) < SHORT_REST
    together = before[-1].day == duty.day
    return (fits and (is_short or together)) or (is_short and together)


def _end(working_day: Sequence[Duty]) -> datetime:
    return max(duty.finishes for duty in working_day)


def _broken_in_a_day(working_day: Sequence[Duty]) -> Iterator[Breach]:
    last = working_day[-1]
    lasts = _end(working_day) - working_day[0].begins
    if lasts > WORKING_DAY:
        wrong = (
            f"would be at work for {how_long(lasts)} from the first start to the last end; "
            f"{how_long(WORKING_DAY)} is the most."
        )
        yield Breach(Rule.WORKING_DAY, last, wrong, _shorter(working_day))
    driving = sum((duty.driving for duty in working_day), NONE)
    if driving > DRIVING_A_DAY:
        wrong = f"could drive for {how_long(driving)}; {how_long(DRIVING_A_DAY)} a day is the most."
        yield Breach(Rule.DRIVING, last, wrong, _shorter(working_day))
    stretch = long_stretch(working_day)
    if stretch is not None:
        wrong = (
            f"could drive for {how_long(stretch.length)} without a break of {how_long(BREAK)}; "
            f"{how_long(UNBROKEN)} is the most."
        )
        yield Breach(Rule.BREAK, stretch.duty, wrong, _take_a_break(stretch))


def _shorter(working_day: Sequence[Duty]) -> str:
    if len(working_day) > 1:
        return "Make the shift shorter, or choose another driver."
    return "Make the shift shorter, and let another driver do the rest."


def _take_a_break(stretch: Stretch) -> str:
    duty = stretch.duty
    if not stretch.one_break_does:
        return "One break is not enough for so long a shift: make it shorter."
    first, last = clock_24(stretch.not_before), clock_24(stretch.over_by)
    when = f"between {first} and {last}"
    if stretch.not_before <= duty.begins:
        when = f"that is over by {last}"
    elif stretch.over_by >= duty.finishes:
        when = f"not before {first}"
    if duty.rest < BREAK:
        if duty.break_minutes:
            return f"Make the break at least {how_long(BREAK)} long, {when}."
        return f"Add a break of at least {how_long(BREAK)} {when}."
    return f"Choose a time for the break {when}."


def _broken_rests(days: Sequence[Sequence[Duty]]) -> Iterator[Breach]:
    """Too short a rest between two working days, or too often one that is cut down."""
    cut_down: list[tuple[set[date], Duty]] = []
    for before, after in pairwise(days):
        rest = after[0].begins - _end(before)
        if rest < SHORT_REST:
            wrong = (
                f"would have {how_long(max(rest, NONE))} of rest since the shift before; "
                f"{how_long(REST)} is the least, and {how_long(SHORT_REST)} up to three times "
                "a week."
            )
            remedy = "Leave more time between the two, or choose another driver."
            yield Breach(Rule.REST, after[0], wrong, remedy)
        elif rest < REST:
            cut_down.append(({_week(_end(before)), _week(after[0].begins)}, after[0]))
    yield from _too_often(cut_down)


def _too_often(cut_down: Sequence[tuple[set[date], Duty]]) -> Iterator[Breach]:
    """A rest over a Sunday night counts in both weeks: the law does not say which it is of."""
    for number, (weeks, duty) in enumerate(cut_down):
        until_then = cut_down[: number + 1]
        if any(sum(week in one for one, _ in until_then) > SHORT_RESTS_A_WEEK for week in weeks):
            wrong = (
                f"would rest for less than {how_long(REST)} for the fourth time in a week; "
                "three times is the most."
            )
            remedy = f"Leave {how_long(REST)} before the shift, or choose another driver."
            yield Breach(Rule.SHORT_RESTS, duty, wrong, remedy)


def _week(moment: datetime) -> date:
    """The Monday of its week."""
    return _monday(local(moment).date())


def _monday(one: date) -> date:
    return one - timedelta(days=one.weekday())


def _broken_fortnights(ordered: Sequence[Duty]) -> Iterator[Breach]:
    """Any two weeks in a row, Monday to Sunday, without 24 hours off duty within them."""
    weeks = {_week(duty.begins) for duty in ordered} | {_week(duty.finishes) for duty in ordered}
    for monday in sorted(weeks):
        if monday + WEEK not in weeks:
            continue  # a whole week off
        within = _out_between(ordered, monday, monday + 2 * WEEK)
        if not _has_day_off(within, monday, monday + 2 * WEEK):
            wrong = "would have no 24 hours off in two weeks, Monday to Sunday."
            remedy = "Choose another driver for one of the days."
            yield Breach(Rule.DAY_OFF, within[-1], wrong, remedy)


def _out_between(ordered: Iterable[Duty], first: date, end: date) -> list[Duty]:
    begin, finish = at(first, time(0)), at(end, time(0))
    return [duty for duty in ordered if duty.begins < finish and begin < duty.finishes]


def _has_day_off(duties: Iterable[Duty], first: date, end: date) -> bool:
    free_from = at(first, time(0))
    for duty in duties:
        if duty.begins - free_from >= DAY_OFF:
            return True
        free_from = max(free_from, duty.finishes)
    return at(end, time(0)) - free_from >= DAY_OFF
