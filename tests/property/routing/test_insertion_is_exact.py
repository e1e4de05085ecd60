"""Compiled insertion against brute force with the plain timetable, checker and cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.cost import cost
from routing.insertion import Inserter, Rule
from routing.model import Break, Plan, Problem, Request, Window
from tests.property.routing.worlds import (
    best_by_hand,
    days_under_way,
    legal,
    requests,
    timed_again,
)

CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@CALM
@given(days_under_way(), st.data())
def test_an_insertion_is_the_best_that_brute_force_finds(
    day: tuple[Problem, Plan], data: st.DataObject
) -> None:
    """Same yes or no, and the same added cost, as trying every place by hand."""
    problem, plan = day
    request = data.draw(requests(99, problem.durations, len(problem.vehicles)))
    grown = replace(problem, requests=(*problem.requests, request))
    index = len(problem.requests)
    listed = replace(plan, unserved=(*plan.unserved, index))
    by_hand = best_by_hand(grown, listed, index)
    found = Inserter(problem, plan).best(request)
    assert (found is None) == (by_hand is None)
    if found is not None and by_hand is not None:
        rise = cost(grown, by_hand).total - cost(problem, plan).total
        assert found.added_cost == pytest.approx(rise, abs=1e-6)


@CALM
@given(days_under_way(), st.data())
def test_the_plan_with_an_insertion_is_legal_and_says_what_was_said(
    day: tuple[Problem, Plan], data: st.DataObject
) -> None:
    """After insert: the checker finds nothing, and times and cost are those answered before."""
    problem, plan = day
    inserter = Inserter(problem, plan)
    request = data.draw(requests(99, problem.durations, len(problem.vehicles)))
    found = inserter.best(request)
    if found is None:
        return
    after = inserter.insert(request, found)
    assert legal(after.problem, after.plan)
    assert inserter.plan == plan
    rise = cost(after.problem, after.plan).total - cost(problem, plan).total
    assert found.added_cost == pytest.approx(rise, abs=1e-6)
    route = next(r for r in after.plan.routes if r.vehicle == found.vehicle)
    assert route.visits[found.pickup_position].start == found.pickup_start
    assert route.visits[found.dropoff_position].start == found.dropoff_start
    assert route.visits[found.dropoff_position].index == len(problem.requests)


def _other_vehicles(problem: Problem, **change: Any) -> Problem:
    vehicles = tuple(replace(vehicle, **change) for vehicle in problem.vehicles)
    return replace(problem, vehicles=vehicles)


def _roomy(problem: Problem, wish: Request, *, could: bool) -> Problem:
    """Boundless room in the vehicles that could carry the wish when empty, or in the others."""
    vehicles = tuple(
        replace(v, configurations=((99, 99),))
        if any(all(a <= b for a, b in zip(wish.load, c, strict=True)) for c in v.configurations)
        is could
        else v
        for v in problem.vehicles
    )
    return replace(problem, vehicles=vehicles)


def _other_requests(problem: Problem, change: Callable[[Request], dict[str, Any]]) -> Problem:
    return replace(problem, requests=tuple(replace(r, **change(r)) for r in problem.requests))


def _open(window: Window) -> Window:
    return Window(window.earliest, 10**6)


def _at_any_later_time(request: Request) -> dict[str, Any]:
    windows = (request.pickup_window, request.dropoff_window)
    return dict(zip(("pickup_window", "dropoff_window"), map(_open, windows), strict=True))


def lifted(rule: Rule, problem: Problem, wish: Request) -> tuple[Problem, Request]:
    """What each rule of a refusal means, said once more: the day and the wish without it."""
    if rule is Rule.CAPACITY:
        return _roomy(problem, wish, could=True), wish
    if rule is Rule.VEHICLE:
        freed = replace(wish, vehicles=None, together=None)
        return _roomy(problem, wish, could=False), freed
    if rule is Rule.HOURS:
        return _other_vehicles(problem, shift=Window(0, 10**6), max_duration=None), wish
    if rule is Rule.BREAK:
        vehicles = tuple(
            replace(v, breaks=tuple(Break(Window(0, 10**6), 0) for _ in v.breaks))
            for v in problem.vehicles
        )
        return replace(problem, vehicles=vehicles), wish
    if rule is Rule.RIDE_LIMIT_ON_BOARD:
        return _other_requests(problem, lambda r: {"max_ride": None}), wish
    if rule is Rule.PROMISE:
        return _other_requests(problem, _at_any_later_time), wish
    return problem, replace(wish, max_ride=None, dropoff_window=_open(wish.dropoff_window))


def fits_by_hand(problem: Problem, wish: Request, plan: Plan) -> bool:
    """Whether any legal plan has the wish in it, the others in their order."""
    grown = replace(problem, requests=(*problem.requests, wish))
    index = len(problem.requests)
    timed = timed_again(grown, plan)
    return best_by_hand(grown, replace(timed, unserved=(*plan.unserved, index)), index) is not None


@CALM
@given(days_under_way(), st.data())
def test_a_relaxation_named_by_explain_lets_the_request_in(
    day: tuple[Problem, Plan], data: st.DataObject
) -> None:
    """Exactly those rules are named each of which alone, lifted, gives it a place by hand."""
    problem, plan = day
    inserter = Inserter(problem, plan)
    request = data.draw(requests(99, problem.durations, len(problem.vehicles)))
    obstacle = inserter.explain(request)
    if inserter.best(request) is not None:
        assert set(obstacle.relaxations) == set(Rule)
        return
    enough = tuple(r for r in Rule if fits_by_hand(*lifted(r, problem, request), plan))
    assert obstacle.relaxations == enough
    assert not enough or obstacle.rule is enough[0]


@CALM
@given(days_under_way(), st.data())
def test_all_are_placed_or_none_the_later_ones_knowing_the_first(
    day: tuple[Problem, Plan], data: st.DataObject
) -> None:
    """There and back by brute force: where there is a place for both it is found, and legal."""
    problem, plan = day
    inserter = Inserter(problem, plan)
    pair = [data.draw(requests(90 + k, problem.durations, len(problem.vehicles))) for k in (0, 1)]
    places = inserter.best_all(pair)
    assert inserter.plan == plan
    if places is None:
        for vehicle in problem.vehicles:
            first = inserter.best(pair[0], vehicle=vehicle.id)
            if first is not None:
                after = inserter.insert(pair[0], first)
                assert not fits_by_hand(after.problem, pair[1], after.plan)
        return
    after, spent = inserter, cost(problem, plan).total
    for request, place in zip(pair, places, strict=True):
        grown = replace(after.problem, requests=(*after.problem.requests, request))
        index = len(after.problem.requests)
        listed = replace(after.plan, unserved=(*after.plan.unserved, index))
        only = place.vehicle if after is inserter else None
        by_hand = best_by_hand(grown, listed, index, only)
        assert by_hand is not None
        rise = cost(grown, by_hand).total - cost(after.problem, after.plan).total
        assert place.added_cost == pytest.approx(rise, abs=1e-6)
        after = after.insert(request, place)
    assert legal(after.problem, after.plan)
    rise = cost(after.problem, after.plan).total - spent
    assert sum(place.added_cost for place in places) == pytest.approx(rise, abs=1e-6)
