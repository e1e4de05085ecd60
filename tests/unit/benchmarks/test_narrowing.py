"""Windows so narrow that an engine without a longest ride or route cannot break either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.peer.narrowing import apart, narrow, needs_shifts, shifts, tighten
from routing.benchmark_files import BenchmarkFile, Node, read_benchmark
from tests.unit.routing.test_instances import AB, LI_LIM, write

HALF_HOUR = st.floats(0, 30)
MOMENT = st.floats(0, 400)


def file_of(pickup: tuple[float, float], dropoff: tuple[float, float]) -> BenchmarkFile:
    """One pair with these windows; 5 apart, 3 of service, at most 30 on board, a day of 480."""
    depot = Node(0, 0, 0, 0, 0, 0, 480, 1)
    a = Node(1, 3, 4, 3, 1, *pickup, line=2)
    b = Node(2, 0, 0, 3, -1, *dropoff, line=3)
    return BenchmarkFile("toy", "darp", 2, 3, 480, 30, depot, ((a, b),))


def wide(at: float, width: float, other: float) -> tuple[BenchmarkFile, BenchmarkFile]:
    """The same narrow window at the pickup, and at the dropoff; the other end a long one."""
    there, free = (at, at + width), (other, 480.0)
    return file_of(there, free), file_of(free, there)


@given(MOMENT, HALF_HOUR, st.floats(0, 30))
def test_no_timetable_within_narrow_windows_rides_too_long(
    at: float, width: float, other: float
) -> None:
    """Boarding at the earliest and leaving at the latest is still a legal ride, at either end."""
    for file in wide(at, width, other):
        ((pickup, dropoff),) = narrow(file).pairs
        assume(tighten(file).pairs[0][0].earliest <= tighten(file).pairs[0][0].latest)
        assert dropoff.latest - pickup.earliest - pickup.service <= 30 + 1e-9
        assert pickup.earliest <= pickup.latest
        assert dropoff.earliest <= dropoff.latest + 1e-9


def test_windows_that_are_only_tightened_do_not_keep_the_limit() -> None:
    """Control: it is the narrowing that does it."""
    for file in wide(100, 15, 0):
        ((pickup, dropoff),) = tighten(file).pairs
        assert dropoff.latest - pickup.earliest - pickup.service > 30


@given(MOMENT, HALF_HOUR, st.floats(0, 30), MOMENT, MOMENT)
def test_tightening_takes_no_legal_ride_away(
    at: float, width: float, other: float, boards: float, leaves: float
) -> None:
    """Times that keep all the rules are within the tightened windows, which are within the old."""
    for file in wide(at, width, other):
        ((old_pickup, old_dropoff),) = file.pairs
        ((pickup, dropoff),) = tighten(file).pairs
        ride = leaves - boards - old_pickup.service
        legal = (
            apart(old_pickup, old_dropoff) <= ride <= 30
            and old_pickup.earliest <= boards <= old_pickup.latest
            and old_dropoff.earliest <= leaves <= old_dropoff.latest
            and boards >= apart(file.depot, old_pickup)
            and leaves + old_dropoff.service + apart(old_dropoff, file.depot) <= 480
        )
        if legal:
            assert pickup.earliest - 1e-9 <= boards <= pickup.latest + 1e-9
            assert dropoff.earliest - 1e-9 <= leaves <= dropoff.latest + 1e-9
        assert pickup.earliest >= old_pickup.earliest
        assert dropoff.latest <= old_dropoff.latest


@pytest.mark.parametrize(
    ("narrow_end", "pickup_window", "dropoff_window"),
    [("pickup", (100, 115), (108, 133)), ("dropoff", (82, 107), (100, 115))],
)
def test_the_end_with_the_narrow_window_keeps_it(
    narrow_end: str, pickup_window: tuple[float, float], dropoff_window: tuple[float, float]
) -> None:
    """The other end gets what is left from the direct ride to the limit."""
    at_pickup, at_dropoff = wide(100, 15, 0)
    ((pickup, dropoff),) = narrow(at_pickup if narrow_end == "pickup" else at_dropoff).pairs
    assert (pickup.earliest, pickup.latest) == pytest.approx(pickup_window)
    assert (dropoff.earliest, dropoff.latest) == pytest.approx(dropoff_window)


def test_without_a_ride_limit_only_what_is_of_no_use_goes(tmp_path: Path) -> None:
    """Pickup and delivery has none."""
    file = read_benchmark(write(tmp_path, LI_LIM))
    assert narrow(file) == tighten(file)


def test_shifts_are_as_long_as_the_longest_route_and_cover_the_day(tmp_path: Path) -> None:
    """The first begins with the day, the last ends with it; a short day needs none."""
    file = read_benchmark(write(tmp_path, AB))
    assert not needs_shifts(file)
    assert shifts(file) == [(0.0, 480.0), (0.0, 480.0)]
    short = replace(file, max_duration=100.0, vehicles=3)
    assert needs_shifts(short)
    hours = shifts(short)
    assert all(end - start == pytest.approx(100) for start, end in hours)
    assert hours[0][0] < hours[1][0] < hours[2][0]
    assert hours[2][1] <= 480
