"""Finding people by what is heard on the phone, and saying things so that they are heard right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.name_match import GOOD, fit, name_words, phone_digits
from booking.domain.needs import Need
from booking.domain.person_words import NEED_LABELS, need_labels, spell


def finds(question: str, name: str, village: str) -> bool:
    return fit(name_words(question), name_words(name), name_words(village)) >= GOOD


@pytest.mark.parametrize(
    "question",
    [
        "marlow",
        "Mrs Marlow",
        "edith marlo",
        "Edyth Marlowe",
        "marlow hose",
        "edith from hoze",
        "ed",
        "MARLOW, EDITH",
    ],
)
def test_a_name_is_found_however_it_is_said(question: str) -> None:
    """Titles, order, a misspelling, the same sound, the beginning, the village: all find her."""
    assert finds(question, "Edith Marlow", "Hose")


@pytest.mark.parametrize("question", ["stanley", "edith harby", "marlow melton", "x", ""])
def test_somebody_else_is_not_found(question: str) -> None:
    """Every word has to fit: a wrong village or another name shows nobody."""
    assert not finds(question, "Edith Marlow", "Hose")


def test_the_name_comes_before_the_village() -> None:
    """Who is called Rose Hose comes before everybody who lives in Hose."""
    hose = name_words("hose")
    assert fit(hose, ["rose", "hose"], ["harby"]) > fit(hose, ["edith", "marlow"], ["hose"])


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("07700 900001", "7700900001"),
        ("+44 7700 900001", "7700900001"),
        ("0044 7700 900001", "7700900001"),
        ("900 001", "900001"),
        ("01632", "1632"),
        ("12", ""),
        ("marlow 12345", ""),
    ],
)
def test_a_number_is_read_as_it_is_dialled_or_in_part(typed: str, digits: str) -> None:
    """The same number however it is written; the last digits alone are enough."""
    assert phone_digits(typed) == digits


@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_too_odd_to_look_for(question: str, name: str, village: str) -> None:
    """Whatever is typed, the answer is a score from 0 to 100."""
    phone_digits(question)
    assert 0 <= fit(name_words(question), name_words(name), name_words(village)) <= 100


def test_a_reference_is_spelled_so_that_it_is_written_down_right() -> None:
    """Letters by their names, in the two groups in which it is written."""
    assert spell("K7M4PT") == "K for Kilo, seven, M for Mike; four, P for Papa, T for Tango"


def test_every_need_has_its_words() -> None:
    """No need is left out when a call handler reads who somebody is."""
    assert set(NEED_LABELS) == set(Need)
    assert need_labels(["sight", "wheelchair", "no such need"]) == (
        "Travels in a wheelchair",
        "Sees little or nothing",
    )
