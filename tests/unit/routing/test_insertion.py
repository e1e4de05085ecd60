"""Asking whether a request can be taken: answers, limits, and reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.checker import check
from routing.errors import IllegalPlan, InvalidProblem
from routing.insertion import Inserter, Rule
from routing.model import Action, Break, Done, Plan, Window
from routing.rendering import empty_plan
from tests.unit.routing.village import CHURCH, DEPOT, SHOP, SURGERY, ask, bus, day, drive, plan

UP, DOWN = Action.PICKUP, Action.DROPOFF


def test_the_first_request_of_a_day_opens_a_route() -> None:
    """An empty plan takes a request; the answer says when and at what cost."""
    problem = day(vehicles=(bus(fixed_cost=5.0),))
    found = Inserter(problem, empty_plan(problem)).best(ask())
    assert found is not None
    assert (found.vehicle, found.pickup_position, found.dropoff_position) == (0, 0, 1)
    assert (found.pickup_start, found.dropoff_start, found.ride) == (10, 30, 20)
    assert (found.added_cost, found.excess_ride) == (65.0, 0)


def test_asking_changes_nothing_and_inserting_makes_a_new_one() -> None:
    """Outward, then return on top of it, while the first plan stays as it was."""
    problem = day()
    first = Inserter(problem, empty_plan(problem))
    out = ask(pickup_window=Window(100, 200))
    back = ask("back", SURGERY, CHURCH, pickup_window=Window(300, 400))
    found = first.best(out)
    assert found is not None
    second = first.insert(out, found)
    again = second.best(back)
    assert again is not None
    third = second.insert(back, again)
    assert [len(i.plan.routes) for i in (first, second, third)] == [0, 1, 1]
    assert [request.id for request in third.problem.requests] == ["Ada", "back"]
    assert len(third.plan.routes[0].visits) == 4


def test_a_break_comes_into_the_route_with_the_first_request() -> None:
    """A vehicle once used takes its breaks."""
    problem = day(vehicles=(bus(breaks=(Break(Window(300, 400), 30),)),))
    inserter = Inserter(problem, empty_plan(problem))
    request = ask(pickup_window=Window(100, 150))
    found = inserter.best(request)
    assert found is not None
    (route,) = inserter.insert(request, found).plan.routes
    assert [visit.action.value for visit in route.visits] == ["pickup", "dropoff", "break"]


def test_a_member_of_a_group_goes_where_the_others_ride() -> None:
    """Even if another vehicle would be cheaper."""
    ada, near = ask(dropoff=SHOP, together="pair"), bus("near", start=SURGERY, end=SURGERY)
    problem = day(ada, vehicles=(bus(), near))
    inserter = Inserter(problem, plan(problem, drive(problem, (UP, 0), (DOWN, 0))))
    friend = ask("Ben", SURGERY, SURGERY)
    assert inserter.best(friend).vehicle == 1  # type: ignore[union-attr]
    found = inserter.best(replace(friend, together="pair"))
    assert found is not None
    assert found.vehicle == 0
    assert inserter.best(replace(friend, together="pair"), vehicle="near") is None


def test_a_vehicle_may_be_asked_for_by_name() -> None:
    """Only that one is tried; a name nobody has is an error."""
    problem = day(vehicles=(bus(), bus("two", start=SHOP)))
    inserter = Inserter(problem, empty_plan(problem))
    found = inserter.best(ask(), vehicle="two")
    assert found is not None
    assert found.vehicle == 1
    with pytest.raises(IllegalPlan, match="tractor"):
        inserter.best(ask(), vehicle="tractor")


def test_many_wishes_are_answered_in_order() -> None:
    """One answer for each window, None where there is none."""
    problem = day(vehicles=(bus(shift=Window(0, 500)),))
    inserter = Inserter(problem, empty_plan(problem))
    wishes = [ask(pickup_window=Window(start, start + 10)) for start in (100, 600, 200)]
    answers = inserter.best_of(wishes)
    assert [a and a.pickup_start for a in answers] == [100, None, 200]


def test_nothing_is_put_before_what_has_been_done() -> None:
    """On the road, a request comes after the visits of the past."""
    out = bus(history=(Done(UP, 0, 20),), position=CHURCH, ready=25)
    problem = day(ask(max_ride=60), vehicles=(out,))
    inserter = Inserter(problem, plan(problem, drive(problem, (DOWN, 0))))
    request = ask("Ben", DEPOT, CHURCH)
    found = inserter.best(request)
    assert found is not None
    assert found.pickup_position >= 1
    route = inserter.insert(request, found).plan.routes[0]
    assert (route.visits[0].action, route.visits[0].start) == (UP, 20)


FULL = day(ask(load=(2,), pickup_window=Window(100, 110), max_ride=22))
PROMISED = plan(FULL, drive(FULL, (UP, 0), (DOWN, 0)))
CROSSING = {"pickup_window": Window(115, 120), "dropoff_window": Window(0, 160)}


@pytest.mark.parametrize(
    ("rule", "request_changes", "vehicle_changes"),
    [
        (Rule.CAPACITY, {"pickup": SHOP, **CROSSING}, {}),
        (Rule.VEHICLE, {"load": (3,)}, {}),
        (Rule.HOURS, {"pickup_window": Window(2000, 2100), "dropoff_window": Window()}, {}),
        (Rule.VEHICLE, {"vehicles": frozenset({"other"})}, {}),
        (Rule.DISTANCE, {"max_ride": 10}, {}),
        (Rule.BREAK, {"pickup_window": Window(400, 405)}, {"breaks": (Break(Window(390), 30),)}),
    ],
)
def test_a_refusal_names_the_rule_in_the_way(
    rule: Rule, request_changes: dict[str, object], vehicle_changes: dict[str, object]
) -> None:
    """The rule named is one that, lifted, lets the request in."""
    if rule is Rule.BREAK:
        vehicle_changes = {"breaks": (Break(Window(395, 400), 30),)}
    idle = bus("other", shift=Window(0, 5))
    problem = replace(FULL, vehicles=(bus(**vehicle_changes), idle))
    stops = [(UP, 0), (DOWN, 0), *([(Action.BREAK, 0)] if vehicle_changes else [])]
    inserter = Inserter(problem, plan(problem, drive(problem, *stops)))
    request = replace(ask("Ben"), **request_changes)  # type: ignore[arg-type]
    assert inserter.best(request) is None
    obstacle = inserter.explain(request)
    assert obstacle.rule is rule
    assert rule in obstacle.relaxations


def test_a_promise_and_a_ride_on_board_can_be_what_stands_in_the_way() -> None:
    """Their names come up when only they keep the request out."""
    fast = day(ask(pickup_window=Window(100, 100), max_ride=20))
    riding = Inserter(fast, plan(fast, drive(fast, (UP, 0), (DOWN, 0))))
    stop_over = ask("Ben", SHOP, SURGERY, pickup_window=Window(108, 112), pickup_service=5)
    assert riding.best(stop_over) is None
    assert Rule.RIDE_LIMIT_ON_BOARD in riding.explain(stop_over).relaxations
    tight = day(ask(pickup_window=Window(100, 100), dropoff_window=Window(0, 120)))
    promised = Inserter(tight, plan(tight, drive(tight, (UP, 0), (DOWN, 0))))
    assert promised.best(stop_over) is None
    assert Rule.PROMISE in promised.explain(stop_over).relaxations


def test_a_full_bus_is_named_before_one_that_is_not_out() -> None:
    """Both room and another shift would help: the bus that is there is full, and that is said."""
    later = bus("later", shift=Window(500, 1000))
    problem = replace(FULL, vehicles=(bus(), later))
    inserter = Inserter(problem, plan(problem, drive(problem, (UP, 0), (DOWN, 0))))
    request = ask("Ben", pickup=SHOP, **CROSSING)
    assert inserter.best(request) is None
    obstacle = inserter.explain(request)
    assert obstacle.rule is Rule.CAPACITY
    assert Rule.HOURS in obstacle.relaxations


def test_a_bus_that_could_never_carry_them_is_not_called_full() -> None:
    """The only bus out has no place for such a load, however empty; the one that has is not out."""
    small = bus("small", configurations=((1,),))
    roomy = bus("roomy", shift=Window(500, 1000))
    problem = day(vehicles=(small, roomy))
    inserter = Inserter(problem, empty_plan(problem))
    request = ask(load=(2,), pickup_window=Window(100, 110), dropoff_window=Window(0, 200))
    obstacle = inserter.explain(request)
    assert obstacle.rule is Rule.VEHICLE
    assert obstacle.relaxations == (Rule.VEHICLE, Rule.HOURS)


def test_many_windows_are_explained_together() -> None:
    """Two windows with a gap between them: what would fit the gap is not asked, nor named."""
    held = day(ask(pickup_window=Window(100, 100), load=(2,)), vehicles=(bus(),))
    inserter = Inserter(held, plan(held, drive(held, (UP, 0), (DOWN, 0))))
    windows = [ask("Ben", pickup_window=Window(at, at + 1)) for at in (99, 101)]
    windows = [replace(one, dropoff_window=Window(0, 130)) for one in windows]
    assert inserter.best_of(windows) == [None, None]
    assert inserter.explain(*windows).rule is Rule.CAPACITY


def test_a_plan_of_things_unknown_is_refused() -> None:
    """A route for a vehicle, or a visit of a request, that is not in the problem."""
    problem = day(ask())
    route = drive(problem, (UP, 0), (DOWN, 0))
    with pytest.raises(IllegalPlan):
        Inserter(problem, Plan((replace(route, vehicle=3),)))
    with pytest.raises(IllegalPlan):
        Inserter(day(), Plan((route,)))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("location", {"pickup": 99}),
        ("location", {"dropoff": 1.5}),
        ("window", {"pickup_window": Window(float("nan"), 10)}),  # type: ignore[arg-type]
        ("window", {"dropoff_window": Window(0, float("nan"))}),  # type: ignore[arg-type]
        ("window", {"pickup_window": Window(-5, 10)}),
        ("window", {"pickup_window": Window(20, 10)}),
        ("window", {"pickup_window": None}),
        ("capacity", {"load": (1, 1)}),
        ("capacity", {"load": ()}),
        ("capacity", {"load": (-1,)}),
        ("capacity", {"load": None}),
        ("pickup service", {"pickup_service": -1}),
        ("dropoff service", {"dropoff_service": 0.5}),
        ("ride limit", {"max_ride": -1}),
        ("people", {"people": None}),
        ("vehicle", {"vehicles": frozenset({"tractor"})}),
        ("vehicle", {"vehicles": frozenset({"bus", "tractor"})}),
        ("vehicle", {"vehicles": frozenset()}),
    ],
)
def test_a_wish_that_makes_no_sense_is_named(rule: str, change: dict[str, Any]) -> None:
    """Whatever is asked of the plan: is there room, why not, put it in."""
    problem = day()
    inserter = Inserter(problem, empty_plan(problem))
    place = inserter.best(ask())
    assert place is not None
    wish = replace(ask(), **change)
    for question in (
        lambda: inserter.best(wish),
        lambda: inserter.best_all([wish]),
        lambda: inserter.explain(wish),
        lambda: inserter.insert(wish, place),
    ):
        with pytest.raises(InvalidProblem) as caught:
            question()
        assert (caught.value.subject, caught.value.rule) == ("request Ada", rule)
    assert inserter.best(ask()) == place


@pytest.mark.parametrize(
    "elsewhere",
    [{"vehicle": 1}, {"vehicle": -1}, {"after": (0, 1)}, {"after": (-1, 0)}, {"after": (1, 0)}],
)
def test_a_place_of_another_plan_is_refused(elsewhere: dict[str, Any]) -> None:
    """An insertion into a vehicle, or after a visit, that this plan does not have."""
    problem = day()
    inserter = Inserter(problem, empty_plan(problem))
    place = inserter.best(ask())
    assert place is not None
    with pytest.raises(IllegalPlan, match="Ada"):
        inserter.route_with(ask(), replace(place, **elsewhere))


def test_on_a_day_without_vehicles_there_is_no_room() -> None:
    """Nobody can say how many numbers a load has, and it does not matter."""
    problem = day(vehicles=())
    inserter = Inserter(problem, Plan(()))
    assert inserter.best(ask(load=(1, 1))) is None
    assert inserter.best_all([ask(), ask("Ben")]) is None


def test_all_are_given_places_or_none() -> None:
    """There and back; where there is no way back, no way there either."""
    problem = day()
    inserter = Inserter(problem, empty_plan(problem))
    out = ask(pickup_window=Window(100, 200))
    back = ask("back", SURGERY, CHURCH, pickup_window=Window(300, 400))
    places = inserter.best_all([out, back])
    assert places is not None
    both = inserter.insert(out, places[0]).insert(back, places[1])
    assert check(both.problem, both.plan) == []
    assert places[0] == inserter.best(out)
    assert inserter.plan == empty_plan(problem)
    assert inserter.best_all([out, replace(back, pickup_window=Window(2000, 2100))]) is None
    assert inserter.best_all([]) == ()


def test_the_first_goes_elsewhere_where_the_others_cannot_follow() -> None:
    """Two who ride together: the bus at the door has one seat, the other one has two."""
    near = bus("near", start=CHURCH, end=SURGERY, configurations=((1,),))
    problem = day(vehicles=(bus(), near))
    inserter = Inserter(problem, empty_plan(problem))
    now = {"pickup_window": Window(100, 100), "max_ride": 20, "together": "pair"}
    pair = [ask("Ada", **now), ask("Ben", **now)]
    assert inserter.best(pair[0]).vehicle == 1  # type: ignore[union-attr]
    places = inserter.best_all(pair)
    assert places is not None
    assert [place.vehicle for place in places] == [0, 0]


def test_a_route_that_cannot_be_driven_takes_nobody() -> None:
    """A delay may have broken a plan; other vehicles still answer."""
    problem = day(ask(dropoff_window=Window(0, 40)), vehicles=(bus(), bus("two")))
    late = replace(problem.vehicles[0], position=DEPOT, ready=200)
    stuck = Inserter(
        replace(problem, vehicles=(late, problem.vehicles[1])),
        plan(problem, drive(problem, (UP, 0), (DOWN, 0))),
    )
    assert stuck.best(ask("Ben"), vehicle="bus") is None
    assert stuck.best(ask("Ben")).vehicle == 1  # type: ignore[union-attr]
