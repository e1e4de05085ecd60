"""Visits of a run timed afresh: in their order, or with those that have no place of their own
put where they fit. Imports the routing library only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from routing.model import Action, Problem, Route
from routing.schedule import schedule

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
