"""Promises that cannot all be kept, or not in the time given: who is left out is named."""

from __future__ import annotations

import random

import pytest

from routing.checker import check
from routing.model import Problem, Window
from routing.optimise import Result, Stop, solve
from tests.unit.routing.village import ask, bus, day

SECONDS = (0.0, 0.001, 0.01)


def promised_day(people: int, buses: int, seed: int) -> Problem:
    """Each of them could be carried alone; whether all can be is for a search to find out."""
    dice = random.Random(seed)
    asked = []
    for k in range(people):
        pickup, dropoff = dice.sample(range(1, 4), 2)
        opens = dice.randrange(10, 900)
        boards = Window(opens, opens + 20)
        asked.append(
            ask(f"r{k}", pickup, dropoff, pickup_window=boards, max_ride=30, required=True)
        )
    return day(*asked, vehicles=tuple(bus(f"bus {k}") for k in range(buses)))


def assert_honest(problem: Problem, result: Result) -> None:
    """Legal, and called so; or nothing wrong with it but who is left out, by name."""
    wrong = check(problem, result.plan)
    assert result.feasible == (not wrong)
    assert {violation.rule for violation in wrong} <= {"required"}
    left_out = [problem.requests[index].id for index in result.plan.unserved]
    assert sorted(str(violation.request) for violation in wrong) == sorted(left_out)


@pytest.mark.parametrize("engine", ["default", "search"])
@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("people", [60, 150])
def test_more_promised_than_fit(people: int, seconds: float, engine: str) -> None:
    """However little time there is, nothing is wrong with the plan but whom it leaves out."""
    for seed in range(5):
        problem = promised_day(people, 1, seed)
        result = solve(problem, Stop(seconds=seconds), seed, engine=engine)
        assert not result.feasible
        assert_honest(problem, result)


@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("workers", [1, 2])
def test_as_many_promised_as_fit_or_nearly(seconds: float, workers: int) -> None:
    """Where all of them may fit, a plan called feasible has all of them, and no other has."""
    for seed in range(10):
        problem = promised_day(40, 4, seed)
        result = solve(problem, Stop(seconds=seconds), seed, workers=workers)
        assert_honest(problem, result)


def test_all_promised_are_carried_where_there_is_room_enough() -> None:
    """Even with no time at all: the first plan is made by insertion."""
    problem = promised_day(12, 12, 1)
    result = solve(problem, Stop(seconds=0.0))
    assert result.feasible
    assert_honest(problem, result)


def test_a_promise_outweighs_any_number_that_are_not() -> None:
    """Of those who cannot all be carried the promised one is, though she has no price."""
    now = {"pickup_window": Window(100, 100), "max_ride": 20}
    dear = [ask(f"r{k}", refusal_cost=1e9, **now) for k in range(4)]
    ada = ask("Ada", pickup=3, dropoff=1, required=True, refusal_cost=0.0, **now)
    result = solve(day(*dear, ada), Stop(iterations=100))
    assert result.feasible
    assert result.plan.unserved == (0, 1, 2, 3)
