"""Facts from the road, folded into a state, and told by the right day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from booking.domain.on_the_road import Fact, FactKind, fold, on_the_day, standing
from booking.domain.statuses import BookingStatus

DAY = date(2026, 12, 8)
TEN = datetime(2026, 12, 8, 10, tzinfo=UTC)


def fact(kind: str, minutes: float = 0, key: str = "", note: str = "") -> Fact:
    at = TEN + timedelta(minutes=minutes)
    return Fact(key or f"{kind}{minutes}", FactKind(kind), at, at, note)


@pytest.mark.parametrize(
    ("kinds", "ends"),
    [
        ([], "booked"),
        (["arrived"], "booked"),
        (["arrived", "boarded"], "on_board"),
        (["boarded", "dropped_off"], "completed"),
        (["dropped_off"], "completed"),
        (["no_show"], "no_show"),
        (["no_show", "boarded"], "on_board"),
        (["boarded", "no_show"], "no_show"),
        (["boarded", "dropped_off", "no_show"], "completed"),
    ],
)
def test_what_a_history_makes_of_a_booking(kinds: list[str], ends: str) -> None:
    """In whatever order the facts of a history come to us, it ends the same."""
    facts = [fact(kind, minutes) for minutes, kind in enumerate(kinds)]
    for order in permutations(facts):
        assert fold(BookingStatus.BOOKED, order, TEN) == ends


def test_an_undone_fact_never_was() -> None:
    """Only the fact an undo names is taken away, whichever of the two comes first."""
    tap = fact("dropped_off", 1, key="tap")
    facts = [fact("boarded"), tap, fact("undone", 2, note="tap")]
    for order in permutations(facts):
        assert fold(BookingStatus.BOOKED, order, TEN) is BookingStatus.ON_BOARD
    assert [one.key for one in standing(facts)] == ["boarded0"]


@pytest.mark.parametrize("base", ["cancelled", "late_cancelled", "missed"])
def test_who_cancelled_is_never_a_no_show(base: str) -> None:
    """A no-show after a cancellation changes nothing; getting on all the same does."""
    status = BookingStatus(base)
    assert fold(status, [fact("no_show", 5)], TEN) is status
    assert fold(status, [fact("boarded", 5)], TEN) is BookingStatus.ON_BOARD


@pytest.mark.parametrize("base", ["held", "waiting", "refused", "expired"])
def test_what_was_never_promised_is_not_moved(base: str) -> None:
    """Facts about a booking that was never made are kept and move nothing."""
    assert fold(BookingStatus(base), [fact("boarded")], TEN) is BookingStatus(base)


def test_a_no_show_before_the_time_told_does_not_count() -> None:
    """One second before the promised time nobody is missing; at that time they are."""
    early, due = fact("no_show", -1 / 60), fact("no_show")
    assert fold(BookingStatus.BOOKED, [early], TEN) is BookingStatus.BOOKED
    assert fold(BookingStatus.BOOKED, [due], TEN) is BookingStatus.NO_SHOW


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 30])
def test_a_wrong_date_is_put_right(days: int) -> None:
    """A phone's hour is believed and its date is not."""
    assert on_the_day(TEN + timedelta(days=days), DAY) == TEN


def test_past_midnight_belongs_to_the_day_before() -> None:
    """Half past one in the night is the end of that service day, not its beginning."""
    late = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
    assert on_the_day(late, DAY) == late


def test_nothing_happens_after_it_was_reported() -> None:
    """The actual time is the reported one, or that of its arrival here if that is earlier."""
    ahead = Fact("k", FactKind.BOARDED, TEN + timedelta(hours=3), TEN)
    assert ahead.actual == TEN
