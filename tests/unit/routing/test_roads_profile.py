"""What tags mean to a minibus: where it may drive, and how fast."""

from __future__ import annotations

import pytest

from routing.roads.profile import Minibus, blocks, use_of
from routing.roads.tag_values import kmh, metres, tonnes

BUS = Minibus()


@pytest.mark.parametrize(
    ("text", "value"),
    [("30 mph", 48.28), ("50", 50.0), ("GB:nsl_single", 96.56), ("60 mph;40 mph", 64.37),
     ("walk", 6.0), ("none", None), ("signals", None), ("", None), ("-5", None)],
)  # fmt: skip
def test_speed_limits_are_read_as_people_write_them(text: str, value: float | None) -> None:
    """Miles and kilometres an hour and the names of national limits; nothing is guessed."""
    assert kmh(text) == (None if value is None else pytest.approx(value, abs=0.01))


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.1", 2.1), ("2,1 m", 2.1), ("6'6\"", 1.98), ("7 ft", 2.13), ("210 cm", 2.1), ("big", None)],
)
def test_widths_are_read_as_people_write_them(text: str, value: float | None) -> None:
    """Metres, and feet and inches."""
    assert metres(text) == (None if value is None else pytest.approx(value, abs=0.01))


@pytest.mark.parametrize(("text", "value"), [("7.5", 7.5), ("3500 kg", 3.5), ("3 t", 3.0)])
def test_weights_are_read_as_people_write_them(text: str, value: float) -> None:
    """Tonnes and kilograms."""
    assert tonnes(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "track"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "unclassified", "maxwidth": "6'6\""},
        {"highway": "unclassified", "maxweight": "3"},
        {"highway": "unclassified", "maxheight": "2.5 m"},
        {"highway": "residential", "oneway": "reversible"},
        {"highway": "construction"},
        {"highway": "service", "area": "yes"},
    ],
)
def test_a_minibus_does_not_drive_there(tags: dict[str, str]) -> None:
    """Paths, private roads, and roads too narrow, low or weak for it."""
    assert use_of(tags, BUS) is None


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential", "access": "no", "motor_vehicle": "destination"},
        {"highway": "service", "access": "customers"},
        {"highway": "track", "motor_vehicle": "permissive", "tracktype": "grade1"},
        {"highway": "unclassified", "maxweight": "7.5"},
        {"highway": "unclassified", "maxheight": "default"},
    ],
)
def test_a_minibus_drives_there(tags: dict[str, str]) -> None:
    """The most particular access tag counts, and a limit it keeps is none."""
    use = use_of(tags, BUS)
    assert use is not None
    assert use.along == use.against > 0


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"junction": "roundabout"}, True, False),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway", "oneway": "no"}, True, True),
        ({}, True, True),
    ],
)
def test_one_ways_are_kept_also_where_they_go_without_saying(
    tags: dict[str, str], along: bool, against: bool
) -> None:
    """Roundabouts and motorways are one-way without a tag that says so."""
    use = use_of({"highway": "primary"} | tags, BUS)
    assert use is not None
    assert (use.along > 0, use.against > 0) == (along, against)


def speed(**tags: str) -> float:
    use = use_of(tags, BUS)
    assert use is not None
    return use.along


def test_speeds_follow_class_limit_law_and_surface() -> None:
    """A signed limit slows down but never speeds up a lane; nobody drives above the law."""
    assert speed(highway="primary", maxspeed="20 mph") == pytest.approx(0.9 * 32.19, abs=0.01)
    assert speed(highway="unclassified", maxspeed="60 mph") == speed(highway="unclassified")
    assert speed(highway="unclassified", lanes="1") < speed(highway="unclassified")
    assert speed(highway="unclassified", surface="gravel") == 20.0
    assert speed(highway="motorway") <= 62 * 1.61
    assert speed(highway="residential") < speed(highway="tertiary") < speed(highway="trunk")


@pytest.mark.parametrize(
    ("tags", "shut"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "yes"}, False),
        ({"barrier": "cattle_grid"}, False),
        ({"barrier": "width_restrictor", "maxwidth": "2.1"}, True),
        ({"highway": "traffic_signals"}, False),
        ({"traffic_calming": "choker", "maxwidth": "7 ft"}, True),
    ],
)
def test_points_that_stop_a_minibus(tags: dict[str, str], shut: bool) -> None:
    """Bollards, gates nobody says are open, and narrow gaps."""
    assert blocks(tags, BUS) is shut
