"""Everything asked of OR-Tools: the best plan out of a pool of routes, and a second engine.

The only file that imports ortools. `choose_routes` is a set partitioning model for
CP-SAT with the side conditions that are awkward in a local search (Parragh & Schmid
2013, doi 10.1016/j.cor.2012.08.004, with routes met by the search as columns).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from routing.flat import Flat, Floats

MONEY = 1e6
"""CP-SAT counts in whole numbers: millionths of the objective's unit, if they fit."""


@dataclass(frozen=True, slots=True)
class Column:
    """A route some vehicle of a kind can drive: whom it picks up and what it costs."""

    kind: int
    picked_up: tuple[int, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Effort:
    """How long CP-SAT may take: seconds, or a count of work that is the same every time."""

    seconds: float | None = None
    work: float | None = None


def choose_routes(
    flat: Flat,
    columns: Sequence[Column],
    penalty: Floats,
    hint: Sequence[int],
    effort: Effort,
    seed: int,
) -> list[int] | None:
    """The cheapest legal plan made of the columns, as their numbers; None if none was found.

    `hint` are columns that make a plan already known. Requests left out cost their
    `penalty`. A vehicle that is on the road must have exactly one column.
    """
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    _limit_vehicles(model, flat, columns, chosen)
    missing = _serve(model, flat, columns, chosen)
    _link(model, flat, columns, chosen, missing)
    most = sum(column.cost for column in columns) / max(1, len(columns)) * flat.n
    unit = min(MONEY, 2.0**50 / max(1.0, most, float(penalty.sum())))
    model.minimize(
        sum(round(c.cost * unit) * var for c, var in zip(columns, chosen, strict=True))
        + sum(round(float(penalty[r]) * unit) * var for r, var in missing.items())
    )
    _hint(model, columns, chosen, missing, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if effort.seconds is not None:
        solver.parameters.max_time_in_seconds = effort.seconds
    if effort.work is not None:
        solver.parameters.max_deterministic_time = effort.work
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [k for k, var in enumerate(chosen) if solver.value(var)]


Vars = Sequence[cp_model.IntVar]


def _limit_vehicles(
    model: cp_model.CpModel, flat: Flat, columns: Sequence[Column], chosen: Vars
) -> None:
    users: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for column, var in zip(columns, chosen, strict=True):
        users[column.kind].append(var)
    for kind in set(flat.vehicles["kind"].tolist()):
        alike = flat.vehicles[flat.vehicles["kind"] == kind]
        if alike["anchored"].any():
            model.add(sum(users[kind]) == len(alike))
        else:
            model.add(sum(users[kind]) <= len(alike))


def _serve(
    model: cp_model.CpModel, flat: Flat, columns: Sequence[Column], chosen: Vars
) -> dict[int, cp_model.IntVar]:
    """Everybody once or not at all; returns a variable for each who may be left out."""
    riders: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for column, var in zip(columns, chosen, strict=True):
        for r in column.picked_up:
            riders[r].append(var)
    missing = {}
    for r in range(flat.n):
        if not flat.allowed[r].any():
            continue
        missing[r] = model.new_bool_var("")
        model.add_exactly_one([*riders[r], missing[r]])
    return missing


def _link(
    model: cp_model.CpModel,
    flat: Flat,
    columns: Sequence[Column],
    chosen: Vars,
    missing: dict[int, cp_model.IntVar],
) -> None:
    """Together in one route, bundles as a whole."""
    together = flat.requests["together"]
    for group in set(together[together >= 0].tolist()):
        users = [
            var
            for column, var in zip(columns, chosen, strict=True)
            if any(together[r] == group for r in column.picked_up)
        ]
        model.add_at_most_one(users)
    bundle = flat.requests["bundle"]
    for group in set(bundle[bundle >= 0].tolist()):
        members = [missing[r] for r in range(flat.n) if bundle[r] == group and r in missing]
        for other in members[1:]:
            model.add(members[0] == other)


def _hint(
    model: cp_model.CpModel,
    columns: Sequence[Column],
    chosen: Vars,
    missing: dict[int, cp_model.IntVar],
    hint: Sequence[int],
) -> None:
    known = set(hint)
    served = {r for k in known for r in columns[k].picked_up}
    for k, var in enumerate(chosen):
        model.add_hint(var, k in known)
    for r, var in missing.items():
        model.add_hint(var, r not in served)
