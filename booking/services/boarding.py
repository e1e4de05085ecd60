"""What a driver is asked before somebody is boarded: it may be a mis-tap. Nothing is refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from booking.domain.service_day import today
from booking.domain.words import clock, day
from booking.services.manifest import ManifestView
from booking.services.manifest_words import Task

NOT_ON_THE_LIST: Final = (
    "Somebody you tapped is not on your list any more: they cancelled, or go with another bus."
)


def boarding_question(view: ManifestView, booking_ids: Iterable[int], *, now: datetime) -> str:
    """What to ask before these are boarded, in words; empty where nothing is strange.

    Strange is whose time is more than a quarter of an hour away, and who is not on this run.
    """
    pickups = {
        task.booking_id: task
        for stop in view.stops
        for task in stop.tasks
        if task.action == "pickup"
    }
    said = []
    for booking_id in booking_ids:
        task = pickups.get(booking_id)
        if task is None:
            said.append(NOT_ON_THE_LIST)
        elif not task.done and task.ask_until is not None and now < task.ask_until:
            said.append(early_words(task, now))
    return " ".join(dict.fromkeys(said))


def early_words(task: Task, now: datetime) -> str:
    """Who that is, and for when: "This is Mary Wells for 2:10pm."."""
    if task.due_from is None:
        return ""
    other_day = "" if today(task.due_from) == today(now) else f" on {day(task.due_from)}"
    return f"This is {task.name} for {clock(task.due_from)}{other_day}."
