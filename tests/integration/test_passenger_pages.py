"""The passenger's pages: the whole journey, every question's errors, and whose is whose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from booking.adapters.geocoder import Address, FakeGeocoder
from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind
from booking.models import (
    Booking,
    Group,
    JourneyRequest,
    Message,
    Offer,
    Person,
    Place,
    Refusal,
    Shift,
    Zone,
)
from booking.models import Session as GroupSession
from booking.services import places as places_service
from booking.web.passenger.draft import Draft
from tests.integration.cast import MARKER_DOOR, MARKER_NOTE, Stage, build_stage, withdraw_all
from tests.world import DAY, NOW

CRAFT_DAY = DAY.isoformat()  # a Tuesday


@dataclass
class Walk:
    """Somebody at their browser: what they open and send, and the words they then read."""

    client: FlaskClient
    last: TestResponse | None = None

    def open(self, page: str) -> str:
        self.last = self.client.get(page, follow_redirects=True)
        return self.words

    def send(self, page: str, **fields: Any) -> str:
        """Post a form and follow where it leads."""
        self.last = self.client.post(page, data=fields, follow_redirects=True)
        return self.words

    @property
    def status(self) -> int:
        assert self.last is not None
        return self.last.status_code

    @property
    def path(self) -> str:
        assert self.last is not None
        return self.last.request.path

    @property
    def html(self) -> str:
        assert self.last is not None
        return self.last.text

    @property
    def words(self) -> str:
        """The main part of the page as it is read, without its tags."""
        main = self.html.partition("<main")[2].partition("</main")[0].partition(">")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())

    def key(self) -> str:
        found = re.search(r'name="key" value="(\w+)"', self.html)
        assert found is not None
        return found[1]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The cast, with a craft club in Long Clawson and a surgery in Harby."""
    made = build_stage(tmp_path)
    with made.ctx.db.writing() as session:
        places = {place.name: place.id for place in session.scalars(select(Place))}
        craft = Group(
            code="craft",
            name="Gather Create Grow Club",
            kind="craft",
            description="Knitting and cake",
            phone="+441632960900",
            place_id=places["Long Clawson"],
        )
        surgery = Group(
            code="surgery", name="Harby Surgery", kind="appointments", place_id=places["Harby"]
        )
        session.add_all([craft, surgery])
        session.flush()
        meeting = GroupSession(group_id=craft.id, weekday="tue", starts=600, ends=720)
        session.add(meeting)
        session.add(GroupSession(group_id=surgery.id, weekday="mon", starts=510, ends=1080))
        session.flush()
        made.ids |= {
            "group": craft.id,
            "surgery": surgery.id,
            "meeting": meeting.id,
            "melton": places["Melton Mowbray"],
        }
    yield made
    made.ctx.db.close()


@pytest.fixture
def mary(stage: Stage) -> Walk:
    """Mary, who lives in Hose and travels in a wheelchair, signed in."""
    return Walk(stage.client("mary"))


def to_melton(walk: Walk, *, home: str = "no", **clock: str) -> str:
    """Answer every question for a journey from home to Melton Mowbray, there by eleven."""
    walk.open("/ask")
    walk.send("/ask/from", start="home")
    walk.send("/ask/to", finish="other", finish_text="Melton Mowbray")
    walk.send("/ask/day", day=DAY.isoformat())
    walk.send("/ask/time", when="arrive_by", arrive_by_clock="11")
    walk.send("/ask/home", home=home, **clock)
    return walk.send("/ask/who", **{"with": "wheelchair"})


def answered(stage: Stage, walk: Walk) -> None:
    """Put every answer of such a journey into the session at once, to try single questions."""
    with stage.ctx.db.reading() as session:
        home = session.scalar(select(Person.home_place_id).where(Person.name == "Mary Wells"))
    draft = Draft(
        start=home,
        finish=stage.ids["melton"],
        purpose=PurposeKind.OTHER,
        day=DAY,
        when=When(WhenKind.ARRIVE_BY, time(11)),
        home_asked=True,
        party=Party(wheelchairs=1),
    )
    with walk.client.session_transaction() as cookie:
        cookie["draft"] = draft.to_json()


def book(walk: Walk) -> int:
    """Choose the first offer and book it; the request's id."""
    walk.send(walk.path, offer="1")
    walk.send(walk.path, key=walk.key())
    found = re.fullmatch(r"/journeys/(\d+)/booked", walk.path)
    assert found is not None, walk.words
    return int(found[1])


def requests_of(stage: Stage, status: str) -> int:
    with stage.ctx.db.reading() as session:
        query = select(func.count()).where(JourneyRequest.status == status)
        return session.scalar(query) or 0


def request_of(stage: Stage, request_id: int) -> JourneyRequest:
    with stage.ctx.db.reading() as session:
        request = session.get_one(JourneyRequest, request_id)
        session.expunge_all()
    return request


# The whole journey


def test_to_a_club_and_home_again(stage: Stage, mary: Walk) -> None:
    """From what's on to a booked journey: there before it starts, home after it ends."""
    assert "Gather Create Grow Club" in mary.open("/going-out?zone=MEL1")
    group_page = mary.open(f"/going-out/groups/{stage.ids['group']}")
    assert "Tuesdays, 10:00am to 12:00 midday" in group_page
    assert "01632 960900" in group_page
    words = mary.open(f"/going-out/take-me/{stage.ids['meeting']}/{CRAFT_DAY}")
    assert "Yes, after it ends at 12:00 midday" in words
    mary.send("/ask/home", home="after")
    words = mary.send("/ask/who", **{"with": "wheelchair"})
    assert "The bus comes between" in words
    assert "at your home" in words
    request_id = book(mary)
    assert "Your journey is booked" in mary.words
    assert "The bus home comes" in mary.words
    wish = request_of(stage, request_id).wish
    assert wish["purpose"] == "session"
    assert wish["when"] == {"kind": "arrive_by", "clock": "10:00:00"}
    assert wish["home"] == {"kind": "leave_at", "clock": "12:00:00"}


def test_the_confirmation_says_it_all(stage: Stage, mary: Walk) -> None:
    """Reference in groups, day, where to stand, the window, home by, on screen and on paper."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    request_id = book(mary)
    reference = request_of(stage, request_id).reference or ""
    for page in (mary.path, f"/journeys/{request_id}", f"/journeys/{request_id}/print"):
        words = mary.open(page)
        assert f"{reference[:3]} {reference[3:]}" in words
        assert "Tuesday 8 December" in words
        assert "Stand at Your home" in words
        assert re.search(r"The bus comes between \S+ and \S+", words)
        assert re.search(r"Home by \S+m", words)


def test_an_appointment(stage: Stage, mary: Walk) -> None:
    """A surgery from the list, be there by the letter's time, home when ready."""
    mary.open("/ask")
    mary.send("/ask/from", start="home")
    assert "Harby" in mary.send("/ask/to", finish="appointment")
    mary.send("/ask/appointment", place=f"group:{stage.ids['surgery']}")
    mary.send("/ask/day", day="2026-12-08")
    assert "What time is your appointment?" in mary.words
    mary.send("/ask/time", arrive_by_clock="half past ten")
    mary.send("/ask/home", home="any")
    mary.send("/ask/who", **{"with": "wheelchair"})
    request_id = book(mary)
    wish = request_of(stage, request_id).wish
    assert wish["purpose"] == "appointment"
    assert wish["when"] == {"kind": "arrive_by", "clock": "10:30:00"}


def test_a_misspelt_place_is_asked_about(stage: Stage, mary: Walk) -> None:
    """Clauson is found, and which one was meant is asked before going on."""
    mary.open("/ask")
    mary.send("/ask/from", start="home")
    words = mary.send("/ask/to", finish="other", finish_text="Long Clauson")
    assert mary.path == "/ask/which/finish"
    assert "Long Clawson" in words
    club = f"group:{stage.ids['group']}"
    mary.send("/ask/which/finish", q="Long Clauson", place=club)
    assert mary.path == "/ask/meeting"


def test_one_can_go_back_and_nothing_is_lost(stage: Stage, mary: Walk) -> None:
    """Every answer shows again when its question is opened once more."""
    to_melton(mary, home="arrive_by", arrive_by_clock="4pm")
    assert 'value="11:00am"' in (mary.open("/ask/time") and mary.html)
    assert 'value="4:00pm"' in (mary.open("/ask/home") and mary.html)
    assert 'value="Melton Mowbray"' in (mary.open("/ask/to") and mary.html)
    words = mary.open("/ask/answers")
    assert "Be there by 11:00am" in words
    assert "Be home by 4:00pm" in words


def test_questions_wait_for_the_ones_before(mary: Walk) -> None:
    """Opened out of order, a question leads to the first one that is open."""
    mary.open("/ask")
    for page in ("to", "group", "appointment", "meeting", "day", "time", "home", "who", "answers"):
        mary.open(f"/ask/{page}")
        assert mary.path == "/ask/from", page


# Errors by the field


@pytest.mark.parametrize(
    ("page", "fields", "field", "words"),
    [
        ("from", {}, "start", "Choose where you start from."),
        ("from", {"start": "other"}, "start_text", "Type the name of the place"),
        ("from", {"start": "other", "start_text": "x" * 200}, "start_text", "too long"),
        ("to", {}, "finish", "Choose where you want to go."),
        ("to", {"finish": "other", "finish_text": "qqqq"}, "finish_text", "could not find"),
        ("to", {"finish": "home"}, "finish", "where you start from"),
        ("group", {"place": "group:999"}, "place", "Choose a group or club."),
        ("appointment", {}, "place", "Choose where your appointment is."),
        ("day", {"day": "2020-01-01"}, "day", "Choose one of the days."),
        ("time", {}, "when", "Choose when you want to travel."),
        ("time", {"when": "leave_at"}, "leave_at_clock", "Type a time"),
        ("time", {"when": "arrive_by", "arrive_by_clock": "soon"}, "arrive_by_clock", "Type a"),
        ("home", {}, "home", "Choose whether you want a bus home."),
        ("home", {"home": "leave_at", "leave_at_clock": "9am"}, "leave_at_clock", "after 11:00am"),
        ("who", {"with": "pass", "adults": "many"}, "adults", "Type a number"),
        ("who", {"with": "pass", "children": "9"}, "adults", "up to 5 people"),
        ("who", {"with": "pass", "note": "x" * 400}, "note", "Use 300 letters or fewer"),
    ],
)
def test_each_error_is_said_by_its_field(
    stage: Stage, mary: Walk, page: str, fields: dict[str, str], field: str, words: str
) -> None:
    """A wrong answer shows its question again, 422, with the error above and by the field."""
    answered(stage, mary)
    said = mary.send(f"/ask/{page}", **fields)
    assert mary.status == 422
    assert "There is a problem" in said
    assert said.count(words) >= 2
    assert f'href="#{field}"' in mary.html
    assert f'id="{field}"' in mary.html
    for name, typed in fields.items():
        if name.endswith(("_text", "_clock", "adults")) and len(typed) < 100:
            assert f'value="{typed}"' in mary.html


def test_a_box_filled_in_without_its_choice_counts(stage: Stage, mary: Walk) -> None:
    """Who types a time and forgets the button above it is understood."""
    answered(stage, mary)
    mary.send("/ask/time", leave_at_clock="10am")
    assert "The bus comes between" in mary.words


NASTY = (
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "٣٤٥ ﷽ 🚌",
    "../../etc/passwd",
    "-1",
    "9" * 400,
    "%s%n",
)


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("from", ("start", "start_text")),
        ("to", ("finish", "finish_text")),
        ("which/finish", ("q", "place")),
        ("group", ("place",)),
        ("meeting", ("meeting",)),
        ("day", ("day",)),
        ("time", ("when", "arrive_by_clock")),
        ("home", ("home", "leave_at_clock")),
        ("who", ("with", "adults", "note")),
    ],
)
def test_no_input_breaks_a_question(
    stage: Stage, mary: Walk, page: str, fields: tuple[str, ...]
) -> None:
    """Whatever is sent, the answer is a page in our words, and never the text as markup."""
    for nasty in NASTY:
        answered(stage, mary)
        mary.send(f"/ask/{page}", **dict.fromkeys(fields, nasty))
        assert mary.status < 500, nasty
        assert "<script>alert" not in mary.html


def test_addresses_typed_wrong_say_so(mary: Walk) -> None:
    """A mistyped or old address is answered in words, not with an error of ours."""
    for page in (
        "/going-out?village=qqqq",
        "/going-out?zone=none",
        "/going-out/groups/999",
        "/going-out/take-me/999/2026-12-08",
        "/going-out/take-me/1/someday",
        "/ask/which/middle",
        "/ask/answer/999999",
        "/journeys/99999999999999999999",
        "/api/places?q=" + "a" * 2000,
        "/api/places?q=x&zone=abc",
    ):
        mary.open(page)
        assert mary.status < 500, page


# Choosing and booking


def test_the_same_press_twice_is_one_booking(stage: Stage, mary: Walk) -> None:
    """Choosing twice and booking twice, with the key or without it, is one journey."""
    to_melton(mary)
    answer = mary.path
    mary.send(answer, offer="1")
    mary.send(answer, offer="1")
    check, key = mary.path, mary.key()
    before = requests_of(stage, "booked")
    pages = {mary.send(check, key=sent) and mary.path for sent in (key, key, "", "rubbish")}
    assert len(pages) == 1
    assert requests_of(stage, "booked") == before + 1


def test_choosing_another_lets_the_first_go(stage: Stage, mary: Walk) -> None:
    """A second choice takes the place of the first: never two held at once."""
    to_melton(mary)
    answer = mary.path
    mary.send(answer, offer="1")
    mary.send(answer, offer="2")
    assert mary.path.startswith("/ask/check/")
    with stage.ctx.db.reading() as session:
        held = select(func.count()).where(Booking.status == "held")
        assert session.scalar(held) == 1
    mary.send(mary.path + "/release")
    assert mary.path == answer


def test_asking_afresh_lets_ones_own_hold_go(stage: Stage, mary: Walk) -> None:
    """The wheelchair space somebody holds does not stand in the way of their next question."""
    with stage.ctx.db.writing() as session:
        one_bus = select(func.min(Shift.id)).where(Shift.service_date == DAY).scalar_subquery()
        session.execute(update(Shift).where(Shift.id != one_bus).values(status="withdrawn"))
        session.execute(update(Booking).values(status="cancelled"))
    to_melton(mary)
    mary.send(mary.path, offer="1")
    mary.send("/ask/time", when="arrive_by", arrive_by_clock="11:05")
    with stage.ctx.db.reading() as session:
        held = select(func.count()).where(Booking.status == "held")
        assert session.scalar(held) == 0
    assert "The bus comes between" in mary.words


def test_an_unchosen_offer_is_an_error(mary: Walk) -> None:
    """Continue without a choice says what to do."""
    to_melton(mary)
    assert "Choose one of the times." in mary.send(mary.path)
    assert mary.status == 422


def test_an_offer_that_is_gone_is_explained(stage: Stage, mary: Walk) -> None:
    """When no bus can do it any more, we say so and ask again, rather than fail."""
    to_melton(mary)
    with stage.ctx.db.writing() as session:
        session.execute(update(Shift).values(status="withdrawn"))
    words = mary.send(mary.path, offer="1")
    assert "has just been taken" in words
    assert "No bus is out" in words
    assert mary.status == 200


def test_a_hold_that_ran_out_can_still_be_booked(stage: Stage, mary: Walk) -> None:
    """After five minutes the place is taken again if it is free: nobody starts over."""
    to_melton(mary)
    mary.send(mary.path, offer="1")
    check, key = mary.path, mary.key()
    stage.clock.forward(minutes=6)
    assert "they are over" in mary.open(check)
    assert "Your journey is booked" in mary.send(check, key=key)


def test_an_unfinished_booking_is_found_again(mary: Walk) -> None:
    """A held journey is shown among mine, with the way to finish it."""
    to_melton(mary)
    mary.send(mary.path, offer="1")
    assert "You have not finished booking" in mary.open("/journeys")


def test_old_offers_are_asked_for_afresh(stage: Stage, mary: Walk) -> None:
    """Offers found a while ago say so, and looking again makes new ones."""
    to_melton(mary)
    old = mary.path
    stage.clock.forward(minutes=30)
    assert "found a while ago" in mary.open(old)
    mary.send(old + "/again")
    assert mary.path != old
    assert "found a while ago" not in mary.words


def test_a_refusal_says_why_and_what_else(stage: Stage, mary: Walk) -> None:
    """A time outside the hours is refused in words, with other times and the phone number."""
    to_melton(mary)
    words = mary.send("/ask/time", when="leave_at", leave_at_clock="5:30am")
    assert "We cannot do that as you asked" in words
    assert "The bus runs from 7:00am to 7:00pm" in words
    assert stage.ctx.settings.scheme.phone in words
    assert requests_of(stage, "refused") == 1
    mary.send(mary.path, offer="1")
    assert "Check your answers" in mary.words


# Mine, and nobody else's


def test_my_journeys_come_in_order_of_time(mary: Walk) -> None:
    """The next one is first and says so; a later one comes after it."""
    to_melton(mary)
    book(mary)
    words = mary.open("/journeys")
    assert words.index("Your next journey") < words.index("between 10:")
    assert mary.html.count("oa-card--next") == 1
    assert mary.html.count('class="oa-card') >= 2


def test_cancelling_one_way_then_the_other(stage: Stage, mary: Walk) -> None:
    """The bus home can be cancelled alone; then the rest; a second press changes nothing."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    journey = f"/journeys/{book(mary)}"
    assert "Choose what you want to cancel." in mary.send(journey + "/cancel")
    assert "The bus there is still booked" in mary.send(journey + "/cancel", legs="return")
    assert "Your journey is cancelled." in mary.send(journey + "/cancel")
    mary.send(journey + "/cancel")
    assert mary.status == 200
    assert "There is nothing to cancel" in mary.open(journey + "/cancel")
    assert requests_of(stage, "cancelled") == 1


def test_cancelling_one_way_sent_again_leaves_the_other(stage: Stage, mary: Walk) -> None:
    """The answer was lost and the form is sent again: the bus there still comes."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    request_id = book(mary)
    for _ in range(3):
        words = mary.send(f"/journeys/{request_id}/cancel", legs="return")
        assert "The bus there is still booked" in words
    legs = {b.leg: b.status for b in request_of(stage, request_id).bookings}
    assert legs == {"outward": "booked", "return": "cancelled"}
    assert 'name="legs" value="both"' in mary.client.get(f"/journeys/{request_id}/cancel").text
    assert "Your journey is cancelled." in mary.send(f"/journeys/{request_id}/cancel", legs="both")


def test_a_way_without_a_bus_is_not_said_to_be_booked(stage: Stage, mary: Walk) -> None:
    """Every bus broke down: who cancels the way home reads that there is none for the other."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    request_id = book(mary)
    withdraw_all(stage)
    words = mary.send(f"/journeys/{request_id}/cancel", legs="return")
    assert "The bus home is cancelled. We have no bus there for you now" in words
    assert "still booked" not in words


@pytest.mark.parametrize("page", ["", "/print"])
def test_nobody_is_sent_to_a_stop_no_bus_comes_to(stage: Stage, mary: Walk, page: str) -> None:
    """Every bus broke down: no page says where to stand, or that a bus comes."""
    to_melton(mary)
    request_id = book(mary)
    assert "The bus comes" in mary.open(f"/journeys/{request_id}{page}")
    withdraw_all(stage)
    for path in (f"/journeys/{request_id}{page}", "/journeys"):
        words = mary.open(path)
        assert "Please do not wait at the stop" in words
        assert "was to come" in words
        assert "The bus comes" not in words
        assert "Stand at" not in words
        assert "There by" not in words
    for path in ("change", "cancel"):
        words = mary.open(f"/journeys/{request_id}/{path}")
        assert "The bus does not come now: it was to come" in words
        assert "at your home" not in words


def test_a_bus_home_that_is_lost_is_not_said_to_come(stage: Stage, mary: Walk) -> None:
    """They are on the way there when every bus is taken off the road."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    request_id = book(mary)
    with stage.ctx.db.writing() as session:
        legs = session.get_one(JourneyRequest, request_id).bookings
        next(b for b in legs if b.leg == "outward").status = "on_board"
    assert "The bus home comes" in mary.open("/journeys")
    withdraw_all(stage)
    words = mary.open("/journeys")
    assert "The bus home does not come now: it was to come" in words
    assert "You will be home" not in words


def test_on_the_bus_only_the_way_home_can_be_cancelled(stage: Stage, mary: Walk) -> None:
    """The page asks for what is left, by its name."""
    to_melton(mary, home="leave_at", leave_at_clock="2pm")
    request_id = book(mary)
    with stage.ctx.db.writing() as session:
        legs = session.get_one(JourneyRequest, request_id).bookings
        next(b for b in legs if b.leg == "outward").status = "on_board"
    words = mary.open(f"/journeys/{request_id}/cancel")
    assert "Yes, cancel the bus home" in words
    assert "Only the bus there" not in words
    assert "The bus home is cancelled." in mary.send(f"/journeys/{request_id}/cancel", legs="both")


def test_cancelling_late_is_said_before(stage: Stage, mary: Walk) -> None:
    """Within the notice the page warns, and the journey is cancelled all the same."""
    journey = f"/journeys/{stage.ids['request_id']}"
    assert "It is late to cancel" not in mary.open(journey + "/cancel")
    stage.clock.now = stage.clock.now.replace(day=8, hour=10, minute=30)
    assert "It is late to cancel" in mary.open(journey + "/cancel")
    assert "It was late for others" in mary.send(journey + "/cancel")


def test_a_cancelled_journey_is_never_said_to_be_booked(mary: Walk) -> None:
    """Back or reload after cancelling: the journey as it is, not the old confirmation."""
    to_melton(mary)
    request_id = book(mary)
    mary.send(f"/journeys/{request_id}/cancel")
    for old in (f"/journeys/{request_id}/booked", f"/ask/check/{request_id}"):
        words = mary.open(old)
        assert mary.path == f"/journeys/{request_id}"
        assert "Your journey is booked" not in words
        assert "This journey is cancelled" in words
        assert "The bus comes" not in words


def test_what_the_night_refused_is_never_said_to_be_booked(stage: Stage, mary: Walk) -> None:
    """The confirmation's address leads to the reason it could not be."""
    request_id = stage.ids["request_id"]
    assert "Your journey is booked" in mary.open(f"/journeys/{request_id}/booked")
    with stage.ctx.db.writing() as session:
        request = session.get_one(JourneyRequest, request_id)
        request.status = request.bookings[0].status = "refused"
    assert "We could not fit this in" in mary.open(f"/journeys/{request_id}/booked")
    assert "Your journey is booked" not in mary.words


@pytest.mark.parametrize("status", ["booked", "waiting", "on_board"])
def test_a_journey_nobody_reported_is_over_once_its_times_are_past(
    stage: Stage, mary: Walk, status: str
) -> None:
    """A late bus is still waited for; the day after, it is among the journeys before."""
    request_id = stage.ids["request_id"]
    with stage.ctx.db.writing() as session:
        request = session.get_one(JourneyRequest, request_id)
        request.bookings[0].status = status
    stage.clock.now = stage.clock.now.replace(day=8, hour=12, minute=30)  # it was there by 12
    stage.sign_in(mary.client, "mary")
    assert "Your next journey" in mary.open("/journeys")
    stage.clock.forward(days=1)
    stage.sign_in(mary.client, "mary")
    assert "Your next journey" not in mary.open("/")
    assert "Your next journey" not in mary.open("/journeys")
    assert "Journeys before" in mary.words
    page = f"/journeys/{request_id}"
    assert "This journey is over" in mary.open(page)
    assert "Change the time" not in mary.words
    assert "This journey is over" in mary.open(page + "/cancel")
    assert "There is nothing to cancel" in mary.send(page + "/cancel", legs="both")
    assert request_of(stage, request_id).bookings[0].status == status


def test_a_choice_let_go_elsewhere_is_not_said_to_be_taken(stage: Stage, mary: Walk) -> None:
    """The hold was let go in another window: nobody else has it, and we do not say so."""
    to_melton(mary)
    mary.send(mary.path, offer="1")
    check, key = mary.path, mary.key()
    mary.send(check + "/release")
    words = mary.send(check, key=key)
    assert "somebody else" not in words
    assert "Please choose one of the times first." in words


def test_a_change_of_time_keeps_the_old_promise_until_the_new_one(stage: Stage, mary: Walk) -> None:
    """The old journey stays booked through every step; only booking the new one lets it go."""
    to_melton(mary)
    old = book(mary)
    mary.send(f"/journeys/{old}/change")
    mary.send("/ask/day", day=DAY.isoformat())
    mary.send("/ask/time", when="arrive_by", arrive_by_clock="3pm")
    words = mary.send("/ask/home", home="no")
    assert "Your booked journey stays as it is" in words
    mary.send(mary.path, offer="1")
    assert request_of(stage, old).status == "booked"
    mary.send(mary.path, key=mary.key())
    assert "Your journey is changed" in mary.words
    assert request_of(stage, old).status == "replaced"


def test_the_same_journey_again(mary: Walk) -> None:
    """A journey made before is asked for again with only its day and time open."""
    to_melton(mary)
    old = book(mary)
    mary.send(f"/journeys/{old}/again")
    assert mary.path == "/ask/day"
    mary.send("/ask/day", day="2026-12-08")
    mary.send("/ask/time", when="any")
    mary.send("/ask/home", home="no")
    assert mary.path.startswith("/ask/answer/")


def test_nobody_sees_anothers_journey(stage: Stage, mary: Walk) -> None:
    """To anybody else every page of Mary's journey is one that does not exist."""
    to_melton(mary)
    answer = mary.path
    mary.send(answer, offer="1")
    number = re.sub(r"\D", "", answer)
    stan = Walk(stage.client("stan"))
    own = f"/journeys/{stage.ids['request_id']}"
    pages = [own, own + "/booked", own + "/print", own + "/cancel", own + "/change"]
    for page in [*pages, answer, f"/ask/check/{number}"]:
        stan.open(page)
        assert stan.status == 404, page
    posts = [own + "/cancel", own + "/change", own + "/again", answer, answer + "/again"]
    for page in [*posts, f"/ask/check/{number}", f"/ask/check/{number}/release"]:
        stan.send(page, offer="2", legs="both")
        assert stan.status == 404, page
    assert request_of(stage, stage.ids["request_id"]).status == "booked"
    assert request_of(stage, int(number)).status == "held"


def test_anothers_home_is_no_place(stage: Stage) -> None:
    """A home is found by nobody's search, and choosing it by its number is refused."""
    with stage.ctx.db.reading() as session:
        home = session.scalar(
            select(Person.home_place_id).where(Person.id == stage.ids["person_id"])
        )
    stan = Walk(stage.client("stan"))
    found = stan.client.get("/api/places?q=1 Church Lane").get_json()
    assert all("Church Lane" not in place["text"] for place in found)
    stan.send("/ask/which/start", q="Hose", place=f"place:{home}")
    assert stan.status == 422
    assert MARKER_DOOR not in stan.html


def test_staff_notes_are_on_no_page(stage: Stage, mary: Walk) -> None:
    """What staff and drivers wrote about her door is not among what her pages show."""
    for page in ("/", "/journeys", f"/journeys/{stage.ids['request_id']}/cancel"):
        mary.open(page)
        assert MARKER_DOOR not in mary.html
    assert MARKER_NOTE not in mary.open("/ask/who")


def test_strangers_are_asked_to_sign_in(stage: Stage) -> None:
    """The open pages open; the others lead to the sign-in and on from there."""
    nobody = stage.client()
    assert nobody.get("/").status_code == 200
    assert nobody.get("/going-out").status_code == 200
    for page in ("/ask/from", "/journeys", "/journeys/1"):
        answer = nobody.get(page)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


# Other grounds


def test_in_a_batch_zone_one_waits_to_hear(stage: Stage, mary: Walk) -> None:
    """Where the night decides, the pages promise nothing before it has."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    words = to_melton(mary)
    assert "put together the evening before" in words
    mary.send(mary.path, offer="1")
    assert "Ask for this journey" in mary.words
    mary.send(mary.path, key=mary.key())
    assert "We have your request" in mary.words
    asked = mary.path.removesuffix("/booked")
    assert "Waiting to hear" in mary.open("/journeys")
    with stage.ctx.db.reading() as session:
        told = session.scalars(select(Message.key).where(Message.key.like("waiting:%"))).all()
    assert len(told) == 1
    change = mary.open(f"{asked}/change")
    assert "Your request stays as it is until you have asked for the new one." in change
    assert "stays booked" not in change
    booked = mary.open(f"/journeys/{stage.ids['request_id']}/change")
    assert "Your journey stays booked as it is until you have booked the new one." in booked


def test_one_offer_is_not_spoken_of_as_several(stage: Stage, mary: Walk) -> None:
    """What else there is, is asked of the one, or of them all."""
    assert "Does none of these suit you?" in to_melton(mary)
    with stage.ctx.db.writing() as session:
        session.execute(delete(Offer).where(Offer.number > 1))
    assert "Does this not suit you?" in mary.open(mary.path)
    assert "none of these" not in mary.words


def test_what_the_night_could_not_carry_is_explained(stage: Stage, mary: Walk) -> None:
    """A journey the batch refused shows its reason and the way to ask again."""
    with stage.ctx.db.writing() as session:
        request = session.get_one(JourneyRequest, stage.ids["request_id"])
        request.status = "refused"
        request.bookings[0].status = "refused"
        session.add(
            Refusal(request_id=request.id, rule="batch", words="It was full.", created_at=NOW)
        )
    words = mary.open(f"/journeys/{stage.ids['request_id']}")
    assert "We could not fit this in" in words
    assert "It was full." in words
    assert "Go there again on another day" in words


def test_without_a_home_any_place_will_do(stage: Stage) -> None:
    """Somebody whose address we do not have yet types where they start."""
    stan = Walk(stage.client("stan"))
    assert "We do not have your home address yet" in stan.open("/ask/from")
    stan.send("/ask/from", start_text="Hose")
    assert stan.path == "/ask/to"


def test_an_address_from_the_geocoder_is_kept_for_its_finder_only(
    stage: Stage, mary: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address found outside our list becomes the person's own place, and is searched by none."""
    address = Address("7 Zebra Crescent, Stathern", 52.8725, -0.8556, "test")
    monkeypatch.setattr(places_service, "geocoder_from", lambda _: FakeGeocoder([address]))
    mary.open("/ask")
    mary.send("/ask/from", start="home")
    words = mary.send("/ask/to", finish="other", finish_text="Zebra Crescent")
    assert "7 Zebra Crescent, Stathern" in words
    value = "address:52.872500,-0.855600"
    mary.send("/ask/which/finish", q="Zebra Crescent", place="address:52.9,-0.9")
    assert mary.status == 422
    mary.send("/ask/which/finish", q="Zebra Crescent", place=value)
    assert mary.path == "/ask/day"
    with stage.ctx.db.reading() as session:
        kept = session.scalars(select(Place).where(Place.kind == "address")).one()
    assert kept.person_id == stage.ids["person_id"]
    assert kept.zone_id == stage.ids["zone_id"]


def test_suggestions_and_shapes_are_public(stage: Stage) -> None:
    """The typing help answers by name, and the map's shapes are there for anybody."""
    nobody = stage.client()
    found = nobody.get("/api/places?q=clauson").get_json()
    assert found[0]["text"] in ("Long Clawson", "Gather Create Grow Club, Long Clawson")
    assert nobody.get("/api/places?q=").get_json() == []
    shapes = nobody.get("/api/zones.geojson").get_json()
    assert shapes["features"][0]["properties"]["code"] == "MEL1"


# Two journeys at once


def test_a_second_journey_at_the_same_time_is_said_before_it_is_booked(
    stage: Stage, mary: Walk
) -> None:
    """What they have is named with a link; the button says what it does; both can be booked."""
    to_melton(mary)
    first = book(mary)
    to_melton(mary)
    words = mary.send(mary.path, offer="1")
    assert "You already have a journey at that time" in words
    assert "Tuesday 8 December, from your home to Melton Mowbray" in words
    assert f'href="/journeys/{first}"' in mary.html
    assert "Book it as well" in words
    mary.send(mary.path, key=mary.key())
    assert "Your journey is booked" in mary.words


def test_a_journey_at_another_time_is_booked_without_a_word(stage: Stage, mary: Walk) -> None:
    """Later that day, or instead of the one they have: nothing overlaps."""
    to_melton(mary)
    first = book(mary)
    to_melton(mary)
    mary.send("/ask/time", when="arrive_by", arrive_by_clock="4pm")
    assert "You already have" not in mary.send(mary.path, offer="1")
    assert "Book this journey" in mary.words
    mary.send(mary.path + "/release")
    with stage.ctx.db.writing() as session:
        other = JourneyRequest.id.not_in([first])
        session.execute(update(JourneyRequest).where(other).values(status="cancelled"))
    mary.send(f"/journeys/{first}/change")
    mary.send("/ask/day", day=DAY.isoformat())
    mary.send("/ask/time", when="arrive_by", arrive_by_clock="11")
    mary.send("/ask/home", home="no")
    assert "You already have" not in mary.send(mary.path, offer="1")
    assert "Change to this journey" in mary.words


# Changing, paying, and where it runs


def test_changing_a_time_begins_with_what_they_have(stage: Stage, mary: Walk) -> None:
    """The day and the bus they have are said; the day is chosen already and can be kept."""
    to_melton(mary)
    old = book(mary)
    words = mary.open(f"/journeys/{old}/change")
    assert "Your journey is on Tuesday 8 December, to Melton Mowbray" in words
    assert "The bus comes between" in words
    mary.send(f"/journeys/{old}/change")
    assert mary.path == "/ask/day"
    assert re.search(rf'value="{DAY.isoformat()}"\s+checked', mary.html)
    assert f'href="/journeys/{old}/change" class="govuk-back-link"' in mary.html
    assert "What time do you want to travel?" in mary.send("/ask/day", day=DAY.isoformat())


def test_a_pass_that_does_not_count_yet_is_explained(stage: Stage, mary: Walk) -> None:
    """Before half past nine on a weekday who has a pass pays, and is told why; after it, not."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Person).values(pass_holder=True))
    why = "Bus passes are valid from 9:30am on weekdays, and this bus comes before that."
    to_melton(mary)
    words = mary.send("/ask/time", when="arrive_by", arrive_by_clock="9")
    assert f"The fare is £2. {why}" in words
    assert f"£2 {why}" in mary.send(mary.path, offer="1")
    mary.send(mary.path + "/release")
    assert why not in mary.send("/ask/time", when="arrive_by", arrive_by_clock="3pm")
    assert "It is free." in mary.words


def test_the_first_page_says_when_and_where_it_runs(stage: Stage) -> None:
    """Hours, days, fares and villages, for somebody who is nobody yet."""
    words = Walk(stage.client()).open("/")
    assert "When and where it runs" in words
    assert "Monday to Saturday, 7:00am to 7:00pm Not on Sundays" in words
    assert "£2 for an adult and £1 for a child" in words
    assert "Bus passes are valid from 9:30am on weekdays." in words
    assert "Melton 1 Bottesford, Great Dalby, Harby, Hose" in words


def test_a_place_for_an_appointment_typed_by_name_is_still_there(stage: Stage, mary: Walk) -> None:
    """Who comes back to change the place finds what they typed."""
    mary.open("/ask")
    mary.send("/ask/from", start="home")
    mary.send("/ask/to", finish="appointment")
    mary.send("/ask/appointment", place="other", finish_text="Stathern")
    mary.open("/ask/appointment")
    assert 'value="Stathern"' in mary.html


@pytest.mark.parametrize("typed", ["soon", "25:10", "half to ten"])
def test_what_is_no_time_is_said_with_what_was_typed(stage: Stage, mary: Walk, typed: str) -> None:
    """The message names what could not be read, and how a time is written."""
    answered(stage, mary)
    words = mary.send("/ask/time", when="arrive_by", arrive_by_clock=typed)
    assert mary.status == 422
    assert f"We cannot read “{typed}” as a time." in words


def test_a_short_number_is_said_by_its_field(stage: Stage) -> None:
    """Three digits are no phone number; nothing is sent."""
    walk = Walk(stage.client())
    words = walk.send("/sign-in", contact="123")
    assert walk.status == 422
    assert "That phone number is too short." in words
    assert 'aria-describedby="contact-hint contact-error"' in walk.html
