"""VROOM (by way of pyvroom): pickups and deliveries, windows, room; no longest ride or route."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from benchmarks.peer import units
from benchmarks.peer.effort import Effort
from benchmarks.peer.narrowing import shifts
from routing.benchmark_files import BenchmarkFile, Node

THOROUGH = 5
"""The highest exploration level: it stops by itself, often long before the time is up."""


def routes(file: BenchmarkFile, effort: Effort, *, spread: bool) -> list[list[int]]:
    """Node numbers of each route; it takes no seed. `spread`: vehicles work in `shifts`."""
    import vroom

    day = [(file.depot.earliest, file.depot.latest)] * file.vehicles
    problem = vroom.Input()
    problem.set_durations_matrix("car", units.driving(file))
    problem.set_costs_matrix("car", units.distances(file))
    for k, (opens, closes) in enumerate(shifts(file) if spread else day):
        problem.add_vehicle(
            vroom.Vehicle(
                k + 1,
                start=0,
                end=0,
                capacity=[int(file.capacity)],
                time_window=vroom.TimeWindow(*units.window(opens, closes)),
                costs=vroom.VehicleCosts(fixed=units.VEHICLE_PRICE if file.kind == "pdptw" else 0),
            )
        )
    for k, (pickup, dropoff) in enumerate(file.pairs):
        steps = [_step(vroom, node, 2 * k + 1 + n) for n, node in enumerate((pickup, dropoff))]
        problem.add_shipment(*steps, amount=vroom.Amount([int(pickup.load)]))
    found = problem.solve(THOROUGH, effort.workers, timedelta(seconds=effort.seconds))
    return _routes(found.to_dict(), units.nodes(file))


def _step(vroom: Any, node: Node, row: int) -> Any:
    window = vroom.TimeWindow(*units.window(node.earliest, node.latest))
    service = units.up(node.service)
    return vroom.ShipmentStep(row, row, default_service=service, time_windows=[window])


def _routes(found: dict[str, Any], rows: list[Node]) -> list[list[int]]:
    return [
        [rows[step["id"]].id for step in route["steps"] if step["type"] in ("pickup", "delivery")]
        for route in found["routes"]
    ]
