"""The runs as the road has them: whoever got on a bus that was not planned for them.

Somebody who had cancelled stands at the stop all the same, or a group gets on
the other bus. From then on that bus has them on board, whatever the plan says:
a seat is taken, and they must be brought home. Whoever was said not to be there by
a mis-tap, and left the plan for it, is in that bus's run again. Pure; imports plain
values only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from booking.domain.on_the_road import FactKind
from booking.domain.plan_record import Run, Stop
from booking.domain.service_day import seconds_into
from booking.domain.statuses import BookingStatus
from booking.services.day import BookingFacts, Day, EventFacts

UNTIMED: Final = 30 * 3600
"""A drop-off still to come is put last, at the end of the day, until the run is timed."""
ABOARD: Final = frozenset({BookingStatus.ON_BOARD, BookingStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A passenger on a bus whose run does not have them; `at` in seconds of the day."""

    booking: BookingFacts
    shift_id: int
    at: int
    set_down: int | None
    """When they got off again, None while they are on board."""
    down_by: int = UNTIMED
    """Where getting off stands in the run until that is timed."""


def unplanned_of(day: Day) -> list[Unplanned]:
    """Everybody whom the road has on a bus whose run in the plan does not pick them up."""
    return [*_got_on(day), *_put_back(day)]


def _got_on(day: Day) -> list[Unplanned]:
    planned = {
        stop.booking_id: run.shift_id
        for run in day.runs
        for stop in run.stops
        if stop.action == "pickup"
    }
    boarded, set_down = _reports(day, FactKind.BOARDED), _reports(day, FactKind.DROPPED_OFF)
    found = []
    for booking in day.bookings:
        report = boarded.get(booking.id) or set_down.get(booking.id)
        if booking.status not in ABOARD or report is None:
            continue
        shift_id, at = report
        if planned.get(booking.id) != shift_id:
            _, off = set_down.get(booking.id, (0, None))
            found.append(Unplanned(booking, shift_id, at, off))
    return found


def _put_back(day: Day) -> list[Unplanned]:
    """Whoever was reported as not there by a mis-tap, and is in no run since.

    The bus was at their stop when it was tapped. Like anybody whom nothing is reported
    of they are taken to have got on, and to be there as promised.
    """
    carried = day.carried
    taps = {tap.booking_id: tap for tap in day.mis_taps if tap.kind is FactKind.NO_SHOW}
    return [
        _as_promised(day, booking, taps[booking.id])
        for booking in day.bookings
        if booking.status is BookingStatus.BOOKED
        and booking.id not in carried
        and booking.id in taps
        and taps[booking.id].at >= (booking.told_at or booking.earliest)
    ]


def _as_promised(day: Day, booking: BookingFacts, tap: EventFacts) -> Unplanned:
    at = seconds_into(day.day, tap.at)
    there = seconds_into(day.day, booking.arrive_by) if booking.arrive_by else UNTIMED
    down_by = max(there, at + booking.boarding_seconds)
    return Unplanned(booking, tap.shift_id, at, None, down_by)


def as_driven(day: Day, unplanned: Sequence[Unplanned]) -> Day:
    """The day with these passengers moved into the runs of the buses they are on."""
    if not unplanned:
        return day
    moved = {one.booking.id for one in unplanned}
    runs = {run.shift_id: _without(run, moved) for run in day.runs}
    for one in unplanned:
        run = runs.get(one.shift_id, Run(one.shift_id, one.at, one.at, ()))
        runs[one.shift_id] = _with(run, one)
    return replace(day, runs=tuple(run for run in runs.values() if run.stops))


def _reports(day: Day, kind: FactKind) -> dict[int, tuple[int, int]]:
    """For each booking the shift and the second of the day of its last report of a kind."""
    return {
        event.booking_id: (event.shift_id, seconds_into(day.day, event.at))
        for event in day.events
        if event.kind is kind
    }


def _without(run: Run, moved: set[int]) -> Run:
    stops = tuple(stop for stop in run.stops if stop.booking_id not in moved)
    return replace(run, stops=stops)


def _with(run: Run, one: Unplanned) -> Run:
    """The run with them on board from the moment they got on, until they got off or the end."""
    booking, off = one.booking, one.down_by if one.set_down is None else one.set_down
    left = one.at + booking.boarding_seconds
    on = Stop("pickup", booking.id, booking.pickup_place_id, one.at, one.at, left)
    down = Stop("dropoff", booking.id, booking.dropoff_place_id, off, off, off)
    return replace(run, stops=_put(_put(run.stops, on), down))


def _put(stops: Sequence[Stop], new: Stop) -> tuple[Stop, ...]:
    later = (number for number, stop in enumerate(stops) if stop.start > new.start)
    place = next(later, len(stops))
    return (*stops[:place], new, *stops[place:])
