"""Whole days planned from random problems, looked at by the independent checker."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import team
from routing.checker import check
from routing.cost import cost
from routing.errors import InvalidProblem
from routing.model import Plan, Problem
from routing.optimise import Stop, solve
from routing.validate import validate
from tests.property.routing.worlds import days_under_way, legal, requests

CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def days_with_wishes(draw: st.DrawFn) -> tuple[Problem, Plan]:
    """A day under way, whom the plan carries promised, and a few more who ask, some linked."""
    problem, plan = draw(days_under_way())
    carried = {v.index for route in plan.routes for v in route.visits if v.action.value == "pickup"}
    promised = [replace(r, required=k in carried) for k, r in enumerate(problem.requests)]
    more = [
        replace(
            draw(requests(50 + k, problem.durations, len(problem.vehicles))),
            bundle=draw(st.sampled_from([None, "both"])),
        )
        for k in range(draw(st.integers(0, 4)))
    ]
    unserved = (*plan.unserved, *range(len(promised), len(promised) + len(more)))
    grown = replace(problem, requests=tuple(promised + more))
    return grown, replace(plan, unserved=unserved)


@CALM
@given(days_with_wishes(), st.sampled_from(["default", "search"]), st.integers(0, 3))
def test_a_plan_made_from_a_legal_one_is_legal_and_no_dearer(
    day: tuple[Problem, Plan], engine: str, seed: int
) -> None:
    """Every promise, link, break and frozen visit is kept, and the cost does not rise."""
    problem, plan = day
    try:
        validate(problem)
    except InvalidProblem:
        return  # someone who asked can never be carried: refused before planning
    assert legal(problem, plan)
    result = solve(problem, Stop(iterations=60), seed, start=plan, engine=engine)
    assert check(problem, result.plan) == []
    assert result.feasible
    assert result.cost <= cost(problem, plan).total + 1e-6
    again = solve(problem, Stop(iterations=60), seed, start=plan, engine=engine)
    assert again.plan == result.plan


@CALM
@given(days_with_wishes(), st.integers(0, 3))
def test_so_is_one_made_by_two_searches_that_divide_the_vehicles(
    day: tuple[Problem, Plan], seed: int
) -> None:
    """Nobody is lost between them, carried twice, or parted from whom they are linked with."""
    problem, plan = day
    try:
        validate(problem)
    except InvalidProblem:
        return
    stop = Stop(iterations=450)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team, "ROUTES", 1)
        patch.setattr(team, "MANY", 0)
        result = solve(problem, stop, seed, start=plan, engine="search", workers=2)
        again = solve(problem, stop, seed, start=plan, engine="search", workers=2)
    assert check(problem, result.plan) == []
    assert result.feasible
    assert result.cost <= cost(problem, plan).total + 1e-6
    assert again.plan == result.plan
