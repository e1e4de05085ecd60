"""The Celery application: how tasks travel, and what may go wrong with them on the way.

Every task may run zero, one or three times; the database decides what is true.
So: acknowledged late, given back when a worker is lost, one at a time, no
results kept, and every socket with a time-out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from celery import Celery
from celery.signals import task_postrun, worker_init, worker_process_init

from booking.config import Settings
from workers.alive import touch
from workers.schedule import BEAT

if TYPE_CHECKING:
    from booking.context import Context

LONGEST_TASK_SECONDS: Final = 120
VISIBILITY_SECONDS: Final = 180
"""Above the longest task: a task still running must not be handed to a second worker."""

QUICK: Final = "outabout"
LONG: Final = "outabout-plan"
"""Planning has a queue of its own: forty days to plan must not make messages wait."""
LONG_TASKS: Final = ("plan_zone_day", "run_batches")


@cache
def context() -> Context:
    """This process's context, made at first use (after the fork)."""
    from booking.context import build_context  # the beat imports this file and has no need of it

    return build_context(Settings.from_environment(), pool_size=4)


def make_app(broker_url: str, *, tasks: bool = True) -> Celery:
    """A Celery application on that broker; the beat's knows the tasks by name only."""
    app = Celery("outabout", broker=broker_url, include=["workers.tasks"] if tasks else [])
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_time_limit=LONGEST_TASK_SECONDS,
        task_default_queue=QUICK,
        task_routes={f"outabout.{name}": {"queue": LONG} for name in LONG_TASKS},
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "max_retries": 0,
            # In the order of their names: the quick queue is emptied first.
            "queue_order_strategy": "sorted",
        },
        timezone="UTC",
        enable_utc=True,
        beat_schedule=BEAT,
        beat_scheduler="workers.clock:Clock",
    )
    return app


@cache
def celery_app() -> Celery:
    """The application for this process's settings."""
    return make_app(Settings.from_environment().redis_url)


def _warm(**_: object) -> None:
    """Compile the routing engine before the first task, not in it."""
    from booking.services.readiness import warm_planner

    warm_planner()


def _alive(**_: object) -> None:
    touch("worker")


worker_init.connect(_warm)
worker_process_init.connect(_warm)
task_postrun.connect(_alive)
