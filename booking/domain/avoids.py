"""The buses and drivers somebody cannot travel with, and which shifts that leaves them.

Kept as words such as `vehicle:3` and `driver:7`, the way they are ticked on the form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol


class AShift(Protocol):
    """What matters of a shift here."""

    @property
    def id(self) -> int: ...
    @property
    def vehicle_id(self) -> int: ...
    @property
    def driver_id(self) -> int | None: ...


def vehicle_word(vehicle_id: int) -> str:
    """How a vehicle stands on the list."""
    return f"vehicle:{vehicle_id}"


def is_vehicle_word(word: str) -> bool:
    """Whether it stands for a vehicle, and not for a driver."""
    return word.startswith(vehicle_word(0)[:-1])


def driver_word(driver_id: int) -> str:
    """How a driver stands on the list."""
    return f"driver:{driver_id}"


def is_avoided(avoids: Collection[str], shift: AShift) -> bool:
    """Whether its bus or its driver is one they cannot travel with."""
    driver = shift.driver_id
    return vehicle_word(shift.vehicle_id) in avoids or (
        driver is not None and driver_word(driver) in avoids
    )


def may_use(avoids: Collection[str], shifts: Iterable[AShift]) -> frozenset[str] | None:
    """The ids of the shifts left to them, as the engine names them; None where all are."""
    every = list(shifts)
    left = frozenset(str(shift.id) for shift in every if not is_avoided(avoids, shift))
    return None if len(left) == len(every) else left
