"""Several searches of one problem side by side, each on a core of its own.

Compiled rounds hold no lock of the interpreter, so threads are enough. They meet
after every few rounds, so that the same seed and number of rounds give the same
plan whatever the machine does meanwhile. Where there are routes enough, each search
has some of them to itself, and what they find is put together when they meet.
Imports search, parting, breeding and selection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from routing.breeding import Family, Heats, Member, raise_family
from routing.model import Problem
from routing.ortools_models import Effort
from routing.parting import divide
from routing.search import Search
from routing.selection import routes_met

Done = TypeVar("Done")

ROUTES = 3
"""Fewer for each search are too few to move anybody between."""

FEW, MANY = 60, 300
"""Requests from which on the rounds there is time for are too few for one search; with
fewer, two searches that go their own ways find as good a plan, and the better one counts.
With very few, any search finds the best plan at once."""


class Team:
    """`workers` searches from the same plan; the best of them is the team's."""

    def __init__(self, problem: Problem, orders: list[list[int]], seed: int, workers: int) -> None:
        seeds = [seed * 1_000_003 + k for k in range(max(1, workers))]
        self.searches = [Search(problem, orders, own) for own in seeds]
        for search in self.searches:
            search.adopt(orders, filling=True)
        self._threads = ThreadPoolExecutor(len(seeds) + 1) if len(seeds) > 1 else None
        self._prover, self._open = ThreadPoolExecutor(1), True
        self._choosing: Future[list[list[int]] | None] | None = None
        self._proving: Future[float | None] | None = None
        self._family: Family | None = None
        self.bound: float | None = None
        """What every plan costs at least, once it is known."""
        self.meeting = self.meetings = 0.0
        """Seconds in which nobody searched because the vehicles were divided anew: the last
        time, and in all."""
        self._dice = np.random.default_rng(seed)

    def close(self) -> None:
        """Let the threads go; what might still be found is not waited for."""
        self._open = False
        self._prover.shutdown(wait=False, cancel_futures=True)
        if self._threads is not None:
            self._threads.shutdown(wait=False)

    @property
    def best(self) -> Search:
        """The search with the best plan."""
        return min(self.searches, key=lambda search: search.best_cost)

    @property
    def rounds(self) -> int:
        """Rounds done by all of them together."""
        return sum(search.rounds for search in self.searches)

    def run(self, rounds: int, heat: float) -> None:
        """So many rounds in all, at one temperature."""
        share = -(-rounds // len(self.searches))
        if self.divides:
            self._run_divided(share, heat)
        else:
            self._all(lambda search: search.run(share, heat))

    @property
    def divides(self) -> bool:
        """Whether there is more to do than one search can, and routes for each of them."""
        if self.searches[0].flat.n < MANY:
            return False
        sizes = self.searches[0].work.st.routes["size"][: len(self.searches[0].flat.vehicles)]
        return len(self.searches) > 1 and int((sizes > 2).sum()) >= ROUTES * len(self.searches)

    def _run_divided(self, rounds: int, heat: float) -> None:
        """So many rounds for each, on routes of its own; then all are at the same plan."""
        began = time.monotonic()
        first = self.searches[0]
        best, now = self.best.best_orders(), first.orders()
        where, near = first.work.riders["where"].copy(), first.work.near
        parts = divide(first.flat, where, near, len(self.searches), self._dice)
        for search, part in zip(self.searches, parts, strict=True):
            search.adopt(now, part=part)
        searching = time.monotonic()
        self._all(lambda search: search.run(rounds, heat))
        searching = time.monotonic() - searching
        owner = np.argmax([part.vehicles for part in parts], axis=0).tolist()
        found = [search.best_orders() for search in self.searches]
        ended = [search.orders() for search in self.searches]
        now = [ended[k][v] for v, k in enumerate(owner)]
        for search in self.searches:
            search.forget()
        first.adopt(best)
        first.adopt([found[k][v] for v, k in enumerate(owner)])
        for search in self.searches:
            search.adopt(now)
        self.meeting = time.monotonic() - began - searching
        self.meetings += self.meeting

    @property
    def may_breed(self) -> bool:
        """Whether raising a family is for this problem: enough people, but not too many, nothing
        that links them, and nobody on the road yet."""
        first = self.searches[0]
        alone = bool((first.flat.requests["together"] < 0).all())
        alone = alone and bool((first.flat.requests["bundle"] < 0).all())
        free = first.can_move and not first.begun
        return alone and free and FEW <= first.flat.n < MANY

    def breed(self, ends: float, heats: Heats, seed: int, look: Callable[[], None]) -> None:
        """Raise a family of plans until `ends`, as `time.monotonic` tells it; all go on from
        the best of it. `look` is called now and then meanwhile."""
        first = Member(self.best.best_cost, self.best.best_orders())
        self._family = Family(first)
        raise_family(self.searches, self._family, heats, (time.monotonic(), ends), seed, look)
        best, self._family = self._family.best, None
        for search in self.searches:
            search.forget()
            search.adopt(best.orders)

    def found(self) -> Member:
        """The best plan so far."""
        if self._family is not None:
            return self._family.best
        best = self.best
        return Member(best.best_cost, best.best_orders())

    def shed(self, rounds: int, heat: float) -> bool:
        """So many rounds in all of trying to do with a vehicle less; False if nobody can try."""
        share = -(-rounds // len(self.searches))
        return any(self._all(lambda search: search.shed(share, heat)))

    def _all(self, act: Callable[[Search], Done]) -> list[Done]:
        if self._threads is None:
            return [act(self.searches[0])]
        return list(self._threads.map(act, self.searches))

    def share_best(self) -> None:
        """Everybody goes on from the best plan."""
        orders = self.best.best_orders()
        for search in self.searches:
            search.adopt(orders)

    def select(self, effort: Effort, seed: int, *, meanwhile: bool) -> None:
        """Let CP-SAT put the best plan together from the routes all of them met.

        `meanwhile` the searches may go on, if there are several: `hear` says what it found.
        """
        met = routes_met(self.best, self.searches)
        if meanwhile and self._threads is not None:
            self._choosing = self._threads.submit(met.choose, effort, seed)
        else:
            self._take(met.choose(effort, seed))

    def prove(self, *, meanwhile: bool) -> None:
        """Find out what every plan costs at least, `meanwhile` or at once."""
        met, metric = routes_met(self.best, self.searches), self.best.metric
        begun = self._prover.submit(met.bound, metric=metric, wanted=lambda: self._open)
        if meanwhile:
            self._proving = begun
        else:
            self.bound = begun.result()

    def hear(self) -> None:
        """Take what has been found out meanwhile by now."""
        if self._proving is not None and self._proving.done():
            self.bound, self._proving = self._proving.result(), None
        if self._choosing is not None and self._choosing.done():
            found, self._choosing = self._choosing.result(), None
            self._take(found)

    def _take(self, orders: list[list[int]] | None) -> None:
        """The best search goes on from this plan, if it is better than its best."""
        best = self.best
        if orders is None:
            return
        before, now = best.best_cost, best.orders()
        best.adopt(orders)
        if best.cost >= before - 1e-9:
            best.adopt(now)
