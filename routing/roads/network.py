"""The graph: junctions, the segments of road between them, and which turns are allowed.

A segment may be driven along (as it was drawn) or against. Each direction is one arc
from its `entry` node to its `exit` node. These are the junctions at its ends, but where
a turn is restricted: whoever comes in by a restricted arc arrives at a node of their
own, from which only the allowed ways on begin. Imports reading, profile and components.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.roads.components import strong_components
from routing.roads.profile import GIVE_WAY_SECONDS, RANK
from routing.roads.reading import Ways
from routing.travel_times import EARTH_RADIUS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ISLAND_METRES: Final = 2_000.0
"""Pieces cut off from all else are kept from so much road up: less is a car park or a slip."""
ROUNDABOUT_RANK: Final = 100
NO_STOPPING_RANK: Final = RANK["motorway_link"]
ALONG, AGAINST = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Arrays with one row a segment, unless said otherwise; [.., 0] along, [.., 1] against."""

    way: Ints
    """OSM id of its way."""
    metres: Floats
    drive: Ints
    """(segments, 2) milliseconds of driving it; 0 where that direction is not allowed."""
    junction: Ints
    """(segments, 2) milliseconds lost on leaving it at its end."""
    entry: Ints
    """(segments, 2) node where that direction begins; `exit` where it ends."""
    exit: Ints
    served: NDArray[np.bool_]
    """(segments, 2) whether a bus that stops there can come and go in that direction."""
    turn_tail: Ints
    """One row for each arc of restricted junctions, taking no time; `turn_head` likewise."""
    turn_head: Ints
    node_latitude: Floats
    """One row for each node, also `node_longitude`."""
    node_longitude: Floats
    shape_first: Ints
    """(segments + 1): its points are shape_latitude[shape_first[k]:shape_first[k + 1]]."""
    shape_latitude: Floats
    shape_longitude: Floats

    def arcs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """(tail, head, milliseconds, segment) of all arcs; segment -1 for the turns."""
        segment, side = np.nonzero(self.drive)
        cost = self.drive[segment, side] + self.junction[segment, side]
        turns = len(self.turn_tail)
        return (
            np.concatenate([self.entry[segment, side], self.turn_tail]),
            np.concatenate([self.exit[segment, side], self.turn_head]),
            np.concatenate([cost, np.zeros(turns, np.int64)]),
            np.concatenate([segment, np.full(turns, -1)]),
        )


def network_of(ways: Ways) -> Network:
    """Cut the ways at their junctions and work out what each piece takes."""
    cuts = _Cuts.of(ways)
    ends = np.stack([cuts.node[cuts.start], cuts.node[cuts.stop]], axis=1)
    ends, place = _with_blocked_ends(ways, cuts, ends)
    speed = np.stack([ways.along[cuts.way], ways.against[cuts.way]], axis=1)
    drive = _drive(cuts, speed)
    junction = _junction(ways, cuts, ends, len(place))
    entry, leave, turns, place = _restricted(ways, cuts, ends, drive, place)
    order = np.repeat(cuts.start, cuts.size) + _count_up(cuts.size)
    where = np.array(place, np.int64)
    found = Network(
        way=ways.ids[cuts.way],
        metres=cuts.metres,
        drive=drive,
        junction=junction,
        entry=entry,
        exit=leave,
        served=drive > 0,
        turn_tail=turns[0],
        turn_head=turns[1],
        node_latitude=ways.latitude[where],
        node_longitude=ways.longitude[where],
        shape_first=np.concatenate([[0], np.cumsum(cuts.size)]).astype(np.int64),
        shape_latitude=ways.latitude[order],
        shape_longitude=ways.longitude[order],
    )
    can_stop = (ways.rank < NO_STOPPING_RANK)[cuts.way]
    found.served[:] &= _comes_and_goes(found) & can_stop[:, None]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Cuts:
    """The segments as ranges of the ways' points, both ends included."""

    way: Ints
    start: Ints
    stop: Ints
    size: Ints
    metres: Floats
    waits: Floats
    """Seconds lost at points between its ends."""
    node: Ints
    """For each point its junction's number, or -1."""
    at: Ints
    """For each junction a point where it lies."""

    @classmethod
    def of(cls, ways: Ways) -> _Cuts:
        _, first_seen, inverse, times = np.unique(
            ways.refs, return_index=True, return_inverse=True, return_counts=True
        )
        is_cut = times[inverse] > 1
        is_cut[ways.first[:-1]] = is_cut[ways.first[1:] - 1] = True
        if ways.blocked:
            is_cut |= np.isin(ways.refs, np.fromiter(ways.blocked, np.int64))
        cut = np.flatnonzero(is_cut)
        way_of = np.repeat(np.arange(len(ways.ids)), np.diff(ways.first))
        same = way_of[cut[:-1]] == way_of[cut[1:]]
        start, stop = cut[:-1][same], cut[1:][same]
        points, numbers = np.unique(inverse[cut], return_inverse=True)
        node = np.full(len(ways.refs), -1)
        node[cut] = numbers
        steps = np.concatenate([[0.0], np.cumsum(_steps(ways.latitude, ways.longitude))])
        waits = np.array([ways.seconds_at.get(int(ref), 0.0) for ref in ways.refs])
        waited = np.concatenate([[0.0], np.cumsum(waits)])
        return cls(
            way=way_of[start],
            start=start,
            stop=stop,
            size=stop - start + 1,
            metres=steps[stop] - steps[start],
            waits=waited[stop] - waited[start + 1],
            node=node,
            at=first_seen[points],
        )


def _steps(latitude: Floats, longitude: Floats) -> Floats:
    """Metres from each point to the next, on the sphere's tangent: exact for short steps."""
    north = np.radians(np.diff(latitude))
    middle = np.radians((latitude[:-1] + latitude[1:]) / 2)
    east = np.radians(np.diff(longitude)) * np.cos(middle)
    return np.asarray(EARTH_RADIUS * np.hypot(north, east))


def _with_blocked_ends(ways: Ways, cuts: _Cuts, ends: Ints) -> tuple[Ints, list[int]]:
    """Segments that meet at a bollard do not meet: each gets an end of its own there."""
    place = [int(point) for point in cuts.at]
    if not ways.blocked:
        return ends, place
    shut = np.isin(ways.refs, np.fromiter(ways.blocked, np.int64))
    ends = ends.copy()
    for side, points in enumerate((cuts.start, cuts.stop)):
        for row in np.flatnonzero(shut[points]):
            ends[row, side] = len(place)
            place.append(int(points[row]))
    return ends, place


def _drive(cuts: _Cuts, speed: Floats) -> Ints:
    """Milliseconds of each direction, at least one where it is allowed."""
    with np.errstate(divide="ignore"):
        seconds = 3.6 * cuts.metres[:, None] / speed + cuts.waits[:, None]
    return np.where(speed > 0, np.maximum(1, np.rint(1000 * seconds)), 0).astype(np.int64)


def _junction(ways: Ways, cuts: _Cuts, ends: Ints, nodes: int) -> Ints:
    """Milliseconds lost at the end of each direction: lights, or giving way."""
    rank = ways.rank[cuts.way] + ROUNDABOUT_RANK * ways.roundabout[cuts.way]
    highest, roads = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    for side in (ALONG, AGAINST):
        np.maximum.at(highest, ends[:, side], rank)
        np.add.at(roads, ends[:, side], 1)
    lost = np.zeros((len(rank), 2))
    for direction, points, end in (
        (ALONG, cuts.stop, ends[:, 1]),
        (AGAINST, cuts.start, ends[:, 0]),
    ):
        waits = np.array([ways.seconds_at.get(int(ref), 0.0) for ref in ways.refs[points]])
        gives_way = (rank < highest[end]) & (roads[end] > 2)
        lost[:, direction] = np.where(waits > 0, waits, GIVE_WAY_SECONDS * gives_way)
    return np.rint(1000 * lost).astype(np.int64)


def _restricted(
    ways: Ways, cuts: _Cuts, ends: Ints, drive: Ints, place: list[int]
) -> tuple[Ints, Ints, tuple[Ints, Ints], list[int]]:
    """(entry, exit, turns, places of nodes) with the restricted turns taken out."""
    entry = np.stack([ends[:, 0], ends[:, 1]], axis=1)
    leave = np.stack([ends[:, 1], ends[:, 0]], axis=1)
    place, tails, heads = list(place), [], []
    forbidden = _forbidden(ways, cuts, entry, leave, drive)
    around = _around({node for node, _, _ in forbidden}, entry, leave, drive)
    for node, (comes, goes) in around.items():
        begin = {}
        for arc in goes:
            begin[arc] = entry[arc] = len(place)
            place.append(place[node])
            tails.append(node)
            heads.append(begin[arc])
        for arc in comes:
            barred = {out for at, came, out in forbidden if at == node and came == arc}
            if not barred:
                continue
            leave[arc] = len(place)
            place.append(place[node])
            tails += [int(leave[arc])] * (len(goes) - len(barred))
            heads += [begin[out] for out in goes if out not in barred]
    return entry, leave, (np.array(tails, np.int64), np.array(heads, np.int64)), place


Arc = tuple[int, int]
"""(segment, direction)."""


def _around(
    nodes: set[int], entry: Ints, leave: Ints, drive: Ints
) -> Mapping[int, tuple[list[Arc], list[Arc]]]:
    """For each of those nodes the arcs that end there and those that begin there."""
    found: dict[int, tuple[list[Arc], list[Arc]]] = {node: ([], []) for node in sorted(nodes)}
    for which, nodes_of in ((0, leave), (1, entry)):
        allowed = np.isin(nodes_of, np.fromiter(nodes, np.int64, len(nodes))) & (drive > 0)
        for segment, direction in np.argwhere(allowed):
            arc = (int(segment), int(direction))
            found[int(nodes_of[arc])][which].append(arc)
    return found


def _forbidden(
    ways: Ways, cuts: _Cuts, entry: Ints, leave: Ints, drive: Ints
) -> set[tuple[int, Arc, Arc]]:
    """(node, arc in, arc out) of every turn that must not be taken."""
    node_of = dict(zip(ways.refs[cuts.at].tolist(), range(len(cuts.at)), strict=True))
    known = [one for one in ways.restrictions if one.via in node_of]
    around = _around({node_of[one.via] for one in known}, entry, leave, drive)
    way = ways.ids[cuts.way]
    out: set[tuple[int, Arc, Arc]] = set()
    for one in known:
        comes, goes = around[node_of[one.via]]
        meant = {arc for arc in goes if way[arc[0]] == one.to_way}
        if not meant:
            continue
        barred = set(goes) - meant if one.only else meant
        sources = [arc for arc in comes if way[arc[0]] == one.from_way]
        out |= {(node_of[one.via], came, arc) for came in sources for arc in barred}
    return out


def _comes_and_goes(network: Network) -> NDArray[np.bool_]:
    """(segments, 2): whether that direction lies in a part of the network worth stopping in."""
    tail, head, _, _ = network.arcs()
    part = strong_components(len(network.node_latitude), tail, head)
    inside = (part[network.entry] == part[network.exit]) & (network.drive > 0)
    length = np.zeros(int(part.max()) + 1)
    np.add.at(length, part[network.entry][inside], np.repeat(network.metres, 2)[inside.ravel()])
    keep = length >= 2 * ISLAND_METRES
    keep[int(length.argmax())] = True
    return np.asarray(inside & keep[part[network.entry]])


def _count_up(sizes: Ints) -> Ints:
    """0, 1, .. size - 1 for each size, one after the other."""
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.asarray(np.arange(int(sizes.sum())) - starts)
