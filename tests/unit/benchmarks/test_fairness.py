"""The figures of the fairness benchmark, of stories short enough to count by hand."""

from __future__ import annotations

from benchmarks.fair import shares

STORIES = [
    [True, True, True, False],
    [False, True, False, True],
    [False, False],
]
"""Refused three times in a row; every other time; never."""


def test_shares_of_requests_pairs_and_residents() -> None:
    """Five of ten requests, two of seven pairs, one of three residents."""
    assert shares.refused(STORIES) == 5 / 10
    assert shares.twice_in_a_row(STORIES) == 2 / 7
    assert shares.met_it(STORIES) == 1 / 3


def test_the_last_of_one_and_the_first_of_another_are_no_pair() -> None:
    """Two refusals in a row are two of the same person's."""
    assert shares.twice_in_a_row([[False, True], [True, False]]) == 0


def test_the_longest_run_is_one_persons() -> None:
    """Three; and none where nobody was refused."""
    assert shares.longest_run(STORIES) == 3
    assert shares.longest_run([[False], []]) == 0


def test_the_tenths_are_of_residents() -> None:
    """Of ten people the luckiest and the unluckiest; who never asked is not one of them."""
    ten = [[n < 3, False] for n in range(9)] + [[True, True], []]
    assert shares.tenths(ten) == (0.0, 1.0)


def test_some_people_alone() -> None:
    """Only theirs."""
    assert shares.of({1: [True], 2: [False]}, frozenset({2})) == [[False]]
