"""Drivers' and operators' pages over HTTP: who sees what, what is written, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.models import AuditEntry, Booking, DriverEvent, Place, Shift, SignIn
from booking.services.manifest import manifest_for_staff
from tests.integration.cast import MARKER_DOOR, MARKER_NOTE, Stage, build_stage
from tests.world import DAY

ON_THE_DAY = datetime.fromisoformat("2026-12-08T10:45:00+00:00")


def on_the_day(folder: Path) -> Stage:
    """The cast on the day of Mary's journey; she is picked up at her own door."""
    stage = build_stage(folder)
    stage.clock.now = ON_THE_DAY
    with stage.ctx.db.writing() as session:
        home = session.scalars(select(Place).where(Place.access_note == MARKER_DOOR)).one()
        session.get_one(Booking, stage.ids["booking_id"]).pickup_place_id = home.id
    return stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A day of the test's own."""
    made = on_the_day(tmp_path)
    yield made
    made.ctx.db.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One day for tests after which everything is as it was."""
    made = on_the_day(Path(tmp_path_factory.mktemp("shared")))
    yield made
    made.ctx.db.close()


@pytest.fixture
def drivers(stage: Stage) -> tuple[str, str, int]:
    return who_drives(stage)


def who_drives(stage: Stage) -> tuple[str, str, int]:
    """(who drives Mary, who does not, her shift)."""
    with stage.ctx.db.reading() as session:
        shifts = session.scalars(select(Shift).where(Shift.service_date == DAY)).unique().all()
        of_driver = {shift.driver_id: shift.id for shift in shifts}
    hers = next(
        shift
        for shift in of_driver.values()
        if manifest_for_staff(stage.ctx, shift, now=ON_THE_DAY).stops
    )
    names = sorted(
        ("dee", "ray"), key=lambda name: of_driver[stage.accounts[name].driver_id] != hers
    )
    return names[0], names[1], hers


def facts(stage: Stage) -> list[tuple[int, str]]:
    with stage.ctx.db.reading() as session:
        return [(e.booking_id, e.kind) for e in session.scalars(select(DriverEvent))]


def audit(stage: Stage, name: str) -> list[tuple[str, str]]:
    with stage.ctx.db.reading() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.account_id == stage.accounts[name].id)
        )
        return [(row.action, row.subject) for row in rows]


def report(client: FlaskClient, shift: int, **form: Any) -> Any:
    return client.post(f"/drive/shifts/{shift}/report", data={"key": "k1", **form})


def test_the_driver_sees_the_note_and_the_door(stage: Stage, drivers: tuple[str, str, int]) -> None:
    """On the page, on the print page; the look is written down with the shift's number alone."""
    mine, _, shift = drivers
    client = stage.client(mine)
    for path in (f"/drive/shifts/{shift}", f"/drive/shifts/{shift}/paper"):
        page = client.get(path).get_data(as_text=True)
        assert MARKER_NOTE in page
        assert MARKER_DOOR in page
    assert client.get(f"/drive/shifts/{shift}/manifest.pdf").data.startswith(b"%PDF-")
    assert audit(stage, mine) == [("manifest.read", f"shift:{shift}")] * 3


def test_another_driver_sees_none_of_it(stage: Stage, drivers: tuple[str, str, int]) -> None:
    """The shift, its papers, its reports and its events are not there for them."""
    _, other, shift = drivers
    client = stage.client(other)
    for path in ("", "/paper", "/manifest.pdf"):
        assert client.get(f"/drive/shifts/{shift}{path}").status_code == 404
    booking = stage.ids["booking_id"]
    assert report(client, shift, kind="boarded", booking=booking).status_code == 404
    answer = client.post("/drive/events", json=sent(shift, booking)).get_json()
    assert [one["known"] for one in answer["events"]] == [False]
    assert facts(stage) == []


def test_a_week_before_there_is_nothing_to_see(stage: Stage, drivers: tuple[str, str, int]) -> None:
    """Door codes are for the day: the same driver finds the shift closed a week before."""
    mine, _, shift = drivers
    stage.clock.now = ON_THE_DAY - timedelta(days=7)
    assert stage.client(mine).get(f"/drive/shifts/{shift}").status_code == 404


def sent(shift: int, booking: int, kind: str = "boarded", key: str = "k9") -> dict[str, Any]:
    when = ON_THE_DAY.isoformat()
    event = {
        "key": key,
        "shift_id": shift,
        "booking_id": booking,
        "kind": kind,
        "happened_at": when,
    }
    return {"sent_at": when, "events": [event]}


def test_a_tap_and_its_repetition(stage: Stage, drivers: tuple[str, str, int]) -> None:
    """The form sent twice is one fact, and the phone's own copy of it none more."""
    mine, _, shift = drivers
    client, booking = stage.client(mine), stage.ids["booking_id"]
    for _ in range(2):
        assert report(client, shift, kind="boarded", booking=booking).status_code == 302
    key = f"k1-{booking}-boarded"
    answer = client.post("/drive/events", json=sent(shift, booking, key=key)).get_json()
    assert answer["events"] == [{"key": key, "known": True, "status": "on_board", "words": ""}]
    assert facts(stage) == [(booking, "boarded")]
    assert "On board 10:45am" in client.get(f"/drive/shifts/{shift}").get_data(as_text=True)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "boarded"},
        {"kind": "boarded", "booking": "x"},
        {"kind": "boarded", "booking": "-1"},
        {"kind": "", "booking": "1"},
        {"kind": "boarded", "booking": "99999999999"},
    ],
)
def test_a_form_that_makes_no_sense(shared: Stage, form: dict[str, str]) -> None:
    """It is answered with a page in words, and nothing is written."""
    mine, _, shift = who_drives(shared)
    answer = report(shared.client(mine), shift, **form)
    assert answer.status_code == 422
    assert "Load the page again" in answer.get_data(as_text=True)
    assert facts(shared) == []


@pytest.mark.parametrize(
    "form", [{"kind": "teleported"}, {"kind": "boarded", "booking": "999", "sure": "yes"}]
)
def test_a_fact_about_nobody_is_told_to_the_driver(
    stage: Stage, drivers: tuple[str, str, int], form: dict[str, str]
) -> None:
    """A word or a passenger we do not know is not kept, and the next page says so."""
    mine, _, shift = drivers
    client = stage.client(mine)
    report(client, shift, **{"booking": str(stage.ids["booking_id"]), **form})
    page = client.get(f"/drive/shifts/{shift}").get_data(as_text=True)
    assert "oa-notice--problem" in page
    assert facts(stage) == []


def test_boarding_long_before_the_time_is_asked_about_once(
    stage: Stage, drivers: tuple[str, str, int]
) -> None:
    """An hour early the page asks who that is; yes is taken, and nothing was kept before it."""
    mine, _, shift = drivers
    client, booking = stage.client(mine), stage.ids["booking_id"]
    stage.clock.now = ON_THE_DAY - timedelta(hours=1)
    asked = report(client, shift, kind="boarded", booking=booking)
    assert "This is Mary Wells for " in asked.get_data(as_text=True)
    assert facts(stage) == []
    assert report(client, shift, kind="boarded", booking=booking, sure="yes").status_code == 302
    assert facts(stage) == [(booking, "boarded")]


def test_nobody_is_left_behind_by_one_tap(stage: Stage, drivers: tuple[str, str, int]) -> None:
    """ "Not there" is offered at the stop only, and asked about by name before it is kept."""
    mine, _, shift = drivers
    client, booking = stage.client(mine), stage.ids["booking_id"]
    stage.clock.now = ON_THE_DAY + timedelta(hours=2)
    offered = "<div data-no-show>"
    assert offered not in client.get(f"/drive/shifts/{shift}").get_data(as_text=True)
    report(client, shift, kind="arrived", booking=booking)
    assert offered in client.get(f"/drive/shifts/{shift}").get_data(as_text=True)
    asked = report(client, shift, kind="no_show", booking=booking).get_data(as_text=True)
    assert "Mary Wells is not at the stop. Drive on without them?" in asked
    assert facts(stage) == [(booking, "arrived")]
    report(client, shift, kind="no_show", booking=booking, sure="yes")
    assert facts(stage) == [(booking, "arrived"), (booking, "no_show")]


def test_not_there_from_an_older_page_is_a_fact(
    stage: Stage, drivers: tuple[str, str, int]
) -> None:
    """A phone that kept the tap before there was a question, or an arrival, is not refused."""
    mine, _, shift = drivers
    body = sent(shift, stage.ids["booking_id"], kind="no_show")
    answer = stage.client(mine).post("/drive/events", json=body).get_json()
    assert [one["known"] for one in answer["events"]] == [True]
    assert facts(stage) == [(stage.ids["booking_id"], "no_show")]


def test_boarding_somebody_of_another_run_is_asked_about(
    stage: Stage, drivers: tuple[str, str, int]
) -> None:
    """Who is not on this run's list is asked about without a name, and is taken all the same."""
    _, other, _ = drivers
    client, booking = stage.client(other), stage.ids["booking_id"]
    driver = stage.accounts[other].driver_id
    with stage.ctx.db.reading() as session:
        theirs = session.scalars(
            select(Shift.id).where(Shift.service_date == DAY, Shift.driver_id == driver)
        ).one()
    asked = report(client, theirs, kind="boarded", booking=booking).get_data(as_text=True)
    assert "is not on your list any more" in asked
    assert "Mary" not in asked
    report(client, theirs, kind="boarded", booking=booking, sure="yes")
    page = client.get(f"/drive/shifts/{theirs}").get_data(as_text=True)
    assert "The plan has them on another bus" in page
    assert facts(stage) == [(booking, "boarded")]


@pytest.mark.parametrize("body", ["", "[]", '{"events": 1}', '{"sent_at": "x", "events": []}'])
def test_events_that_cannot_be_read(shared: Stage, body: str) -> None:
    """The phone is answered 4xx in JSON, so that it keeps what it has."""
    client = shared.client("dee")
    answer = client.post("/drive/events", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["words"]


def test_a_forged_tap_is_refused(tmp_path: Path) -> None:
    """Without the page's token neither the form nor the phone's events are taken."""
    stage = build_stage(tmp_path, csrf=True)
    stage.clock.now = ON_THE_DAY
    client, shift = stage.client("dee"), stage.ids["shift_id"]
    assert report(client, shift, kind="boarded", booking=1).status_code == 400
    assert client.post("/drive/events", json=sent(shift, 1)).status_code == 400
    token = client.get("/drive/signal").get_json()["csrf_token"]
    header = {"X-CSRFToken": token}
    assert client.post("/drive/events", json=sent(shift, 1), headers=header).status_code == 200
    stage.ctx.db.close()


@pytest.mark.parametrize(
    ("path", "action"),
    [
        (f"/board/MEL1/{DAY}", "board.read"),
        (f"/board/MEL1/{DAY}/map.geojson", "board.map"),
        (f"/board/MEL1/{DAY}/journeys", "journeys.list"),
        (f"/board/MEL1/{DAY}/plans", "plans.list"),
        (f"/board/MEL1/{DAY}/plans/1", "plans.read"),
        ("/board/MEL1/shifts", "shifts.list"),
        ("/board/shifts/{shift_id}", "manifest.read"),
        ("/board/shifts/{shift_id}/paper", "manifest.read"),
        ("/board/shifts/{shift_id}/manifest.pdf", "manifest.read"),
        ("/board/shifts/{shift_id}/withdraw", "manifest.read"),
        ("/board/drivers", "drivers.list"),
        ("/board/drivers/{driver_id}", "driver.read"),
    ],
)
def test_every_look_of_an_operator_is_written_down(shared: Stage, path: str, action: str) -> None:
    """One row for each page about people, with what was looked at and no names."""
    client = shared.client("operator")
    before = len(audit(shared, "operator"))
    assert client.get(path.format(**shared.ids)).status_code == 200
    assert [found for found, _ in audit(shared, "operator")[before:]] == [action]


@pytest.mark.parametrize(
    "path",
    [
        "/board/MEL9/2026-12-08",
        "/board/MEL1/2026-13-40",
        "/board/MEL1/9999-12-31",
        "/board/MEL1/tomorrow",
        "/board/MEL1/2026-12-08/plans/99",
        "/board/shifts/99",
        "/board/vehicles/99",
        "/board/drivers/99",
        "/board/zones/X",
        "/board/X/unmet",
        "/board/MEL1/shifts?first=x",
    ],
)
def test_what_is_not_there_is_said(shared: Stage, path: str) -> None:
    """A zone, day, plan, shift, vehicle or driver we do not have is a 404 with words."""
    answer = shared.client("operator").get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_device_of_another_driver_is_not_signed_out(stage: Stage) -> None:
    """Under one driver's page only that driver's devices can be ended."""
    stage.client("ray")
    with stage.ctx.db.reading() as session:
        rays = session.scalars(
            select(SignIn).where(SignIn.account_id == stage.accounts["ray"].id)
        ).one()
    dee, ray = (stage.accounts[name].driver_id for name in ("dee", "ray"))
    operator = stage.client("operator")
    operator.post(f"/board/drivers/{dee}/devices/{rays.id}/end")
    assert "Sign it out" in operator.get(f"/board/drivers/{ray}").get_data(as_text=True)
    operator.post(f"/board/drivers/{ray}/devices/{rays.id}/end")
    assert "Sign it out" not in operator.get(f"/board/drivers/{ray}").get_data(as_text=True)
