"""The checker finds each broken rule by its name, and nothing in a legal plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing.checker import check
from routing.model import Action, Break, Done, Plan, Problem, Visit, Window
from tests.unit.routing.village import SHOP, ask, bus, day, drive, plan

UP, DOWN, REST = Action.PICKUP, Action.DROPOFF, Action.BREAK

RESTED = bus(breaks=(Break(Window(100, 300), 30),))
PROBLEM = day(
    ask(max_ride=40, pickup_service=2),
    ask("Ben", SHOP, pickup_window=Window(50, 400)),
    vehicles=(RESTED, bus("spare")),
)
ORDER = [(UP, 0), (DOWN, 0), (REST, 0), (UP, 1), (DOWN, 1)]
LEGAL = plan(PROBLEM, drive(PROBLEM, *ORDER))

Change = Callable[[Problem, Plan], tuple[Problem, Plan]]


def visit(k: int, **changes: Any) -> Change:
    def change(problem: Problem, legal: Plan) -> tuple[Problem, Plan]:
        route = legal.routes[0]
        visits = list(route.visits)
        visits[k] = replace(visits[k], **changes)
        return problem, replace(legal, routes=(replace(route, visits=tuple(visits)),))

    return change


def route(**changes: Any) -> Change:
    return lambda problem, legal: (
        problem,
        replace(legal, routes=(replace(legal.routes[0], **changes),)),
    )


def person(k: int, **changes: Any) -> Change:
    def change(problem: Problem, legal: Plan) -> tuple[Problem, Plan]:
        people = list(problem.requests)
        people[k] = replace(people[k], **changes)
        return replace(problem, requests=tuple(people)), legal

    return change


def vehicle(**changes: Any) -> Change:
    def change(problem: Problem, legal: Plan) -> tuple[Problem, Plan]:
        first = replace(problem.vehicles[0], **changes)
        return replace(problem, vehicles=(first, *problem.vehicles[1:])), legal

    return change


def order(*wanted: int) -> Change:
    return lambda problem, legal: (
        problem,
        replace(
            legal,
            routes=(
                replace(legal.routes[0], visits=tuple(legal.routes[0].visits[k] for k in wanted)),
            ),
        ),
    )


def test_a_legal_plan_has_no_violations() -> None:
    """The plan that all the broken ones below are made from."""
    assert check(PROBLEM, LEGAL) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("window", person(1, pickup_window=Window(900, 950))),
        ("window", vehicle(breaks=(Break(Window(600, 700), 30),))),
        ("ride limit", person(0, max_ride=19)),
        ("service time", person(0, pickup_service=7)),
        ("service time", vehicle(breaks=(Break(Window(100, 300), 31),))),
        ("location", visit(1, location=SHOP)),
        ("driving time", visit(1, arrival=0)),
        ("driving time", visit(0, start=0, departure=2)),
        ("driving time", route(end=0)),
        ("shift", vehicle(shift=Window(0, 100))),
        ("shift", vehicle(shift=Window(400, 1000))),
        ("duration", vehicle(max_duration=30)),
        ("capacity", person(0, load=(3,))),
        ("capacity", vehicle(configurations=((0,),))),
        ("order", order(1, 0, 2, 3, 4)),
        ("order", order(0, 2, 3, 4)),
        ("order", order(1, 2, 3, 4)),
        ("break", order(0, 2, 1, 3, 4)),
        ("break", order(0, 1, 3, 4)),
        ("break", order(0, 1, 2, 2, 3, 4)),
        ("served once", order(0, 1, 2)),
        ("served once", order(0, 1, 2, 3, 4, 3, 4)),
        ("served once", lambda problem, legal: (problem, replace(legal, unserved=(0,)))),
        ("vehicle", person(0, vehicles=frozenset({"spare"}))),
        ("one route", lambda problem, legal: (problem, replace(legal, routes=legal.routes * 2))),
        ("history", vehicle(history=(Done(UP, 1, 5),))),
        ("history", vehicle(history=(Done(UP, 0, 5),))),
        ("unknown", visit(0, index=7)),
        ("unknown", visit(0, location=99)),
        ("unknown", route(vehicle=5)),
        ("unknown", lambda problem, legal: (problem, replace(legal, unserved=(9,)))),
    ],
)
def test_each_rule_is_found_broken(rule: str, change: Change) -> None:
    """One change to a legal plan or its problem, one rule named."""
    assert rule in {violation.rule for violation in check(*change(PROBLEM, LEGAL))}


def test_a_promise_left_out_is_found() -> None:
    """A required request may not be unserved, even though it is listed."""
    promised = day(ask(required=True))
    assert [v.rule for v in check(promised, Plan((), (0,)))] == ["required"]
    assert check(day(ask()), Plan((), (0,))) == []


def test_a_vehicle_with_a_history_must_have_its_route() -> None:
    """What a vehicle has done cannot be left out of the plan."""
    out = day(ask(), vehicles=(bus(history=(Done(UP, 0, 40), Done(DOWN, 0, 60))),))
    assert "history" in {v.rule for v in check(out, Plan((), (0,)))}
    assert check(out, plan(out, drive(out))) == []


def test_a_route_may_not_pretend_to_have_left_later_than_it_did() -> None:
    """With a history the start follows from its first visit, so that durations are true."""
    out = day(ask(), vehicles=(bus(history=(Done(UP, 0, 40),)),))
    honest = drive(out, (DOWN, 0))
    assert [v.rule for v in check(out, plan(out, replace(honest, start=39)))] == ["history"]


def test_what_has_happened_is_not_judged() -> None:
    """A pickup that was late, by a fact of the road, is no violation; what follows is checked."""
    late = ask(pickup_window=Window(0, 30))
    out = day(late, vehicles=(bus(history=(Done(UP, 0, 40),)),))
    assert check(out, plan(out, drive(out, (DOWN, 0)))) == []


def test_those_who_travel_together_are_in_one_vehicle() -> None:
    """A carer in another vehicle is found."""
    pair = day(ask(together="pair"), ask("Ben", together="pair"), vehicles=(bus(), bus("other")))
    one = drive(pair, (UP, 0), (DOWN, 0))
    two = drive(pair, (UP, 1), (DOWN, 1), vehicle=1)
    assert [v.rule for v in check(pair, plan(pair, one, two))] == ["together"]
    both = drive(pair, (UP, 0), (UP, 1), (DOWN, 0), (DOWN, 1))
    assert check(pair, plan(pair, both)) == []


def test_a_bundle_is_carried_as_a_whole_or_not_at_all() -> None:
    """Outward without return is found; neither is fine."""
    pair = day(ask(bundle="out and back"), ask("Ben", bundle="out and back"))
    half = plan(pair, drive(pair, (UP, 0), (DOWN, 0)))
    assert [v.rule for v in check(pair, half)] == ["bundle"]
    assert check(pair, Plan((), (0, 1))) == []


def test_a_violation_names_vehicle_and_request() -> None:
    """Whoever reads it knows whom to ring."""
    (found,) = check(*person(0, max_ride=19)(PROBLEM, LEGAL))
    assert (found.vehicle, found.request) == ("bus", "Ada")
    assert found.sentence == "Ada rides for 20, more than 19."
    assert isinstance(LEGAL.routes[0].visits[0], Visit)
