"""The compiled hierarchy against plain Dijkstra and against RoutingKit; days over real roads."""

from __future__ import annotations

import heapq
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import routingkit_cch
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.checker import check
from routing.errors import InvalidProblem
from routing.model import Objective, Problem, Request, Vehicle, Window
from routing.optimise import Stop, solve
from routing.roads.engine import Roads
from routing.roads.hierarchy import NEVER, Ints, build, customised, many_to_many
from routing.validate import validate
from tests.property.routing.test_solved_days_are_legal import CALM
from tests.unit.routing.drawing import Way, draw, roads_of, spot

Graph = tuple[int, Ints, Ints, Ints]
SIDE = 5


@st.composite
def graphs(draw_: st.DrawFn) -> Graph:
    """(nodes, tail, head, weight), with loops, parallel arcs, closed ones, and parts apart."""
    dice = np.random.default_rng(draw_(st.integers(0, 2**32 - 1)))
    nodes = draw_(st.integers(1, 25))
    arcs = draw_(st.integers(0, 80))
    weight = dice.integers(0, 50, arcs)
    weight[dice.random(arcs) < 0.1] = NEVER
    return nodes, dice.integers(0, nodes, arcs), dice.integers(0, nodes, arcs), weight


def dijkstra(graph: Graph, starts: list[tuple[int, int]]) -> Ints:
    """The slow sure way: least weight from any of the starts (node, cost) to every node."""
    nodes, tail, head, weight = graph
    best = np.full(nodes, NEVER, np.int64)
    queue = [(cost, node) for node, cost in starts]
    while queue:
        cost, node = heapq.heappop(queue)
        if cost >= best[node]:
            continue
        best[node] = cost
        for arc in np.flatnonzero((tail == node) & (weight < NEVER)):
            heapq.heappush(queue, (cost + int(weight[arc]), int(head[arc])))
    return best


@CALM
@given(graphs(), st.integers(0, 2**32 - 1))
def test_every_way_found_is_the_shortest(graph: Graph, seed: int) -> None:
    """From two nodes at a cost each to two nodes at a cost each, in any order of contraction."""
    nodes, tail, head, weight = graph
    dice = np.random.default_rng(seed)
    hierarchy = build(dice.permutation(nodes), tail, head)
    sources, targets = dice.integers(0, nodes, (2, 20, 2))
    before, after = dice.integers(0, 9, (2, 20, 2))
    found = many_to_many(hierarchy, customised(hierarchy, weight), sources, before, targets, after)
    for row in range(20):
        best = dijkstra(graph, list(zip(sources[row].tolist(), before[row].tolist(), strict=True)))
        wanted = (best[targets] + after).min(axis=1)
        assert np.minimum(found[row], NEVER).tolist() == np.minimum(wanted, NEVER).tolist()


@CALM
@given(graphs())
def test_routingkit_finds_the_same(graph: Graph) -> None:
    """An engine somebody else wrote agrees on every pair of nodes."""
    nodes, tail, head, weight = graph
    order = np.random.default_rng(nodes).permutation(nodes)
    hierarchy = build(order, tail, head)
    every = np.arange(nodes)[:, None]
    nothing = np.zeros((nodes, 1), np.int64)
    ours = many_to_many(hierarchy, customised(hierarchy, weight), every, nothing, every, nothing)
    never = 2**31 - 1
    theirs = routingkit_cch.CCH(order.tolist(), tail.tolist(), head.tolist(), False)
    metric = routingkit_cch.CCHMetric(theirs, np.minimum(weight, never).tolist())
    table = routingkit_cch.CCHOneToMany(metric, list(range(nodes)))
    for node in range(nodes):
        wanted = [NEVER if far is None else far for far in table.distances_from(node)]
        assert np.minimum(ours[node], NEVER).tolist() == wanted


@cache
def town(seed: int) -> Roads:
    """A crooked grid of streets, some of them one-way, some fast, with a forbidden turn."""
    dice = np.random.default_rng(seed)
    names = [chr(65 + k) for k in range(SIDE * SIDE)]
    points = {
        name: (float(400 * (k % SIDE) + dice.integers(0, 150)), float(400 * (k // SIDE)))
        for k, name in enumerate(names)
    }
    ways: list[Way] = []
    for k, name in enumerate(names):
        for step, there in ((1, k % SIDE < SIDE - 1), (SIDE, k // SIDE < SIDE - 1)):
            if there:
                kind = str(dice.choice(["residential", "primary", "unclassified"]))
                oneway = str(dice.choice(["yes", "no", "no", "-1"]))
                ways.append((name + names[k + step], {"highway": kind, "oneway": oneway}))
    turns = [("no_left_turn", 1, names[1], 3)]
    return roads_of(draw(Path(mkdtemp()) / "town.osm", points, ways, turns=turns))


@st.composite
def days(draw_: st.DrawFn) -> Problem:
    """Requests between places in such a town, one bus or two, one place cut off or none."""
    roads = town(draw_(st.integers(0, 9)))
    dice = np.random.default_rng(draw_(st.integers(0, 2**32 - 1)))
    places = [spot(*(float(x) for x in dice.integers(0, 1700, 2))) for _ in range(8)]
    if draw_(st.booleans()):
        roads = roads.with_closures([int(way) for way in dice.choice(40, 3) + 1])
    durations, distances = roads.matrix(places)
    requests = []
    for number in range(draw_(st.integers(1, 6))):
        pickup, dropoff = dice.integers(1, 8, 2)
        direct = int(durations[pickup, dropoff])
        opens = int(dice.integers(0, 2000))
        requests.append(
            Request(
                f"r{number}", int(pickup), int(dropoff),
                Window(opens, opens + 600), Window(0, opens + 1200 + min(direct, 3000)),
                30, 20, max_ride=min(direct, 3000) + 200,
            )
        )  # fmt: skip
    buses = tuple(Vehicle(f"v{k}", 0, 0, Window(0, 8000), ((2,),)) for k in range(2))
    return Problem(durations, distances, tuple(requests), buses, Objective(1.0, 0.1, 0.1))


@settings(CALM, max_examples=40)
@given(days(), st.integers(0, 3))
def test_plans_over_real_roads_are_legal(problem: Problem, seed: int) -> None:
    """One-ways and forbidden turns make times lopsided; the checker finds nothing all the same."""
    possible = []
    for request in problem.requests:
        alone = Problem(problem.durations, problem.distances, (request,), problem.vehicles)
        try:
            validate(alone)
        except InvalidProblem:
            continue  # no road leads there: refused before planning
        possible.append(request)
    asked = Problem(
        problem.durations, problem.distances, tuple(possible), problem.vehicles, problem.objective
    )
    result = solve(asked, Stop(iterations=40), seed)
    assert check(asked, result.plan) == []
    assert result.feasible
