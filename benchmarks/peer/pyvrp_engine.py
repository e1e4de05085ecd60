"""PyVRP (Wouda, Lan & Kool 2024, doi 10.1287/ijoc.2023.0055): no longest ride.

Pickup and delivery ("shipments") came with version 0.14. It works on one core.
"""

from __future__ import annotations

from typing import Any

from benchmarks.peer import units
from benchmarks.peer.effort import Effort
from routing.benchmark_files import BenchmarkFile

DEAREST = 10.0 * units.VEHICLE_PRICE
"""What a unit too much on board may cost while it searches: more than one more vehicle, or
it would rather overload those it has."""


def missing_feature() -> str | None:
    """Why the installed version cannot be used, if it cannot."""
    import pyvrp

    if hasattr(pyvrp, "Shipment"):
        return None
    version = getattr(pyvrp, "__version__", "installed")
    return f"PyVRP {version} has no paired pickup and delivery (0.14 has)"


def routes(file: BenchmarkFile, effort: Effort) -> list[list[int]]:
    """Node numbers of each route."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    found = pyvrp.solve(
        _data(pyvrp, file),
        MaxRuntime(effort.seconds),
        seed=effort.seed,
        collect_stats=False,
        params=pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=DEAREST)),
    )
    return [_route(file, route) for route in found.best.routes()]


def _data(pyvrp: Any, file: BenchmarkFile) -> Any:
    depot = file.depot
    hours = units.window(depot.earliest, depot.latest)
    longest = {} if file.max_duration is None else {"shift_duration": units.down(file.max_duration)}
    fleet = pyvrp.VehicleType(
        file.vehicles,
        [int(file.capacity)],
        fixed_cost=units.VEHICLE_PRICE if file.kind == "pdptw" else 0,
        tw_early=hours[0],
        tw_late=hours[1],
        **longest,
    )
    shipments = [
        pyvrp.Shipment(
            2 * k + 1,
            2 * k + 2,
            *units.window(pickup.earliest, pickup.latest),
            units.up(pickup.service),
            *units.window(dropoff.earliest, dropoff.latest),
            units.up(dropoff.service),
            [int(pickup.load)],
        )
        for k, (pickup, dropoff) in enumerate(file.pairs)
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(node.x, node.y) for node in units.nodes(file)],
        [],
        [pyvrp.Depot(0, *hours)],
        [fleet],
        [units.distances(file)],
        [units.driving(file)],
        shipments=shipments,
    )


def _route(file: BenchmarkFile, route: Any) -> list[int]:
    return [
        file.pairs[step.idx][0 if step.is_pickup() else 1].id
        for step in route
        if step.is_shipment()
    ]
