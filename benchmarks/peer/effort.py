"""How hard an engine may try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds, where its chance begins, and cores."""

    seconds: float
    seed: int
    workers: int
