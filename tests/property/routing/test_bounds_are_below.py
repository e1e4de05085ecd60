"""What a bound says no plan can cost less than, against plans: random small problems."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.errors import InvalidProblem
from routing.model import Problem
from routing.optimise import Stop, solve
from routing.search import Search
from routing.selection import routes_met
from routing.validate import validate
from tests.property.routing.worlds import problems

CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def bound_from_nothing(problem: Problem) -> float | None:
    """The bound as it is found with no route known: nothing to agree with by chance."""
    search = Search(problem, [[] for _ in problem.vehicles], seed=0)
    if not search.provable:
        return None
    met = routes_met(search, [search])
    return met.bound(metric=search.metric, wanted=lambda: True)


@CALM
@given(problems(most=4), st.integers(0, 3))
def test_no_plan_costs_less_than_the_bound(problem: Problem, seed: int) -> None:
    """Breaks, folding seats, long rides, roads that are no short cuts: it is never too high."""
    try:
        validate(problem)
    except InvalidProblem:
        return
    if not problem.requests:
        return
    bound = bound_from_nothing(problem)
    found = solve(problem, Stop(iterations=200), seed, engine="search")
    assert bound is None or bound <= found.cost + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_it_is_no_idle_bound(seed: int) -> None:
    """On most of such problems without breaks it is what the best plan costs, to a thousandth."""
    tight = []

    @settings(CALM, max_examples=40)
    @given(problems(most=3))
    def look(drawn: Problem) -> None:
        buses = tuple(replace(vehicle, breaks=()) for vehicle in drawn.vehicles)
        problem = replace(drawn, vehicles=buses)
        try:
            validate(problem)
        except InvalidProblem:
            return
        if problem.requests:
            found = solve(problem, Stop(iterations=200), seed, engine="search")
            bound = bound_from_nothing(problem)
            tight.append(bound is not None and bound >= 0.999 * found.cost - 1e-3)

    look()
    assert sum(tight) >= 0.6 * len(tight) > 0
