"""A made-up day of one zone in Leicestershire, of any size, the same for the same seed.

People of the villages around Melton Mowbray go to the town, the surgery, a club or one
another, and home again: half-hour windows, at most 20 minutes (or 60 %) more on board
than the direct ride takes, 12-seat buses in which a wheelchair folds three seats away.
The places are those of the sample scheme.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from benchmarks.day.rates import OBJECTIVE, REFUSAL
from routing.model import Problem, Request, Vehicle, Window
from routing.travel_times import Point, StraightLine

PLACES = Path(__file__).resolve().parents[2] / "sample_data" / "places.csv"
CENTRE: Point = (52.76588, -0.88693)
RADIUS = 15_000.0
HOMES = frozenset(("town", "village", "hamlet", "stop"))
HOURS = Window(7 * 3600, 19 * 3600)
WINDOW = 30 * 60
DETOUR, FACTOR = 20 * 60, 0.6
BOARDING, ALIGHTING = 60, 30
NEAREST = 1_500.0
"""Metres nobody takes the bus for."""

PEOPLE_A_BUS = 14
"""Requests for each bus there is: enough for everybody, with little to spare at the peaks."""


def zone_day(people: int, seed: int) -> Problem:
    """A day with so many requests."""
    dice = np.random.default_rng(seed)
    points, homes, others = places()
    durations, distances = StraightLine().matrix(points)
    requests = tuple(_request(dice, k, homes, others, durations, distances) for k in range(people))
    buses = tuple(
        Vehicle(f"bus {k + 1}", 0, 0, HOURS, ((12, 0), (9, 1), (6, 2)))
        for k in range(2 + people // PEOPLE_A_BUS)
    )
    return Problem(durations, distances, requests, buses, OBJECTIVE)


def places() -> tuple[list[Point], list[int], list[int]]:
    """The depot and the places of the zone; rows of homes, and of everything else."""
    points = [CENTRE]
    homes: list[int] = []
    others: list[int] = []
    with PLACES.open(newline="", encoding="utf-8") as stream:
        for place in csv.DictReader(stream):
            point = float(place["latitude"]), float(place["longitude"])
            if _metres(point, CENTRE) <= RADIUS:
                (homes if place["kind"] in HOMES else others).append(len(points))
                points.append(point)
    return points, homes, others


def _metres(a: Point, b: Point) -> float:
    """Near enough for a few kilometres."""
    east = (a[1] - b[1]) * np.cos(np.radians(a[0]))
    return float(111_195.0 * np.hypot(a[0] - b[0], east))


def _request(
    dice: np.random.Generator,
    number: int,
    homes: list[int],
    others: list[int],
    durations: np.ndarray,
    distances: np.ndarray,
) -> Request:
    """Somebody from home to somewhere, or back: the one in the morning, the other later."""
    while True:
        home, away = int(dice.choice(homes)), int(dice.choice(others))
        if distances[home, away] > NEAREST:
            break
    back = bool(dice.random() < 0.5)
    pickup, dropoff = (away, home) if back else (home, away)
    hour = dice.triangular(10.0, 14.0, 17.5) if back else dice.triangular(7.5, 9.5, 15.0)
    opens = 300 * int(hour * 12)
    direct = int(durations[pickup, dropoff])
    longest = direct + max(DETOUR, int(FACTOR * direct))
    wheelchair = dice.random() < 0.08
    party = 2 if dice.random() < 0.15 else 1
    return Request(
        id=f"r{number}",
        pickup=pickup,
        dropoff=dropoff,
        pickup_window=Window(opens, opens + WINDOW),
        dropoff_window=Window(0, opens + WINDOW + BOARDING + longest),
        pickup_service=180 if wheelchair else BOARDING,
        dropoff_service=120 if wheelchair else ALIGHTING,
        load=(party - 1, 1) if wheelchair else (party, 0),
        max_ride=longest,
        refusal_cost=REFUSAL,
        people=party,
    )
