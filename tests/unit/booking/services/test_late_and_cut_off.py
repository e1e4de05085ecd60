"""A bus that is late may keep its people waiting; a bus without a road has none to take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from booking.services.retime import as_late
from routing.checker import check
from routing.model import Action, Plan, Window
from routing.schedule import schedule
from routing.travel_times import NO_WAY_SECONDS
from tests.unit.routing.village import APART, CHURCH, SURGERY, ask, bus, day

VISITS = [(Action.PICKUP, 0), (Action.DROPOFF, 0)]


@pytest.mark.parametrize(("cut_off", "moved"), [(False, True), (True, False)])
def test_a_limit_moves_for_a_late_bus_but_not_for_a_week(cut_off: bool, moved: bool) -> None:
    """Late, the limit is moved for planning; without a road the run stays illegal."""
    durations = APART.copy()
    if cut_off:
        durations[CHURCH, SURGERY] = NO_WAY_SECONDS
    late = ask(pickup_window=Window(0, 5), dropoff_window=Window(0, 25), max_ride=30)
    problem = replace(day(late, vehicles=(bus(),)), durations=durations)
    assert schedule(problem, 0, VISITS) is None
    planned = as_late(problem, 0, VISITS)
    assert (planned is not problem) == moved
    route = schedule(planned, 0, VISITS)
    assert (route is not None) == moved
    if route is not None:
        assert check(planned, Plan((route,))) == []


def test_no_way_is_longer_than_any_day() -> None:
    """No window of a service day, however wide, can hold it; and many of them add up safely."""
    assert NO_WAY_SECONDS > 2 * 30 * 3600
    assert np.iinfo(np.int64).max // NO_WAY_SECONDS > 10**9
