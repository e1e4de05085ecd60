"""What a driver is asked before a tap that may be a mistake counts. Nothing is refused.

Boarding somebody long before their time, and driving on without somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.domain.on_the_road import FactKind
from booking.domain.service_day import today
from booking.domain.words import clock, day
from booking.services.manifest import ManifestView
from booking.services.manifest_words import Task

NOT_ON_THE_LIST: Final = (
    "Somebody you tapped is not on your list any more: they cancelled, or go with another bus."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its two answers."""

    ask: str
    yes: str
    no: str


ASKED: Final = {
    FactKind.BOARDED.value: Asked("Board now?", "Yes, on board now", "No, not yet"),
    FactKind.NO_SHOW.value: Asked("Drive on without them?", "Yes, drive on", "No, wait"),
}
"""By the kind of tap."""


def why_asked(view: ManifestView, kind: str, booking_ids: Iterable[int], *, now: datetime) -> str:
    """What is said before the question of `ASKED`; empty where nothing need be asked.

    Asked about is who is not there, whose time is more than a quarter of an hour away,
    and who is not on this run.
    """
    if kind not in ASKED:
        return ""
    pickups = {
        task.booking_id: task
        for stop in view.stops
        for task in stop.tasks
        if task.action == "pickup"
    }
    said = (_why(pickups.get(booking_id), kind, now) for booking_id in booking_ids)
    return " ".join(words for words in dict.fromkeys(said) if words)


def _why(task: Task | None, kind: str, now: datetime) -> str:
    if task is None:
        return NOT_ON_THE_LIST
    if task.done:
        return ""
    if kind == FactKind.NO_SHOW:
        return not_there_words(task)
    return early_words(task, now) if task.ask_until and now < task.ask_until else ""


def not_there_words(task: Task) -> str:
    """Who is said not to be there: "Mary Wells is not at the stop."."""
    return f"{task.name} is not at the stop."


def early_words(task: Task, now: datetime) -> str:
    """Who that is, and for when: "This is Mary Wells for 2:10pm."."""
    if task.due_from is None:
        return ""
    other_day = "" if today(task.due_from) == today(now) else f" on {day(task.due_from)}"
    return f"This is {task.name} for {clock(task.due_from)}{other_day}."
