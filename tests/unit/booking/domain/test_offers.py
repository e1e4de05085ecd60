"""Which windows are tried for a wish, and which ways are read out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from booking.domain.offers import (
    LegShape,
    OfferedLeg,
    Possible,
    candidates,
    choose,
    choose_instead,
    home_from,
    latest_arrival,
    nearest_first,
    promised_window,
    roomy,
)
from booking.domain.wish import When, WhenKind

HOUR = 3600
SHAPE = LegShape(
    direct=900,
    ride_limit=2100,
    boarding=60,
    window=1200,
    opens=7 * HOUR,
    closes=19 * HOUR,
    not_before=0,
)
BY_TEN = When(WhenKind.ARRIVE_BY, time(10))
AT_NOON = When(WhenKind.LEAVE_AT, time(12))
ANY = When(WhenKind.ANY)


@pytest.mark.parametrize("when", [BY_TEN, AT_NOON, ANY])
@pytest.mark.parametrize("widen", [False, True])
def test_every_window_can_be_kept_by_somebody(when: When, widen: bool) -> None:
    """Windows lie in the hours, in order, and leave time to ride at their latest moment."""
    for found in candidates(SHAPE, when, widen=widen):
        assert SHAPE.opens <= found.earliest <= found.latest
        assert found.latest + SHAPE.boarding + SHAPE.direct <= found.arrive_by <= SHAPE.closes


def test_arriving_by_ten_is_never_after_ten() -> None:
    """All windows for "there by ten" promise ten at the latest, and none is hours early."""
    found = candidates(SHAPE, BY_TEN)
    assert found
    assert all(item.arrive_by <= 10 * HOUR for item in found)
    assert all(item.earliest >= 8.4 * HOUR for item in found)


def test_leaving_at_noon_begins_at_noon() -> None:
    """The first window tried begins exactly when they want to leave, none before."""
    found = candidates(SHAPE, AT_NOON)
    assert found[0].earliest == 12 * HOUR
    assert min(item.earliest for item in found) == 12 * HOUR


def test_odd_minutes_are_kept() -> None:
    """A club that ends at 12:05 has a way home from 12:05."""
    found = candidates(SHAPE, When(WhenKind.LEAVE_AT, time(12, 5)))
    assert found[0].earliest == 12 * HOUR + 300


def test_alternatives_are_other_windows() -> None:
    """Widening gives windows that the wish itself did not, on both sides of it."""
    narrow = {item.earliest for item in candidates(SHAPE, AT_NOON)}
    wide = {item.earliest for item in candidates(SHAPE, AT_NOON, widen=True)}
    assert wide
    assert not narrow & wide
    assert min(wide) < 12 * HOUR < max(wide)


def test_nobody_is_fetched_before_a_meeting_ends_or_brought_after_it_begins() -> None:
    """When something happens at that time, alternatives stay on the right side of it."""
    later = candidates(SHAPE, AT_NOON, widen=True, firm=True)
    assert all(item.earliest > 12 * HOUR for item in later)
    earlier = candidates(SHAPE, BY_TEN, widen=True, firm=True)
    assert all(item.arrive_by <= 10 * HOUR for item in earlier)


def test_notice_moves_the_first_window() -> None:
    """Nothing begins before the notice the zone needs."""
    shape = LegShape(900, 2100, 60, 1200, 7 * HOUR, 19 * HOUR, not_before=11 * HOUR + 100)
    assert min(item.earliest for item in candidates(shape, ANY)) >= 11 * HOUR + 100


def test_a_wish_outside_the_hours_finds_nothing() -> None:
    """By six in the morning there is no bus, and no candidate."""
    assert candidates(SHAPE, When(WhenKind.ARRIVE_BY, time(6))) == []


def leg(earliest: int, day: str = "2026-12-08", *, width: int = 1200) -> OfferedLeg:
    return OfferedLeg(
        "outward", day, earliest, earliest + width, 0, earliest + 3600,
        1, 2, 0, 0, 900, 2100, 200, earliest, earliest + 960,
    )  # fmt: skip


def test_choices_differ_and_come_in_order_of_time() -> None:
    """The cheapest is kept, near-doubles are not, and they are read out as the day goes."""
    ways = [Possible((leg(9 * HOUR + 600 * n),), float(n != 4), 0.0) for n in range(10)]
    chosen = choose(ways)
    starts = [way.legs[0].earliest for way in chosen]
    assert len(chosen) == 4
    assert starts == sorted(starts)
    assert 9 * HOUR + 2400 in starts
    assert all(b - a >= 1200 for a, b in itertools.pairwise(starts))


def test_a_promise_to_the_minute_is_not_read_out_beside_one_that_can_be_kept() -> None:
    """The bus that would have to come at 10:20 sharp is left out, though it costs least."""
    sharp = Possible((leg(10 * HOUR + 1200, width=0),), 0.0, 0.0)
    wide = Possible((leg(10 * HOUR),), 5.0, 20.0)
    home = Possible((leg(12 * HOUR), leg(14 * HOUR, width=240)), 0.0, 0.0)
    assert choose([sharp, wide, home]) == [wide]
    least = Possible((leg(10 * HOUR + 1200, width=300),), 0.0, 0.0)
    assert choose([least, wide]) == [wide, least]


ASKED_FOR = date(2026, 12, 8)


def way(hour: float, away: float = 0.0, walk_m: int = 0, days: int = 0) -> Possible:
    """A pick-up at that hour, so many minutes from the wish, so far on foot, so much later."""
    day = (ASKED_FOR + timedelta(days=days)).isoformat()
    return Possible((replace(leg(int(hour * HOUR)), day=day, walk_from_m=walk_m),), 0.0, away)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (way(11, away=20), way(9, away=30)),
        (way(11, away=30), way(9, away=20, walk_m=300)),
        (way(10, away=20, walk_m=110), way(9, away=30)),
        (way(8, away=110), way(10, days=1)),
        (way(10, days=1), way(7, away=130)),
        (way(10, days=1), way(9, days=2)),
    ],
)
def test_what_asks_less_of_the_person_is_said_first(less: Possible, more: Possible) -> None:
    """Minutes, a walk and another day are weighed together; the hour of the day is not."""
    assert choose_instead([more, less], ASKED_FOR, 4) == [less, more]
    assert choose_instead([more, less], ASKED_FOR, 1) == [less]


def test_what_it_costs_to_drive_only_breaks_a_tie() -> None:
    """The nearest is said first, however dear; of two as near the one that is cheaper."""
    dear = replace(way(10, away=10), added_cost=50.0)
    assert nearest_first([way(11, away=20), dear], ASKED_FOR)[0] == dear
    assert nearest_first([dear, way(11, away=10)], ASKED_FOR)[1] == dear


def test_alternatives_really_differ() -> None:
    """Ten minutes one way or the other, or another stop at that time, is no choice."""
    near = [way(10), way(10 + 1 / 6, away=10), way(10, walk_m=200), way(11, away=60)]
    assert choose_instead(near, ASKED_FOR, 4) == [near[0], near[3]]


def test_a_promise_to_the_minute_is_better_than_none() -> None:
    """Where no bus can be given the least window the best one is offered, alone."""
    sharp = [Possible((leg(hour * HOUR, width=0),), float(hour), 0.0) for hour in (9, 10, 11)]
    assert choose(sharp) == sharp[:1]


def test_the_windows_tried_first_for_a_time_to_be_there_include_one_too_narrow() -> None:
    """There is something to leave out: the last mark before the time has no room at all."""
    found = candidates(replace(SHAPE, direct=1140), BY_TEN)
    assert not all(item.wide_enough for item in found)
    assert all(item.latest - item.earliest >= 300 for item in roomy(found))


@pytest.mark.parametrize(
    ("planned", "window"),
    [(9000, (8400, 9600)), (8100, (8000, 9200)), (9990, (8800, 10000))],
)
def test_the_zones_window_is_promised_wherever_it_fits(
    planned: int, window: tuple[int, int]
) -> None:
    """Near either end of what was wished the window is as wide, and the planned time is in it."""
    assert promised_window(planned, 8000, 10000, 1200) == window
    assert promised_window(planned, planned - 100, planned, 1200) == (planned - 100, planned)


def test_the_arrival_follows_from_the_pick_up_and_is_never_later_than_was_said() -> None:
    """Fetched by ten with half an hour to ride: there by 10:35, or sooner if that was said."""
    assert latest_arrival(10 * HOUR, 60, 1800, 11 * HOUR) == 10 * HOUR + 2100
    assert latest_arrival(10 * HOUR, 60, 1800, 10 * HOUR + 1200) == 10 * HOUR + 1200


BY_HALF_PAST_TWO = When(WhenKind.ARRIVE_BY, time(14, 30))


def test_the_bus_home_waits_for_the_visit_they_are_to_be_there_for() -> None:
    """Brought at ten past two for half past two, nobody is fetched before a visit from then."""
    assert home_from(BY_HALF_PAST_TWO, ANY, 14 * HOUR + 600) == 15.25 * HOUR
    be_home = When(WhenKind.ARRIVE_BY, time(17))
    assert home_from(BY_HALF_PAST_TWO, be_home, 14 * HOUR + 600) == 15.25 * HOUR


def test_without_a_time_to_be_there_the_visit_begins_with_the_promised_arrival() -> None:
    """Who leaves at noon and is there by one has the shortest visit from one."""
    assert home_from(AT_NOON, ANY, 13 * HOUR) == 13.75 * HOUR


def test_an_alternative_hours_earlier_has_its_visit_then() -> None:
    """Brought in the morning instead of at half past two, they need not stay until after it."""
    assert home_from(BY_HALF_PAST_TWO, ANY, 10 * HOUR) == 10.75 * HOUR


def test_who_says_when_to_leave_may_stay_for_less() -> None:
    """A time they said themselves holds, though not one before they are promised to be there."""
    at_quarter_to = When(WhenKind.LEAVE_AT, time(14, 45))
    assert home_from(BY_HALF_PAST_TWO, at_quarter_to, 14 * HOUR + 600) == 14.75 * HOUR
    assert home_from(AT_NOON, AT_NOON, 13 * HOUR) == 13 * HOUR
    at_four = When(WhenKind.LEAVE_AT, time(16))
    assert home_from(BY_HALF_PAST_TWO, at_four, 14 * HOUR + 600) == 15.25 * HOUR


def test_a_leg_survives_storage() -> None:
    """What is stored with an offer is what comes back."""
    assert OfferedLeg.from_json(leg(9 * HOUR).to_json()) == leg(9 * HOUR)
