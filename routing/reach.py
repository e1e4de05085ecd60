"""Whether a promise could be kept at all: by one vehicle, were nobody else there.

What cannot be done so cannot be done in any plan. Only what is sure is said: where the
direct way is too slow, the quickest way through any other places is looked at, too
(on real roads a stop may be a short cut). Imports the model and schedule.
"""

from __future__ import annotations

from collections.abc import Iterable

from routing.model import Matrix, Problem, Request, Vehicle
from routing.schedule import Standing, fits


class Ways:
    """The quickest ways of a matrix of driving times, found when they are asked for."""

    def __init__(self, durations: Matrix) -> None:
        self._durations = durations
        self._from: dict[int, Matrix] = {}

    def direct(self, start: int, end: int) -> int:
        """Straight from one place to another."""
        return int(self._durations[start, end])

    def quickest(self, start: int, end: int) -> int:
        """Through whatever places are quickest."""
        if start not in self._from:
            best = self._durations[start]
            while True:  # a shorter way has at least one place more: it ends
                shorter = (best[:, None] + self._durations).min(axis=0)
                if not (shorter < best).any():
                    break
                best = shorter
            self._from[start] = best
        return int(self._from[start][end])


def may_use(problem: Problem, request: Request) -> list[int]:
    """The vehicles that may carry a request and have room for it when empty."""
    return [
        v
        for v, vehicle in enumerate(problem.vehicles)
        if (request.vehicles is None or vehicle.id in request.vehicles)
        and fits(vehicle, request.load)
    ]


def is_in_reach(
    problem: Problem, ways: Ways, standings: list[Standing], request: Request, by: Iterable[int]
) -> bool:
    """Whether one of the vehicles `by`, from where it stands, could carry the request alone."""
    vehicles = [(problem.vehicles[v], standings[v]) for v in by]
    return any(_can_carry(ways, request, *one, through=False) for one in vehicles) or any(
        _can_carry(ways, request, *one, through=True) for one in vehicles
    )


def _can_carry(
    ways: Ways, request: Request, vehicle: Vehicle, now: Standing, *, through: bool
) -> bool:
    """Whether times can be found within all limits; `through` other places if that is quicker."""
    way = ways.quickest if through else ways.direct
    there, ride = way(now.place, request.pickup), way(request.pickup, request.dropoff)
    back = request.dropoff_service + way(request.dropoff, vehicle.end)
    boarding, pickup, dropoff = (
        request.pickup_service,
        request.pickup_window,
        request.dropoff_window,
    )
    boards = max(pickup.earliest, now.ready + there)
    drops = max(dropoff.earliest, boards + boarding + ride)
    if boards > pickup.latest or drops > dropoff.latest or drops + back > vehicle.shift.latest:
        return False
    ride = max(ride, dropoff.earliest - pickup.latest - boarding)
    if request.max_ride is not None and ride > request.max_ride:
        return False
    if vehicle.max_duration is None:
        return True
    if now.origin is not None:
        return drops + back - now.origin <= vehicle.max_duration
    return there + boarding + ride + back <= vehicle.max_duration


def longest_shift(problem: Problem, by: Iterable[int]) -> int:
    """How long the one of these vehicles can be out that can be out longest."""
    spans = []
    for v in by:
        vehicle = problem.vehicles[v]
        span = vehicle.shift.latest - vehicle.shift.earliest
        spans.append(span if vehicle.max_duration is None else min(span, vehicle.max_duration))
    return max(spans, default=0)
