"""Visits of a run timed afresh: in their order, with those that have no place of their own put
where they fit, or late. Imports the routing library only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from routing.model import Action, Problem, Request, Route, Window
from routing.schedule import schedule, standing
from routing.travel_times import NO_WAY_SECONDS

Key = tuple[Action, int]
"""What is done and for whom: request index, or break index."""
MOST_MOVABLE: Final = 2
"""So many visits without a place of their own are tried everywhere in a run."""


def timed_again(
    problem: Problem, vehicle: int, visits: Sequence[Key], loose: Collection[int] = ()
) -> Route | None:
    """The visits timed in this order, or with a break or a loose drop-off somewhere else.

    A break is taken where the bus was last. When that stop has been cancelled
    the old moment for it may not do any more, while another one does. `loose` are
    requests whose drop-off was never planned: it is put where the route ends soonest.
    """
    drops = [key for key in visits if key[0] is Action.DROPOFF and key[1] in loose]
    timed = None if drops else schedule(problem, vehicle, visits)
    if timed is not None:
        return timed
    movable = [key for key in visits if key[0] is Action.BREAK] + drops
    if not 0 < len(movable) <= MOST_MOVABLE:
        return schedule(problem, vehicle, visits)
    orders = [[key for key in visits if key not in movable]]
    for key in movable:
        orders = [[*o[:at], key, *o[at:]] for o in orders for at in range(len(o) + 1)]
    found = (schedule(problem, vehicle, order) for order in orders)
    fitting = (route for route in found if route is not None)
    return min(fitting, key=lambda route: route.end, default=None) if drops else next(fitting, None)


def as_late(
    problem: Problem, vehicle: int, visits: Sequence[Key], loose: Collection[int] = ()
) -> Problem:
    """The problem with those limits moved that a late bus cannot keep; as it is if it can.

    Each becomes the earliest the bus can manage in this order and no more, so that
    nothing can be put in that makes anybody later still. The promises themselves stay.
    """
    if timed_again(problem, vehicle, visits, loose) is not None:
        return problem
    bus = problem.vehicles[vehicle]
    now = standing(problem, bus)
    requests, breaks, on_board = list(problem.requests), list(bus.breaks), dict(now.on_board)
    place, time = now.place, now.ready
    for action, index in visits:
        if action is Action.BREAK:
            rest = breaks[index]
            time = max(time, rest.window.earliest)
            breaks[index] = replace(rest, window=_until(rest.window, time))
            time += rest.duration
            continue
        request = requests[index]
        there = request.pickup if action is Action.PICKUP else request.dropoff
        time, place = time + int(problem.durations[place, there]), there
        if action is Action.PICKUP:
            time = max(time, request.pickup_window.earliest)
            requests[index] = replace(request, pickup_window=_until(request.pickup_window, time))
            time += request.pickup_service
            on_board[index] = time
        else:
            time = max(time, request.dropoff_window.earliest)
            requests[index] = _set_down(request, time, time - on_board.get(index, time))
            time += request.dropoff_service
    end = time + int(problem.durations[place, bus.end])
    if end >= NO_WAY_SECONDS:
        return problem  # no road leads there any more: that is for somebody to decide
    late = replace(bus, breaks=tuple(breaks), shift=_until(bus.shift, end))
    vehicles = (*problem.vehicles[:vehicle], late, *problem.vehicles[vehicle + 1 :])
    return replace(problem, requests=tuple(requests), vehicles=vehicles)


def _set_down(request: Request, at: int, ride: int) -> Request:
    limit = None if request.max_ride is None else max(request.max_ride, ride)
    return replace(request, dropoff_window=_until(request.dropoff_window, at), max_ride=limit)


def _until(window: Window, at: int) -> Window:
    return Window(window.earliest, max(window.latest, at))
