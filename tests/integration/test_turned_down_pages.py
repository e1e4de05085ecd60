"""Pages for who waited for the night and got no bus: what they could have instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from booking.domain.wish import When, WhenKind, Wish
from booking.models import Booking, JourneyRequest, Person, Place, Refusal, Zone
from booking.services.batch import run_batches
from booking.services.book import book
from booking.services.hold import hold
from booking.services.offer import Asker, ask
from tests.integration.cast import Stage, build_stage
from tests.world import DAY, NOW

EVENING = datetime(2026, 12, 7, 17, 5, tzinfo=UTC)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = build_stage(tmp_path)
    yield made
    made.ctx.db.close()


@pytest.fixture
def turned_down(stage: Stage) -> int:
    """Mary waited for a bus by nine; by the evening the way was too long for her."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
        mary = session.scalars(select(Person).where(Person.name == "Mary Wells")).one()
        places = {place.name: place.id for place in session.scalars(select(Place))}
        hose, melton, by_nine = places["Hose"], places["Melton Mowbray"], time(9)
        wish = Wish(mary.id, hose, melton, DAY, When(WhenKind.ARRIVE_BY, by_nine))
    request = ask(stage.ctx, wish, Asker(None, "web"), now=NOW)
    hold(stage.ctx, request, 1, by="test", now=NOW)
    book(stage.ctx, request, key="waits", by="test", now=NOW)
    with stage.ctx.db.writing() as session:
        session.execute(
            update(Booking).where(Booking.request_id == request).values(ride_limit_seconds=60)
        )
    run_batches(stage.ctx, now=EVENING)
    stage.clock.now = EVENING
    return request


def booked_after(stage: Stage, turned_down: int) -> Booking:
    """The journey that was booked instead."""
    with stage.ctx.db.reading() as session:
        found = session.scalars(
            select(Booking)
            .join(JourneyRequest, JourneyRequest.id == Booking.request_id)
            .where(Booking.status == "booked", JourneyRequest.id > turned_down)
        ).one()
        session.expunge_all()
    return found


def first_offer(page: str) -> str:
    """The first thing that can be chosen on a page."""
    found = re.search(r'name="offer"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_passenger_books_what_they_could_have_instead(stage: Stage, turned_down: int) -> None:
    """From the journey to the times, to the check, to the confirmation."""
    mary = stage.client("mary")
    journey = mary.get(f"/journeys/{turned_down}").text
    assert "no bus could bring you there in time" in journey
    link = f"/ask/answer/{turned_down}"
    assert f'href="{link}"' in journey
    answer = mary.get(link).text
    assert "You could go at" in answer
    check = mary.post(link, data={"offer": first_offer(answer)}, follow_redirects=True)
    assert "/ask/check/" in check.request.path
    key = re.search(r'name="key" value="(\w+)"', check.text)
    assert key is not None
    done = mary.post(check.request.path, data={"key": key[1]}, follow_redirects=True)
    booked = booked_after(stage, turned_down)
    assert done.request.path == f"/journeys/{booked.request_id}/booked"


def test_a_turned_down_journey_sends_nobody_to_a_stop(stage: Stage, turned_down: int) -> None:
    """The page and the sheet say what she asked for, once that it could not be, and no more."""
    mary = stage.client("mary")
    page = mary.get(f"/journeys/{turned_down}").text
    assert page.count(">We could not fit this in<") == 1
    for shown in (page, mary.get(f"/journeys/{turned_down}/print").text):
        assert "Your request for Tuesday 8 December" in shown
        assert "Be there by 9:00am" in shown
        for gone in ("was to come", "Stand at", "There by", "Fare", "Pay the driver"):
            assert gone not in shown
    assert f"/journeys/{turned_down}/print" not in page
    assert 'class="govuk-button"' in page.partition("See what you could have instead")[0]


def test_a_call_handler_books_it_for_them(stage: Stage, turned_down: int) -> None:
    """The reason and the times are there to be read out, and one of them is booked."""
    calls: FlaskClient = stage.client("call_handler")
    journey = calls.get(f"/calls/journeys/{turned_down}").text
    assert "I am sorry." in journey
    assert f'href="/calls/asked/{turned_down}"' in journey
    answer = calls.get(f"/calls/asked/{turned_down}").text
    assert "But I could offer you:" in answer
    kept = calls.post(
        f"/calls/asked/{turned_down}/keep",
        data={"offer": first_offer(answer)},
        follow_redirects=True,
    )
    assert "Shall I book that?" in kept.text
    calls.post(f"{kept.request.path}/book")
    assert booked_after(stage, turned_down).status == "booked"


def test_where_nothing_was_offered_no_page_says_so(stage: Stage, turned_down: int) -> None:
    """There is nothing to choose instead: another day, or the telephone."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Refusal).values(alternatives=[]))
    journey = stage.client("mary").get(f"/journeys/{turned_down}").text
    assert "You can ask for another day below, or ring us." in journey
    assert f"/ask/answer/{turned_down}" not in journey
    calls = stage.client("call_handler").get(f"/calls/journeys/{turned_down}").text
    assert f"/calls/asked/{turned_down}" not in calls


NOTICE = "We could not bring you on Tuesday 8 December"


def test_what_the_night_turned_down_is_said_before_its_day_is_over(
    stage: Stage, turned_down: int
) -> None:
    """On the first page and above her journeys until that day is over; afterwards below."""
    mary = stage.client("mary")
    link = f'href="/journeys/{turned_down}"'
    for page in ("/", "/journeys"):
        shown = mary.get(page).text
        assert NOTICE in shown
        assert f"{link}>See what you could have instead" in shown
    assert "Journeys before" not in shown
    stage.clock.forward(days=2)
    stage.sign_in(mary, "mary")
    assert NOTICE not in mary.get("/").text
    after = mary.get("/journeys").text
    assert NOTICE not in after
    assert link in after.partition("Journeys before")[2]


def test_nobody_is_told_again_once_they_have_booked_instead(stage: Stage, turned_down: int) -> None:
    """The journey they took is what the pages begin with; the refusal is only listed."""
    mary = stage.client("mary")
    page = f"/ask/answer/{turned_down}"
    check = mary.post(page, data={"offer": first_offer(mary.get(page).text)}, follow_redirects=True)
    key = re.search(r'name="key" value="(\w+)"', check.text)
    assert key is not None
    mary.post(check.request.path, data={"key": key[1]})
    mine = mary.get("/journeys").text
    assert "Your next journey" in mine
    assert NOTICE not in mine
    assert f'href="/journeys/{turned_down}"' in mine.partition("Not going ahead")[2]
    assert NOTICE not in mary.get("/").text


def test_a_cancelled_day_to_come_is_not_among_those_before(stage: Stage, turned_down: int) -> None:
    """What was cancelled for a day that is still to come has a heading of its own."""
    mary = stage.client("mary")
    mine = stage.ids["request_id"]
    mary.post(f"/journeys/{mine}/cancel", data={"legs": "both"})
    page = mary.get("/journeys").text
    assert "Journeys before" not in page
    assert f'href="/journeys/{mine}"' in page.partition("Not going ahead")[2]
