"""Timetables: waiting moved to where it helps, and no timetable where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.model import Action, Break, Done, Window
from routing.schedule import schedule, standing
from tests.unit.routing.village import CHURCH, DEPOT, SHOP, SURGERY, ask, bus, day, drive

UP, DOWN, REST = Action.PICKUP, Action.DROPOFF, Action.BREAK


def test_waiting_is_done_before_boarding_not_on_board() -> None:
    """A ride limit that the earliest times would break is kept by a later pickup."""
    ada = ask(dropoff_window=Window(200, 300), max_ride=25)
    route = drive(day(ada), (UP, 0), (DOWN, 0))
    assert [visit.start for visit in route.visits] == [180, 200]


def test_the_bus_leaves_as_late_as_it_can() -> None:
    """Departure is delayed so that the route is short."""
    route = drive(day(ask(pickup_window=Window(500, 600))), (UP, 0), (DOWN, 0))
    assert (route.start, route.end) == (490, 550)


def test_a_longest_duration_delays_the_departure() -> None:
    """A route that is too long from its earliest departure is possible from a later one."""
    shift = bus(max_duration=60)
    route = drive(day(ask(pickup_window=Window(500, 600)), vehicles=(shift,)), (UP, 0), (DOWN, 0))
    assert route.end - route.start == 60
    tight = day(ask(), vehicles=(replace(shift, max_duration=59),))
    assert schedule(tight, 0, [(UP, 0), (DOWN, 0)]) is None


def test_service_times_count_between_visits_and_not_as_ride() -> None:
    """Boarding takes time; the ride begins when it is over."""
    ada = ask(pickup_service=5, dropoff_service=3, max_ride=20)
    route = drive(day(ada), (UP, 0), (DOWN, 0))
    assert route.end - route.start == 10 + 5 + 20 + 3 + 30


@pytest.mark.parametrize(
    "stops",
    [
        [(DOWN, 0), (UP, 0)],
        [(UP, 0)],
        [(UP, 0), (UP, 0), (DOWN, 0)],
        [(UP, 0), (DOWN, 0), (DOWN, 0)],
    ],
)
def test_a_broken_order_has_no_timetable(stops: list[tuple[Action, int]]) -> None:
    """Dropoff before pickup, nobody left on board, nothing twice."""
    assert schedule(day(ask()), 0, stops) is None


def test_a_break_is_taken_with_nobody_on_board_and_in_its_window() -> None:
    """Between two passengers it is; with one on board, or left out, there is no timetable."""
    rest = bus(breaks=(Break(Window(100, 200), 30),))
    problem = day(ask(), ask("Ben"), vehicles=(rest,))
    good = [(UP, 0), (DOWN, 0), (REST, 0), (UP, 1), (DOWN, 1)]
    route = drive(problem, *good)
    assert 100 <= route.visits[2].start <= 200
    assert route.visits[2].location == SURGERY
    assert schedule(problem, 0, [(UP, 0), (REST, 0), (DOWN, 0), (UP, 1), (DOWN, 1)]) is None
    assert schedule(problem, 0, [(UP, 0), (DOWN, 0), (UP, 1), (DOWN, 1)]) is None


def test_a_wheelchair_takes_folding_seats_away() -> None:
    """Each load must fit into one arrangement of the seats."""
    folding = bus(configurations=((3, 0), (1, 1)))
    seats, chair = ask(load=(2, 0)), ask("Cy", load=(0, 1))
    apart = [(UP, 0), (DOWN, 0), (UP, 1), (DOWN, 1)]
    assert schedule(day(seats, chair, vehicles=(folding,)), 0, apart)
    mixed = [(UP, 0), (UP, 1), (DOWN, 0), (DOWN, 1)]
    assert schedule(day(seats, chair, vehicles=(folding,)), 0, mixed) is None
    one_seat = replace(seats, load=(1, 0))
    assert schedule(day(one_seat, chair, vehicles=(folding,)), 0, mixed)


def test_the_past_is_kept_and_the_rest_starts_from_where_the_bus_is() -> None:
    """Someone on board since 40 is dropped off from the position, not before ready."""
    history = (Done(UP, 0, 40),)
    late = bus(history=history, position=SHOP, ready=70)
    route = drive(day(ask(max_ride=45), vehicles=(late,)), (DOWN, 0))
    assert [visit.start for visit in route.visits] == [40, 80]
    assert route.start == 30
    too_late = replace(late, ready=76)
    assert schedule(day(ask(max_ride=45), vehicles=(too_late,)), 0, [(DOWN, 0)]) is None


def test_without_a_position_the_rest_starts_from_the_last_visit() -> None:
    """Where and when the last visit ended is where the bus stands."""
    history = (Done(UP, 0, 40), Done(DOWN, 0, 60))
    now = standing(day(ask(dropoff_service=2)), bus(history=history))
    assert (now.place, now.ready, now.origin) == (SURGERY, 62, 30)
    assert now.on_board == {}


def test_a_bus_waiting_elsewhere_starts_from_there() -> None:
    """A position without a history is where the route begins."""
    route = drive(day(ask(), vehicles=(bus(position=CHURCH, ready=100),)), (UP, 0), (DOWN, 0))
    assert (route.start, route.end) == (100, 150)
    assert route.visits[0].location == CHURCH != DEPOT
