"""Compiled insertion against brute force with the plain timetable, checker and cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.cost import cost
from routing.insertion import Inserter
from routing.model import Plan, Problem
from tests.property.routing.worlds import best_by_hand, days_under_way, legal, requests

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


@CALM
@given(days_under_way(), st.data())
def test_a_relaxation_named_by_explain_lets_the_request_in(
    day: tuple[Problem, Plan], data: st.DataObject
) -> None:
    """A named obstacle is one: a request that can be taken has every rule as no obstacle."""
    problem, plan = day
    inserter = Inserter(problem, plan)
    request = data.draw(requests(99, problem.durations, len(problem.vehicles)))
    obstacle = inserter.explain(request)
    if inserter.best(request) is not None:
        assert set(obstacle.relaxations) == set(type(obstacle.rule))
    elif obstacle.relaxations:
        assert obstacle.rule is obstacle.relaxations[0]
