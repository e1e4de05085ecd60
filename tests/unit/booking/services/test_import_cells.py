"""Reading cells: what is taken, and what is said about what is not."""

from __future__ import annotations

import pytest

from booking.services.importing.cells import Row
from booking.services.importing.report import Findings


def row(value: str, column: str = "x", **more: str) -> Row:
    """A row of one cell (and more)."""
    return Row("places.csv", 7, {column: value, **more}, Findings())


def words(row: Row) -> str:
    """The one problem of a row."""
    (problem,) = row.findings.problems
    return str(problem)


def test_a_problem_names_file_line_and_column() -> None:
    """Whoever reads it can find the cell."""
    bad = row("twelve", "seats")
    bad.whole("seats", 1, 60)
    assert words(bad) == ("places.csv, line 7, column seats: Write a whole number, not “twelve”.")
    assert bad.bad


@pytest.mark.parametrize(
    ("typed", "minutes"), [("07:00", 420), ("7:05", 425), ("09:30:00", 570), ("25:15", 1515)]
)
def test_clocks_may_pass_midnight(typed: str, minutes: int) -> None:
    """A service day goes on past 24:00, and spreadsheets drop zeros and add seconds."""
    assert row(typed).clock("x") == minutes


@pytest.mark.parametrize("typed", ["30:01", "99:00", "7", "07:60", "7.30", "07:00 pm", "٠٧:٠٠", ""])
def test_what_is_no_time_is_said_to_be_none(typed: str) -> None:
    """Times past 30:00, other writings and other digits are refused in words."""
    bad = row(typed)
    bad.clock("x")
    assert "time such as 09:30" in words(bad) or "too late" in words(bad)


@pytest.mark.parametrize(
    "typed", ["nan", "NaN", "inf", "-inf", "1e5", "0x10", "５２", "52,7", "", " "]
)
def test_only_plain_numbers_are_numbers(typed: str) -> None:
    """Nothing that Python would read as a float but nobody means as one gets in."""
    bad = row(typed)
    bad.decimal("x", -90, 90)
    assert "Write a number such as 52.75" in words(bad)


def test_an_address_too_long_to_keep_is_not_cut() -> None:
    """A mail to an address that lost its end reaches nobody, or somebody else."""
    bad = row(f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 30}.example")
    bad.email("x")
    assert "At most 200 fit." in words(bad)


def test_swapped_coordinates_are_recognised() -> None:
    """The commonest mistake with coordinates is named as what it is."""
    bad = Row("p.csv", 2, {"latitude": "-0.9", "longitude": "52.8"}, Findings())
    bad.point()
    assert "wrong way round" in words(bad)


@pytest.mark.parametrize(("latitude", "longitude"), [("0", "0"), ("48.8", "2.3"), ("52.8", "5.0")])
def test_places_outside_the_country_are_refused(latitude: str, longitude: str) -> None:
    """A place in the sea off Africa is a missing one."""
    bad = Row("p.csv", 2, {"latitude": latitude, "longitude": longitude}, Findings())
    bad.point()
    assert "outside Great Britain" in words(bad)


def test_latitudes_beyond_the_pole_are_refused() -> None:
    """A number out of range says the range."""
    bad = Row("p.csv", 2, {"latitude": "91", "longitude": "0"}, Findings())
    bad.point()
    assert "not between -90 and 90" in words(bad)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("sat", ["sat"]),
        ("mon-wed", ["mon", "tue", "wed"]),
        ("Sat-Mon", ["mon", "sat", "sun"]),
        ("fri|mon", ["mon", "fri"]),
    ],
)
def test_ranges_of_days_are_spelled_out(typed: str, days: list[str]) -> None:
    """Ranges, lists and ranges over the weekend all become days in order."""
    assert row(typed).weekdays("x") == days


@pytest.mark.parametrize("typed", ["", "monday", "mon-", "-sat", "mon,tue", "mon-tue-wed"])
def test_other_days_are_refused(typed: str) -> None:
    """What is not a day gets the three ways of writing days."""
    bad = row(typed)
    assert bad.weekdays("x") == []
    assert "Write days such as" in words(bad)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01632 960110", "+441632960110"),
        ("(01632) 960 110", "+441632960110"),
        ("+44 7700 900033", "+447700900033"),
        ("", ""),
    ],
)
def test_telephone_numbers_become_e164(typed: str, number: str) -> None:
    """However it is written, one number is kept in one way."""
    assert row(typed).phone("x") == number


@pytest.mark.parametrize("typed", ["12", "960110", "ring me", "0" * 60, "07700 9000331234567"])
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    """A number that cannot be dialled is not kept."""
    bad = row(typed)
    bad.phone("x")
    assert "is not a telephone number" in words(bad)


@pytest.mark.parametrize(
    "typed", ["=1+1", "=HYPERLINK(a)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3(4)"]
)
def test_formulas_are_refused(typed: str) -> None:
    """What a spreadsheet would run is not taken for a name."""
    bad = row(typed)
    bad.text("x", 100)
    assert "looks like a formula" in words(bad)


@pytest.mark.parametrize(
    "typed", ["O'Brien; DROP TABLE people", "<b>Hose</b>", "- rings twice", "Tŷ Gwyn", "村"]
)
def test_words_of_any_kind_are_only_words(typed: str) -> None:
    """Quotes, tags and other scripts are text, and are escaped where they are shown."""
    good = row(typed)
    assert good.text("x", 100) == typed
    assert not good.bad


@pytest.mark.parametrize("typed", ["a\x07b", "a\u202eb", "a\u200bb", "a\nb"])
def test_invisible_characters_are_refused(typed: str) -> None:
    """What cannot be seen can hide something else; a name has one line."""
    bad = row(typed)
    bad.text("x", 100)
    assert "invisible character" in words(bad)


def test_letters_are_kept_in_one_form() -> None:
    """An e with its accent beside it is the letter é, so that searching finds it."""
    assert row("Cafe\u0301").text("x", 100) == "Café"


def test_long_words_are_refused_before_the_database_is() -> None:
    """The column's length is said, with the length it has."""
    bad = row("x" * 201)
    bad.text("x", 200)
    assert "This has 201 characters. At most 200 fit." in words(bad)


@pytest.mark.parametrize("typed", ["", "a b", "a;b", "é", "=1", "-a"])
def test_codes_are_plain(typed: str) -> None:
    """A code goes into file names and addresses: letters, digits and three marks."""
    bad = row(typed)
    bad.code("x", 20)
    assert bad.bad


def test_yes_and_no_are_written_out() -> None:
    """1 and true are not taken for yes: they may be the next column's."""
    assert row("yes").yes("x")
    assert not row("No").yes("x")
    bad = row("1")
    bad.yes("x")
    assert "Write yes or no" in words(bad)


def test_a_long_cell_is_shown_shortly() -> None:
    """An error message stays readable, and shows no control characters."""
    bad = row("\x1b[31m" + "z" * 500)
    bad.whole("x", 0, 1)
    assert len(words(bad)) < 160
    assert "\x1b" not in words(bad)
