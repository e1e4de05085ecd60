"""How much a request weighs: its purpose, and what is added for fairness."""

from __future__ import annotations

import math

import pytest

from booking.domain.wish import PurposeKind
from booking.services.fairness import FAIR, FairShares

APPOINTMENT, SESSION, OTHER = PurposeKind.APPOINTMENT, PurposeKind.SESSION, PurposeKind.OTHER


@pytest.mark.parametrize("purpose", [SESSION, OTHER])
def test_nothing_goes_before_an_appointment(purpose: PurposeKind) -> None:
    """Whatever happened to whoever asks; without the end a session would."""
    fresh = FAIR.weight(APPOINTMENT, 0, False)
    assert FAIR.weight(purpose, 50, True) < fresh
    assert FairShares(at_most=math.inf).weight(SESSION, 2, False) > fresh


def test_refused_once_is_not_yet_a_session() -> None:
    """Among equals at first; refused twice in a row an outing goes before a session."""
    session = FAIR.weight(SESSION, 0, False)
    assert FAIR.weight(OTHER, 1, True) < session < FAIR.weight(OTHER, 2, False)


@pytest.mark.parametrize("purpose", list(PurposeKind))
def test_who_was_refused_and_who_has_no_other_way_weighs_more(purpose: PurposeKind) -> None:
    """For each purpose alike, and refusals count for more."""
    usual, stuck = FAIR.weight(purpose, 0, False), FAIR.weight(purpose, 0, True)
    assert usual < stuck < FAIR.weight(purpose, 1, False)


def test_more_than_two_refusals_add_nothing() -> None:
    """Asking every day for what cannot be is no way to the front."""
    assert FAIR.weight(OTHER, 2, False) == FAIR.weight(OTHER, 9, False)
    assert FAIR.weight(OTHER, 1, False) < FAIR.weight(OTHER, 2, False)
