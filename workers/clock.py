"""The beat's scheduler: Celery's own, which also says that it is alive."""

from __future__ import annotations

from typing import Any, Final

from celery.beat import PersistentScheduler

from workers.alive import touch

LONGEST_SLEEP_SECONDS: Final = 30


class Clock(PersistentScheduler):  # type: ignore[misc] # Celery is untyped
    """Keeps when what last ran in a file, so that a restart neither repeats nor forgets."""

    max_interval = LONGEST_SLEEP_SECONDS

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns seconds until the next."""
        wait: float = super().tick(*args, **kwargs)
        touch("beat")
        return wait
