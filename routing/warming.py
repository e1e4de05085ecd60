"""Compile (or load from the cache) every compiled function by using it once on a toy day.

Imports the inserter, and the search where it is asked for: who only makes offers does
not carry OR-Tools in memory.
"""

from __future__ import annotations

import numpy as np

from routing.flat import flatten
from routing.insertion import Inserter
from routing.model import Break, Objective, Problem, Request, Vehicle, Window
from routing.rendering import empty_plan


def toy_problem() -> Problem:
    """Two requests and a vehicle with a break, among three places."""
    matrix = np.array([[0, 5, 9], [5, 0, 6], [9, 6, 0]], np.int64)
    rest = Break(Window(0, 500), 10)
    vehicle = Vehicle("bus", 0, 0, Window(0, 1000), ((2,),), max_duration=900, breaks=(rest,))
    requests = tuple(
        Request(name, 1, 2, Window(0, 800), Window(0, 900), max_ride=60) for name in ("a", "b")
    )
    return Problem(matrix, matrix, requests, (vehicle,), Objective(1.0, 1.0, 1.0))


def warm_offers() -> None:
    """For a web process: what makes offers. A fraction of a second once it was compiled."""
    problem = toy_problem()
    inserter = Inserter(problem, empty_plan(problem))
    for request in problem.requests:
        inserter.best(request)


def warm_roads() -> None:
    """For whoever answers from a roads file: what finds the shortest ways."""
    from routing.roads.hierarchy import build, customised, many_to_many

    tail, head, ends = np.array([0, 1]), np.array([1, 2]), np.zeros((1, 2), np.int64)
    hierarchy = build(np.arange(3), tail, head)
    many_to_many(hierarchy, customised(hierarchy, np.array([5, 6])), ends, ends, ends, ends)


def warm_bounds() -> None:
    """For a worker: what proves plans of small days to be the best."""
    from routing.labelling import paying_routes
    from routing.labels import new_labels

    flat = flatten(toy_problem())
    paying_routes(flat, new_labels(flat.n), 0, np.full(flat.n, 50.0), 0.0, True, 0, True)


def warm() -> None:
    """For a worker: offers and planning. Seconds the first time on a machine."""
    from routing.optimise import Stop, solve

    warm_offers()
    solve(toy_problem(), Stop(iterations=5), engine="search")
    warm_bounds()
