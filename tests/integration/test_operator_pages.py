"""The operator's pages as they are read: one form of time, a way back, words for empty days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from booking.services.drive import Event, record_events
from tests.integration.cast import Stage, build_stage
from tests.world import DAY

NOON = datetime.fromisoformat("2026-12-08T12:00:00+00:00")
SPOKEN = re.compile(r"\d(?:am|pm)\b|midday|midnight")
"""A time as passengers read it: "9:40am"."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A day on which Mary was picked up."""
    made = build_stage(Path(tmp_path_factory.mktemp("operator")))
    made.clock.now = NOON
    shift, booking = made.ids["shift_id"], made.ids["booking_id"]
    event = Event("key", shift, booking, "boarded", NOON)
    record_events(made.ctx, made.ids["driver_id"], [event], now=NOON)
    yield made
    made.ctx.db.close()


def read(stage: Stage, path: str, who: str = "operator") -> str:
    answer = stage.client(who).get(path, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        f"/board/MEL1/{DAY}",
        f"/board/MEL1/{DAY}/map.geojson",
        f"/board/MEL1/{DAY}/journeys",
        f"/board/MEL1/{DAY}/plans",
        f"/board/MEL1/{DAY}/plans/1",
        f"/board/MEL1/shifts?first={DAY}",
        "/board/shifts/{shift_id}",
        "/board/zones/MEL1",
        "/board/vehicles/{vehicle_id}",
    ],
)
def test_an_operator_reads_every_time_in_one_form(stage: Stage, path: str) -> None:
    """Twenty-four hours throughout: 09:40 beside 2:05pm is how a bus is missed."""
    whole = read(stage, path.format(**stage.ids))
    page = whole.partition("<main")[2].partition("</main>")[0] or whole
    assert re.search(r"\d\d:\d\d", page)
    assert SPOKEN.findall(page) == []


def test_a_journey_leads_an_operator_back_to_its_board(stage: Stage) -> None:
    """To the zone and day it is on; whoever may not open the board goes back to the person."""
    path = f"/calls/journeys/{stage.ids['request_id']}"
    back = re.compile(r'<a href="([^"]+)" class="govuk-back-link">([^<]+)')
    found = back.search(read(stage, path))
    assert found is not None
    assert found[1] == f"/board/MEL1/{DAY}"
    assert found[2].strip() == "The board of Melton 1, Tuesday 8 December"
    assert f'href="/board/MEL1/{DAY}"' not in read(stage, path, "call_handler")
