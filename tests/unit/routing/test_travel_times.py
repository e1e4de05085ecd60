"""The straight line: right on the globe, slower near the ends, refusing nonsense."""

from __future__ import annotations

import math

import numpy as np
import pytest

from routing.errors import InvalidProblem
from routing.travel_times import StraightLine, great_circle

MELTON, LEICESTER, OAKHAM = (52.7661, -0.8860), (52.6369, -1.1398), (52.6705, -0.7290)


def test_distances_agree_with_a_known_one() -> None:
    """Melton Mowbray to Leicester is 22.4 km as the crow flies."""
    metres = great_circle([MELTON, LEICESTER])
    assert metres[0, 1] == pytest.approx(22_370, rel=0.005)
    assert metres[0, 0] == 0.0


def test_near_places_are_told_apart() -> None:
    """Ten metres are ten metres, though computed from the globe's radius."""
    here = (52.7661, -0.8860)
    there = (52.7661 + math.degrees(10 / 6_371_008.8), -0.8860)
    assert great_circle([here, there])[0, 1] == pytest.approx(10.0, abs=0.2)


def test_the_first_kilometres_are_slow() -> None:
    """Seconds follow the two speeds, metres the detour factor; both rounded up."""
    seconds, metres = StraightLine(1.5, 10.0, 20.0, 1_000.0).matrix([MELTON, LEICESTER])
    driven = 1.5 * great_circle([MELTON, LEICESTER])[0, 1]
    assert metres[0, 1] == math.ceil(driven)
    assert seconds[0, 1] == math.ceil(100 + (driven - 1_000) / 20)
    assert seconds.dtype == metres.dtype == np.int64


def test_going_through_a_third_place_is_never_quicker() -> None:
    """Otherwise an insertion could shorten a route."""
    seconds, _ = StraightLine().matrix([MELTON, LEICESTER, OAKHAM, (52.7, -0.9)])
    through = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1)
    assert (through >= seconds).all()


@pytest.mark.parametrize("point", [(math.nan, 0.0), (91.0, 0.0), (0.0, 181.0)])
def test_a_point_off_the_globe_is_refused(point: tuple[float, float]) -> None:
    """The error says which point."""
    with pytest.raises(InvalidProblem, match="point 1"):
        StraightLine().matrix([MELTON, point])


def test_no_points_make_an_empty_matrix() -> None:
    """A day without requests is a day too."""
    seconds, metres = StraightLine().matrix([])
    assert seconds.shape == metres.shape == (0, 0)
