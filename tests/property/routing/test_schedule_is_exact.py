"""The timetable against trying every time there is, on very small clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.model import Action, Break, Plan, Problem, Request, Route, Vehicle, Visit, Window
from routing.schedule import Stop, schedule
from tests.property.routing.worlds import legal

CLOCK = 9
ORDERS: list[list[Stop]] = [
    [(Action.PICKUP, 0), (Action.DROPOFF, 0), (Action.BREAK, 0)],
    [(Action.PICKUP, 0), (Action.PICKUP, 1), (Action.DROPOFF, 0), (Action.DROPOFF, 1)],
    [(Action.PICKUP, 0), (Action.PICKUP, 1), (Action.DROPOFF, 1), (Action.DROPOFF, 0)],
    [(Action.PICKUP, 0), (Action.DROPOFF, 0), (Action.PICKUP, 1), (Action.DROPOFF, 1)],
]

short = st.builds(lambda a, b: Window(a, a + b), st.integers(0, 6), st.integers(0, 5))


@st.composite
def tiny_days(draw: st.DrawFn) -> tuple[Problem, list[Stop]]:
    order = draw(st.sampled_from(ORDERS))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    matrix = rng.integers(0, 3, (3, 3)).astype(np.int64)
    np.fill_diagonal(matrix, 0)
    people = tuple(
        Request(
            id=f"r{k}",
            pickup=draw(st.integers(0, 2)),
            dropoff=draw(st.integers(0, 2)),
            pickup_window=draw(short),
            dropoff_window=draw(short),
            pickup_service=draw(st.integers(0, 1)),
            max_ride=draw(st.none() | st.integers(0, 4)),
        )
        for k in range(2)
    )
    bus = Vehicle(
        id="bus",
        start=0,
        end=0,
        shift=Window(0, CLOCK),
        configurations=((2,),),
        max_duration=draw(st.none() | st.integers(2, CLOCK)),
        breaks=(Break(draw(short), 1),) if (Action.BREAK, 0) in order else (),
    )
    return Problem(matrix, matrix, people, (bus,)), order


def _all_routes(problem: Problem, order: list[Stop]) -> Iterator[Route]:
    """Every legal timetable on the clock, by trying each time for each visit."""
    pattern = schedule(_without_limits(problem), 0, order)
    assert pattern is not None
    for start in range(CLOCK + 1):
        yield from _later(problem, pattern.visits, start, start, 0, ())


def _without_limits(problem: Problem) -> Problem:
    people = tuple(
        replace(r, pickup_window=Window(), dropoff_window=Window(), max_ride=None)
        for r in problem.requests
    )
    bus = replace(problem.vehicles[0], shift=Window(), max_duration=None)
    breaks = tuple(replace(rest, window=Window()) for rest in bus.breaks)
    return replace(problem, requests=people, vehicles=(replace(bus, breaks=breaks),))


def _later(
    problem: Problem,
    todo: tuple[Visit, ...],
    start: int,
    time: int,
    place: int,
    done: tuple[Visit, ...],
) -> Iterator[Route]:
    if not todo:
        end = time + int(problem.durations[place, 0])
        route = Route(0, done, start, end)
        left_out = tuple({0, 1} - {v.index for v in done if v.action is Action.PICKUP})
        if legal(problem, Plan((route,), left_out)):
            yield route
        return
    visit = todo[0]
    arrival = time + int(problem.durations[place, visit.location])
    for begin in range(arrival, CLOCK + 1):
        end = begin + visit.departure - visit.start
        now = replace(visit, arrival=arrival, start=begin, departure=end)
        yield from _later(problem, todo[1:], start, end, visit.location, (*done, now))


@settings(deadline=None, derandomize=True, max_examples=250)
@given(tiny_days())
def test_a_timetable_is_found_exactly_when_there_is_one_and_it_is_the_shortest(
    day: tuple[Problem, list[Stop]],
) -> None:
    """Against all timetables: same yes or no, earliest end, and no shorter route."""
    problem, order = day
    found = schedule(problem, 0, order)
    all_routes = list(_all_routes(problem, order))
    assert (found is None) == (not all_routes)
    if found is not None:
        left_out = tuple({0, 1} - {v.index for v in found.visits if v.action is Action.PICKUP})
        assert legal(problem, Plan((found,), left_out))
        assert found.end == min(route.end for route in all_routes)
        assert found.end - found.start == min(r.end - r.start for r in all_routes)
