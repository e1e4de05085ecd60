"""How good a plan is proven to be: bounds, and stopping by them."""

from __future__ import annotations

import pytest

from routing.errors import RoutingError
from routing.model import Action, Done, Request, Window
from routing.optimise import Progress, Stop, solve
from tests.unit.routing.village import CHURCH, SHOP, SURGERY, ask, bus, day


def two_errands() -> tuple[Request, ...]:
    """Two people one bus can carry in one go: 60 along the line and back."""
    return (ask("Ada", CHURCH, SURGERY), ask("Bill", SHOP, SURGERY))


def test_the_best_plan_of_a_small_day_is_proven_to_be_the_best() -> None:
    """The bus goes to the end of the line and back, whoever is on it."""
    result = solve(day(*two_errands()), Stop(iterations=2000, gap=0.0))
    assert result.cost == 60.0
    assert result.bound == pytest.approx(60.0, rel=1e-5)


def test_a_plan_near_enough_to_the_bound_ends_the_search() -> None:
    """Long before the rounds are over."""
    problem = day(*two_errands(), vehicles=(bus(), bus("two")))
    result = solve(problem, Stop(iterations=50_000, gap=0.05))
    assert result.iterations < 5_000


def test_without_a_gap_as_many_rounds_are_done_as_asked_for() -> None:
    """So that the same seed and rounds give the same plan, whatever can be proven."""
    result = solve(day(*two_errands()), Stop(iterations=3000))
    assert result.iterations >= 3000
    assert result.bound is None


def test_a_search_by_the_clock_ends_when_its_plan_is_proven() -> None:
    """Nobody waits two minutes for a day of two errands, and who looks on is told."""
    told: list[Progress] = []
    result = solve(day(*two_errands()), Stop(seconds=120.0), progress=told.append)
    assert result.seconds < 120.0
    assert result.bound == pytest.approx(result.cost, rel=1e-4)


def test_whom_it_costs_more_to_carry_than_to_refuse_is_in_the_bound() -> None:
    """The best plan leaves both at home, and nothing is cheaper than that."""
    people = [ask(name, CHURCH, SURGERY, refusal_cost=5.0) for name in ("Ada", "Bill")]
    result = solve(day(*people), Stop(iterations=2000, gap=0.0))
    assert result.cost == 10.0
    assert result.bound == pytest.approx(10.0, rel=1e-5)


def test_a_day_under_way_has_no_bound() -> None:
    """Labels know only routes from their start."""
    gone = bus(history=(Done(Action.PICKUP, 0, 10),), ready=10)
    problem = day(ask(pickup_window=Window(0, 100)), vehicles=(gone,))
    assert solve(problem, Stop(iterations=500, gap=0.0)).bound is None


@pytest.mark.parametrize("name", ["seconds", "gap"])
@pytest.mark.parametrize("value", [-1.0, float("nan")])
def test_a_stop_that_is_none_is_refused(name: str, value: float) -> None:
    """With its name and what it must be."""
    with pytest.raises(RoutingError, match=f"{name}.*must be 0 or more"):
        Stop(**{"iterations": 10, name: value})
