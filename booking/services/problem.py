"""The one place where a day of bookings becomes a routing problem, and a plan becomes runs.

Aware datetimes end here: inside `routing` a time is an integer number of seconds
from the start of the service day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from booking.domain.avoids import may_use
from booking.domain.duties import break_starts, duty_of
from booking.domain.needs import people_of
from booking.domain.plan_record import Run, Stop
from booking.domain.rates import OBJECTIVE, RATES
from booking.domain.service_day import seconds_into
from booking.domain.statuses import IN_PLAN, BookingStatus
from booking.services.as_driven import ABOARD, Unplanned, as_driven, unplanned_of
from booking.services.day import BookingFacts, Day, ShiftFacts
from booking.services.matrix import PlaceMatrix, PlacesMissing
from booking.services.retime import Key, as_late, timed_again
from booking.services.so_far import FREEZE_SECONDS, frozen_part, ready_at, reported_of
from booking.services.windows import promised_window, told_of, windows_of
from routing.errors import InvalidProblem
from routing.model import (
    Action,
    Break,
    Done,
    Load,
    Plan,
    Problem,
    Request,
    Route,
    Vehicle,
    Visit,
    Window,
)
from routing.validate import validate

ALIGHT_SECONDS: Final = 30
"""The least a bus stands to let somebody off."""
DAY_END: Final = 30 * 3600


@dataclass(frozen=True, slots=True)
class DayProblem:
    """A problem and the keys to read its plan: rows of the matrix, shifts and bookings."""

    problem: Problem
    plan: Plan
    day: Day
    place_ids: tuple[int, ...]
    booking_ids: tuple[int, ...]
    told: Mapping[int, Window] = field(default_factory=dict)
    """Request → the few minutes around the time we told, of who is in no run any more."""
    unwritten: bool = False
    """Whether somebody is on a bus whose stored run does not have them."""


def day_problem(
    day: Day, matrix: PlaceMatrix, now: datetime, *, extra_places: Sequence[int] = ()
) -> DayProblem:
    """The routing problem of a day and its current plan, the past frozen.

    Raises PlacesMissing when the matrix was looked up before the day gained a place.
    """
    needed = day.place_ids | frozenset(extra_places)
    if not matrix.covers(needed):
        raise PlacesMissing
    unplanned = unplanned_of(day)
    day = as_driven(day, unplanned)
    day = _plannable(day, matrix)
    row = matrix.index
    booking_ids = tuple(booking.id for booking in day.bookings)
    number = {booking: index for index, booking in enumerate(booking_ids)}
    clock = seconds_into(day.day, now)
    horizon = clock + FREEZE_SECONDS
    runs = {run.shift_id: run for run in day.runs}
    reported = reported_of(day)
    frozen = [
        frozen_part(runs.get(shift.id), matrix, shift.depot_id, horizon, reported)
        for shift in day.shifts
    ]
    ready = [ready_at(past, reported) for past in frozen]
    problem = Problem(
        durations=matrix.durations,
        distances=matrix.distances,
        requests=_requests(day, matrix, unplanned, clock),
        vehicles=tuple(
            _vehicle(day.day, shift, past, row, number, max(horizon, at))
            for shift, past, at in zip(day.shifts, frozen, ready, strict=True)
        ),
        objective=OBJECTIVE,
    )
    loose = {number[one.booking.id] for one in unplanned if one.set_down is None}
    ahead = _ahead(day, frozen, number)
    for vehicle, (past, at) in enumerate(zip(frozen, ready, strict=True)):
        if past and at > past[-1].departure:
            problem = as_late(problem, vehicle, ahead[vehicle], loose)
    plan = _plan(problem, day, ahead, row, number, loose)
    places = tuple(sorted(row, key=row.__getitem__))
    return DayProblem(
        problem, plan, day, places, booking_ids, told_of(day), unwritten=bool(unplanned)
    )


def _plannable(day: Day, matrix: PlaceMatrix) -> Day:
    """The day without those whom no bus carries and none ever could.

    Who has been on a bus that was withdrawn is not fetched again from their old stop;
    who fits on none of the buses left (the one for wheelchairs was withdrawn) must
    not keep everybody else from being planned. Nobody who is in a run is left out,
    and a journey still waiting to be decided goes as a whole.
    """
    gone = day.driven
    travelled = {stop.booking_id for run in gone for stop in run.stops}
    carried = {stop.booking_id for run in day.runs if run not in gone for stop in run.stops}
    out = {
        booking
        for booking in day.bookings
        if booking.id not in carried
        and (
            booking.id in travelled
            or booking.status in ABOARD
            or not _fits_somewhere(day, booking, matrix)
        )
    }
    undecided = {one.request_id for one in out if one.status is BookingStatus.WAITING}
    kept = tuple(one for one in day.bookings if one not in out and one.request_id not in undecided)
    return replace(day, bookings=kept)


def _fits_somewhere(day: Day, booking: BookingFacts, matrix: PlaceMatrix) -> bool:
    """Whether one of the day's buses, were it empty and anywhere, could carry them."""
    if not day.shifts:
        return False
    try:
        validate(alone(day, booking, matrix))
    except InvalidProblem:
        return False
    return True


def alone(day: Day, booking: BookingFacts, matrix: PlaceMatrix) -> Problem:
    """The day's buses, empty and anywhere, and this one booking to carry."""
    row = matrix.index
    return Problem(
        durations=matrix.durations,
        distances=matrix.distances,
        requests=(
            _request(
                day.day,
                booking,
                row,
                promised_window(day.day, booking),
                may_use(booking.avoids, day.shifts),
            ),
        ),
        vehicles=tuple(_vehicle(day.day, shift, [], row, {}, 0) for shift in day.shifts),
        objective=OBJECTIVE,
    )


def as_it_can_be(made: DayProblem) -> Problem:
    """The problem as the solver may take it from here.

    Who was promised a bus and has none (their shift was withdrawn) cannot be
    demanded of a plan that starts without them: they are asked for instead, at
    the highest price.
    """
    stranded = set(made.plan.unserved)
    requests = tuple(
        replace(request, required=False, refusal_cost=RATES.stranded)
        if request.required and index in stranded
        else request
        for index, request in enumerate(made.problem.requests)
    )
    return replace(made.problem, requests=requests)


def configurations(seats: int, spaces: int, seats_per_wheelchair: int) -> tuple[Load, ...]:
    """The ways a bus can be arranged: every wheelchair carried folds seats away."""
    return tuple((max(0, seats - used * seats_per_wheelchair), used) for used in range(spaces + 1))


def runs_of(plan: Plan, made_for: DayProblem, booking_ids: Sequence[int]) -> tuple[Run, ...]:
    """The plan as runs to store. `booking_ids` says which booking each request is.

    What withdrawn buses had driven stays in it: it is part of the day.
    """
    planned = (
        Run(
            shift_id=made_for.day.shifts[route.vehicle].id,
            start=route.start,
            end=route.end,
            stops=tuple(_stop(visit, made_for, booking_ids) for visit in route.visits),
        )
        for route in plan.routes
        if route.visits
    )
    return (*planned, *made_for.day.driven)


def _stop(visit: Visit, made_for: DayProblem, booking_ids: Sequence[int]) -> Stop:
    is_break = visit.action is Action.BREAK
    return Stop(
        action=visit.action.value,
        booking_id=None if is_break else booking_ids[visit.index],
        place_id=made_for.place_ids[visit.location],
        arrival=visit.arrival,
        start=visit.start,
        departure=visit.departure,
    )


def _vehicle(
    day: date,
    shift: ShiftFacts,
    frozen: list[Stop],
    row: Mapping[int, int],
    number: dict[int, int],
    horizon: int,
) -> Vehicle:
    breaks: tuple[Break, ...] = ()
    starts = break_starts(duty_of(shift, day))
    if starts is not None:
        window = Window(starts[0] * 60, starts[1] * 60)
        breaks = (Break(window, shift.break_minutes * 60),)
    depot = row[shift.depot_id]
    last = frozen[-1] if frozen else None
    kept = [stop for stop in frozen if stop.booking_id is None or stop.booking_id in number]
    return Vehicle(
        id=str(shift.id),
        start=depot,
        end=depot,
        shift=Window(max(shift.starts * 60, 0), shift.ends * 60),
        configurations=configurations(
            shift.seats, shift.wheelchair_spaces, shift.seats_per_wheelchair
        ),
        breaks=breaks,
        history=tuple(_done(stop, number) for stop in kept),
        position=row[last.place_id] if last and last.place_id is not None else None,
        ready=max(horizon, last.departure if last else 0) if last or horizon > 0 else None,
    )


def _done(stop: Stop, number: dict[int, int]) -> Done:
    index = 0 if stop.booking_id is None else number[stop.booking_id]
    return Done(Action(stop.action), index, stop.start)


def _requests(
    day: Day, matrix: PlaceMatrix, unplanned: Sequence[Unplanned], clock: int
) -> tuple[Request, ...]:
    requests = [
        _request(day.day, booking, matrix.index, window, _may_use(day, booking))
        for booking, window in zip(day.bookings, windows_of(day, clock), strict=True)
    ]
    number = {booking.id: index for index, booking in enumerate(day.bookings)}
    for one in unplanned:
        index = number[one.booking.id]
        requests[index] = _within_reach(requests[index], one, matrix)
    return tuple(requests)


def _may_use(day: Day, booking: BookingFacts) -> frozenset[str] | None:
    """The shifts they may be on, and the one they are on.

    The driver of a bus, or the list, may have changed since they were promised it. The
    promise stands and the day can be planned; the board asks somebody to decide.
    """
    left = may_use(booking.avoids, day.shifts)
    if left is None:
        return None
    on = {run.shift_id for run in day.runs if any(s.booking_id == booking.id for s in run.stops)}
    return left | {str(shift.id) for shift in day.shifts if shift.id in on}


def _within_reach(request: Request, one: Unplanned, matrix: PlaceMatrix) -> Request:
    """Their promised arrival, if the bus they are on could keep it by going straight there."""
    direct = int(matrix.durations[request.pickup, request.dropoff])
    there = one.at + request.pickup_service + direct
    if there <= request.dropoff_window.latest:
        return request
    return replace(request, dropoff_window=Window(0, DAY_END), max_ride=None)


def _request(
    day: date,
    booking: BookingFacts,
    row: Mapping[int, int],
    pickup_window: Window,
    vehicles: frozenset[str] | None,
) -> Request:
    arrive_by = seconds_into(day, booking.arrive_by) if booking.arrive_by else DAY_END
    after = seconds_into(day, booking.arrive_after) if booking.arrive_after else 0
    waiting = booking.status is BookingStatus.WAITING
    return Request(
        id=str(booking.id),
        pickup=row[booking.pickup_place_id],
        dropoff=row[booking.dropoff_place_id],
        pickup_window=pickup_window,
        dropoff_window=Window(after, arrive_by),
        pickup_service=booking.boarding_seconds,
        dropoff_service=alight_seconds(booking.boarding_seconds),
        load=booking.load,
        max_ride=booking.ride_limit_seconds,
        required=booking.status in IN_PLAN,
        refusal_cost=RATES.refusal,
        together=booking.together,
        bundle=f"request {booking.request_id}" if waiting else None,
        people=people_of(booking.load),
        vehicles=vehicles,
    )


def alight_seconds(boarding_seconds: int) -> int:
    """Getting off takes half as long as getting on, at least half a minute."""
    return max(ALIGHT_SECONDS, boarding_seconds // 2)


def _ahead(day: Day, frozen: Sequence[Sequence[Stop]], number: dict[int, int]) -> list[list[Key]]:
    """For each shift what its run has still to do, in order."""
    runs = {run.shift_id: run.stops for run in day.runs}
    return [
        [_visit_key(s, number) for s in runs.get(shift.id, ())[len(past) :] if _known(s, number)]
        for shift, past in zip(day.shifts, frozen, strict=True)
    ]


def _plan(
    problem: Problem,
    day: Day,
    ahead: Sequence[Sequence[Key]],
    row: Mapping[int, int],
    number: dict[int, int],
    loose: Collection[int],
) -> Plan:
    """The current plan, timed afresh from where each bus now stands."""
    vehicle_of = {shift.id: index for index, shift in enumerate(day.shifts)}
    routes = []
    for run in day.runs:
        vehicle = vehicle_of.get(run.shift_id)
        if vehicle is None:
            continue
        timed = timed_again(problem, vehicle, ahead[vehicle], loose)
        if timed is None or not any(visit.action is not Action.BREAK for visit in timed.visits):
            timed = None if timed is not None else _as_stored(run, vehicle, row, number)
        if timed is not None:
            routes.append(timed)
    carried = {visit.index for route in routes for visit in route.visits if _is_pickup(visit)}
    unserved = tuple(index for index in range(len(day.bookings)) if index not in carried)
    return Plan(tuple(routes), unserved)


def _is_pickup(visit: Visit) -> bool:
    return visit.action is Action.PICKUP


def _known(stop: Stop, number: dict[int, int]) -> bool:
    return stop.booking_id is None or stop.booking_id in number


def _visit_key(stop: Stop, number: dict[int, int]) -> Key:
    return Action(stop.action), 0 if stop.booking_id is None else number[stop.booking_id]


def _as_stored(run: Run, vehicle: int, row: Mapping[int, int], number: dict[int, int]) -> Route:
    """A run that can no longer be kept to the minute stays as it was promised."""
    visits = tuple(
        Visit(
            *_visit_key(stop, number), row[stop.place_id], stop.arrival, stop.start, stop.departure
        )
        for stop in run.stops
        if stop.place_id is not None and _known(stop, number)
    )
    return Route(vehicle, visits, run.start, run.end)
