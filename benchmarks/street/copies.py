"""An extract laid out many times side by side: as many roads as a county has, from a small one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from routing.roads.network import network_of
from routing.roads.reading import Ways


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
