"""The tasks: each calls the service of its name, with this process's context and the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from booking.adapters.task_queue import CeleryQueue, QueueDownError
from booking.services import (
    batch,
    call_list,
    forget,
    hold,
    missed,
    notify,
    outbox,
    plan,
    send,
    shifts,
)
from workers.app import celery_app, context

app = celery_app()
Work = TypeVar("Work", bound=Callable[..., None])


def task(work: Work) -> Work:
    """Register a function under its own name; workers call it, nobody calls the task object."""
    app.task(name=f"outabout.{work.__name__}")(work)
    return work


def _now() -> datetime:
    return context().now()


@task
def relay_outbox() -> None:
    """Hand what was written in the outbox to workers."""
    outbox.relay(context(), CeleryQueue(app), now=_now())


@task
def plan_zone_day(zone_day_id: int) -> None:
    """Plan one zone-day again, if it still wants it."""
    plan.plan_if_wanted(context(), zone_day_id, now=_now())


@task
def sweep() -> None:
    """Send a planning for every day that has wanted one for a while."""
    try:
        plan.sweep(context(), CeleryQueue(app), now=_now())
    except QueueDownError:
        return  # the next sweep sends them


@task
def expire_holds() -> None:
    """Give back holds that ran out."""
    hold.expire_holds(context(), now=_now())


@task
def send_messages() -> None:
    """Send the messages that are due."""
    send.send_due(context(), now=_now())


@task
def send_message(message_id: int) -> None:
    """Send one message at once: somebody waits for it (a sign-in code)."""
    send.send_message(context(), message_id, now=_now())


@task
def close_missed_calls() -> None:
    """Close the calls whose bus came before anybody got through."""
    call_list.close_missed_calls(context(), now=_now())


@task
def run_batches() -> None:
    """Decide tomorrow in the zones that decide by night."""
    batch.run_batches(context(), now=_now())


@task
def write_day_before() -> None:
    """Write tomorrow's exact times to the passengers."""
    notify.write_day_before(context(), now=_now())


@task
def write_reminders() -> None:
    """Write to those whose bus is near."""
    notify.write_reminders(context(), now=_now())


@task
def mark_missed() -> None:
    """Write down the promises that no bus kept."""
    missed.mark_missed(context(), now=_now())


@task
def materialise_shifts() -> None:
    """Make the shifts of the days that can be booked."""
    shifts.materialise_shifts(context(), now=_now())


@task
def forget_old_sign_ins() -> None:
    """Delete the traces of sign-ins that are over."""
    forget.forget_old_sign_ins(context(), _now())
