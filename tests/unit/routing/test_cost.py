"""Each part of the objective, in its own money."""

from __future__ import annotations

from routing.cost import cost, distance
from routing.model import Action, Done, Objective
from tests.unit.routing.village import CHURCH, SHOP, ask, bus, day, drive, plan

UP, DOWN = Action.PICKUP, Action.DROPOFF


def test_every_part_is_counted_once() -> None:
    """Vehicle, distance, duration, excess ride of each person, and refusals."""
    two = ask(people=2)
    problem = day(
        two,
        ask("Ben", CHURCH, SHOP, dropoff_service=5),
        ask("Cy", refusal_cost=70.0),
        vehicles=(bus(fixed_cost=9.0),),
        objective=Objective(1.0, 0.5, 0.1),
    )
    route = drive(problem, (UP, 0), (UP, 1), (DOWN, 1), (DOWN, 0))
    parts = cost(problem, plan(problem, route))
    assert (parts.vehicles, parts.distance, parts.refusals) == (9.0, 60.0, 70.0)
    assert parts.duration == 0.5 * 65
    assert parts.excess_ride == 0.1 * 2 * 5
    assert parts.total == 9.0 + 60.0 + 70.0 + 32.5 + 1.0


def test_distance_runs_through_the_position() -> None:
    """What was driven to where the bus stands counts, and from there on."""
    out = bus(history=(Done(UP, 0, 10),), position=SHOP, ready=40)
    problem = day(ask(CHURCH, pickup=CHURCH, dropoff=CHURCH), vehicles=(out,))
    assert distance(problem, drive(problem, (DOWN, 0))) == 10 + 10 + 10 + 10


def test_distance_from_a_place_other_than_the_depot() -> None:
    """A bus that waits elsewhere does not drive there first."""
    problem = day(ask(), vehicles=(bus(position=CHURCH, ready=0),))
    assert distance(problem, drive(problem, (UP, 0), (DOWN, 0))) == 20 + 30
