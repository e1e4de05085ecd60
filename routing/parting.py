"""Dividing a plan among searches, so that each works on routes of its own.

Two searches that each change half of the vehicles' routes do in a second what one
would do in two, and what they find adds up. Who is near whom decides which routes
stay together, and chance, so that over time every pair of routes meets.
Imports flat.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.flat import Bools, Flat, Ints

NEIGHBOURS = 20
"""So many of the nearest to each request say which routes belong together."""


class Part(NamedTuple):
    """What one search may change: V vehicles, n requests."""

    vehicles: Bools  # (V,) whose routes
    requests: Bools  # (n,) who may be moved, or put in if nobody carries them


def divide(
    flat: Flat, where: Ints, near: Ints, parts: int, dice: np.random.Generator
) -> list[Part]:
    """So many parts of about as many passengers each; every vehicle is in exactly one.

    `where` is the vehicle of each request, -1 if nobody carries it; `near` the nearest
    others of each. Those whose links reach into another part stay where they are.
    """
    owner = _owners(len(flat.vehicles), where, near, parts, dice)
    absent = int(dice.integers(parts))
    mine = np.where(where >= 0, owner[where], absent)
    for links in (flat.requests["together"], flat.requests["bundle"]):
        mine = _unless_torn(links, mine)
    return [Part(owner == k, mine == k) for k in range(parts)]


def _owners(vehicles: int, where: Ints, near: Ints, parts: int, dice: np.random.Generator) -> Ints:
    """Which part each vehicle is in: routes are gathered around one drawn by lot."""
    riders = np.bincount(where[where >= 0], minlength=vehicles)
    close = _closeness(vehicles, where, near)
    owner = np.full(vehicles, -1, np.int64)
    idle = np.flatnonzero(riders == 0)
    owner[dice.permutation(idle)] = np.arange(len(idle)) % parts
    for k in range(parts - 1):
        left = np.flatnonzero(owner < 0)
        if len(left) == 0:
            break
        owner[dice.choice(left)] = k
        wanted = riders[left].sum() / (parts - k)
        while riders[owner == k].sum() < wanted - 0.5 and (owner < 0).any():
            left = np.flatnonzero(owner < 0)
            pull = close[left][:, owner == k].sum(axis=1) / np.maximum(1, riders[left])
            owner[left[np.argmax(pull * dice.uniform(0.5, 1.0, len(left)))]] = k
    owner[owner < 0] = parts - 1
    return owner


def _closeness(vehicles: int, where: Ints, near: Ints) -> Ints:
    """How many pairs of near requests two vehicles share, (V, V), both ways counted."""
    few = near[:, :NEIGHBOURS]
    here = np.repeat(where, few.shape[1])
    there = where[few.ravel()]
    both = (here >= 0) & (there >= 0)
    close = np.zeros((vehicles, vehicles), np.int64)
    np.add.at(close, (here[both], there[both]), 1)
    return close + close.T


def _unless_torn(links: Ints, mine: Ints) -> Ints:
    """Nobody of a linked group that is in several parts may be moved (-1)."""
    mine = mine.copy()
    for group in np.unique(links[links >= 0]):
        members = links == group
        if len(np.unique(mine[members])) > 1:
            mine[members] = -1
    return mine
