"""The operator's pages as they are read: one form of time, a way back, words for empty days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from booking.models import Driver, JourneyRequest, Shift, Vehicle, ZoneDay
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


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stage]:
    """A day of a test's own, for changing things."""
    made = build_stage(tmp_path)
    made.clock.now = NOON
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


def post(stage: Stage, path: str, **fields: object) -> tuple[int, str]:
    """Send a form; the status and the page it ends on."""
    answer = stage.client("operator").post(path, data=fields, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


SHIFT = {"day": "2026-12-09", "starts": "07:30", "ends": "15:00"}


def test_a_break_without_its_length_is_not_dropped_in_silence(stage: Stage) -> None:
    """Its times alone say nothing: the form asks how long it is."""
    fields = {**SHIFT, "vehicle": stage.ids["vehicle_id"], "break_from": "12:00"}
    status, page = post(stage, "/board/MEL1/shifts/new", **fields)
    assert status == 422
    assert "Say how many minutes the break is" in page


def test_a_zone_without_vehicles_says_so(own: Stage) -> None:
    """An empty list to choose from is no answer to "add a shift"."""
    with own.ctx.db.writing() as session:
        session.execute(update(Vehicle).values(active=False))
    page = read(own, "/board/MEL1/shifts/new")
    assert "This zone has no vehicle in use" in page
    assert "<select" not in page.partition("<main")[2]
    vehicle = read(own, f"/board/vehicles/{own.ids['vehicle_id']}")
    assert "Add a shift" not in vehicle


def test_a_shift_is_added_for_the_vehicle_one_came_from(stage: Stage) -> None:
    """The vehicle's own page leads to the form with that vehicle chosen."""
    other = stage.ids["vehicle_id"] + 1
    page = read(stage, f"/board/MEL1/shifts/new?vehicle={other}")
    assert f'<option value="{other}" selected>' in page


def test_withdrawing_says_what_was_done(own: Stage) -> None:
    """Nobody was on it; done twice, the second time says that nothing more was done."""
    empty = own.ids["shift_id"] + 2
    path = f"/board/shifts/{empty}/withdraw"
    assert "No journeys are on it." in read(own, path)
    assert "Nobody was on it" in post(own, path, reason="flat tyre")[1]
    assert "withdrawn already" in post(own, path, reason="flat tyre")[1]


def test_who_is_on_board_is_named_before_and_after_a_bus_is_withdrawn(own: Stage) -> None:
    """The operator rings the driver; no shift is offered that would fetch nobody."""
    shift, booking = own.ids["shift_id"], own.ids["booking_id"]
    path = f"/board/shifts/{shift}/withdraw"
    assert "People are on board" not in read(own, path)
    event = Event("key", shift, booking, "boarded", NOON)
    record_events(own.ctx, own.ids["driver_id"], [event], now=NOON)
    assert re.search(r"People are on board.*Mary \w+: ring the driver", read(own, path), re.S)
    assert "1 journey is on board: ring the driver" in post(own, path, reason="flat tyre")[1]
    driving = read(own, f"/drive/shifts/{shift}", "dee")
    assert "You have people on board: stay with them" in driving
    assert "Do not drive it" not in driving
    board = read(own, f"/board/MEL1/{DAY}")
    (aboard,) = re.findall(r"is on board and in no plan.*?</li>", board, re.S)
    assert "Another bus" not in aboard
    for without in re.findall(r"has no bus</.*?</li>", board, re.S):
        assert "Another bus" in without


def test_who_has_no_bus_can_be_given_one_more_shift(own: Stage) -> None:
    """The decision leads to the form for a shift on that day."""
    post(own, f"/board/shifts/{own.ids['shift_id']}/withdraw", reason="flat tyre")
    board = read(own, f"/board/MEL1/{DAY}")
    assert "has no bus" in board
    assert f'href="/board/MEL1/shifts/new?day={DAY}">Another bus' in board


def test_the_driver_who_was_chosen_stays_chosen(own: Stage) -> None:
    """Somebody who drives another bus then is refused, and the list still shows them."""
    busy, driver = own.ids["shift_id"], own.ids["driver_id"]
    with own.ctx.db.writing() as session:
        times = session.get_one(Shift, busy)
        other = session.get_one(Shift, busy + 2)
        other.service_date, other.starts, other.ends = times.service_date, times.starts, times.ends
        other.driver_id = None
    status, page = post(own, f"/board/shifts/{busy + 2}/driver", driver=driver)
    assert status == 422
    assert "on another shift then" in page
    assert f'<option value="{driver}" selected>' in page


def test_who_cannot_travel_with_the_new_driver_is_named_with_their_number(own: Stage) -> None:
    """Whoever drives now is named; whom that concerns can be rung at once, and nobody else is."""
    shift, request = own.ids["shift_id"], own.ids["request_id"]
    dee = own.ids["driver_id"]
    with own.ctx.db.writing() as session:
        ray = session.scalars(select(Driver.id).where(Driver.name == "Ray")).one()
        session.execute(update(Shift).where(Shift.driver_id == ray).values(driver_id=None))
        mary = session.get_one(JourneyRequest, request).person
        mary.avoids, mary.phone = [f"driver:{ray}"], "+441632960001"
    path = f"/board/shifts/{shift}/driver"
    page = post(own, path, driver=ray)[1]
    assert "Ray drives now. No promised time has changed." in page
    assert f"{mary.name} cannot travel with Ray. Ring them on 01632 960001" in page
    assert f'href="/calls/journeys/{request}">See that journey' in page
    page = post(own, path, driver=dee)[1]
    assert "Dee drives now." in page
    assert "cannot travel with" not in page
    assert "Nobody drives now." in post(own, path, driver="")[1]


def test_a_day_that_has_been_is_not_withdrawn(own: Stage) -> None:
    """Whoever nobody reported as driven would be told today that no bus comes."""
    own.clock.now = NOON + timedelta(days=1)
    path = f"/board/shifts/{own.ids['shift_id']}"
    assert "Withdraw this shift" not in read(own, path)
    status, page = post(own, f"{path}/withdraw", reason="flat tyre")
    assert status == 422
    assert "That day has been" in page


def test_the_bar_of_a_planning_is_filled_as_far_as_it_is(own: Stage) -> None:
    """Two fifths of its time are over: so says the page, and what its script reads."""
    path = f"/board/MEL1/{DAY}/planning"
    with own.ctx.db.writing() as session:
        session.execute(
            update(ZoneDay).values(
                planning_by="a worker",
                planning_until=NOON + timedelta(seconds=5),
                planning_progress="Looking for better runs.",
                planning_percent=40,
            )
        )
    assert re.search(r'<progress[^>]* value="40"', read(own, path))
    answer = own.client("operator").get(path, headers={"Accept": "application/json"})
    assert (answer.json["percent"], answer.json["done"]) == (40, False)
    own.clock.now = NOON + timedelta(seconds=10)
    assert not re.search(r"<progress[^>]* value=", read(own, path))


def test_what_changed_is_to_be_seen_only_where_something_did(own: Stage) -> None:
    """The way on is the board; the versions are led to once there is another one."""
    operator, day = own.client("operator"), f"/board/MEL1/{DAY}"
    page = operator.post(f"{day}/plan").location

    def once_it_is_over() -> tuple[str, str | None]:
        with own.ctx.db.writing() as session:
            session.execute(update(ZoneDay).values(wants_planning_since=None))
        answer = operator.get(page, headers={"Accept": "application/json"})
        assert answer.json["done"]
        return operator.get(page).get_data(as_text=True), answer.json["href"]

    assert "You can leave this page" in operator.get(page).get_data(as_text=True)
    words, href = once_it_is_over()
    assert f'href="{day}">Go to the board' in words
    assert "See what changed" not in words
    assert "You can leave this page" not in words
    assert href is None
    post(own, f"/board/shifts/{own.ids['shift_id']}/withdraw", reason="flat tyre")
    words, href = once_it_is_over()
    assert f'href="{day}/plans">See what changed' in words
    assert href == f"{day}/plans"
