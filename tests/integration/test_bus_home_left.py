"""A journey of which only the bus home is left: what is said of it, and changing it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.services.cancel import cancel
from booking.services.people import view_person
from tests.integration.cast import Stage, build_stage
from tests.integration.test_callcentre import book as book_by_phone
from tests.integration.test_callcentre import words
from tests.integration.test_passenger_pages import Walk, book, to_melton
from tests.world import NOW


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = build_stage(tmp_path)
    yield made
    made.ctx.db.close()


@pytest.fixture
def mary(stage: Stage) -> Walk:
    """Mary, who lives in Hose, signed in."""
    return Walk(stage.client("mary"))


def bus_home_left(walk: Walk) -> int:
    """Book to Melton Mowbray and back, and cancel the bus there; the request's id."""
    to_melton(walk, home="leave_at", leave_at_clock="2pm")
    request_id = book(walk)
    assert "The bus home is still booked" in walk.send(
        f"/journeys/{request_id}/cancel", legs="outward"
    )
    return request_id


def test_a_passenger_reads_where_the_bus_that_is_left_goes(mary: Walk) -> None:
    """With the bus there cancelled, no page says that they travel to Melton Mowbray."""
    journey = f"/journeys/{bus_home_left(mary)}"
    assert "You now travel on Tuesday 8 December, to your home." in mary.open(f"{journey}/change")
    assert "Tuesday 8 December, to your home." in mary.open(f"{journey}/cancel")
    assert "on Tuesday 8 December to your home" in mary.open("/journeys")


def test_a_call_handler_reads_out_the_bus_that_comes(stage: Stage) -> None:
    """With the bus there cancelled, every page says from Melton Mowbray to Hose."""
    calls, stan = stage.client("call_handler"), stage.ids["stan_id"]
    request_id = book_by_phone(stage, calls)
    there, back = "Hose to Melton Mowbray", "Melton Mowbray to Hose"
    (line,) = view_person(stage.ctx, stan, now=NOW).coming
    assert f"{line.from_words} to {line.to_words}" == there
    cancel(stage.ctx, request_id, by="test", legs=("outward",), now=NOW)
    (line,) = view_person(stage.ctx, stan, now=NOW).coming
    assert f"{line.from_words} to {line.to_words}" == back
    assert f"{back}, {line.shown.window}" in words(calls.get(f"/calls/people/{stan}"))
    assert f"{back}, {line.shown.window}" in words(calls.get(f"/calls/people/{stan}/book"))
    assert f": {back}" in words(calls.get(f"/calls/journeys/{request_id}"))
    assert f"from {back}" in words(calls.get(f"/calls/journeys/{request_id}/cancel"))
