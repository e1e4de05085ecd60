"""The best values known, by instance: from any file called *best_known*.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.plainly import Unusable

PATTERN = "*best_known*.json"
ROUNDING = 0.005
"""Published costs have two decimals."""


@dataclass(frozen=True, slots=True)
class Best:
    """`vehicles` only where fewer of them come before any distance."""

    cost: float
    vehicles: int | None = None
    proven: bool = False

    def gap(self, cost: float) -> float:
        """Per cent above it."""
        return 100.0 * (cost / self.cost - 1.0)

    def reached(self, cost: float, vehicles: int) -> bool:
        """Whether a plan is as good, but for the rounding of what was published."""
        return self.beaten(cost - 2 * ROUNDING, vehicles)

    def beaten(self, cost: float, vehicles: int) -> bool:
        """Whether a plan is better by more than that rounding."""
        if self.vehicles is not None and vehicles != self.vehicles:
            return vehicles < self.vehicles
        return cost < self.cost - ROUNDING


Known = dict[str, Best]
"""By name in small letters: folders and tables do not agree on capitals."""


def best_known(data: Path) -> Known:
    """What lies below the folder, or, if nothing does, beside it; raises Unusable."""
    folder = data if data.is_dir() else data.parent
    files = sorted(folder.rglob(PATTERN)) or sorted(folder.resolve().parent.glob(PATTERN))
    known: Known = {}
    for file in files:
        known |= _read(file)
    return known


def _read(file: Path) -> Known:
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise Unusable(f"{file}: cannot be read: {problem}; mend it or take it away") from problem
    if not isinstance(told, dict):
        raise Unusable(f"{file}: must say for each instance what its best cost is")
    return {name.casefold(): _best(file, name, value) for name, value in told.items()}


def _best(file: Path, name: str, told: Any) -> Best:
    """{"cost": 1.5, "vehicles": 2, "proven_optimal": true}, or the cost alone."""
    given = told if isinstance(told, dict) else {"cost": told}
    try:
        cost, vehicles = float(given["cost"]), given.get("vehicles")
        best = Best(
            cost, None if vehicles is None else int(vehicles), bool(given.get("proven_optimal"))
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise Unusable(f"{file}: what it says of {name} has no cost; mend that entry") from problem
    if not cost > 0:
        raise Unusable(f"{file}: the cost of {name} must be above 0; mend that entry")
    return best
