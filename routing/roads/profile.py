"""Where a 16-seat minibus may drive, in which direction, and how fast it gets along.

A way's tags in, a `Use` out. The speeds are what a careful driver averages with old
people on board, not what the sign allows. Imports tag_values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from routing.roads.tag_values import KMH_PER_MPH, kmh, metres, tonnes

Tags = Mapping[str, str]

SPEEDS: Final = {
    "motorway": 95.0,
    "motorway_link": 50.0,
    "trunk": 75.0,
    "trunk_link": 45.0,
    "primary": 65.0,
    "primary_link": 40.0,
    "secondary": 58.0,
    "secondary_link": 38.0,
    "tertiary": 50.0,
    "tertiary_link": 35.0,
    "unclassified": 40.0,
    "residential": 28.0,
    "road": 30.0,
    "living_street": 12.0,
    "service": 15.0,
    "track": 12.0,
}
"""km/h by class of road, in the country; a lower limit that is signed comes before it."""
RANK: Final = {name: rank for rank, name in enumerate(reversed(SPEEDS))}
"""Who gives way to whom: the higher number has the right of way."""
OF_LIMIT: Final = 0.9
"""So much of the signed limit is driven on average."""
SINGLE_KMH, DUAL_KMH, MOTORWAY_KMH = 50 * KMH_PER_MPH, 60 * KMH_PER_MPH, 62 * KMH_PER_MPH
"""What the law allows a minibus on the three kinds of road (62: its speed limiter)."""
ROUGH_KMH: Final = 20.0
ROUGH: Final = frozenset(
    [
        "unpaved",
        "gravel",
        "fine_gravel",
        "compacted",
        "dirt",
        "earth",
        "ground",
        "grass",
        "mud",
        "sand",
        "pebblestone",
    ]
)
NARROW_METRES: Final = 3.5
NARROW_FACTOR: Final = 0.8
"""On a lane with room for one, somebody has to wait in a passing place."""

MODES: Final = ("minibus", "motor_vehicle", "vehicle", "access")
"""Access tags, the most particular first. That of public service vehicles is not counted
on: whether a scheme's minibus is one hangs on its licence."""
NOT_FOR_US: Final = frozenset(
    [
        "no",
        "private",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "emergency",
        "military",
        "psv",
        "bus",
        "hgv",
        "discouraged",
    ]
)
ONE_WAY: Final = frozenset(("yes", "true", "1"))
BACKWARDS: Final = frozenset(("-1", "reverse"))
ROUNDABOUTS: Final = frozenset(("roundabout", "circular"))
PASSABLE_BARRIERS: Final = frozenset(
    [
        "entrance",
        "cattle_grid",
        "border_control",
        "toll_booth",
        "sally_port",
        "kerb",
        "height_restrictor",
        "no",
        "rumble_strip",
        "speed_bump",
    ]
)
SOMETIMES_SHUT: Final = frozenset(("gate", "lift_gate", "swing_gate", "hampshire_gate"))
"""Passed where a tag lets motor vehicles through; a bare gate is taken to be shut."""
NODE_SECONDS: Final = {
    "traffic_signals": 10.0,
    "stop": 5.0,
    "give_way": 3.0,
    "mini_roundabout": 3.0,
    "level_crossing": 15.0,
}
"""What passing such a point costs on average."""
GIVE_WAY_SECONDS: Final = 5.0
"""Coming out of a smaller road onto a bigger one."""


@dataclass(frozen=True, slots=True)
class Minibus:
    """The vehicle: metres, and tonnes when full."""

    width: float = 2.4
    height: float = 3.0
    length: float = 7.0
    weight: float = 5.0


@dataclass(frozen=True, slots=True)
class Use:
    """How a way may be used: km/h along and against its drawing, 0 where it may not."""

    along: float
    against: float
    rank: int
    roundabout: bool = False


def use_of(tags: Tags, bus: Minibus) -> Use | None:
    """The use of a way by that vehicle; None when it may not drive there at all."""
    kind = tags.get("highway", "")
    if kind not in SPEEDS or tags.get("area") == "yes" or not _is_open(tags, kind):
        return None
    if not fits(tags, bus):
        return None
    along, against = _directions(tags, kind)
    if not (along or against):
        return None
    speed = _speed(tags, kind, both_ways=along and against)
    roundabout = tags.get("junction") in ROUNDABOUTS
    return Use(speed * along, speed * against, RANK[kind], roundabout)


def fits(tags: Tags, bus: Minibus) -> bool:
    """Whether the vehicle keeps the limits of width, height, length and weight that are tagged."""
    limits = (
        ("maxwidth", metres, bus.width),
        ("maxwidth:physical", metres, bus.width),
        ("width", metres, bus.width),
        ("maxheight", metres, bus.height),
        ("maxheight:physical", metres, bus.height),
        ("maxlength", metres, bus.length),
        ("maxweight", tonnes, bus.weight),
    )
    for key, read, ours in limits:
        limit = read(tags[key]) if key in tags else None
        if limit is not None and limit < ours:
            return False
    return True


def may_enter(tags: Tags) -> bool | None:
    """What the most particular access tag says; None where there is none that counts."""
    for mode in MODES:
        if mode in tags:
            return tags[mode] not in NOT_FOR_US
    return None


def blocks(tags: Tags, bus: Minibus) -> bool:
    """Whether a point on the road (a bollard, a gate) stops the vehicle."""
    barrier = tags.get("barrier")
    if not fits(tags, bus):
        return True
    entry = may_enter(tags)
    if barrier is None or barrier in PASSABLE_BARRIERS:
        return entry is False
    if barrier in SOMETIMES_SHUT:
        return entry is not True
    # A bollard with motor_vehicle=yes beside it lets them through; one without does not.
    return entry is not True


def point_seconds(tags: Tags) -> float:
    """What passing that point costs, in seconds."""
    kind = "level_crossing" if tags.get("railway") == "level_crossing" else tags.get("highway", "")
    return NODE_SECONDS.get(kind, 0.0)


def _is_open(tags: Tags, kind: str) -> bool:
    entry = may_enter(tags)
    if kind == "track":
        return entry is True and tags.get("tracktype", "grade1") == "grade1"
    if entry is None and kind == "service":
        return tags.get("service") not in ("emergency_access", "drive-through")
    return entry is not False


def _directions(tags: Tags, kind: str) -> tuple[bool, bool]:
    """(along, against) the direction in which the way is drawn."""
    told = tags.get("oneway:minibus") or tags.get("oneway:motor_vehicle") or tags.get("oneway")
    if told in ONE_WAY:
        return True, False
    if told in BACKWARDS:
        return False, True
    if told == "reversible":
        return False, False
    implied = kind == "motorway" or tags.get("junction") in ROUNDABOUTS
    return True, told == "no" or not implied


def _speed(tags: Tags, kind: str, *, both_ways: bool) -> float:
    speed = SPEEDS[kind]
    limit = kmh(
        tags.get("maxspeed:minibus") or tags.get("maxspeed") or tags.get("maxspeed:type", "")
    )
    if limit is not None:
        speed = min(speed, OF_LIMIT * limit)
    law = MOTORWAY_KMH if kind == "motorway" else SINGLE_KMH if both_ways else DUAL_KMH
    speed = min(speed, law)
    if tags.get("surface") in ROUGH:
        speed = min(speed, ROUGH_KMH)
    if both_ways and _is_narrow(tags):
        speed *= NARROW_FACTOR
    return speed


def _is_narrow(tags: Tags) -> bool:
    width = metres(tags.get("width", ""))
    return tags.get("lanes") == "1" or (width is not None and width < NARROW_METRES)
