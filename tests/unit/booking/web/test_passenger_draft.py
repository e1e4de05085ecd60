"""The answers of a conversation, and the order of its questions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind
from booking.web.passenger.draft import Draft

FULL = Draft(
    start=1,
    finish=2,
    purpose=PurposeKind.OTHER,
    day=date(2026, 12, 8),
    when=When(WhenKind.ARRIVE_BY, time(10)),
    home=When(WhenKind.ANY),
    home_asked=True,
    party=Party(adults=1),
    note="Slow on the steps",
)


@pytest.mark.parametrize(
    ("missing", "step"),
    [
        ({"start": None}, "start"),
        ({"finish": None}, "finish"),
        ({"purpose": None}, "finish"),
        ({"day": None}, "day"),
        ({"when": None}, "time"),
        ({"home_asked": False}, "home"),
        ({"party": None}, "who"),
        ({"purpose": PurposeKind.SESSION, "session": None}, "meeting"),
        ({"purpose": PurposeKind.SESSION, "session": 3, "day": None}, "meeting"),
        ({}, "answers"),
    ],
)
def test_the_first_open_question_comes_next(missing: dict[str, Any], step: str) -> None:
    """Whatever is not answered yet is asked, in the order people speak."""
    assert replace(FULL, **missing).next_step == step


def test_another_destination_forgets_the_times() -> None:
    """The day and times of one place do not hold for another; who travels does."""
    moved = FULL.going_to(9, PurposeKind.SESSION, group=4)
    assert (moved.day, moved.when, moved.home, moved.home_asked) == (None, None, None, False)
    assert moved.party == FULL.party


whens = st.one_of(
    st.just(When(WhenKind.ANY)),
    st.builds(
        When,
        st.sampled_from([WhenKind.ARRIVE_BY, WhenKind.LEAVE_AT]),
        st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    ),
)
drafts = st.builds(
    Draft,
    start=st.none() | st.integers(1),
    finish=st.none() | st.integers(1),
    purpose=st.none() | st.sampled_from(PurposeKind),
    group=st.none() | st.integers(1),
    session=st.none() | st.integers(1),
    day=st.none() | st.dates(),
    when=st.none() | whens,
    home=st.none() | whens,
    home_asked=st.booleans(),
    party=st.none() | st.builds(Party, adults=st.integers(0, 5), walkers=st.integers(0, 2)),
    note=st.text(max_size=50),
    replaces=st.none() | st.integers(1),
)


@given(drafts)
def test_answers_survive_the_session(draft: Draft) -> None:
    """What is kept in the cookie is read back as it was."""
    assert Draft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


@pytest.mark.parametrize(
    "kept", [None, [], "x", {"day": "never"}, {"when": ["arrive_by"]}, {"purpose": "fun"}]
)
def test_an_unreadable_session_starts_afresh(kept: Any) -> None:
    """A cookie of an older version costs the answers, not the page."""
    assert Draft.from_json(kept) == Draft()
