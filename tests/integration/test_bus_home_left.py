"""A journey of which only the bus home is left: what is said of it, and changing it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.domain.statuses import BookingStatus
from booking.models import JourneyRequest
from booking.services.cancel import cancel
from booking.services.people import view_person
from tests.integration.cast import Stage, build_stage
from tests.integration.test_callcentre import book as book_by_phone
from tests.integration.test_callcentre import words
from tests.integration.test_passenger_pages import Walk, book, to_melton
from tests.world import DAY, NOW


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


def rides(stage: Stage, request_id: int) -> list[tuple[int, int]]:
    """From which place to which the buses of a journey go that still come."""
    with stage.ctx.db.reading() as session:
        bookings = session.get_one(JourneyRequest, request_id).bookings
        return [
            (one.pickup_place_id, one.dropoff_place_id)
            for one in bookings
            if one.status == BookingStatus.BOOKED.value
        ]


def test_a_passenger_reads_where_the_bus_that_is_left_goes(mary: Walk) -> None:
    """With the bus there cancelled, no page says that they travel to Melton Mowbray."""
    journey = f"/journeys/{bus_home_left(mary)}"
    assert "Your journey is on Tuesday 8 December, to your home." in mary.open(f"{journey}/change")
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


def test_changing_a_bus_home_asks_for_a_bus_home_alone(stage: Stage, mary: Walk) -> None:
    """The bus there that was cancelled does not come back, and the old bus home is let go."""
    old = bus_home_left(mary)
    before = rides(stage, old)
    assert "We do not book the bus there again." in mary.open(f"/journeys/{old}/change")
    mary.send(f"/journeys/{old}/change")
    mary.send("/ask/day", day=DAY.isoformat())
    mary.send("/ask/time", when="leave_at", leave_at_clock="4pm")
    assert mary.path.startswith("/ask/answer/"), mary.words
    mary.send(mary.path, offer="1")
    mary.send(mary.path, key=mary.key())
    assert "Your journey is changed" in mary.words
    assert rides(stage, old) == []
    assert rides(stage, old + 1) == before


def test_a_call_handlers_change_begins_with_what_is_left(stage: Stage) -> None:
    """The form is filled in for the bus home alone, or for the bus there alone."""
    calls, stan = stage.client("call_handler"), stage.ids["stan_id"]
    hose = f'value="place:{stage.ids["place_id"]}" selected'

    def form(legs: tuple[str, ...]) -> tuple[str, str]:
        """The two lists of places, and whether a bus home is wanted."""
        request_id = book_by_phone(stage, calls, home="leave_at", home_time="2pm")
        cancel(stage.ctx, request_id, by="test", legs=legs, now=NOW)
        html = calls.get(f"/calls/people/{stan}/book?change={request_id}").text
        start, _, rest = html.partition('name="finish"')
        assert 'value="no" selected' in rest
        assert f'value="{DAY.isoformat()}" selected' in rest
        return start, rest

    start, rest = form(("outward",))
    assert hose not in start
    assert hose in rest
    assert 'value="leave_at" selected' in rest
    assert 'value="2:00pm"' in rest
    start, rest = form(("return",))
    assert hose in start
    assert hose not in rest
    assert 'value="10:00am"' in rest
