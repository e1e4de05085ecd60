"""Any roster that passes the drivers' hours rules, driven with its breaks wherever they may be."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from booking.domain.drivers_hours import Rule, broken_rules
from booking.domain.duties import Duty, break_starts

DAY = date(2026, 12, 8)
Span = tuple[int, int]


CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.filter_too_much],
)


@st.composite
def shifts(draw: st.DrawFn, earliest: int = 240) -> Duty:
    """A shift that begins some time after a minute, with or without a break somewhere in it."""
    starts = earliest + draw(st.sampled_from([0, 0, 10, 20, 29, 30, 45, 90, 240]))
    ends = starts + draw(st.integers(61, 700))
    minutes = draw(st.sampled_from([0, 15, 29, 30, 40, 45, 60]))
    if not minutes:
        return Duty("", DAY, starts, ends)
    begin = draw(st.integers(starts, ends - minutes))
    over = draw(st.integers(begin + minutes, ends))
    return Duty("", DAY, starts, ends, begin, over, minutes)


@st.composite
def rosters(draw: st.DrawFn) -> list[Duty]:
    """One to three shifts of a day, one after the other."""
    found: list[Duty] = []
    for _ in range(draw(st.integers(1, 3))):
        found.append(draw(shifts(found[-1].ends if found else 240)))
    return found


def driven(roster: list[Duty], choose: st.DataObject) -> list[Span]:
    """The drives of the day, each break at a minute the engine may choose."""
    drives = []
    for duty in roster:
        starts = break_starts(duty)
        if starts is None:
            drives.append((duty.starts, duty.ends))
            continue
        at = choose.draw(st.integers(*starts))
        drives += [(duty.starts, at), (at + duty.break_minutes, duty.ends)]
    return [span for span in drives if span[0] < span[1]]


def unbroken(drives: list[Span]) -> list[list[Span]]:
    """The drives, those together that are less than half an hour apart."""
    found = [[drives[0]]]
    for drive in drives[1:]:
        if drive[0] - found[-1][-1][1] >= 30:
            found.append([drive])
        else:
            found[-1].append(drive)
    return found


def minutes_of(drives: list[Span]) -> int:
    return sum(end - start for start, end in drives)


@CALM
@given(rosters(), st.data())
def test_nobody_drives_more_than_five_and_a_half_hours_unbroken(
    roster: list[Duty], choose: st.DataObject
) -> None:
    """The other way of the law apart, which takes 45 minutes without driving in the day."""
    assume(not broken_rules(roster))
    drives = driven(roster, choose)
    assume(roster[-1].ends - roster[0].starts - minutes_of(drives) < 45)
    assert max(minutes_of(together) for together in unbroken(drives)) <= 330


@CALM
@given(rosters(), st.data())
def test_however_the_day_goes_it_is_within_the_law(
    roster: list[Duty], choose: st.DataObject
) -> None:
    """At most 10 hours of driving within 16, and never over 7¾ hours between proper breaks."""
    assume(not broken_rules(roster))
    drives = driven(roster, choose)
    assert minutes_of(drives) <= 600
    assert drives[-1][1] - drives[0][0] <= 960
    assert max(minutes_of(together) for together in unbroken(drives)) <= 465


@CALM
@given(shifts())
def test_what_is_refused_could_be_driven_against_the_law(duty: Duty) -> None:
    """A shift refused for its break has a time of the break with too long a drive beside it."""
    assume(Rule.BREAK in [breach.rule for breach in broken_rules([duty])])
    starts = break_starts(duty) if duty.break_minutes >= 30 else None
    if starts is None:
        assert duty.ends - duty.starts - duty.break_minutes > 330
        return
    before, after = starts[1] - duty.starts, duty.ends - starts[0] - duty.break_minutes
    assert max(before, after) > 330
