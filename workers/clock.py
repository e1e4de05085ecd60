"""The beat: Celery's scheduler, which also says that it is alive; it loads no task."""

from __future__ import annotations

from typing import Any, Final

from celery.beat import PersistentScheduler

from booking.config import Settings
from workers.alive import touch
from workers.app import make_app

LONGEST_SLEEP_SECONDS: Final = 30

app = make_app(Settings.from_environment().redis_url, tasks=False)


class Clock(PersistentScheduler):  # type: ignore[misc] # Celery is untyped
    """Keeps when what last ran in a file, so that a restart neither repeats nor forgets."""

    max_interval = LONGEST_SLEEP_SECONDS

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns seconds until the next."""
        wait: float = super().tick(*args, **kwargs)
        touch("beat")
        return wait
