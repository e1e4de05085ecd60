"""What people type to say where a code can be sent."""

from __future__ import annotations

import pytest

from booking.domain.errors import Invalid
from booking.services.contacts import Contact, read_contact


@pytest.mark.parametrize(
    "typed",
    ["07700 900123", "07700900123", "+44 7700 900123", "+44 (0)7700 900 123", " 07700-900-123 "],
)
def test_a_mobile_number_is_read_however_it_is_written(typed: str) -> None:
    """Spaces, brackets, dashes and the country's code make no difference."""
    assert read_contact(typed) == Contact("text", "+447700900123")


@pytest.mark.parametrize("typed", ["Mary.Wells@Example.org", " mary.wells@example.org "])
def test_an_email_address_is_kept_in_small_letters(typed: str) -> None:
    """Capitals and spaces around it make no difference."""
    assert read_contact(typed) == Contact("email", "mary.wells@example.org")


@pytest.mark.parametrize(
    ("typed", "say"),
    [
        ("01162 496 012", "house phone"),
        ("0116 496 0123", "house phone"),
        ("+1 202 555 0123", "begins with 07"),
        ("070 1234 5678", "begins with 07"),
        ("07640 123456", "begins with 07"),
        ("123", "too short"),
        ("077009", "too short"),
        ("0770 090 012", "too short"),
        ("496 012", "too short"),
        ("077009001234567", "mobile phone number"),
        ("1", "mobile phone number"),
        ("mary", "mobile phone number"),
        ("mary@", "name@example.com"),
        ("@example.org", "name@example.com"),
        ("x" * 201, "too long"),
    ],
)
def test_what_takes_no_code_is_said_in_words(typed: str, say: str) -> None:
    """A house phone, a foreign or a costly number and nonsense each get an answer that helps."""
    with pytest.raises(Invalid, match=say) as refused:
        read_contact(typed)
    assert refused.value.field == "contact"
