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
    """What happened: seconds per answer, refused ids, promises found broken, checks made."""

    answers: list[float] = field(default_factory=list)
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
            began = time.perf_counter()
            taken = self.answer(request)
            self.tally.answers.append(time.perf_counter() - began)
            if not taken:
                self.tally.refused.append(request.id)
            if self.habits.every and number % self.habits.every == 0:
                self.improve(self.habits.pause)

    def answer(self, request: Request) -> bool:
        """Promise the request its window, or refuse it."""
        place = self.inserter.best(request)
        if place is None:
            return self._thought(request)
        promised = replace(request, required=True)
        self.inserter = self.inserter.insert(promised, place)
        self.promises.make(promised)
        return True

    def improve(self, stop: Stop) -> None:
        """Plan the day again with all promises kept, and look whether they are."""
        problem = self.inserter.problem
        if problem.requests:
            self._adopt(problem, self._solved(problem, self.inserter.plan, stop))

    def _thought(self, request: Request) -> bool:
        """Look for a plan of the whole day that has room for the request."""
        if self.habits.think is None:
            return False
        known, plan = self.inserter.problem, self.inserter.plan
        number = len(known.requests)
        wider = replace(known, requests=(*known.requests, request))
        start = replace(plan, unserved=(*plan.unserved, number))
        found = self._solved(wider, start, self.habits.think)
        if number in found.unserved:
            return False
        promised = replace(request, required=True)
        self.promises.make(promised)
        self._adopt(replace(known, requests=(*known.requests, promised)), found)
        self.tally.rescued += 1
        return True

    def _solved(self, problem: Problem, start: Plan, stop: Stop) -> Plan:
        self.seed += 1
        return solve(problem, stop, self.seed, start=start, workers=self.habits.workers).plan

    def _adopt(self, problem: Problem, plan: Plan) -> None:
        self.tally.checks += 1
        self.tally.broken += len(check(problem, plan)) or len(self.promises.broken(problem, plan))
        self.inserter = Inserter(problem, plan)
