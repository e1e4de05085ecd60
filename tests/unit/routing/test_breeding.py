"""A family of plans: who has children, what a child is made of, and what comes out."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from routing import optimise, team
from routing.breeding import Family, Member, cross, plans_for, raise_family
from routing.checker import check
from routing.cost import cost
from routing.flat import flatten
from routing.model import Problem, Window
from routing.optimise import Progress, Stop, solve
from routing.relatedness import nearest
from routing.search import orders_of
from tests.unit.routing.village import ask, bus, day


def market_day(people: int = 24, **more: object) -> Problem:
    """Three buses of two kinds, and people all over the village all day long."""
    dice = random.Random(3)
    asked = []
    for k in range(people):
        pickup, dropoff = dice.sample(range(1, 4), 2)
        opens = dice.randrange(0, 800)
        asked.append(ask(f"r{k}", pickup, dropoff, pickup_window=Window(opens, opens + 90), **more))
    return day(*asked, vehicles=(bus(), bus("two"), bus("big", configurations=((4,),))))


def test_a_child_carries_nobody_twice_and_keeps_to_the_kinds_of_vehicles() -> None:
    """Each of its routes is one of a parent's, perhaps with somebody left out."""
    problem = market_day()
    flat = flatten(problem)
    a, b = (
        orders_of(problem, flat, solve(problem, Stop(iterations=200), seed).plan) for seed in (1, 2)
    )
    big = {tuple(a[2]), tuple(b[2])}
    for seed in range(40):
        child = cross(flat, nearest(flat), a, b, np.random.default_rng(seed))
        nodes = [node for order in child for node in order]
        assert len(nodes) == len(set(nodes))
        for order in child:
            riders = [node for node in order if node < flat.n]
            assert sorted(node + flat.n for node in riders) == sorted(
                node for node in order if node >= flat.n
            )
            assert any(set(order) <= set(parent) for parent in (*a, *b))
        assert any(set(child[2]) <= set(parent) for parent in big)


def test_a_child_takes_the_place_of_its_worse_parent_or_of_the_worst() -> None:
    """One that is no better, or is there already, is let go."""
    a, b, c = (Member(price, [[k]]) for k, price in enumerate((10.0, 20.0, 30.0)))
    family = Family(Member(99.0, [[]]), [a, b, c])
    family.take(Member(15.0, [[7]]), a, b)
    assert sorted(member.cost for member in family.members) == [10.0, 15.0, 30.0]
    family.take(Member(25.0, [[8]]), a, family.members[1])
    assert sorted(member.cost for member in family.members) == [10.0, 15.0, 25.0]
    family.take(Member(15.0, [[9]]), a, c)
    family.take(Member(26.0, [[9]]), a, a)
    assert sorted(member.cost for member in family.members) == [10.0, 15.0, 25.0]
    assert family.best is a


@pytest.mark.parametrize(("seconds", "plans"), [(60, 4), (120, 6), (600, 12), (6000, 12)])
def test_more_time_is_for_more_plans(seconds: int, plans: int) -> None:
    """Until there are enough."""
    assert plans_for(seconds) == plans


@pytest.mark.parametrize("workers", [1, 2])
def test_a_long_run_breeds_a_legal_plan_no_dearer_than_the_one_it_began_with(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says truly how far it is."""
    monkeypatch.setattr(optimise, "LONG", 0.0)
    monkeypatch.setattr(team, "FEW", 2)
    bred: list[int] = []

    def watched(*given: Any) -> None:
        bred.append(1)
        raise_family(*given)

    monkeypatch.setattr(team, "raise_family", watched)
    problem = market_day(required=False, refusal_cost=40.0)
    start = solve(problem, Stop(iterations=3), seed=1).plan
    told: list[Progress] = []
    result = solve(problem, Stop(seconds=2.0), 1, start, told.append, workers=workers)
    assert bred == [1]
    assert result.feasible
    assert check(problem, result.plan) == []
    assert result.cost <= cost(problem, start).total
    assert result.cost == cost(problem, result.plan).total
    prices = [progress.cost for progress in told]
    assert prices == sorted(prices, reverse=True)
    assert told[-1].unserved == len(result.plan.unserved)


class LookedAwayError(Exception):
    """Whoever looks on cannot go on."""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_family_is_given_up_at_once_when_nobody_can_hear_of_it(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour's search ends with the error of the one who was told, not after an hour."""
    monkeypatch.setattr(team, "FEW", 2)

    def look(_: Progress) -> None:
        raise LookedAwayError

    with pytest.raises(LookedAwayError):
        solve(market_day(), Stop(seconds=3600.0), progress=look, workers=workers)


def test_a_long_run_without_any_bus_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to decide, so nothing to breed."""
    monkeypatch.setattr(team, "FEW", 2)
    nobody = day(*(ask(f"r{k}", refusal_cost=1.0) for k in range(5)), vehicles=())
    assert len(solve(nobody, Stop(seconds=3600.0)).plan.unserved) == 5
