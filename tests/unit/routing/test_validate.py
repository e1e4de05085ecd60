"""Problems that cannot be are refused with the request, or vehicle, and the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.errors import InvalidProblem
from routing.model import Action, Break, Done, Objective, Problem, Window
from routing.schedule import schedule
from routing.validate import validate
from tests.unit.routing.village import APART, CHURCH, SURGERY, ask, bus, day

UP, DOWN = Action.PICKUP, Action.DROPOFF
NAN: Any = float("nan")
WEEK = 7 * 24 * 3600


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
        ("window", {"pickup_window": Window(NAN, 10)}),
        ("window", {"pickup_window": Window(0, NAN)}),
        ("window", {"dropoff_window": Window(0.5, 900)}),  # type: ignore[arg-type]
        ("window", {"dropoff_window": Window(0, 2**63)}),
        ("window", {"pickup_window": Window(None, 10)}),  # type: ignore[arg-type]
        ("window", {"pickup_window": None}),
        ("location", {"pickup": 4}),
        ("location", {"dropoff": -1}),
        ("location", {"pickup": 1.5}),
        ("location", {"pickup": NAN}),
        ("location", {"dropoff": None}),
        ("capacity", {"load": (3,)}),
        ("capacity", {"load": (1, 1)}),
        ("capacity", {"load": (-1,)}),
        ("capacity", {"load": (0.5,)}),
        ("capacity", {"load": (NAN,)}),
        ("capacity", {"load": None}),
        ("capacity", {"load": (2**63,)}),
        ("ride limit", {"max_ride": 19}),
        ("ride limit", {"max_ride": -1}),
        ("ride limit", {"max_ride": NAN}),
        ("pickup service", {"pickup_service": -1}),
        ("pickup service", {"pickup_service": None}),
        ("dropoff service", {"dropoff_service": NAN}),
        ("refusal cost", {"refusal_cost": float("nan")}),
        ("refusal cost", {"refusal_cost": None}),
        ("vehicle", {"vehicles": frozenset({"tractor"})}),
        ("vehicle", {"vehicles": frozenset({"bus", "tractor"})}),
        ("vehicle", {"vehicles": frozenset()}),
        ("vehicle", {"vehicles": "bus"}),
        ("people", {"people": -1}),
        ("people", {"people": NAN}),
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
        ("location", {"start": 0.5}),
        ("window", {"shift": Window(10, 5)}),
        ("window", {"shift": Window(NAN, 900)}),
        ("window", {"shift": Window(0, NAN)}),
        ("window", {"shift": None}),
        ("ready", {"ready": NAN}),
        ("ready", {"ready": 0.5}),
        ("window", {"breaks": (Break(Window(10, 5), 3),)}),
        ("window", {"breaks": (Break(Window(NAN, 5), 3),)}),
        ("break", {"breaks": (Break(Window(0, 5), NAN),)}),
        ("break", {"breaks": (None,)}),
        ("break", {"breaks": (Break(Window(1001, 1200), 0),)}),
        ("break", {"breaks": (Break(Window(990, 995), 20),)}),
        ("break", {"shift": Window(100, 900), "breaks": (Break(Window(0, 99), 20),)}),
        ("break", {"breaks": (Break(Window(0, 5), -3),)}),
        ("capacity", {"configurations": ()}),
        ("capacity", {"configurations": ((2,), (1, 1))}),
        ("capacity", {"configurations": None}),
        ("capacity", {"configurations": (2,)}),
        ("capacity", {"configurations": ((NAN,),)}),
        ("longest duration", {"max_duration": -1}),
        ("longest duration", {"max_duration": NAN}),
        ("fixed cost", {"fixed_cost": float("inf")}),
        ("fixed cost", {"fixed_cost": None}),
        ("history", {"history": (Done(UP, 7, 0),)}),
        ("history", {"history": (Done(UP, 0.5, 0),)}),  # type: ignore[arg-type]
        ("history", {"history": (Done(UP, 0, NAN),)}),
        ("history", {"history": ("pickup",)}),
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
        APART * 2**59,
        APART.astype(object),
        APART.tolist(),
    ],
)
def test_matrices_are_square_whole_and_zero_at_home(matrix: Any) -> None:
    """NaN, fractions, negative and endless times, a way from a place to itself are refused."""
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
    assert refused(day(ask(), objective=Objective(NAN))) == ("objective", "per_distance")
    missing = Objective(per_duration=None)  # type: ignore[arg-type]
    assert refused(day(ask(), objective=missing)) == ("objective", "per_duration")
    assert refused(day(ask(), unit=0.0)) == ("problem", "unit")


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


def cut_off() -> np.ndarray:
    """No road leads from the village to the surgery."""
    apart = APART.copy()
    apart[:SURGERY, SURGERY] = WEEK
    return apart


def test_a_ride_that_no_shift_can_hold_is_named() -> None:
    """A week's drive, which says that no road leads there, though no window forbids it."""
    endless = ask(pickup_window=Window(), dropoff_window=Window())
    assert refused(day(endless, durations=cut_off())) == ("request Ada", "shift")
    short = (bus(max_duration=19), bus("two", shift=Window(500, 519)))
    assert refused(day(endless, vehicles=short)) == ("request Ada", "shift")
    validate(day(endless, vehicles=(*short, bus("three", max_duration=20))))


def test_a_ride_is_measured_by_the_quickest_way() -> None:
    """Where going through another place is quicker than the direct way, that counts."""
    around = APART.copy()
    around[CHURCH, SURGERY] = WEEK
    endless = ask(pickup_window=Window(), dropoff_window=Window(), required=True)
    validate(day(endless, durations=around))


@pytest.mark.parametrize(
    ("change", "vehicle"),
    [
        ({"pickup_window": Window(0, 9)}, {}),
        ({"pickup_window": Window(980, 990)}, {}),
        ({"dropoff_window": Window(971, 1000)}, {}),
        ({"dropoff_service": 1000}, {}),
        ({"pickup_window": Window(2000, 3000), "dropoff_window": Window(2000, 4000)}, {}),
        ({"pickup_window": Window(0, 50), "dropoff_window": Window(90), "max_ride": 39}, {}),
        ({}, {"max_duration": 59}),
        ({"pickup_window": Window(0, 50), "dropoff_window": Window(90)}, {"max_duration": 79}),
        ({"pickup_window": Window(0, 50)}, {"ready": 41}),
        ({"vehicles": frozenset({"far"})}, {}),
    ],
)
def test_a_promise_that_no_vehicle_could_keep_is_named(
    change: dict[str, Any], vehicle: dict[str, Any]
) -> None:
    """One more minute would do; and who is not promised may ask for what cannot be."""
    far = bus("far", shift=Window(0, 20))
    problem = day(ask(required=True, **change), vehicles=(bus(**vehicle), far))
    assert refused(problem) == ("request Ada", "window")
    validate(replace(problem, requests=(replace(problem.requests[0], required=False),)))


@pytest.mark.parametrize(
    ("change", "vehicle"),
    [
        ({"pickup_window": Window(0, 10)}, {}),
        ({"dropoff_window": Window(970, 1000)}, {}),
        ({"pickup_window": Window(0, 50), "dropoff_window": Window(90), "max_ride": 40}, {}),
        ({}, {"max_duration": 60}),
        ({"pickup_window": Window(0, 50), "dropoff_window": Window(90)}, {"max_duration": 80}),
        ({"pickup_window": Window(0, 50)}, {"ready": 40}),
    ],
)
def test_a_promise_that_can_just_be_kept_is_none_of_its_business(
    change: dict[str, Any], vehicle: dict[str, Any]
) -> None:
    """And the plain search keeps it."""
    problem = day(ask(required=True, **change), vehicles=(bus(**vehicle),))
    validate(problem)
    assert schedule(problem, 0, [(UP, 0), (DOWN, 0)]) is not None


def test_a_promise_on_a_day_without_vehicles_is_named() -> None:
    """Nobody can keep it; who is not promised waits."""
    assert refused(day(ask(required=True), vehicles=())) == ("request Ada", "window")
    validate(day(ask(), vehicles=()))


def test_a_day_under_way_makes_sense() -> None:
    """People on board and set down, a window and a break that have passed, a bus that is late."""
    rest = Break(Window(0, 40), 10)
    out = bus(
        breaks=(rest, Break(Window(20, 30), 10)),
        history=(Done(UP, 0, 20), Done(DOWN, 0, 40), Done(Action.BREAK, 0, 41), Done(UP, 1, 75)),
        position=SURGERY,
        ready=990,
    )
    passed = Window(0, 30)
    done = ask(required=True, pickup_window=passed, dropoff_window=passed, max_ride=5)
    done = replace(done, vehicles=frozenset({"withdrawn"}))
    aboard = ask("Ben", required=True, pickup_window=passed)
    missed = ask("Cy", pickup_window=passed)
    validate(day(done, aboard, missed, vehicles=(out,)))


def test_numbers_of_numpy_are_numbers() -> None:
    """They come out of matrices and tables."""
    one = np.int64(1)
    window = Window(one, np.int32(90))  # type: ignore[arg-type]
    found = ask(
        pickup=one, pickup_window=window, pickup_service=one, load=(one,), max_ride=30 * one
    )
    validate(day(replace(found, refusal_cost=np.float32(3.0)), vehicles=(bus(start=one),)))


def test_a_break_that_has_been_taken_may_lie_outside_the_shift() -> None:
    """The shift was moved since; what has happened has happened."""
    past = (Done(UP, 0, 20), Done(DOWN, 0, 40), Done(Action.BREAK, 0, 45))
    moved = bus(shift=Window(0, 60), breaks=(Break(Window(70, 90), 5),), history=past)
    validate(day(ask(), vehicles=(moved,)))
    ahead = replace(moved, history=past[:2])
    assert refused(day(ask(), vehicles=(ahead,))) == ("vehicle bus", "break")
