"""References that can be read out and written down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.references import ALPHABET, new_reference, tidy_reference


def test_no_letter_can_be_taken_for_another() -> None:
    """0 and O, 1, I and L, S beside 5: only one of each pair is used."""
    assert not set("0O1ILS") & set(ALPHABET)


def test_new_ones_are_accepted_however_they_are_typed() -> None:
    """Lower case, a gap in the middle or a dash make no difference."""
    for _ in range(200):
        reference = new_reference()
        typed = f" {reference[:3].lower()}-{reference[3:]} "
        assert tidy_reference(typed) == reference


def test_s_is_heard_as_five() -> None:
    """A caller who reads S means the 5 they wrote down."""
    assert tidy_reference("K7M 4PS") == "K7M4P5"


@given(st.text(max_size=2000))
def test_anything_else_is_no_reference(text: str) -> None:
    """Whatever is typed gives a reference or None, never an error."""
    found = tidy_reference(text)
    assert found is None or (len(found) == 6 and set(found) <= set(ALPHABET))
