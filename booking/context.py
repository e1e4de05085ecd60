"""What every use case needs at hand: the database, the settings, the outside systems.

One `Context` per process, made by `build_context`; tests make their own with
fakes. Imports adapters, config and db.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.adapters.travel_times import TravelTimes, travel_times_from
from booking.config import Settings
from booking.db import Database


@dataclass(frozen=True, slots=True)
class Context:
    """Passed first to every service. Holds no state of its own."""

    settings: Settings
    db: Database
    travel_times: TravelTimes

    def now(self) -> datetime:
        """The time (UTC) this process goes by; for whoever calls services, not for them."""
        return datetime.now(UTC) + timedelta(seconds=self.settings.time_shift)


def build_context(settings: Settings, *, pool_size: int = 10) -> Context:
    """The context the settings ask for. Connects lazily: nothing is opened yet."""
    return Context(
        settings=settings,
        db=Database(settings.database_url, pool_size=pool_size, info={"scheme": settings.scheme}),
        travel_times=travel_times_from(settings),
    )
