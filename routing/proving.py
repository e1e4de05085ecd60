"""How much better any plan could be: a lower bound on what a day costs.

Column generation: the linear relaxation prices the passengers, a labelling search
(`labelling`) looks for routes that may pay at these prices, and when there are none the
relaxation is a bound; before, what they pay is taken off it (Luebbecke & Desrosiers 2005,
doi 10.1287/opre.1050.0234). Only for days on which nobody has set out, and small enough.
Links between passengers are left out, which can only make the bound lower.
Imports columns, labels and ortools_pricing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from routing.columns import Columns, columns_of
from routing.flat import Flat, Floats
from routing.labelling import paying_routes
from routing.labels import Labels, new_labels
from routing.ortools_pricing import AT_FIRST, Program, cost_of

MOST_STEPS = 200

MOST_THOROUGH = 6
"""Searches that keep all labels after which it is given up: some seconds."""

ALL = 0
LEVELS = (3, 30, ALL)
"""How many labels of the same node and passengers are enough: more where fewer find nothing."""

NEAR = 1e-6
"""As a fraction of the cost: what the linear program may be wrong by."""


def _routes(
    flat: Flat,
    labels: Labels,
    prices: Floats,
    tolls: Floats,
    *,
    metric: bool,
    enough: int,
    wanted: Callable[[], bool],
) -> tuple[Columns, float]:
    """Routes that may pay, and how far all vehicles together may fall below the prices.

    The latter is infinite unless all labels were kept and the search came to its end.
    """
    beyond = 0.0
    kinds: list[int] = []
    costs: list[float] = []
    orders: list[list[int]] = []
    for kind, v, vehicles in _kinds(flat):
        toll, over, begin = float(tolls[kind]), False, True
        while not over and wanted():
            over = paying_routes(flat, labels, v, prices, toll, metric, enough, begin)
            begin = False
        if not over:
            return columns_of(flat.n, kinds, costs, orders), -np.inf
        found, least = int(labels.tally[3]), float(labels.said[0])
        beyond += vehicles * (-np.inf if enough or np.isnan(least) else least)
        kinds += [kind] * found
        costs += labels.found["cost"][:found].tolist()
        sizes = labels.found["size"][:found].tolist()
        orders += [labels.found_nodes[k, :size].tolist() for k, size in enumerate(sizes)]
    return columns_of(flat.n, kinds, costs, orders), beyond


def _kinds(flat: Flat) -> Iterator[tuple[int, int, int]]:
    """Each kind of vehicle, one of them, and how many there are."""
    kinds, first, counts = np.unique(flat.vehicles["kind"], return_index=True, return_counts=True)
    yield from zip(kinds.tolist(), first.tolist(), counts.tolist(), strict=True)


def lower_bound(
    flat: Flat,
    columns: Columns,
    penalty: Floats,
    plan: list[int],
    *,
    metric: bool,
    wanted: Callable[[], bool] = lambda: True,
) -> float | None:
    """What every plan costs at least; None if it could not be found out.

    Parameters
    ----------
    flat : Flat
        A day on which no vehicle has set out, and on which nothing costs less than 0.
    columns : Columns
        Routes to begin with; the more, the sooner it is known.
    penalty : (n,) array
        Cost of leaving each request out.
    plan : list of int
        Which of the columns are the best plan known.
    metric : bool
        Whether going through another place never saves time.
    wanted : callable, optional
        Asked now and then; it is given up as soon as nobody wants to know any more.

    Returns
    -------
    float or None
        In the objective's unit; at least 0. A plan that costs no more is the best there is.
    """
    known = cost_of(flat, columns.take(np.array(plan, np.int64)), penalty)
    program = Program(flat, columns, np.minimum(penalty, 1.0 + known))
    program.add(plan)
    program.add(columns.cheap()[:AT_FIRST].tolist())
    labels = new_labels(flat.n)
    level, tries, bound = 0, 0, -np.inf
    for _ in range(MOST_STEPS):
        if tries == MOST_THOROUGH or not wanted() or not program.solve(None):
            break
        if program.add_paying():
            continue
        prices, tolls = program.prices()
        enough = LEVELS[level]
        found, beyond = _routes(
            flat, labels, prices, tolls, metric=metric, enough=enough, wanted=wanted
        )
        bound, tries = max(bound, program.value + beyond), tries + (enough == ALL)
        if bound >= known * (1.0 - NEAR) or (enough == ALL and beyond in (0.0, -np.inf)):
            break
        program.widen(found)
        level = 0 if len(found.kind) else level + 1
    slack = NEAR * max(1.0, abs(known))
    return None if bound == -np.inf else max(0.0, min(bound, known) - slack)
