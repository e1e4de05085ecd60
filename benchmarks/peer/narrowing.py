"""Benchmark files with narrower windows, for engines that know no longest ride or route.

`tighten` loses nothing: it only takes away times at which nothing could happen anyway.
`narrow` does: it keeps so little of the windows that a ride within them cannot be too
long. Where the pickup has the narrower window [e, l], the dropoff gets
[e + service + direct, e + service + limit]; where the dropoff has it, the pickup gets
[l - service - limit, l - service - direct]. `shifts` are the hours to give to vehicles
so that none can be out too long.
"""

from __future__ import annotations

import math
from dataclasses import replace

from routing.benchmark_files import BenchmarkFile, Node

Pair = tuple[Node, Node]


def apart(a: Node, b: Node) -> float:
    """Distance, which is also the driving time."""
    return math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2)


def tighten(file: BenchmarkFile) -> BenchmarkFile:
    """The same file without the times no plan can use."""
    return replace(file, pairs=tuple(_tightened(file, *pair) for pair in file.pairs))


def narrow(file: BenchmarkFile) -> BenchmarkFile:
    """A file all of whose timetables keep the longest ride, if there is one."""
    limit = file.max_ride
    tight = tighten(file)
    if limit is None:
        return tight
    return replace(tight, pairs=tuple(_narrowed(limit, *pair) for pair in tight.pairs))


def _tightened(file: BenchmarkFile, pickup: Node, dropoff: Node) -> Pair:
    depot, direct = file.depot, apart(pickup, dropoff)
    limit = math.inf if file.max_ride is None else file.max_ride
    boards = max(pickup.earliest, depot.earliest + apart(depot, pickup))
    leaves = min(dropoff.latest, depot.latest - dropoff.service - apart(dropoff, depot))
    arrives = max(dropoff.earliest, boards + pickup.service + direct)
    waits = min(pickup.latest, leaves - pickup.service - direct)
    boards = max(boards, arrives - pickup.service - limit)
    leaves = min(leaves, waits + pickup.service + limit)
    return (
        replace(pickup, earliest=boards, latest=waits),
        replace(dropoff, earliest=arrives, latest=leaves),
    )


def _narrowed(limit: float, pickup: Node, dropoff: Node) -> Pair:
    direct = apart(pickup, dropoff)
    boards, leaves = pickup.earliest, dropoff.latest
    if pickup.latest - boards <= leaves - dropoff.earliest:
        leaves = min(leaves, boards + pickup.service + limit)
    else:
        boards = max(boards, leaves - pickup.service - limit)
    return (
        replace(
            pickup, earliest=boards, latest=min(pickup.latest, leaves - pickup.service - direct)
        ),
        replace(
            dropoff,
            earliest=max(dropoff.earliest, boards + pickup.service + direct),
            latest=leaves,
        ),
    )


def shifts(file: BenchmarkFile) -> list[tuple[float, float]]:
    """Hours for each vehicle, as long as the longest route, spread evenly over the day.

    The day is from the first departure to the last return the windows allow.
    """
    opens, closes = _day(tighten(file))
    longest = file.max_duration
    if longest is None or closes - opens <= longest:
        return [(file.depot.earliest, file.depot.latest)] * file.vehicles
    step = (closes - opens - longest) / max(1, file.vehicles - 1)
    starts = [opens + k * step for k in range(file.vehicles)]
    return [(start, start + longest) for start in starts]


def needs_shifts(file: BenchmarkFile) -> bool:
    """Whether a vehicle that is free all day could be out too long."""
    opens, closes = _day(tighten(file))
    return file.max_duration is not None and closes - opens > file.max_duration


def _day(file: BenchmarkFile) -> tuple[float, float]:
    depot = file.depot
    opens = min(
        (pickup.earliest - apart(depot, pickup) for pickup, _ in file.pairs),
        default=depot.earliest,
    )
    closes = max(
        (dropoff.latest + dropoff.service + apart(dropoff, depot) for _, dropoff in file.pairs),
        default=depot.latest,
    )
    return max(depot.earliest, opens), min(depot.latest, closes)
