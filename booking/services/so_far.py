"""How far a run has got: what has happened of it or is about to, and when its bus goes on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from booking.domain.on_the_road import FactKind
from booking.domain.plan_record import Run, Stop
from booking.domain.run_times import expected_starts
from booking.domain.service_day import seconds_into
from booking.services.day import Day
from booking.services.matrix import PlaceMatrix

FREEZE_SECONDS: Final = 600
"""What is to happen within ten minutes is not re-planned: the driver has read it."""
REPORTS: Final = {
    FactKind.BOARDED: "pickup",
    FactKind.NO_SHOW: "pickup",
    FactKind.DROPPED_OFF: "dropoff",
}
"""Which visit of the plan a driver's report closes."""

Reported = Mapping[tuple[int, str], int]
"""(booking id, action) → the second of the day in which it happened, by its driver's report."""


def reported_of(day: Day, shift_id: int | None = None) -> Reported:
    """What the drivers reported of that day, or the driver of one shift."""
    return {
        (event.booking_id, REPORTS[event.kind]): seconds_into(day.day, event.at)
        for event in day.events
        if event.kind in REPORTS and shift_id in (None, event.shift_id)
    }


def frozen_part(
    run: Run | None, matrix: PlaceMatrix, depot_id: int, horizon: int, reported: Reported
) -> list[Stop]:
    """The part of a run that has happened or is about to.

    A stop is frozen when the bus must have set out for it by the horizon, or when
    the driver has reported it; whatever comes before such a stop is frozen, too.
    """
    if run is None:
        return []
    last, place = 0, depot_id
    for count, stop in enumerate(run.stops, start=1):
        here = place if stop.place_id is None else stop.place_id
        leaves = stop.start - matrix.seconds(place, here)
        if leaves <= horizon or (stop.booking_id or 0, stop.action) in reported:
            last = count
        place = here
    return list(run.stops[:last])


def ready_at(past: Sequence[Stop], reported: Reported) -> int:
    """When the bus is ready to go on, by what its driver reported; 0 where nothing says so.

    A bus known to be late takes on nobody whom it would have to keep waiting. What was
    not reported is taken to have gone by plan: many drivers work from paper.
    """
    if not past:
        return 0
    expected = expected_starts(past, reported, None)[-1]
    return expected + past[-1].departure - past[-1].start
