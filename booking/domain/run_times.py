"""When a bus will be where, given how it has gone so far today.

The plan's driving and standing times are kept; waiting planned between them is
what a late bus makes up time with. Seconds of the service day throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from booking.domain.plan_record import Stop
from booking.domain.words import how_late

LATE_FROM_MINUTES: Final = 3
"""Less than this nobody at a bus stop notices."""

Done = Mapping[tuple[int, str], int]
"""(booking id, action) → when it was done."""


def expected_starts(stops: Sequence[Stop], done: Done, now: int | None) -> list[int]:
    """For each stop when it was done, or when it is now to be expected.

    `now` is None on any other day than today: then the plan holds. What is over by
    plan but not reported is expected now at the earliest; rests are not reported,
    and nor is what lies before a reported stop.
    """
    reported = [n for n, stop in enumerate(stops) if _happened(stop, done) is not None]
    last_done = max(reported, default=-1)
    expected: list[int] = []
    delay = 0
    for number, stop in enumerate(stops):
        happened = _happened(stop, done)
        if happened is not None:
            start = happened
        elif number < last_done:
            start = stop.start
        else:
            # It gets there `delay` later than planned, and never starts before the plan says.
            start = max(stop.start, stop.arrival + delay)
            if now is not None and stop.booking_id is not None:
                start = max(start, now)
        delay = max(0, start - stop.start)
        expected.append(start)
    return expected


def late_minutes(planned: int, expected: int) -> int:
    """Whole minutes behind the plan; small differences are none."""
    late = (expected - planned) // 60
    return late if late >= LATE_FROM_MINUTES else 0


def how_it_goes(earliest: int | None, latest: int | None, at: int, *, begun: bool) -> str:
    """A visit at `at` against what was told, in words: "12 min late", "on time", "5 min early".

    Of a run that has not begun nothing is known but that it is late; a limit of None is
    not one. Seconds of the service day.
    """
    late = 0 if latest is None else -(-max(0, at - latest) // 60)
    early = 0 if earliest is None else max(0, earliest - at) // 60
    if late >= LATE_FROM_MINUTES:
        return how_late(late)
    if not begun:
        return ""
    return how_late(-early if early >= LATE_FROM_MINUTES else 0)


def _happened(stop: Stop, done: Done) -> int | None:
    if stop.booking_id is None:
        return None
    return done.get((stop.booking_id, stop.action))
