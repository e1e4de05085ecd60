"""Which of many routes can be part of a better plan: OR-Tools' GLOP says what each is worth.

The linear relaxation of the set partitioning model gives every passenger and every
kind of vehicle a price; a route whose cost is above the prices of what it does by more
than the gap between the plan known and the relaxation is in no better plan
(reduced cost fixing). Routes enter the linear program only when they would pay, so
that tens of thousands cost little. Imports columns and flat; ortools when it is asked.
"""

from __future__ import annotations

import time

import numpy as np

from routing.columns import Columns, joined
from routing.flat import Bools, Flat, Floats, Ints

AT_FIRST, AT_ONCE = 1500, 600
"""How many of the routes enter the linear program at the start, and then each time."""

MOST_ROUNDS = 60


def price(
    flat: Flat, columns: Columns, penalty: Floats, plan: list[int], seconds: float | None
) -> Ints | None:
    """The columns that may be in a plan better than `plan`, the most promising first.

    None if it could not be found out, in time or at all. `plan` are columns of the plan
    known. The side conditions of links are left out, which can only keep more columns.
    """
    began = time.monotonic()
    known = cost_of(flat, columns.take(np.array(plan, np.int64)), penalty)
    # Nobody whose absence costs more than the plan known is missing in a better one.
    program = Program(flat, columns, np.minimum(penalty, 1.0 + known))
    program.add(plan)
    program.add(columns.cheap()[:AT_FIRST].tolist())
    for _ in range(MOST_ROUNDS):
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if (left is not None and left <= 0.0) or not program.solve(left):
            return None
        if not program.add_paying():
            reduced = program.reduced()
            slack = 1e-9 * max(1.0, abs(known))
            worth = np.flatnonzero(reduced <= known - program.value + slack)
            return np.asarray(worth[np.argsort(reduced[worth], kind="stable")])
    return None


def cost_of(flat: Flat, plan: Columns, penalty: Floats) -> float:
    """What a plan of these routes costs, with whom it leaves out."""
    waiting: Bools = np.array(flat.allowed.any(axis=1))
    waiting[plan.boarding()[0]] = False
    return float(plan.cost.sum() + penalty[waiting].sum())


class Program:
    """The linear program as far as it has grown."""

    def __init__(self, flat: Flat, columns: Columns, penalty: Floats) -> None:
        from ortools.linear_solver import pywraplp

        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._columns = columns
        self._riders, self._first = columns.boarding()
        self._inside: set[int] = set()
        self.value = 0.0
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._rows = {}
        for r in np.flatnonzero(flat.allowed.any(axis=1)).tolist():
            self._rows[r] = self._solver.Constraint(1.0, 1.0)
            missing = self._solver.NumVar(0.0, self._solver.infinity(), "")
            self._rows[r].SetCoefficient(missing, 1.0)
            self._objective.SetCoefficient(missing, float(penalty[r]))
        kinds, counts = np.unique(flat.vehicles["kind"], return_counts=True)
        self._kinds = {
            kind: self._solver.Constraint(0.0, float(count))
            for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True)
        }

    def add(self, which: list[int]) -> None:
        """Let these routes be chosen."""
        for c in which:
            if c in self._inside:
                continue
            self._inside.add(c)
            chosen = self._solver.NumVar(0.0, self._solver.infinity(), "")
            self._objective.SetCoefficient(chosen, float(self._columns.cost[c]))
            self._kinds[int(self._columns.kind[c])].SetCoefficient(chosen, 1.0)
            for r in self._riders[self._first[c] : self._first[c + 1]].tolist():
                self._rows[r].SetCoefficient(chosen, 1.0)

    def add_paying(self) -> bool:
        """Let more of the routes known be chosen that would pay; False if there are none."""
        reduced = self.reduced()
        paying = np.flatnonzero(reduced < -1e-7 * max(1.0, self.value))
        self.add(paying[np.argsort(reduced[paying], kind="stable")[:AT_ONCE]].tolist())
        return len(paying) > 0

    def widen(self, more: Columns) -> None:
        """Let these routes be chosen, which it did not know before."""
        known = len(self._columns.kind)
        self._columns = joined(self._columns, more)
        self._riders, self._first = self._columns.boarding()
        self.add(list(range(known, known + len(more.kind))))

    def solve(self, seconds: float | None) -> bool:
        """Find the best fractional plan; False if there was none in time."""
        if seconds is not None:
            self._solver.SetTimeLimit(max(1, int(1000 * seconds)))
        if self._solver.Solve() != self._solver.OPTIMAL:
            return False
        self.value = float(self._objective.Value())
        return True

    def prices(self) -> tuple[Floats, Floats]:
        """What each passenger is worth, (n,), and each kind of vehicle takes off, (kinds,)."""
        prices = np.zeros(self._columns.n)
        for r, row in self._rows.items():
            prices[r] = row.dual_value()
        tolls = np.zeros(max(self._kinds) + 1)
        for kind, row in self._kinds.items():
            tolls[kind] = row.dual_value()
        return prices, tolls

    def reduced(self) -> Floats:
        """What each route costs beyond the prices of what it does, (C,)."""
        prices, tolls = self.prices()
        sums = np.concatenate([[0.0], np.cumsum(prices[self._riders])])
        paid = sums[self._first[1:]] - sums[self._first[:-1]]
        return np.asarray(self._columns.cost - paid - tolls[self._columns.kind])
