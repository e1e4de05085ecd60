"""What was promised, written down apart from the problem, so that a loss is noticed."""

from __future__ import annotations

from routing.model import Action, Plan, Problem, Request, Window


class Promises:
    """Booking id -> the window its pickup was promised for; never changed, never dropped."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def make(self, request: Request) -> None:
        """Promise a request its pickup window; raises ValueError if it has a promise."""
        if request.id in self._windows:
            raise ValueError(f"{request.id} has a promise already")
        self._windows[request.id] = request.pickup_window

    def broken(self, problem: Problem, plan: Plan) -> list[str]:
        """Ids of those the plan does not carry, or picks up outside their window."""
        starts = {
            problem.requests[visit.index].id: visit.start
            for route in plan.routes
            for visit in route.visits
            if visit.action is Action.PICKUP
        }
        return [
            name
            for name, window in self._windows.items()
            if name not in starts or not window.earliest <= starts[name] <= window.latest
        ]
