"""A day that fills up: every booking gets its promise or a refusal before the next one comes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchmarks.day.promises import Promises
from routing.checker import check
from routing.insertion import Inserter
from routing.model import Plan, Problem, Request
from routing.optimise import Stop, solve
from routing.rendering import empty_plan


@dataclass(frozen=True, slots=True)
class Habits:
    """How the day is kept in shape while it fills up.

    The plan is improved for `pause` after every `every` bookings (0: never). Where no
    place is found at once, `think` (if given) is spent on the whole day with the new
    booking in it before it is refused.
    """

    every: int
    pause: Stop
    think: Stop | None = None
    workers: int = 1


@dataclass(slots=True)
class Tally:
    """What happened: refused ids, promises found broken, plans looked at.

    `answers` are the seconds until it is known whether there is room, `taken` those after
    that to put a booking into the plan.
    """

    answers: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    rescued: int = 0
    broken: int = 0
    checks: int = 0


class BookedDay:
    """One day being booked. `day` gives places, vehicles and objective; its requests are not used.

    The plan in force is `inserter.plan`, the problem so far `inserter.problem`.
    """

    def __init__(self, day: Problem, habits: Habits, seed: int) -> None:
        empty = replace(day, requests=())
        self.habits, self.seed = habits, seed
        self.inserter = Inserter(empty, empty_plan(empty))
        self.promises = Promises()
        self.tally = Tally()

    def book(self, requests: Sequence[Request]) -> None:
        """Take the bookings in this order, improving the plan in between."""
        for number, request in enumerate(requests, start=1):
            if not self.answer(request):
                self.tally.refused.append(request.id)
            if self.habits.every and number % self.habits.every == 0:
                self.improve(self.habits.pause)

    def answer(self, request: Request) -> bool:
        """Promise the request its window, or refuse it."""
        began = time.perf_counter()
        place = self.inserter.best(request)
        wider = self._thought(request) if place is None else None
        known = time.perf_counter()
        self.tally.answers.append(known - began)
        if place is None and wider is None:
            return False
        promised = replace(request, required=True)
        self.promises.make(promised)
        if place is not None:
            self.inserter = self.inserter.insert(promised, place)
        elif wider is not None:
            problem = self.inserter.problem
            self._adopt(replace(problem, requests=(*problem.requests, promised)), wider)
            self.tally.rescued += 1
        self.tally.taken.append(time.perf_counter() - known)
        return True

    def improve(self, stop: Stop) -> None:
        """Plan the day again with all promises kept, and look whether they are."""
        problem = self.inserter.problem
        if problem.requests:
            self._adopt(problem, self._solved(problem, self.inserter.plan, stop))

    def _thought(self, request: Request) -> Plan | None:
        """A plan of the whole day that has room for the request, if one is found."""
        if self.habits.think is None:
            return None
        known, plan = self.inserter.problem, self.inserter.plan
        number = len(known.requests)
        wider = replace(known, requests=(*known.requests, request))
        start = replace(plan, unserved=(*plan.unserved, number))
        found = self._solved(wider, start, self.habits.think)
        return None if number in found.unserved else found

    def _solved(self, problem: Problem, start: Plan, stop: Stop) -> Plan:
        self.seed += 1
        return solve(problem, stop, self.seed, start=start, workers=self.habits.workers).plan

    def _adopt(self, problem: Problem, plan: Plan) -> None:
        self.tally.checks += 1
        self.tally.broken += len(check(problem, plan)) or len(self.promises.broken(problem, plan))
        self.inserter = Inserter(problem, plan)
