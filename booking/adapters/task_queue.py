"""The task queue: names of tasks and ids, handed to workers.

Only the relay and the sweeps send; no request of a person ever does, so a frozen
broker slows nobody down.
"""

from __future__ import annotations

from typing import Any, Protocol

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError


class QueueDownError(Exception):
    """The broker did not take the task. It stays in the database and is sent again."""


class TaskQueue(Protocol):
    """Somewhere to send tasks to."""

    def send(self, task: str, *args: int | str) -> None:
        """Hand over one task; raises QueueDownError."""
        ...


class CeleryQueue:
    """Sends through Celery without retrying: the database is what retries."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, task: str, *args: int | str) -> None:
        """Publish one task; raises QueueDownError within the socket time-out."""
        try:
            self._app.send_task(f"outabout.{task}", args=args, retry=False)
        except (OperationalError, RedisError, OSError) as error:
            raise QueueDownError(str(error)) from error


class FakeQueue:
    """Remembers what was sent; `down` makes it refuse."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.down = False

    def send(self, task: str, *args: int | str) -> None:
        """Remember the task, or raise QueueDownError."""
        if self.down:
            raise QueueDownError("the broker is down")
        self.sent.append((task, *args))
