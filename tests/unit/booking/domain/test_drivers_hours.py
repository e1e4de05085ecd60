"""Every drivers' hours rule, with the roster that just keeps it and the one that just does not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from booking.domain.drivers_hours import Rule, broken_rules
from booking.domain.duties import Duty, break_starts

TUESDAY = date(2026, 12, 8)
MONDAY = date(2026, 12, 7)
HOUR = 60


def duty(starts: float, ends: float, day: date = TUESDAY, rest: tuple[int, ...] = ()) -> Duty:
    """A shift between two hours; `rest` is break from, to and length in minutes."""
    where = dict(zip(("break_from", "break_to", "break_minutes"), rest, strict=False))
    return Duty("Ben Dexter", day, round(starts * HOUR), round(ends * HOUR), **where)


def noon(minutes: int, at: int = 12 * HOUR) -> tuple[int, int, int]:
    """A break of that length at noon exactly."""
    return at, at + minutes, minutes


def rules(*duties: Duty) -> list[Rule]:
    return [breach.rule for breach in broken_rules(duties)]


def days(first: date, *numbers: int) -> list[date]:
    return [first + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("inside", "outside", "rule"),
    [
        pytest.param(
            [duty(7, 12.5)], [duty(7, 12.5 + 1 / HOUR)], Rule.BREAK, id="5½ hours without a break"
        ),
        pytest.param(
            [duty(7, 15, rest=noon(30))], [duty(7, 15, rest=noon(29))], Rule.BREAK, id="30 minutes"
        ),
        pytest.param(
            [duty(7, 18, rest=noon(60, 750))],
            [duty(7, 18, rest=noon(60, 751))],
            Rule.BREAK,
            id="the break comes in time",
        ),
        pytest.param(
            [duty(7, 15, rest=noon(30, 540))],
            [duty(7, 15, rest=noon(30, 539))],
            Rule.BREAK,
            id="the break is not too early",
        ),
        pytest.param(
            [duty(7, 15.5, rest=noon(45, 14 * HOUR))],
            [duty(7, 15.5, rest=noon(44, 14 * HOUR))],
            Rule.BREAK,
            id="the other way: 45 minutes within 8½ hours",
        ),
        pytest.param(
            [duty(7, 15.5, rest=noon(45, 14 * HOUR))],
            [duty(7, 15.5 + 1 / HOUR, rest=noon(45, 14 * HOUR))],
            Rule.BREAK,
            id="the other way: no more than 8½ hours",
        ),
        pytest.param(
            [duty(7, 11), duty(11.5, 16)],
            [duty(7, 11), duty(11.5 - 1 / HOUR, 16)],
            Rule.BREAK,
            id="time off duty between two shifts is a break",
        ),
        pytest.param(
            [duty(7, 17.5, rest=noon(30))],
            [duty(7, 17.5 + 1 / HOUR, rest=noon(30, 721))],
            Rule.DRIVING,
            id="10 hours of driving",
        ),
        pytest.param(
            [duty(6, 11), duty(17, 22)],
            [duty(6, 11), duty(17, 22), duty(12, 12 + 1 / HOUR)],
            Rule.DRIVING,
            id="the driving of two shifts adds up",
        ),
        pytest.param(
            [duty(6, 11), duty(17, 22)],
            [duty(6, 11), duty(17 + 1 / HOUR, 22 + 1 / HOUR)],
            Rule.WORKING_DAY,
            id="16 hours from the first start to the last end",
        ),
        pytest.param(
            [duty(17, 22), duty(6.5, 11, TUESDAY + timedelta(days=1))],
            [duty(17, 22), duty(6.5 - 1 / HOUR, 11.5, TUESDAY + timedelta(days=1))],
            Rule.REST,
            id="8½ hours of rest at the very least",
        ),
    ],
)
def test_a_rule_holds_to_the_minute(inside: list[Duty], outside: list[Duty], rule: Rule) -> None:
    """What is just allowed breaks nothing; one minute more breaks that rule and no other."""
    assert rules(*inside) == []
    assert rules(*outside) == [rule]


def test_rest_may_be_cut_down_three_times_a_week() -> None:
    """A late and an early shift by turns: the fourth short night of a week is one too many."""
    late, early = (15, 20), (5, 9.5)  # nine hours between the one and the other
    nights = [
        duty(*hours, day)
        for first in days(MONDAY, 0, 2, 4)
        for hours, day in ((late, first), (early, first + timedelta(days=1)))
    ]
    assert rules(*nights) == []
    fourth = [duty(18.5, 20, MONDAY + timedelta(days=5)), duty(5, 9, MONDAY + timedelta(days=6))]
    assert rules(*nights, *fourth) == [Rule.SHORT_RESTS]
    unshortened = duty(6, 9, MONDAY + timedelta(days=6))
    assert rules(*nights, fourth[0], unshortened) == []


def test_a_short_rest_over_sunday_night_counts_in_both_weeks() -> None:
    """Three in the second week and the one that leads into it are four."""
    sunday, monday = duty(16, 20, MONDAY - timedelta(days=1)), duty(5, 9, MONDAY)
    three = [
        duty(*hours, day)
        for first in days(MONDAY, 1, 3, 5)
        for hours, day in (((16, 20), first), ((5, 9), first + timedelta(days=1)))
    ]
    assert rules(*three) == []
    assert rules(sunday, monday, *three) == [Rule.SHORT_RESTS]


def test_a_day_off_in_any_two_weeks() -> None:
    """Thirteen days of fourteen may be worked, also across two fortnights, not fourteen."""
    fortnight = [duty(8, 12, day) for day in days(MONDAY, *range(14))]
    assert rules(*fortnight) == [Rule.DAY_OFF]
    assert rules(*fortnight[:5], *fortnight[6:]) == []
    middle = [duty(8, 12, day) for day in days(MONDAY, *range(7, 21))]
    assert Rule.DAY_OFF in rules(*fortnight[:5], *fortnight[6:7], *middle)


def test_a_day_off_is_24_hours_together() -> None:
    """From noon to noon is a day off; from noon to one minute before it is none."""
    busy = [duty(8, 12, day) for day in days(MONDAY, *range(14))]
    busy[1] = duty(12 - 1 / HOUR, 14)
    assert rules(*busy) == [Rule.DAY_OFF]
    busy[1] = duty(12, 14)
    assert rules(*busy) == []


def test_an_evening_and_the_next_morning_are_two_days_with_a_short_night() -> None:
    """They do not add up to one long day."""
    assert rules(duty(14, 19), duty(5, 12, TUESDAY + timedelta(days=1), noon(60, 9 * HOUR))) == []


def test_a_night_of_two_service_days_is_one_working_day() -> None:
    """Eight hours off duty are no rest: the driving of both sides adds up."""
    after = TUESDAY + timedelta(days=1)
    assert rules(duty(18, 22), duty(6, 10, after)) == []
    assert rules(duty(16, 22, rest=noon(30, 19 * HOUR)), duty(3, 7.75, after)) == [Rule.DRIVING]


def test_nobody_and_an_empty_roster_break_nothing() -> None:
    """Who does not drive keeps every rule."""
    assert broken_rules([]) == []


@pytest.mark.parametrize(
    ("shift", "what_to_do"),
    [
        (duty(7, 15), "Add a break of at least 30 minutes between 09:00 and 13:00."),
        (duty(7, 13), "Add a break of at least 30 minutes that is over by 13:00."),
        (
            duty(7, 15, rest=(450, 480, 20)),
            "Make the break at least 30 minutes long, between 09:00 and 13:00.",
        ),
        (duty(7, 15, rest=(780, 900, 30)), "Choose a time for the break between 09:00 and 13:00."),
        (
            duty(7, 19, rest=(660, 840, 30)),
            "One break is not enough for so long a shift: make it shorter.",
        ),
    ],
)
def test_it_says_what_to_do(shift: Duty, what_to_do: str) -> None:
    """Whoever does what the sentence says has mended it; driver and day are named."""
    breach = next(one for one in broken_rules([shift]) if one.rule is Rule.BREAK)
    assert breach.words.startswith("Ben Dexter on Tuesday 8 December could drive for ")
    assert breach.words.endswith(what_to_do)
    assert breach.said_of("on Tuesdays").startswith("Ben Dexter on Tuesdays could drive for ")


def test_a_second_shift_is_told_when_its_break_must_be_over() -> None:
    """With five hours driven before it, the break comes after half an hour at the latest."""
    both = duty(7, 12), duty(12 + 1 / 6, 15)
    (breach,) = broken_rules(both)
    assert breach.duty == both[1]
    assert breach.remedy == "Add a break of at least 30 minutes that is over by 13:00."
    assert rules(both[0], duty(12 + 1 / 6, 15, rest=(740, 780, 30))) == []


@pytest.mark.parametrize(
    ("shift", "starts"),
    [
        (duty(7, 15), None),
        (duty(7, 15, rest=(570, 750, 30)), (570, 720)),
        (duty(7, 15, rest=(420, 900, 30)), (540, 750)),
        (duty(7, 15, rest=(420, 900, 45)), (420, 855)),
        (duty(7, 16, rest=(420, 960, 45)), (585, 750)),
        (duty(7, 12, rest=(420, 720, 20)), (420, 700)),
        (duty(7, 15, rest=(840, 900, 30)), (840, 870)),
    ],
)
def test_the_break_is_kept_where_it_does(shift: Duty, starts: tuple[int, int] | None) -> None:
    """Within what the operator said, no drive on either side of it may last over 5½ hours."""
    assert break_starts(shift) == starts


def test_clock_changes_do_not_shorten_a_night() -> None:
    """From 20:30 to 06:00 is 8½ hours when the clocks go forward, and 9½ on other nights."""
    saturday, sunday = date(2027, 3, 27), date(2027, 3, 28)
    assert rules(duty(16, 20.5, saturday), duty(6, 10, sunday)) == []
    assert rules(duty(16, 20.75, saturday), duty(6, 10, sunday)) == [Rule.REST]
    week = timedelta(days=7)
    assert rules(duty(16, 20.75, saturday - week), duty(6, 10, sunday - week)) == []
