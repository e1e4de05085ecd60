"""An OpenStreetMap extract (.osm.pbf, .osm) becomes the ways a vehicle may drive.

Needs osmium, which only building a roads file needs. Imports errors and profile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from routing.errors import RoadsError
from routing.roads.profile import SPEEDS, Minibus, Tags, Use, blocks, point_seconds, use_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DEGREE: Final = 1e-7
"""osmium's whole-number unit of latitude and longitude."""
KEYS: Final = ("highway", "barrier", "railway", "restriction", "maxwidth", "maxheight", "maxweight")
"""Only objects with one of these tags are looked at."""
NEEDS_PACKAGES: Final = (
    "reading OpenStreetMap needs packages that are not installed: pip install 'outabout[roads]'"
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """From one way over a point (its OSM id) into another: forbidden, or the only way on."""

    from_way: int
    via: int
    to_way: int
    only: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What was read. `refs`, `latitude` and `longitude` are all ways' points one after the
    other; way k has those from first[k] to first[k + 1]."""

    refs: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    first: NDArray[np.int64]
    ids: NDArray[np.int64]
    along: NDArray[np.float64]
    """km/h in the direction drawn, 0 where that is not allowed; `against` the other way."""
    against: NDArray[np.float64]
    rank: NDArray[np.int64]
    roundabout: NDArray[np.bool_]
    seconds_at: dict[int, float]
    """What passing a point costs (traffic lights and such), by OSM id."""
    blocked: frozenset[int]
    """Points that stop the vehicle: bollards, shut gates, width limits."""
    restrictions: tuple[Restriction, ...]


@dataclass(slots=True)
class _Reader:
    """Collects what is met while the file goes by."""

    bus: Minibus
    refs: list[int] = field(default_factory=list)
    x: list[int] = field(default_factory=list)
    y: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])
    ids: list[int] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    seconds_at: dict[int, float] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    restrictions: list[Restriction] = field(default_factory=list)

    def node(self, node: Any) -> None:
        tags = dict(node.tags)
        if blocks(tags, self.bus):
            self.blocked.add(node.id)
        elif cost := point_seconds(tags):
            self.seconds_at[node.id] = cost

    def way(self, way: Any) -> None:
        if way.tags.get("highway") not in SPEEDS:
            return
        use = use_of(dict(way.tags), self.bus)
        if use is None:
            return
        for point in way.nodes:
            if point.location.valid():
                self.refs.append(point.ref)
                self.x.append(point.x)
                self.y.append(point.y)
            else:  # beyond the edge of the extract: the way goes on as another
                self._end_way(way.id, use)
        self._end_way(way.id, use)

    def _end_way(self, number: int, use: Use) -> None:
        start = self.first[-1]
        if len(self.refs) - start < 2:
            del self.refs[start:], self.x[start:], self.y[start:]
            return
        self.first.append(len(self.refs))
        self.ids.append(number)
        self.uses.append(use)

    def relation(self, relation: Any) -> None:
        tags = dict(relation.tags)
        if tags.get("type") == "restriction":
            self.restrictions += _restrictions(tags, relation.members)


def read_ways(file: Path, bus: Minibus | None = None) -> Ways:
    """Read the extract.

    Raises:
        RoadsError: it cannot be read, or there is no road for the vehicle in it.
    """
    reader = _Reader(bus or Minibus())
    if not file.is_file():
        raise RoadsError(str(file), "there is no such file")
    try:
        for thing in _things(file):
            if thing.is_way():
                reader.way(thing)
            elif thing.is_node():
                reader.node(thing)
            else:
                reader.relation(thing)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadsError(str(file), f"cannot be read as OpenStreetMap ({error})") from error
    if not reader.ids:
        raise RoadsError(str(file), "has no road in it that a minibus may use")
    return _ways(reader)


def _things(file: Path) -> Iterator[Any]:
    try:
        import osmium
    except ImportError as error:
        raise RoadsError(str(file), NEEDS_PACKAGES) from error
    entities = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    processor = osmium.FileProcessor(str(file), entities).with_locations()
    return iter(processor.with_filter(osmium.filter.KeyFilter(*KEYS)))


def _ways(reader: _Reader) -> Ways:
    uses = reader.uses
    return Ways(
        refs=np.array(reader.refs, np.int64),
        latitude=np.array(reader.y, np.float64) * DEGREE,
        longitude=np.array(reader.x, np.float64) * DEGREE,
        first=np.array(reader.first, np.int64),
        ids=np.array(reader.ids, np.int64),
        along=np.array([use.along for use in uses]),
        against=np.array([use.against for use in uses]),
        rank=np.array([use.rank for use in uses], np.int64),
        roundabout=np.array([use.roundabout for use in uses], np.bool_),
        seconds_at=reader.seconds_at,
        blocked=frozenset(reader.blocked),
        restrictions=tuple(reader.restrictions),
    )


def _restrictions(tags: Tags, members: Any) -> list[Restriction]:
    """Those over one point; over a whole way they are rare and left out."""
    kind = tags.get("restriction", "")
    if not kind.startswith(("no_", "only_")):
        return []
    by_role: dict[str, list[tuple[str, int]]] = {}
    for member in members:
        by_role.setdefault(member.role, []).append((member.type, member.ref))
    via = by_role.get("via", [])
    if len(via) != 1 or via[0][0] != "n":
        return []
    return [
        Restriction(from_way, via[0][1], to_way, kind.startswith("only_"))
        for _, from_way in by_role.get("from", [])
        for _, to_way in by_role.get("to", [])
    ]
