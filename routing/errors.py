"""What can go wrong with a problem or a file, each naming where and which rule.

Imports nothing; everything in `routing` may import this.
"""

from __future__ import annotations


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
