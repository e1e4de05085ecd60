"""Problems that cannot be are refused with the request, or vehicle, and the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.errors import InvalidProblem
from routing.model import Action, Break, Done, Objective, Problem, Window
from routing.validate import validate
from tests.unit.routing.village import APART, ask, bus, day

UP, DOWN = Action.PICKUP, Action.DROPOFF


def refused(problem: Problem) -> tuple[str, str]:
    with pytest.raises(InvalidProblem) as caught:
        validate(problem)
    assert caught.value.subject in str(caught.value)
    return caught.value.subject, caught.value.rule


def test_a_sensible_problem_passes() -> None:
    """Nothing is raised for a problem like every other."""
    validate(day(ask(), ask("Ben", max_ride=30), vehicles=(bus(), bus("two"))))
    validate(day(vehicles=()))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("window", {"pickup_window": Window(-5, 10)}),
        ("window", {"dropoff_window": Window(20, 10)}),
        ("window", {"pickup_window": Window(500, 600), "dropoff_window": Window(0, 519)}),
        ("location", {"pickup": 4}),
        ("location", {"dropoff": -1}),
        ("capacity", {"load": (3,)}),
        ("capacity", {"load": (1, 1)}),
        ("capacity", {"load": (-1,)}),
        ("ride limit", {"max_ride": 19}),
        ("ride limit", {"max_ride": -1}),
        ("pickup service", {"pickup_service": -1}),
        ("refusal cost", {"refusal_cost": float("nan")}),
        ("vehicle", {"vehicles": frozenset({"tractor"})}),
        ("people", {"people": -1}),
    ],
)
def test_a_request_that_cannot_be_carried_is_named(rule: str, change: dict[str, Any]) -> None:
    """Each of these says which request and which rule."""
    assert refused(day(ask(**change))) == ("request Ada", rule)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("location", {"start": 9}),
        ("location", {"position": 9}),
        ("window", {"shift": Window(10, 5)}),
        ("window", {"breaks": (Break(Window(10, 5), 3),)}),
        ("break", {"breaks": (Break(Window(0, 5), -3),)}),
        ("capacity", {"configurations": ()}),
        ("capacity", {"configurations": ((2,), (1, 1))}),
        ("longest duration", {"max_duration": -1}),
        ("fixed cost", {"fixed_cost": float("inf")}),
        ("history", {"history": (Done(UP, 7, 0),)}),
    ],
)
def test_a_vehicle_that_makes_no_sense_is_named(rule: str, change: dict[str, Any]) -> None:
    """Each of these says which vehicle and which rule."""
    assert refused(day(ask(), vehicles=(bus(**change),))) == ("vehicle bus", rule)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((4, 3), np.int64),
        np.where(APART == 10, np.nan, APART),
        APART.astype(float),
        -APART,
        APART + 1,
    ],
)
def test_matrices_are_square_whole_and_zero_at_home(matrix: np.ndarray) -> None:
    """NaN, fractions, negative times and a way from a place to itself are refused."""
    assert refused(day(ask(), durations=matrix)) == ("durations", "matrix")


def test_matrices_are_of_one_size() -> None:
    """Durations and distances speak of the same places."""
    assert refused(day(ask(), distances=APART[:3, :3])) == ("distances", "matrix")


def test_names_are_unique() -> None:
    """Two requests, or vehicles, of one name could not be told apart."""
    assert refused(day(ask(), ask())) == ("request Ada", "id")
    assert refused(day(vehicles=(bus(), bus()))) == ("vehicle bus", "id")


def test_weights_are_numbers() -> None:
    """A cost that is not a number orders nothing."""
    assert refused(day(ask(), objective=Objective(float("nan")))) == ("objective", "per_distance")


def test_histories_fit_together() -> None:
    """Nobody is dropped off before the pickup or picked up twice."""
    dropped = bus(history=(Done(DOWN, 0, 5),))
    assert refused(day(ask(), vehicles=(dropped,))) == ("request Ada", "history")
    up = bus(history=(Done(UP, 0, 5),))
    twice = (up, replace(up, id="two"))
    assert refused(day(ask(), vehicles=twice)) == ("request Ada", "history")


def test_someone_on_board_who_cannot_arrive_in_time_is_named() -> None:
    """The ride limit or the dropoff's window has run out: the service has to decide."""
    late = bus(history=(Done(UP, 0, 10),), ready=40)
    assert refused(day(ask(max_ride=45), vehicles=(late,))) == ("request Ada", "ride limit")
    closes = ask(dropoff_window=Window(0, 50))
    assert refused(day(closes, vehicles=(late,))) == ("request Ada", "window")
    validate(day(ask(max_ride=50), vehicles=(late,)))
