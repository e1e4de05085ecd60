"""The rates are what they say they are: pounds an hour, a mile, and a person's minute."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from booking.domain.rates import METRES_A_MILE, RATES, Rates
from routing.cost import cost
from routing.model import Action, Plan, Problem, Request, Route, Vehicle, Visit, Window

HOUR = 3600
RIDE = 900
"""The direct ride takes a quarter of an hour."""


def day(rates: Rates, people: int) -> tuple[Problem, Plan]:
    """Ten miles to where they wait and back; half an hour on board; two hours in all."""
    miles = round(5 * METRES_A_MILE)
    distances = np.array([[0, miles], [miles, 0]], np.int64)
    durations = np.array([[0, RIDE], [RIDE, 0]], np.int64)
    party = Request("party", 1, 0, load=(people,), people=people)
    bus = Vehicle("bus", 0, 0, Window(), ((12,),))
    visits = (
        Visit(Action.PICKUP, 0, 1, RIDE, HOUR, HOUR),
        Visit(Action.DROPOFF, 0, 0, HOUR + 2 * RIDE, HOUR + 2 * RIDE, 2 * HOUR),
    )
    problem = Problem(durations, distances, (party,), (bus,), rates.objective)
    return problem, Plan((Route(0, visits, 0, 2 * HOUR),))


def test_hours_and_miles_cost_what_the_table_says() -> None:
    """Two hours and ten miles, at rates of a pound and of ten pence."""
    paid = cost(*day(Rates(vehicle_hour=1.0, vehicle_mile=0.1), people=1))
    assert paid.duration == pytest.approx(2.0)
    assert paid.distance == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("people", [1, 6])
def test_a_detour_is_paid_for_by_each_person(people: int) -> None:
    """A quarter of an hour too long, for everybody on board."""
    paid = cost(*day(RATES, people))
    assert paid.excess_ride == pytest.approx(people * 15 * RATES.excess_ride_minute)


def test_nobody_stays_at_home_to_save_a_journey() -> None:
    """A bus of its own all day long costs less than to leave out the least urgent request."""
    longest = 12 * RATES.vehicle_hour + 300 * RATES.vehicle_mile
    assert longest < RATES.refusal < RATES.stranded


def test_one_rate_can_be_changed_alone() -> None:
    """Other weights for the ride change nothing of what driving costs."""
    other = replace(RATES, excess_ride_hour=0.0)
    assert cost(*day(other, 6)).excess_ride == 0.0
    assert cost(*day(other, 6)).distance == cost(*day(RATES, 6)).distance
