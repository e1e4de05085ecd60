"""Who rides with whom, and in what: a helper is never left behind, nor anybody in a wrong bus."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.checker import check
from routing.insertion import Inserter, Rule
from routing.model import Action, Problem, Request, Window
from routing.optimise import ENGINES, Stop, solve
from routing.rendering import empty_plan
from tests.unit.routing.village import ask, bus, day, drive, plan

UP, DOWN = Action.PICKUP, Action.DROPOFF
OURS = ("default", "search")
NOON = {"pickup_window": Window(500, 500), "max_ride": 20}
ADA = ask("Ada", load=(1, 0), **NOON)
"""She takes one of the two seats, for as long as anybody else wants to ride."""
ALONE = ask("Bill", load=(1, 0), **NOON)
WITH_HELPER = ask("Bill and his helper", load=(2, 0), people=2, **NOON)
IN_A_WHEELCHAIR = ask("Cy and his helper", load=(1, 1), people=2, **NOON)
SEATS_OR_WHEELCHAIR = {"configurations": ((2, 0), (1, 1))}


@pytest.mark.parametrize(
    ("party", "fits"), [(ALONE, True), (WITH_HELPER, False), (IN_A_WHEELCHAIR, False)]
)
def test_a_party_with_a_helper_is_not_offered_the_last_seat(party: Request, fits: bool) -> None:
    """Who travels alone gets it; a wheelchair space without a seat for the helper is no use."""
    problem = day(ADA, vehicles=(bus(**SEATS_OR_WHEELCHAIR),))
    inserter = Inserter(problem, plan(problem, drive(problem, (UP, 0), (DOWN, 0))))
    assert (inserter.best(party) is not None) is fits
    if not fits:
        assert inserter.explain(party).rule is Rule.CAPACITY
    empty = day(vehicles=problem.vehicles)
    assert Inserter(empty, empty_plan(empty)).best(party) is not None


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize("party", [WITH_HELPER, IN_A_WHEELCHAIR])
def test_a_party_with_a_helper_is_left_out_of_the_batch_as_a_whole(
    party: Request, engine: str
) -> None:
    """However dear it is to refuse them, Ada's promise leaves one seat, and one is too few."""
    problem = _with_promise(party, ALONE)
    result = solve(problem, Stop(iterations=200), engine=engine)
    assert check(problem, result.plan) == []
    assert result.plan.unserved == (1,)


def _with_promise(*others: Request) -> Problem:
    promised = replace(ADA, required=True)
    dear = [replace(one, refusal_cost=1e8 / (k + 1)) for k, one in enumerate(others)]
    return day(promised, *dear, vehicles=(bus(**SEATS_OR_WHEELCHAIR),))


@pytest.mark.parametrize("engine", ENGINES)
def test_whoever_names_their_buses_rides_in_no_other(engine: str) -> None:
    """Not in the one at their door, nor though theirs has no room for all who name it."""
    at_the_door = bus("near", start=1, end=3)
    only = {"vehicles": frozenset({"own"}), "refusal_cost": 1e4, **NOON}
    problem = day(*(ask(f"r{k}", **only) for k in range(3)), vehicles=(at_the_door, bus("own")))
    result = solve(problem, Stop(seconds=0.5, iterations=200), engine=engine)
    assert check(problem, result.plan) == []
    assert [problem.vehicles[route.vehicle].id for route in result.plan.routes] == ["own"]
    assert len(result.plan.unserved) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_whoever_may_use_several_buses_takes_the_cheapest_of_them(engine: str) -> None:
    """The list is of all that will do."""
    buses = (bus("near", start=1, end=3), bus("far", start=0, end=0), bus("mid", start=2, end=2))
    problem = day(ask(vehicles=frozenset({"far", "mid"})), vehicles=buses)
    result = solve(problem, Stop(seconds=0.5, iterations=200), engine=engine)
    assert check(problem, result.plan) == []
    assert [problem.vehicles[route.vehicle].id for route in result.plan.routes] == ["mid"]
