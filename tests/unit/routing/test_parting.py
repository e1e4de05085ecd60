"""A plan divided among searches: everybody somewhere, nobody twice, near routes together."""

from __future__ import annotations

import numpy as np
import pytest

from routing.flat import flatten
from routing.parting import divide
from routing.relatedness import nearest
from tests.unit.routing.village import CHURCH, SHOP, SURGERY, ask, bus, day

BUSES = tuple(bus(f"bus {k}") for k in range(6))
PEOPLE = 24


def village_day(**links: object) -> tuple[object, np.ndarray, np.ndarray]:
    """Six buses with four people each but for the last bus, which stays in; one is left out."""
    asked = [
        ask(f"r{k}", CHURCH if k % 2 else SHOP, SURGERY, **(links if k in (0, 21) else {}))
        for k in range(PEOPLE)
    ]
    flat = flatten(day(*asked, vehicles=BUSES))
    where = np.arange(PEOPLE) % 5
    where[-1] = -1
    return flat, where, nearest(flat)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("parts", [2, 3])
def test_every_vehicle_and_everybody_is_in_one_part(parts: int, seed: int) -> None:
    """Whoever is carried is where their vehicle is; who is left out is somewhere."""
    flat, where, near = village_day()
    found = divide(flat, where, near, parts, np.random.default_rng(seed))
    assert len(found) == parts
    assert (np.sum([part.vehicles for part in found], axis=0) == 1).all()
    assert (np.sum([part.requests for part in found], axis=0) == 1).all()
    for part in found:
        riders = np.flatnonzero(part.requests & (where >= 0))
        assert part.vehicles[where[riders]].all()
        assert len(riders) > 0


@pytest.mark.parametrize("link", ["together", "bundle"])
def test_whom_a_division_would_part_stay_where_they_are(link: str) -> None:
    """Linked people in two parts are moved by neither; in one part, they are moved by it."""
    flat, where, near = village_day(**{link: "pair"})
    seen = set()
    for seed in range(20):
        found = divide(flat, where, near, 2, np.random.default_rng(seed))
        owner = np.argmax([part.vehicles for part in found], axis=0)
        same = owner[where[0]] == owner[where[21]]
        seen.add(bool(same))
        for k in (0, 21):
            assert sum(bool(part.requests[k]) for part in found) == (1 if same else 0)
    assert seen == {True, False}
