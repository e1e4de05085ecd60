"""Benchmark files and real paratransit days as problems.

The published numbers are doubles; here a unit is a thousand millionth of theirs, so
that rounding to whole numbers loses nothing that matters (1e-9 a leg). Imports
benchmark_files, the model, errors, schedule and travel_times.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from routing.benchmark_files import BenchmarkFile, Node, read_benchmark
from routing.cost import distance
from routing.errors import IllegalPlan, InstanceError
from routing.model import Action, Load, Objective, Plan, Problem, Request, Vehicle, Window
from routing.rendering import unserved
from routing.schedule import schedule
from routing.travel_times import Point, StraightLine

SCALE: Final = 10**9
"""Units of a benchmark's problem in one unit of its file."""

VEHICLE_PRICE: Final = 1e5
"""Of pickup and delivery: fewer vehicles come before any distance."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with the numbers its file uses: request index -> (pickup, dropoff) node."""

    name: str
    problem: Problem
    nodes: tuple[tuple[int, int], ...]

    def routes(self, plan: Plan) -> list[list[int]]:
        """The plan's routes as node numbers of the file, depot left out."""
        return [
            [
                self.nodes[visit.index][0 if visit.action is Action.PICKUP else 1]
                for visit in route.visits
            ]
            for route in plan.routes
        ]

    def length(self, plan: Plan) -> float:
        """Total distance of a plan in the file's own unit (metres for paratransit)."""
        return sum(distance(self.problem, route) for route in plan.routes) / self.problem.unit


def plan_from_routes(instance: Instance, routes: Sequence[Sequence[int]]) -> Plan:
    """The timed plan for routes of node numbers; raises IllegalPlan."""
    stops = {}
    for index, (pickup, dropoff) in enumerate(instance.nodes):
        stops[pickup] = (Action.PICKUP, index)
        stops[dropoff] = (Action.DROPOFF, index)
    used = [route for route in routes if route]
    if len(used) > len(instance.problem.vehicles):
        raise IllegalPlan(f"{len(used)} routes, but only {len(instance.problem.vehicles)} vehicles")
    timed = []
    for vehicle, route in enumerate(used):
        unknown = [node for node in route if node not in stops]
        if unknown:
            raise IllegalPlan(f"node {unknown[0]} is not in {instance.name}")
        found = schedule(instance.problem, vehicle, [stops[node] for node in route])
        if found is None:
            raise IllegalPlan(f"route {vehicle + 1} cannot be driven in this order")
        timed.append(found)
    return Plan(tuple(timed), unserved(instance.problem, timed))


def read_instance(path: str | Path) -> Instance:
    """A problem from a file of a public benchmark.

    Dial-a-ride: Cordeau & Laporte 2003 (doi 10.1016/S0191-2615(02)00045-0), Cordeau 2006
    (doi 10.1287/opre.1060.0283), Ropke, Cordeau & Laporte 2007 (doi 10.1002/net.20177);
    pickup and delivery: Li & Lim 2001. Which of them it is, the file's first line says.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Instance
        Times and distances are the file's × `SCALE` (a thousand million), rounded to whole
        numbers; `length` gives them back in the file's unit.

    Raises
    ------
    InstanceError
        The file cannot be read or makes no sense, with its name and the line at fault.
    """
    return instance_of(read_benchmark(path))


def instance_of(file: BenchmarkFile) -> Instance:
    """The problem a benchmark file states."""
    nodes = [file.depot, *(node for pair in file.pairs for node in pair)]
    points = np.array([(node.x, node.y) for node in nodes])
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    matrix = np.rint(apart * SCALE).astype(np.int64)
    limit = None if file.max_ride is None else _scaled(file.max_ride)
    requests = tuple(
        Request(
            id=str(pickup.id),
            pickup=2 * k + 1,
            dropoff=2 * k + 2,
            pickup_window=_window(pickup),
            dropoff_window=_window(dropoff),
            pickup_service=_scaled(pickup.service),
            dropoff_service=_scaled(dropoff.service),
            load=(int(pickup.load),),
            max_ride=limit,
            refusal_cost=1e7,
        )
        for k, (pickup, dropoff) in enumerate(file.pairs)
    )
    vehicle = Vehicle(
        id="",
        start=0,
        end=0,
        shift=_window(file.depot),
        configurations=((int(file.capacity),),),
        max_duration=None if file.max_duration is None else _scaled(file.max_duration),
        fixed_cost=VEHICLE_PRICE if file.kind == "pdptw" else 0.0,
    )
    return Instance(
        name=file.name,
        problem=Problem(
            durations=matrix,
            distances=matrix,
            requests=requests,
            vehicles=_fleet(vehicle, file.vehicles),
            objective=Objective(per_distance=1.0 / SCALE),
            unit=float(SCALE),
        ),
        nodes=tuple((pickup.id, dropoff.id) for pickup, dropoff in file.pairs),
    )


def _scaled(value: float) -> int:
    return round(value * SCALE)


def _window(node: Node) -> Window:
    return Window(_scaled(node.earliest), _scaled(node.latest))


def _fleet(vehicle: Vehicle, count: int) -> tuple[Vehicle, ...]:
    return tuple(
        Vehicle(
            id=f"v{k + 1}",
            start=vehicle.start,
            end=vehicle.end,
            shift=vehicle.shift,
            configurations=vehicle.configurations,
            max_duration=vehicle.max_duration,
            fixed_cost=vehicle.fixed_cost,
        )
        for k in range(count)
    )


AGENCY_DEPOT: Final[Point] = (35.0571414, -85.2696132)
AGENCY_SEATS: Final = 9
WHEELCHAIR_SEATS: Final = 3
DWELL: Final = 5 * 60
EARLY: Final = 15 * 60
LONGEST_SHIFT: Final = 600 * 60
DETOUR: Final = 30 * 60
MIDNIGHT: Final = 24 * 3600


def read_paratransit(path: str | Path, day: int, vehicles: int) -> Instance:
    """One real day of a paratransit agency, in seconds and metres; raises InstanceError.

    As the agency runs it: nine seats of which a wheelchair takes three, five minutes
    at every stop, pickup within fifteen minutes of the scheduled time, shifts of up
    to ten hours from one depot. Our reading: a ride is at most half an hour longer
    than the direct one. Node 2k + 1 is where booking k is picked up, 2k + 2 where it
    is dropped off. `vehicles` is how many there are at most.
    """
    rows = list(_paratransit_rows(Path(path), day))
    if not rows:
        raise InstanceError(str(path), None, f"has no bookings on day {day}")
    points = [AGENCY_DEPOT, *(point for row in rows for point in (row.pickup, row.dropoff))]
    durations, distances = StraightLine().matrix(points)
    requests = []
    for k, row in enumerate(rows):
        pickup, dropoff = 2 * k + 1, 2 * k + 2
        direct = int(durations[pickup, dropoff])
        boards = Window(max(0, row.time - EARLY), row.time + EARLY)
        requests.append(
            Request(
                id=row.booking,
                pickup=pickup,
                dropoff=dropoff,
                pickup_window=boards,
                dropoff_window=Window(0, boards.latest + DWELL + direct + DETOUR),
                pickup_service=DWELL,
                dropoff_service=DWELL,
                load=row.load,
                max_ride=direct + DETOUR,
            )
        )
    vehicle = Vehicle(
        "", 0, 0, Window(0, 2 * MIDNIGHT), ((AGENCY_SEATS,),), max_duration=LONGEST_SHIFT
    )
    problem = Problem(
        durations, distances, tuple(requests), _fleet(vehicle, vehicles), Objective(1e-3)
    )
    nodes = tuple((2 * k + 1, 2 * k + 2) for k in range(len(rows)))
    return Instance(f"day{day:03d}", problem, nodes)


@dataclass(frozen=True, slots=True)
class _Booking:
    booking: str
    time: int
    pickup: Point
    dropoff: Point
    load: Load


_COLUMNS: Final = (
    "bookingid",
    "Sch Time in HH:MM:SS",
    "ldate",
    "Pickup LAT",
    "Pickup LON",
    "Dropoff LAT",
    "Dropoff LON",
    "Passenger Types",
)


def _paratransit_rows(path: Path, day: int) -> Iterator[_Booking]:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InstanceError(str(path), 1, f"has no column {missing[0]}")
            for row in reader:
                booking = _booking(path, reader.line_num, row, day)
                if booking is not None:
                    yield booking
    except (OSError, UnicodeDecodeError) as problem:
        raise InstanceError(str(path), None, f"cannot be read: {problem}") from problem


def _booking(path: Path, line: int, row: dict[str, str], day: int) -> _Booking | None:
    try:
        if int(row["ldate"]) != day:
            return None
        hours, minutes, seconds = (int(part) for part in row[_COLUMNS[1]].split(":"))
        seats = 0
        for kind, number in re.findall(r"([A-Z]+)(\d+)", row["Passenger Types"]):
            seats += int(number) * (WHEELCHAIR_SEATS if kind.startswith("W") else 1)
        return _Booking(
            booking=row["bookingid"],
            time=hours * 3600 + minutes * 60 + seconds,
            pickup=(float(row["Pickup LAT"]), float(row["Pickup LON"])),
            dropoff=(float(row["Dropoff LAT"]), float(row["Dropoff LON"])),
            load=(max(1, seats),),
        )
    except (ValueError, TypeError) as problem:
        raise InstanceError(str(path), line, f"cannot be understood: {problem}") from problem
