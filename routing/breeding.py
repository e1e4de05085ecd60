"""A family of plans: what a long run does instead of one long search.

One search that cools twice as slowly ends in the same kind of valley. So several plans
are made, and then children: some neighbouring routes of one plan with those of another
that share fewest passengers with them, whoever is left put in, and a short search (the
idea of hybrid genetic search, Vidal and others 2012, doi 10.1287/opre.1120.1048). A child
takes the place of its worse parent if it is better than one of them, or of the worst.
Imports search and flat.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from routing.flat import Flat, Ints
from routing.search import Search

Orders = list[list[int]]

FIRST = 0.4
"""Share of the time in which the first plans are made; then come children."""

CHILD = 0.12
"""Seconds for a child, times the root of the seconds there are: about one in a minute."""

MOST_PLANS = 12

SLICE = 0.05
"""Seconds at one temperature, at most."""


@dataclass(frozen=True, slots=True)
class Member:
    """A plan of the family: what it costs, and the nodes per vehicle."""

    cost: float
    orders: Orders


@dataclass
class Family:
    """The plans that may have children, and the one they come from, which may not.

    Used by several threads at once.
    """

    first: Member
    members: list[Member] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def best(self) -> Member:
        """The cheapest plan so far."""
        return min([self.first, *self.members], key=lambda member: member.cost)

    def add(self, member: Member) -> None:
        """One that was made without parents."""
        with self._lock:
            self.members = [*self.members, member]

    def parents(self, dice: np.random.Generator) -> tuple[Member, Member]:
        """Two different plans."""
        members = self.members
        a, b = dice.choice(len(members), 2, replace=False).tolist()
        return members[a], members[b]

    def take(self, child: Member, a: Member, b: Member) -> None:
        """Let it in if it is better than a parent, or than the worst, and like nobody else."""
        with self._lock:
            if any(abs(child.cost - other.cost) < 1e-6 for other in self.members):
                return
            worst = max(self.members, key=lambda member: member.cost)
            worse = max(a, b, key=lambda member: member.cost)
            goes = worse if child.cost < worse.cost and worse in self.members else worst
            if child.cost < goes.cost:
                self.members = [child if other is goes else other for other in self.members]


@dataclass(frozen=True, slots=True)
class Heats:
    """Temperatures in the objective's unit: at first, for a child at first, at the end."""

    first: float
    child: float
    cold: float


def plans_for(seconds: float) -> int:
    """How many first plans a run of so many seconds makes: four in a minute."""
    return min(MOST_PLANS, 2 * round(1 + seconds / 60))


def raise_family(
    searches: Sequence[Search],
    family: Family,
    heats: Heats,
    span: tuple[float, float],
    seed: int,
    look: Callable[[], None],
) -> None:
    """Let all searches make plans and then children, side by side.

    `span` is from when until when, as `time.monotonic` tells it; `look` is called about ten
    times a second. Every plan begins from the family's first.
    """
    share = max(2, plans_for(span[1] - span[0]) // len(searches))
    over = threading.Event()
    with ThreadPoolExecutor(len(searches)) as threads:
        works = [
            threads.submit(_breed, search, family, heats, span, share, seed * 7919 + k, over)
            for k, search in enumerate(searches)
        ]
        try:
            while wait(works, 0.1, FIRST_EXCEPTION).not_done:
                if any(work.done() and work.exception() for work in works):
                    break
                look()
        finally:
            over.set()  # whatever went wrong: nobody goes on for minutes with what nobody hears
        for work in works:
            work.result()


def _breed(
    search: Search,
    family: Family,
    heats: Heats,
    span: tuple[float, float],
    plans: int,
    seed: int,
    over: threading.Event,
) -> None:
    """Make so many plans and then children, with one search, in its thread, until it is over."""
    began, ends = span
    dice = np.random.default_rng(seed)
    each = FIRST * (ends - began) / plans
    for k in range(plans):
        _start(search, family.first.orders)
        cool(search, (time.monotonic(), began + (k + 1) * each), (heats.first, heats.cold), over)
        family.add(Member(search.best_cost, search.best_orders()))
    wanted = CHILD * math.sqrt(max(0.0, ends - began))
    while (now := time.monotonic()) < ends and not over.is_set():
        a, b = family.parents(dice)
        _start(search, cross(search.flat, search.work.near, a.orders, b.orders, dice))
        cool(search, (now, min(now + wanted, ends)), (heats.child, heats.cold), over)
        family.take(Member(search.best_cost, search.best_orders()), a, b)


def _start(search: Search, orders: Orders) -> None:
    search.forget()
    search.adopt(orders, filling=True)


def cool(
    search: Search,
    span: tuple[float, float],
    heats: tuple[float, float],
    over: threading.Event,
) -> None:
    """Search from one time to another, the temperature falling from one to another."""
    (began, ends), (hot, cold) = span, heats
    rounds = 100
    while (now := time.monotonic()) < ends and not over.is_set():
        passed = (now - began) / (ends - began)
        search.run(rounds, hot * (cold / hot) ** passed)
        spent = time.monotonic() - now
        at_once = min(SLICE, (ends - began) / 40, max(0.0, ends - now - spent))
        rounds = max(1, min(2 * rounds, int(rounds * at_once / max(spent, 1e-6))))


def cross(flat: Flat, near: Ints, a: Orders, b: Orders, dice: np.random.Generator) -> Orders:
    """Some neighbouring routes of `a`, and of `b` those that share fewest passengers with them.

    Nobody is carried twice; who is carried by neither is left out.
    """
    kept = _neighbours(flat, near, a, dice)
    taken = {node for v in kept for node in a[v] if node < flat.n}
    free = [v for v in range(len(a)) if v not in kept]
    child: Orders = [list(order) if v in kept else [] for v, order in enumerate(a)]
    kinds = flat.vehicles["kind"].tolist()
    for v in sorted((v for v, order in enumerate(b) if order), key=lambda v: _shared(b[v], taken)):
        home = next((u for u in free if kinds[u] == kinds[v]), None)
        if home is None:
            continue
        free.remove(home)
        child[home] = [x for x in b[v] if (x if x < flat.n else x - flat.n) not in taken]
    return child


def _shared(order: Sequence[int], taken: set[int]) -> int:
    return sum(node in taken for node in order)


def _neighbours(flat: Flat, near: Ints, orders: Orders, dice: np.random.Generator) -> set[int]:
    """Some of the vehicles with routes, those around a request first; not all of them."""
    where = {node: v for v, order in enumerate(orders) for node in order if node < flat.n}
    used = [v for v, order in enumerate(orders) if order]
    wanted = int(dice.integers(1, max(2, len(used))))
    seed = int(dice.integers(flat.n))
    around = [where[r] for r in (seed, *near[seed].tolist()) if r in where]
    others = dice.permutation(used).tolist()
    return set(list(dict.fromkeys([*around, *others]))[:wanted])
