"""What became of the same people week after week, in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

Story = Sequence[bool]
"""Of one resident, in order of time: whether each request was refused."""


def refused(stories: Sequence[Story]) -> float:
    """The share of all requests that were refused."""
    return _share(sum(map(sum, stories)), sum(map(len, stories)))


def twice_in_a_row(stories: Sequence[Story]) -> float:
    """Of all pairs of requests one resident made one after the other, those refused both times."""
    pairs = [pair for story in stories for pair in pairwise(story)]
    return _share(sum(map(all, pairs)), len(pairs))


def met_it(stories: Sequence[Story]) -> float:
    """The share of residents who were refused twice in a row at least once."""
    return _share(sum(longest_run([story]) > 1 for story in stories), len(stories))


def longest_run(stories: Sequence[Story]) -> int:
    """The most refusals in a row anybody met."""
    runs = (len(list(run)) for story in stories for was, run in groupby(story) if was)
    return max(runs, default=0)


def tenths(stories: Sequence[Story]) -> tuple[float, float]:
    """The share refused among the tenth of residents refused least and the one refused most."""
    each = sorted(_share(sum(story), len(story)) for story in stories if story)
    many = max(1, len(each) // 10)
    return _share(sum(each[:many]), many), _share(sum(each[-many:]), many)


def of(stories: Mapping[int, Story], people: frozenset[int]) -> list[Story]:
    """The stories of these people alone."""
    return [story for person, story in stories.items() if person in people]


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
