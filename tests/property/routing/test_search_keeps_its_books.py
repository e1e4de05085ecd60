"""What a search says of the plan it is at, beside the same plan looked at anew.

It puts off timetables, remembers what insertions cost and gives plans up half-way:
none of it may show.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import InvalidProblem
from routing.flat import flatten
from routing.model import Plan, Problem
from routing.search import Search, orders_of
from routing.validate import validate
from routing.warming import toy_problem
from tests.property.routing.test_solved_days_are_legal import CALM, days_with_wishes


@settings(CALM, max_examples=60)
@given(days_with_wishes(), st.integers(0, 3), st.sampled_from([0.0, 0.3, 5.0]), st.booleans())
def test_the_plan_it_is_at_costs_what_it_says(
    day: tuple[Problem, Plan], seed: int, heat: float, time_is_free: bool
) -> None:
    """Cost, lengths and who is left out, after every few rounds, hot and cold.

    Where time is free, timetables are put off until somebody wants to get on.
    """
    problem, plan = day
    if time_is_free:
        free = replace(problem.objective, per_duration=0.0, per_excess_ride=0.0)
        problem = replace(problem, objective=free)
    try:
        validate(problem)
    except InvalidProblem:
        return
    search = Search(problem, orders_of(problem, flatten(problem), plan), seed)
    for _ in range(6):
        search.run(15, heat * search.scale())
        anew = Search(problem, search.orders(), seed)
        assert search.cost == pytest.approx(anew.cost, rel=1e-9, abs=1e-6)
        assert search.unserved == anew.unserved
        vehicles = len(problem.vehicles)
        for what in ("length", "key", "used", "ok"):
            said, found = (one.work.st.routes[what][:vehicles] for one in (search, anew))
            assert np.array_equal(said, found), what
        for v in np.flatnonzero(search.work.st.routes["stale"][:vehicles] == 0):
            size = anew.work.st.routes["size"][v]
            for table in ("stops", "load"):
                said, found = (getattr(one.work.st, table)[v, :size] for one in (search, anew))
                assert np.array_equal(said, found), table


def test_a_route_that_is_wrong_is_noticed() -> None:
    """Control: with a stop missing from its books, a route's key and length are others."""
    problem = toy_problem()
    search = Search(problem, [[] for _ in problem.vehicles], 0)
    search.adopt(search.orders(), filling=True)
    order = next(order for order in search.orders() if order)
    first = search.orders()
    other = [[] if one == order else one for one in first]
    changed = Search(problem, other, 0)
    routes = search.work.st.routes, changed.work.st.routes
    assert not np.array_equal(routes[0]["key"], routes[1]["key"])
