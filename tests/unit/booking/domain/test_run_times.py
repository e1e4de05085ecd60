"""When a bus that runs late will be where."""

from __future__ import annotations

import pytest

from booking.domain.plan_record import Stop
from booking.domain.run_times import expected_starts, how_it_goes, late_minutes

TEN = 36_000


def stop(
    number: int | None, at: int, *, arrival: int | None = None, action: str = "pickup"
) -> Stop:
    """A stop `at` seconds after ten, a minute long; it gets there at `arrival`."""
    start = TEN + at
    return Stop(
        action if number else "break",
        number,
        1,
        TEN + (at if arrival is None else arrival),
        start,
        start + 60,
    )


RUN = [stop(1, 0), stop(2, 600), stop(1, 1200, action="dropoff")]


def test_the_plan_holds_on_another_day() -> None:
    """Without a now, and with nothing reported, every stop is when it was planned."""
    assert expected_starts(RUN, {}, None) == [s.start for s in RUN]


def test_a_late_pick_up_makes_what_follows_late() -> None:
    """Ten minutes late at one stop is ten minutes late at the next, with no waiting between."""
    done = {(1, "pickup"): TEN + 600}
    assert expected_starts(RUN, done, TEN + 660) == [TEN + 600, TEN + 1200, TEN + 1800]


def test_waiting_makes_up_for_lateness() -> None:
    """A bus that was to wait eight minutes loses eight of its ten minutes there."""
    run = [stop(1, 0), stop(2, 1080, arrival=600)]
    assert expected_starts(run, {(1, "pickup"): TEN + 600}, TEN + 660)[1] == TEN + 1200


def test_what_is_overdue_is_expected_now() -> None:
    """A stop that should have been and was not reported cannot be in the past."""
    assert expected_starts(RUN, {}, TEN + 300) == [TEN + 300, TEN + 900, TEN + 1500]


def test_an_early_bus_still_waits_for_the_time() -> None:
    """Boarding early does not bring the next pick-up forward."""
    assert expected_starts(RUN, {(1, "pickup"): TEN - 300}, TEN - 200)[1] == TEN + 600


def test_a_stop_nobody_reported_does_not_hold_up_the_rest() -> None:
    """Once a later stop is reported, an earlier one without report is over."""
    done = {(2, "pickup"): TEN + 630}
    assert expected_starts(RUN, done, TEN + 1000)[2] == TEN + 1230


def test_a_rest_is_not_waited_for() -> None:
    """A rest is never reported, so that it does not drag along with the time of day."""
    run = [stop(1, 0), stop(None, 600), stop(2, 4000)]
    done = {(1, "pickup"): TEN}
    assert expected_starts(run, done, TEN + 3000) == [TEN, TEN + 600, TEN + 4000]


def test_small_differences_are_none() -> None:
    """Two minutes behind is on time, three are three."""
    assert late_minutes(TEN, TEN + 179) == 0
    assert late_minutes(TEN, TEN + 180) == 3


@pytest.mark.parametrize(
    ("at", "begun", "words"),
    [
        (TEN, False, ""),
        (TEN, True, "on time"),
        (TEN - 179, True, "on time"),
        (TEN - 600, True, "10 min early"),
        (TEN + 720, True, "on time"),
        (TEN + 1320, True, "12 min late"),
        (TEN + 1320, False, "12 min late"),
    ],
)
def test_how_it_goes_is_said_in_words(at: int, begun: bool, words: str) -> None:
    """Told between ten and ten past; a run that has not begun is not on time."""
    assert how_it_goes(TEN, TEN + 600, at, begun=begun) == words
