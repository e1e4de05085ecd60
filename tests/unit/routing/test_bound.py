"""How good a plan is proven to be: bounds, and stopping by them."""

from __future__ import annotations

import numpy as np
import pytest

from routing.errors import RoutingError
from routing.flat import flatten
from routing.labelling import paying_routes
from routing.labels import new_labels
from routing.model import Action, Done, Objective, Problem, Request, Vehicle, Window
from routing.optimise import Progress, Stop, solve
from routing.search import Search
from routing.selection import routes_met
from tests.unit.routing.village import CHURCH, SHOP, SURGERY, ask, bus, day


def coach(name: str = "coach") -> Vehicle:
    """A bus with twenty seats."""
    return bus(name, configurations=((20,),))


def bound_from_nothing(problem: Problem) -> float | None:
    """The bound as it is found with no route known: nothing to agree with by chance."""
    search = Search(problem, [[] for _ in problem.vehicles], seed=0)
    return routes_met(search, [search]).bound(metric=search.metric, wanted=lambda: True)


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


@pytest.mark.parametrize("people", [10, 16, 17])
def test_a_bus_full_of_people_is_no_reason_for_a_bound_that_is_too_high(people: int) -> None:
    """All get on at one stop and off at another: one trip, however many there are."""
    problem = day(*(ask(f"r{k}", CHURCH, SURGERY) for k in range(people)), vehicles=(coach(),))
    result = solve(problem, Stop(iterations=300, gap=0.0))
    assert result.cost == 60.0
    assert bound_from_nothing(problem) in (None, pytest.approx(60.0, rel=1e-4))


def test_a_day_that_begins_in_the_morning_takes_no_more_labels_than_one_at_midnight() -> None:
    """Labels are looked at in the order of time, counted from the start of the shift."""
    taken = []
    for opens in (0, 100_000):
        shift = Window(opens, opens + 1000)
        people = [
            ask(
                f"r{k}",
                1 + k % 2,
                3,
                pickup_window=Window(opens + 60 * k, opens + 60 * k + 90),
                dropoff_window=shift,
                max_ride=60,
            )
            for k in range(12)
        ]
        flat = flatten(day(*people, vehicles=(bus(shift=shift),)))
        labels = new_labels(flat.n)
        paying_routes(flat, labels, 0, np.full(flat.n, 100.0), 0.0, True, 0, True)
        taken.append(int(labels.tally[1]))
    assert taken[0] == taken[1] > 0


def test_a_ride_shorter_than_the_direct_one_leaves_nothing_proven() -> None:
    """Where going round is quicker than the road between, costs can be below nothing."""
    roads = np.array([[0, 1, 1, 9], [1, 0, 1, 90], [1, 1, 0, 1], [9, 90, 1, 0]])
    people = (ask(), ask("Bill", SHOP, SURGERY))
    problem = day(*people, durations=roads, distances=roads, objective=Objective(0.0, 0.0, 0.25))
    assert solve(problem, Stop(seconds=0.3, gap=0.0)).bound is None


def test_a_proof_takes_no_more_time_than_there_is() -> None:
    """Seconds are kept whatever else is asked for: rounds go on while it is looked for."""
    people = [ask(f"r{k}", 1 + k % 2, 3, max_ride=90) for k in range(40)]
    stop = Stop(seconds=0.5, iterations=10**9, gap=0.0)
    assert solve(day(*people, vehicles=(coach(), coach("two"))), stop).iterations > 300
