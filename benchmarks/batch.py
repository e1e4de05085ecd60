"""How long the nightly batch of a zone-day with 80 waiting requests takes, and whom it carries."""

from __future__ import annotations

import sys
from dataclasses import replace

from benchmarks.common.plainly import plainly
from benchmarks.service import (
    BOOKINGS,
    BUSES,
    busy_day,
    new_context,
    read_bench,
    the_day,
    timed,
)
from booking.services.batch import BatchOutcome, decide
from routing.warming import warm
from tests.world import NOW, violations


@plainly
def main() -> None:
    """Decide one day as the worker does, with its default seconds of search."""
    given = read_bench("batch", __doc__)
    bench = replace(given, instance=f"{BUSES} vehicles, {BOOKINGS} waiting requests")
    ctx = new_context()
    world = busy_day(ctx, bench.seed, mode="batch")
    warm()
    outcomes: list[BatchOutcome | None] = []
    seconds = timed(lambda: outcomes.append(decide(ctx, the_day(ctx).id, now=NOW)))
    outcome = outcomes[0]
    assert outcome is not None, "the day was not decided"
    assert violations(world) == []
    bench.show("batch decided in", round(seconds, 2), "s", seconds)
    bench.show("promised a bus", outcome.promised, "requests", seconds)
    ctx.db.close()


if __name__ == "__main__":
    sys.exit(main())
