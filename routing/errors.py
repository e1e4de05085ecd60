"""What can go wrong with a problem or a file, each naming where and which rule.

Imports nothing of it; everything in `routing` may import this.
"""

from __future__ import annotations

from collections.abc import Sequence


class RoutingError(Exception):
    """Any error this library raises on purpose."""


class InvalidProblem(RoutingError):
    """The problem breaks a rule of its own, so no plan could be legal.

    `subject` names the request, vehicle or matrix ("request R12"), `rule` is a
    short fixed name ("window", "capacity", "ride limit", ...).
    """

    def __init__(self, subject: str, rule: str, explanation: str) -> None:
        super().__init__(f"{subject}: {rule}: {explanation}")
        self.subject = subject
        self.rule = rule
        self.explanation = explanation


class IllegalPlan(RoutingError):
    """A plan handed in does not fit its problem."""


class InstanceError(RoutingError):
    """A benchmark file that cannot be read, with the line at fault."""

    def __init__(self, file: str, line: int | None, explanation: str) -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {explanation}")
        self.file = file
        self.line = line
        self.explanation = explanation


class RoadsError(RoutingError):
    """A road file, or an OpenStreetMap extract, that cannot be used."""

    def __init__(self, file: str, explanation: str) -> None:
        super().__init__(f"{file}: {explanation}")
        self.file = file
        self.explanation = explanation


class OffTheRoads(InvalidProblem):
    """Places so far from any road that no bus gets there. `points` are where they lie."""

    def __init__(self, points: Sequence[tuple[float, float]], limit: float) -> None:
        """`points` are (latitude, longitude); `limit` is in metres."""
        named = " and ".join(f"({latitude}, {longitude})" for latitude, longitude in points[:5])
        more = f" and {len(points) - 5} more" if len(points) > 5 else ""
        why = f"farther than {limit:.0f} m from any road that a minibus may use"
        super().__init__(f"place at {named}{more}", "road", why)
        self.points = tuple(points)
