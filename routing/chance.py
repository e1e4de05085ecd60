"""Random numbers for compiled code: splitmix64, one state of one word, no global.

The same seed gives the same numbers on every machine (Steele, Lea & Flood 2014,
doi 10.1145/2660193.2660195). Imports nothing of `routing` but `compiled`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.compiled import inner

Dice = NDArray[np.uint64]


def new_dice(seed: int) -> Dice:
    """A stream of random numbers of its own."""
    return np.array([seed], np.uint64)


@inner
def draw(dice: Dice) -> float:
    """A number from 0 up to but not including 1."""
    z = dice[0] + np.uint64(0x9E3779B97F4A7C15)
    dice[0] = z
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(np.int64(z >> np.uint64(11)) * (1.0 / 9007199254740992.0))


@inner
def below(dice: Dice, limit: int) -> int:
    """A whole number from 0 up to but not including `limit`."""
    return int(draw(dice) * limit)
