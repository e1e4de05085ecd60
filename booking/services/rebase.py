"""Put a plan made for an earlier version of the day onto the day as it is now.

Bookings gone since are left out, new ones are inserted; None when that does not
give a plan with everybody in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from booking.services.problem import DayProblem
from booking.services.retime import timed_again
from routing.insertion import Inserter
from routing.model import Action, Plan, Route

Visits = Sequence[tuple[str, int | None]]


def rebase(made: DayProblem, runs: Sequence[tuple[int, Visits]]) -> Plan | None:
    """The runs (shift id, visits as (action, booking id)) as a plan of `made`'s day."""
    number = {booking: index for index, booking in enumerate(made.booking_ids)}
    vehicle_of = {shift.id: index for index, shift in enumerate(made.day.shifts)}
    routes: list[Route] = []
    for shift_id, visits in runs:
        vehicle = vehicle_of.get(shift_id)
        if vehicle is None:
            continue
        ahead = _ahead(made, vehicle, visits, number)
        if ahead is None:
            return None
        if not _has_people(made, vehicle, ahead):
            continue
        route = timed_again(made.problem, vehicle, ahead)
        if route is None:
            return None
        routes.append(route)
    return _with_new(made, routes)


def insert_who_can(made: DayProblem) -> Plan:
    """The plan in force with everybody inserted who is in no run and fits somewhere.

    At about the time we told them, where that can be; else within their promise.
    """
    plan = made.plan
    if not made.problem.vehicles:
        return plan
    for index in plan.unserved:
        as_told = _as_told(made, index)
        found = _insert(as_told, plan, [index]) if as_told else None
        if as_told and found:
            made, plan = as_told, found
        else:
            plan = _insert(made, plan, [index]) or plan
    return plan


def _as_told(made: DayProblem, index: int) -> DayProblem | None:
    """The day with somebody to be picked up at about the time we told them; None for no such."""
    if index not in made.told:
        return None
    requests = list(made.problem.requests)
    requests[index] = replace(requests[index], pickup_window=made.told[index])
    return replace(made, problem=replace(made.problem, requests=tuple(requests)))


def _ahead(
    made: DayProblem, vehicle: int, visits: Visits, number: dict[int, int]
) -> list[tuple[Action, int]] | None:
    """The visits after the frozen past; None when the past is not how this run begins."""
    known = [
        (Action(action), 0 if booking is None else number[booking])
        for action, booking in visits
        if booking is None or booking in number
    ]
    past = [(done.action, done.index) for done in made.problem.vehicles[vehicle].history]
    return known[len(past) :] if known[: len(past)] == past else None


def _has_people(made: DayProblem, vehicle: int, ahead: Sequence[tuple[Action, int]]) -> bool:
    history = made.problem.vehicles[vehicle].history
    return bool(history) or any(action is not Action.BREAK for action, _ in ahead)


def _with_new(made: DayProblem, routes: list[Route]) -> Plan | None:
    """Everybody in the plan in force who is not in these routes, inserted."""
    carried = _carried(routes)
    in_force = _carried(list(made.plan.routes))
    missing = sorted(in_force - carried)
    rest = tuple(i for i in range(len(made.problem.requests)) if i not in carried)
    if not missing:
        return Plan(tuple(routes), rest)
    return _insert(made, Plan(tuple(routes), rest), missing)


def _insert(made: DayProblem, plan: Plan, missing: Sequence[int]) -> Plan | None:
    requests = made.problem.requests
    first = len(requests)
    engine = Inserter(made.problem, plan)
    for index in missing:
        found = engine.best(requests[index])
        if found is None:
            return None
        engine = engine.insert(requests[index], found)
    real = {first + offset: index for offset, index in enumerate(missing)}
    routes = tuple(
        Route(
            route.vehicle,
            tuple(
                visit
                if visit.action is Action.BREAK or visit.index not in real
                else replace(visit, index=real[visit.index])
                for visit in route.visits
            ),
            route.start,
            route.end,
        )
        for route in engine.plan.routes
    )
    unserved = tuple(index for index in plan.unserved if index not in missing)
    return Plan(routes, unserved)


def _carried(routes: Sequence[Route]) -> set[int]:
    return {
        visit.index for route in routes for visit in route.visits if visit.action is Action.PICKUP
    }
