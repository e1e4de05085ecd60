"""Solving a day: stops, starts, links, promises, and the same answer twice."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest

from routing import optimise, team
from routing.checker import check
from routing.cost import cost, distance
from routing.errors import IllegalPlan, InvalidProblem, RoutingError
from routing.model import Action, Done, Plan, Problem, Window
from routing.optimise import ENGINES, Progress, Stop, seconds_at_once, solve
from routing.parting import Part, divide
from tests.unit.routing.village import CHURCH, SHOP, SURGERY, ask, bus, day, drive, plan

UP, DOWN = Action.PICKUP, Action.DROPOFF


def busy_day(people: int = 12, **more: object) -> Problem:
    """More than one bus can carry, in reproducible disorder."""
    dice = random.Random(5)
    asked = []
    for k in range(people):
        pickup, dropoff = dice.sample(range(1, 4), 2)
        opens = dice.randrange(0, 800)
        boards = Window(opens, opens + 60)
        asked.append(ask(f"r{k}", pickup, dropoff, pickup_window=boards, max_ride=50, **more))
    return day(*asked, vehicles=(bus(), bus("two")))


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that go on to their end, as on days too large to prove anything about."""
    monkeypatch.setattr(optimise, "PROVABLE", 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_seed_and_rounds_give_the_same_plan(workers: int) -> None:
    """Whatever else the machine does meanwhile."""
    first, again = (solve(busy_day(), Stop(iterations=300), 7, workers=workers) for _ in range(2))
    assert first.plan == again.plan
    assert first.iterations >= 300


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_a_legal_plan(engine: str) -> None:
    """And the cost it says is the cost it has."""
    problem = busy_day()
    result = solve(problem, Stop(seconds=1.0), engine=engine)
    assert check(problem, result.plan) == []
    assert result.feasible
    assert result.cost == cost(problem, result.plan).total


def test_too_little_time_gives_the_plan_it_began_with_or_better() -> None:
    """No time at all is no excuse for an illegal plan."""
    problem = busy_day()
    good = solve(problem, Stop(iterations=400)).plan
    result = solve(problem, Stop(seconds=0.0), start=good)
    assert result.feasible
    assert result.cost <= cost(problem, good).total
    assert check(problem, solve(problem, Stop(seconds=0.0)).plan) == []


def test_promises_are_kept_though_leaving_them_out_would_be_cheaper() -> None:
    """A required request counts more than any number of refusals."""
    problem = busy_day(refusal_cost=1e4)
    promised = replace(problem.requests[0], required=True, refusal_cost=0.0)
    problem = replace(problem, requests=(promised, *problem.requests[1:]))
    assert 0 not in solve(problem, Stop(iterations=300)).plan.unserved


def test_whom_it_costs_more_to_carry_than_to_refuse_is_refused() -> None:
    """And for one more penny is carried."""
    far = ask(refusal_cost=59.0)
    assert solve(day(far), Stop(iterations=50)).plan.unserved == (0,)
    dear = replace(far, refusal_cost=61.0)
    assert solve(day(dear), Stop(iterations=50)).plan.unserved == ()


def test_a_vehicle_goes_out_for_two_that_are_worth_it_together() -> None:
    """Neither pays for the journey alone; both do."""
    pair = day(ask(refusal_cost=40.0), ask("Ben", refusal_cost=40.0))
    assert solve(pair, Stop(iterations=200)).plan.unserved == ()


def test_both_or_neither() -> None:
    """A return that cannot be carried takes its outward journey with it."""
    out = ask(bundle="visit", pickup_window=Window(0, 100))
    back = ask("back", SURGERY, CHURCH, bundle="visit", pickup_window=Window(980, 1000))
    assert solve(day(out, back), Stop(iterations=100)).plan.unserved == (0, 1)
    sooner = replace(back, pickup_window=Window(900, 930))
    assert solve(day(out, sooner), Stop(iterations=100)).plan.unserved == ()


def test_together_in_one_vehicle() -> None:
    """Though two vehicles at their doors would be cheaper."""
    near = (bus(start=CHURCH, end=CHURCH), bus("two", start=SURGERY, end=SURGERY))
    pair = day(
        ask("Ada", CHURCH, CHURCH, together="pair"),
        ask("Ben", SURGERY, SURGERY, together="pair"),
        vehicles=near,
    )
    routes = solve(pair, Stop(iterations=100)).plan.routes
    assert len(routes) == 1
    assert {visit.index for visit in routes[0].visits} == {0, 1}


def test_a_day_under_way_keeps_its_past_and_whom_it_carries() -> None:
    """The history stays first and unchanged; somebody on board is brought home."""
    out = bus(history=(Done(UP, 0, 20),), position=SHOP, ready=40)
    problem = day(ask(required=True), ask("Ben"), vehicles=(out, bus("two")))
    result = solve(problem, Stop(iterations=100))
    route = next(r for r in result.plan.routes if r.vehicle == 0)
    assert (route.visits[0].index, route.visits[0].start) == (0, 20)
    assert result.plan.unserved == ()
    assert check(problem, result.plan) == []


@pytest.mark.usefixtures("unproven")
def test_progress_is_told_and_falls() -> None:
    """Seconds and rounds rise, the cost of the best plan never does."""
    told: list[Progress] = []
    solve(busy_day(), Stop(seconds=1.0), progress=told.append)
    assert told
    assert [p.seconds for p in told] == sorted(p.seconds for p in told)
    costs = [p.cost for p in told]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.usefixtures("unproven")
def test_progress_counts_whom_the_best_plan_leaves_out_and_how_far_it_drives() -> None:
    """As the plan that comes of it says, and not as the search stands while it tries things."""
    problem, told = busy_day(), list[Progress]()
    result = solve(problem, Stop(seconds=1.0), progress=told.append)
    same = [p for p in told if p.cost == pytest.approx(result.cost)]
    assert same
    driven = sum(distance(problem, route) for route in result.plan.routes)
    assert {(p.unserved, p.distance) for p in same} == {(len(result.plan.unserved), driven)}


def test_what_cannot_be_is_refused() -> None:
    """An illegal start, an impossible request, an unknown engine, a stop that never comes."""
    problem = day(ask())
    wrong = plan(problem, drive(problem, (UP, 0), (DOWN, 0)))
    with pytest.raises(IllegalPlan):
        solve(problem, Stop(iterations=1), start=Plan(wrong.routes, (0,)))
    with pytest.raises(InvalidProblem):
        solve(day(ask(max_ride=1)), Stop(iterations=1))
    with pytest.raises(RoutingError, match="no engine"):
        solve(problem, Stop(iterations=1), engine="horse")
    with pytest.raises(RoutingError, match="seconds or iterations"):
        Stop()


def test_a_day_without_requests_or_without_vehicles_is_a_day_too() -> None:
    """Nothing to do is done at once; nobody to drive means everybody waits."""
    assert solve(day(), Stop(seconds=5.0)).plan == Plan(())
    assert solve(day(ask(), vehicles=()), Stop(iterations=5)).plan == Plan((), (0,))


@pytest.mark.timeout(60)
def test_a_run_by_rounds_ends_where_no_route_can_be_given_up() -> None:
    """A dear vehicle that is on the road already cannot be saved: the search goes on."""
    on_the_road = bus(fixed_cost=1e6, history=(Done(UP, 0, 10),))
    problem = day(ask("Ada"), ask("Ben"), vehicles=(on_the_road, bus("two", fixed_cost=1e6)))
    assert solve(problem, Stop(iterations=50)).iterations >= 50


@pytest.mark.parametrize(
    ("whole", "left", "meeting", "expected"),
    [
        (20.0, 10.0, 0.0, 0.05),
        (1.0, 0.5, 0.0, 0.02),
        (20.0, 10.0, 0.03, 0.3),
        (20.0, 10.0, 0.4, 1.0),
        (20.0, 0.5, 0.4, 0.1),
        (20.0, 0.1, 0.4, 0.0),
    ],
)
def test_searches_that_share_the_work_search_longer_than_they_meet(
    whole: float, left: float, meeting: float, expected: float
) -> None:
    """Else a day that takes long to divide is divided all the time; and the end is the end."""
    assert seconds_at_once(whole, left, meeting) == pytest.approx(expected)


def test_most_of_the_time_is_for_searching_though_dividing_the_vehicles_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looking up every fiftieth of a second, it would be divided forty times in that second."""
    times = []

    def divide_slowly(*words: Any) -> list[Part]:
        times.append(time.sleep(0.02))
        return divide(*words)

    monkeypatch.setattr(team, "MANY", 0)
    monkeypatch.setattr(team, "ROUTES", 1)
    monkeypatch.setattr(team, "divide", divide_slowly)
    one_each = (bus("one", configurations=((1,),)), bus("two", configurations=((1,),)))
    now = {"pickup_window": Window(100, 100)}
    problem = day(ask("Ada", **now), ask("Bill", **now), vehicles=one_each)
    assert solve(problem, Stop(seconds=1), workers=2).feasible
    assert 2 <= len(times) <= 20


def test_a_dear_vehicle_is_done_without() -> None:
    """Three near together, each begun with in a bus of their own, end up in one."""
    problem = day(
        *(ask(name) for name in ("Ada", "Ben", "Cy")),
        vehicles=tuple(bus(name, fixed_cost=1e6) for name in ("one", "two", "three")),
    )
    routes = [drive(problem, (UP, k), (DOWN, k), vehicle=k) for k in range(3)]
    found = solve(problem, Stop(iterations=200), start=plan(problem, *routes))
    assert len(found.plan.routes) == 1
    assert found.plan.unserved == ()
