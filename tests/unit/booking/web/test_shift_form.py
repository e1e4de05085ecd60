"""What an operator types for a shift."""

from __future__ import annotations

import pytest

from booking.web.operator.shift_form import read_clock, read_shift

GOOD = {"vehicle": "3", "driver": "", "day": "2026-12-08", "starts": "07:30", "ends": "15.00"}


def test_a_good_form_is_read() -> None:
    """Times become minutes; nobody yet is nobody."""
    errors: dict[str, str] = {}
    breaks = {"break_minutes": "30", "break_from": "9:00", "break_to": "1130"}
    new = read_shift({**GOOD, **breaks}, errors)
    assert errors == {}
    assert new is not None
    assert (new.vehicle_id, new.driver_id, new.starts, new.ends) == (3, None, 450, 900)
    assert (new.break_minutes, new.break_from, new.break_to) == (30, 540, 690)


@pytest.mark.parametrize(("text", "minutes"), [("7:05", 425), ("24:30", 1470), ("0000", 0)])
def test_clock(text: str, minutes: int) -> None:
    """A time may be typed with or without its colon, and past midnight counts on."""
    assert read_clock(text, "starts") == minutes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vehicle", ""),
        ("vehicle", "x"),
        ("vehicle", "9" * 12),
        ("vehicle", "٣"),
        ("driver", "-1"),
        ("day", ""),
        ("day", "8.12.2026"),
        ("starts", ""),
        ("starts", "25"),
        ("starts", "31:00"),
        ("ends", "07:60"),
        ("ends", "<script>"),
        ("break_minutes", "half an hour"),
        ("break_minutes", "999"),
        ("break_from", "later"),
    ],
)
def test_what_cannot_be_read_is_said_by_its_field(field: str, value: str) -> None:
    """Each field is answered for itself."""
    errors: dict[str, str] = {}
    assert read_shift({**GOOD, field: value}, errors) is None
    assert list(errors) == [field]


def test_all_that_cannot_be_read_is_said_at_once() -> None:
    """Nobody corrects one field only to be told about the next; no two lines read alike."""
    errors: dict[str, str] = {}
    wrong = {"day": "", "starts": "x", "ends": "", "break_minutes": "999", "break_to": "?"}
    assert read_shift({**GOOD, **wrong}, errors) is None
    assert list(errors) == ["day", "starts", "ends", "break_minutes", "break_to"]
    assert len(set(errors.values())) == len(errors)
