"""The call handler's pages and lists: finding, registering, booking, cancelling, ringing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from booking.models import (
    AuditEntry,
    Booking,
    JourneyRequest,
    Message,
    Person,
    Place,
    Refusal,
    Vehicle,
    Zone,
)
from booking.services.batch import run_batches
from booking.services.call_list import NO_ANSWER, NOT_YET, RING_AGAIN, TOLD, close_call, list_calls
from booking.services.cancel import cancel
from booking.services.day_sheet import view_day_sheet
from booking.services.hold import expire_holds
from booking.services.notify import write_day_before
from booking.services.people import find_people, view_person
from booking.services.save_person import ManyInvalid, PersonFacts, facts_of, save_person
from booking.services.stranded import HELD_BACK
from tests.integration.cast import MARKER_DOOR, Stage, build_stage, withdraw_all
from tests.world import DAY, NOW

EVENING = datetime(2026, 12, 7, 17, 5, tzinfo=UTC)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = build_stage(tmp_path)
    yield stage
    stage.ctx.db.close()


@pytest.fixture
def calls(stage: Stage) -> FlaskClient:
    """A call handler's browser."""
    return stage.client("call_handler")


def words(response: Any) -> str:
    """What a page says, its code left out."""
    text = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", text)


def asked(stage: Stage, person: str = "stan_id", **changes: str) -> dict[str, str]:
    """The conversation's form: from Hose to Melton by 10, Tuesday 8 December, home after."""
    with stage.ctx.db.reading() as session:
        melton = session.scalar(select(Place.id).where(Place.name == "Melton Mowbray"))
    form = {
        "start": f"place:{stage.ids['place_id']}",
        "finish": f"place:{melton}",
        "day": DAY.isoformat(),
        "when": "arrive_by",
        "when_time": "10",
        "home": "after",
        "adults": "1",
    }
    return {**form, **changes}


def ask(stage: Stage, calls: FlaskClient, **changes: str) -> int:
    """Ask for Stan; the request's id."""
    response = calls.post(
        f"/calls/people/{stage.ids['stan_id']}/book", data=asked(stage, **changes)
    )
    assert response.status_code == 303, words(response)
    return int(response.location.split("/")[-1].partition("#")[0])


def book(stage: Stage, calls: FlaskClient, **changes: str) -> int:
    request_id = ask(stage, calls, **changes)
    calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    calls.post(f"/calls/asked/{request_id}/book")
    return request_id


def request_of(stage: Stage, request_id: int) -> JourneyRequest:
    with stage.ctx.db.reading() as session:
        found = session.get_one(JourneyRequest, request_id)
        session.expunge_all()
    return found


def audit(stage: Stage, action: str) -> list[AuditEntry]:
    with stage.ctx.db.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()
        session.expunge_all()
    return list(found)


@pytest.mark.parametrize("typed", ["mary wels", "Mrs Wells of Hose", "07700 900 001", "900001"])
def test_a_caller_is_found_by_name_village_or_phone(calls: FlaskClient, typed: str) -> None:
    """However it is said, Mary is on the page, and it is her page the first key opens."""
    response = calls.post("/calls/", data={"who": typed})
    assert "Mary Wells" in words(response)
    assert 'data-key="1"' in response.get_data(as_text=True)


def test_a_search_is_recorded_without_what_was_typed(stage: Stage, calls: FlaskClient) -> None:
    """The audit holds who was found, not what was asked: it is no second store of names."""
    calls.post("/calls/", data={"who": "mary wells"})
    (entry,) = audit(stage, "people.search")
    assert entry.detail["found"] == [stage.ids["person_id"]]
    assert "mary" not in str(entry.detail).lower()


@pytest.mark.parametrize(
    ("address", "form", "action", "subject"),
    [
        ("/calls/people/{person_id}/book", {}, "journey.ask", "person:{person_id}"),
        (
            "/calls/people/{person_id}/note",
            {"person_note": "x" * 501},
            "person.change",
            "person:{person_id}",
        ),
        ("/calls/people/{person_id}/edit", {}, "person.change", "person:{person_id}"),
        ("/calls/journeys/{request_id}/cancel", {}, "journey.cancel", "request:{request_id}"),
    ],
)
def test_a_form_that_comes_back_is_recorded_as_a_look(
    stage: Stage,
    calls: FlaskClient,
    address: str,
    form: dict[str, str],
    action: str,
    subject: str,
) -> None:
    """A form sent with an error shows Mary in full, and her record says who saw it."""
    response = calls.post(address.format(**stage.ids), data=form)
    assert response.status_code == 422
    with stage.ctx.db.reading() as session:
        (entry,) = session.scalars(select(AuditEntry)).all()
    assert entry.account_id == stage.accounts["call_handler"].id
    assert entry.action == f"{action}.not_done"
    assert entry.subject == subject.format(**stage.ids)


def test_a_number_that_is_known_is_recorded_as_a_search(stage: Stage, calls: FlaskClient) -> None:
    """Typing numbers into the form for new people finds people, and who was found is on record."""
    assert "Mary Wells" in words(register(stage, calls, phone="07700 900001"))
    (entry,) = audit(stage, "person.register.not_done")
    assert entry.detail["found"] == [stage.ids["person_id"]]
    assert audit(stage, "person.registered") == []


def test_a_reference_read_out_opens_the_journey(stage: Stage, calls: FlaskClient) -> None:
    """In groups, in small letters, in either box."""
    code = stage.ids["reference"].lower()
    for address, field in (("/calls/", "who"), ("/calls/reference", "reference")):
        response = calls.post(address, data={field: f"{code[:3]} {code[3:]}"})
        assert response.location.endswith(f"/calls/journeys/{stage.ids['request_id']}")


def test_an_unknown_reference_says_what_to_do(calls: FlaskClient) -> None:
    """A wrong one and one that cannot be are told apart, and leave a way on."""
    assert "find the caller by name" in words(
        calls.post("/calls/reference", data={"reference": "ZZZ ZZZ"})
    )
    assert "6 letters and numbers" in words(
        calls.post("/calls/reference", data={"reference": "hello"})
    )


def test_how_to_find_the_door_is_for_drivers_only(stage: Stage, calls: FlaskClient) -> None:
    """A call handler may write the note about a door, and is never shown it."""
    mary = stage.ids["person_id"]
    for page in ("", "/edit", "/book"):
        assert MARKER_DOOR not in calls.get(f"/calls/people/{mary}{page}").get_data(as_text=True)


def test_saving_without_a_door_note_keeps_the_one_there(stage: Stage) -> None:
    """Changing a phone number does not wipe how to find the door."""
    mary = stage.ids["person_id"]
    save_person(stage.ctx, facts_of(stage.ctx, mary), person_id=mary, account_id=1, now=NOW)
    with stage.ctx.db.reading() as session:
        home = session.get_one(Person, mary).home
        assert home is not None
        assert home.access_note == MARKER_DOOR


def test_the_conversation_from_where_to_the_reference(stage: Stage, calls: FlaskClient) -> None:
    """Asked, read out, kept, read back, booked, and the reference spelled."""
    request_id = ask(stage, calls)
    offers = words(calls.get(f"/calls/asked/{request_id}"))
    assert "I can offer you" in offers
    assert "The bus comes between" in offers
    calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    kept = words(calls.get(f"/calls/asked/{request_id}"))
    assert "Shall I book that?" in kept
    assert "until 9:05am" in kept
    done = calls.post(f"/calls/asked/{request_id}/book", follow_redirects=True)
    request = request_of(stage, request_id)
    assert request.status == "booked"
    assert request.asked_by == "phone"
    assert request.reference is not None
    assert f"{request.reference[:3]} {request.reference[3:]}" in words(done)
    assert "Have you something to write with?" in words(done)


def test_pressing_book_twice_books_once(stage: Stage, calls: FlaskClient) -> None:
    """The same booking, the same reference."""
    request_id = book(stage, calls)
    first = request_of(stage, request_id).reference
    again = calls.post(f"/calls/asked/{request_id}/book")
    assert again.status_code == 303
    assert request_of(stage, request_id).reference == first


def test_book_pressed_again_after_cancelling_says_so(stage: Stage, calls: FlaskClient) -> None:
    """The old answer is sent again: nothing is booked, and whom to ring is still to be rung."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))
    request_id = book(stage, calls)
    cancel(stage.ctx, request_id, by="test", now=NOW)
    page = words(calls.post(f"/calls/asked/{request_id}/book", follow_redirects=True))
    assert "It is cancelled or over now." in page
    assert "It is booked" not in page
    assert "The next call" not in words(calls.get(f"/calls/journeys/{request_id}?booked=1"))
    assert [c.request_id for c in list_calls(stage.ctx, now=NOW).now] == [request_id]


def test_another_time_takes_the_place_of_the_one_kept(stage: Stage, calls: FlaskClient) -> None:
    """A second choice, from an older page, lets go of the first: nobody else has taken it."""
    request_id = ask(stage, calls, when="any", when_time="")
    for offer in ("1", "2"):
        page = calls.post(
            f"/calls/asked/{request_id}/keep", data={"offer": offer}, follow_redirects=True
        )
        assert "omebody else" not in words(page)
        assert "Shall I book that?" in words(page)
    held = request_of(stage, request_id)
    assert (held.status, held.chosen) == ("held", 2)
    calls.post(f"/calls/asked/{request_id}/book")
    late = calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    assert late.location == f"/calls/journeys/{request_id}"


def test_what_is_kept_for_them_is_not_in_their_own_way(stage: Stage, calls: FlaskClient) -> None:
    """The wheelchair space kept at ten is theirs when they would rather go at half past."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Vehicle).where(Vehicle.name == "Bus 2").values(wheelchair_spaces=0))
    rolling = {"adults": "0", "wheelchairs": "1", "home": "no"}
    first = ask(stage, calls, **rolling)
    calls.post(f"/calls/asked/{first}/keep", data={"offer": "1"})
    assert request_of(stage, first).status == "held"
    second = ask(stage, calls, when_time="10:30", **rolling)
    assert request_of(stage, second).status == "offered"
    assert request_of(stage, first).status != "held"
    with stage.ctx.db.reading() as session:
        assert session.scalars(select(Refusal.id)).all() == []


def test_book_pressed_after_letting_go_asks_to_choose(stage: Stage, calls: FlaskClient) -> None:
    """Nobody else has it: the words are those of what happened."""
    request_id = ask(stage, calls)
    calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    calls.post(f"/calls/asked/{request_id}/let-go")
    page = words(calls.post(f"/calls/asked/{request_id}/book", follow_redirects=True))
    assert "Please choose one of the times first." in page
    assert "omebody else" not in page


def test_what_is_asked_for_is_not_said_to_be_booked(stage: Stage, calls: FlaskClient) -> None:
    """Where the night decides, nothing is read out as promised."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    request_id = book(stage, calls)
    page = words(calls.get(f"/calls/journeys/{request_id}?booked=1"))
    assert "We tell you the evening before whether the bus can come." in page
    assert "It is booked" not in page
    assert "The bus comes" not in page


def test_a_journey_that_is_over_cannot_be_cancelled(stage: Stage, calls: FlaskClient) -> None:
    """The driver reported nothing; the day after, it is among those before."""
    request_id = book(stage, calls)
    stage.clock.now = NOW.replace(day=9)
    stage.sign_in(calls, "call_handler")
    stan = view_person(stage.ctx, stage.ids["stan_id"], now=stage.clock.now)
    assert [line.request_id for line in stan.coming] == []
    assert request_id in [line.request_id for line in stan.past]
    page = f"/calls/journeys/{request_id}/cancel"
    assert "That journey is over." in words(calls.get(page))
    assert calls.post(page, data={"legs": "both"}).status_code == 422
    assert request_of(stage, request_id).status == "booked"


def test_a_place_typed_and_not_picked_is_understood(stage: Stage, calls: FlaskClient) -> None:
    """One sure match is taken; without JavaScript the words alone are enough."""
    form = asked(stage, start="", start_text="hose")
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data=form)
    assert response.status_code == 303


def test_a_place_that_may_be_two_is_asked_about(stage: Stage, calls: FlaskClient) -> None:
    """Both are named to be read out, and the likelier one is chosen already."""
    form = asked(stage, finish="", finish_text="melton mobray")
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data=form)
    assert response.status_code == 422
    assert "Ask: is it Melton Mowbray?" in words(response)
    assert "Craft club" in words(response)


def test_a_place_nobody_knows_says_what_to_ask(stage: Stage, calls: FlaskClient) -> None:
    """The handler hears what would help."""
    form = asked(stage, finish="", finish_text="xyzzy")
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data=form)
    assert "We know no place like “xyzzy”. Ask for the village" in words(response)


def test_a_group_brings_its_own_times(stage: Stage, calls: FlaskClient) -> None:
    """To the craft club on a Tuesday: there when it starts, home when it ends, no time typed."""
    group = f"group:{stage.ids['group_id']}"
    request = request_of(stage, ask(stage, calls, finish=group, when_time=""))
    assert request.session_id == stage.ids["session_id"]
    assert request.wish["when"] == {"kind": "arrive_by", "clock": "10:00:00"}
    assert request.wish["home"] == {"kind": "leave_at", "clock": "12:00:00"}


def test_a_group_that_does_not_meet_that_day_says_when(stage: Stage, calls: FlaskClient) -> None:
    """The days on which it does meet are said."""
    form = asked(stage, finish=f"group:{stage.ids['group_id']}", day="2026-12-03")
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data=form)
    assert "They meet on Tuesdays." in words(response)


def test_a_refusal_is_read_out_with_what_else_there_is(stage: Stage, calls: FlaskClient) -> None:
    """Why not, and other times as offers with their keys."""
    page = calls.get(f"/calls/asked/{ask(stage, calls, when_time='7:10am')}")
    assert "I am sorry." in words(page)
    assert "But I could offer you" in words(page)
    assert 'data-key="1"' in page.get_data(as_text=True)


def test_all_that_is_missing_is_said_at_once(stage: Stage, calls: FlaskClient) -> None:
    """Each field by its name, nothing asked of the service."""
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data={"when": "arrive_by"})
    said = words(response)
    for question in ("Where does the journey start?", "Which day", "Type a time", "Who is"):
        assert question in said
    with stage.ctx.db.reading() as session:
        stan = stage.ids["stan_id"]
        assert (
            session.scalars(select(JourneyRequest.id).where(JourneyRequest.person_id == stan)).all()
            == []
        )


def test_another_persons_journey_cannot_be_changed_for_this_one(
    stage: Stage, calls: FlaskClient
) -> None:
    """A number swapped in the form does not let Stan's new journey end Mary's."""
    form = asked(stage, replaces=str(stage.ids["request_id"]))
    response = calls.post(f"/calls/people/{stage.ids['stan_id']}/book", data=form)
    assert response.status_code == 404
    assert request_of(stage, stage.ids["request_id"]).status == "booked"


def test_a_change_ends_the_old_journey_only_when_the_new_one_is_booked(
    stage: Stage, calls: FlaskClient
) -> None:
    """Until then the caller keeps what they have."""
    old = book(stage, calls)
    new = ask(stage, calls, when_time="2pm", replaces=str(old))
    calls.post(f"/calls/asked/{new}/keep", data={"offer": "1"})
    assert request_of(stage, old).status == "booked"
    calls.post(f"/calls/asked/{new}/book")
    assert (request_of(stage, old).status, request_of(stage, new).status) == ("replaced", "booked")


def test_what_was_kept_too_long_is_asked_for_again(stage: Stage, calls: FlaskClient) -> None:
    """After the five minutes the page says so and offers a fresh look."""
    request_id = ask(stage, calls)
    calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    stage.clock.forward(minutes=20)
    expire_holds(stage.ctx, now=stage.clock.now)
    page = words(calls.get(f"/calls/asked/{request_id}"))
    assert "See what is free now" in page
    response = calls.post(f"/calls/asked/{request_id}/again")
    assert int(response.location.split("/")[-1].partition("#")[0]) > request_id


def test_cancelling_for_a_caller_rings_nobody(stage: Stage, calls: FlaskClient) -> None:
    """They are on the phone: the call that a landline would get is done already."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))
    request_id = book(stage, calls)
    response = calls.post(
        f"/calls/journeys/{request_id}/cancel",
        data={"legs": "both", "reason": "unwell"},
        follow_redirects=True,
    )
    assert "Cancelled." in words(response)
    assert request_of(stage, request_id).status == "cancelled"
    assert [c for c in list_calls(stage.ctx, now=NOW).now if c.request_id == request_id] == []


def test_only_the_way_home_can_be_cancelled(stage: Stage, calls: FlaskClient) -> None:
    """The way there stays promised."""
    request_id = book(stage, calls)
    page = calls.post(
        f"/calls/journeys/{request_id}/cancel", data={"legs": "return"}, follow_redirects=True
    )
    assert "Cancelled. They still have the bus there." in words(page)
    with stage.ctx.db.reading() as session:
        found = session.scalars(select(Booking).where(Booking.request_id == request_id)).unique()
        assert {b.leg: b.status for b in found} == {"outward": "booked", "return": "cancelled"}


def ring_everybody(stage: Stage) -> None:
    with stage.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))


def to_ring(stage: Stage, request_id: int, now: datetime = NOW) -> list[str]:
    """What is to be read out to whoever is to be rung about that journey."""
    calls = list_calls(stage.ctx, now=now).now
    return [" ".join(call.paragraphs) for call in calls if call.request_id == request_id]


def test_cancelling_one_way_leaves_the_call_about_the_other(
    stage: Stage, calls: FlaskClient
) -> None:
    """Both ways lost their bus: the one that stands is still told, and not said to have one."""
    ring_everybody(stage)
    request_id = book(stage, calls)
    withdraw_all(stage)
    later = NOW + HELD_BACK
    page = calls.post(
        f"/calls/journeys/{request_id}/cancel", data={"legs": "return"}, follow_redirects=True
    )
    assert "Cancelled. They have no bus there: we are still looking for one." in words(page)
    (said,) = to_ring(stage, request_id, later)
    assert "bad news about your bus" in said
    calls.post(f"/calls/journeys/{request_id}/cancel", data={"legs": "outward"})
    assert to_ring(stage, request_id, later) == []


def test_what_the_night_has_not_decided_is_not_said_to_be_theirs(
    stage: Stage, calls: FlaskClient
) -> None:
    """One way of a wish is cancelled: the other is still only asked for."""
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    request_id = book(stage, calls)
    page = words(
        calls.post(
            f"/calls/journeys/{request_id}/cancel", data={"legs": "return"}, follow_redirects=True
        )
    )
    assert "They still have" not in page
    assert "We tell them the evening before whether the bus there can come." in page


def test_confirming_again_leaves_what_is_written_since(stage: Stage, calls: FlaskClient) -> None:
    """The night has promised a bus: the old page sent again does not close that call."""
    ring_everybody(stage)
    with stage.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode="batch"))
    request_id = book(stage, calls)
    assert to_ring(stage, request_id) == []
    stage.clock.now = EVENING
    run_batches(stage.ctx, now=EVENING)
    stage.sign_in(calls, "call_handler")
    calls.post(f"/calls/asked/{request_id}/book")
    (said,) = to_ring(stage, request_id, EVENING)
    assert "Your bus is booked" in said


def test_changing_a_time_for_a_caller_rings_nobody(stage: Stage, calls: FlaskClient) -> None:
    """They are on the phone: they hear the new time from who books it."""
    ring_everybody(stage)
    old = book(stage, calls)
    new = book(stage, calls, when_time="2pm", replaces=str(old))
    assert request_of(stage, old).status == "replaced"
    assert to_ring(stage, old) == to_ring(stage, new) == []


@pytest.fixture
def landline(stage: Stage, calls: FlaskClient) -> Callable[[], int]:
    """Stan, on a landline, with a journey tomorrow he has to be told the time of."""

    def told() -> int:
        with stage.ctx.db.writing() as session:
            stan = session.get_one(Person, stage.ids["stan_id"])
            stan.phone_type, stan.channel, stan.phone = "landline", "call", "+441632960002"
        request_id = book(stage, calls)
        write_day_before(stage.ctx, now=EVENING)
        stage.clock.now = EVENING
        stage.sign_in(calls, "call_handler")
        return request_id

    return told


def test_whose_bus_comes_first_is_rung_first(
    stage: Stage, calls: FlaskClient, landline: Callable[[], int]
) -> None:
    """The list has what to read out, in the order of the buses, and ends with the call."""
    landline()
    with stage.ctx.db.writing() as session:
        session.execute(
            update(Message)
            .where(Message.person_id == stage.ids["person_id"], Message.status == "waiting")
            .values(channel="call")
        )
    listed = list_calls(stage.ctx, now=EVENING)
    assert [call.name for call in listed.now] == ["Stan Birch", "Mary Wells"]
    page = words(calls.get("/calls/list"))
    assert "01632 960002" in page
    assert "This is about your bus on" in page
    first = listed.now[0].message_id
    calls.post(f"/calls/list/{first}", data={"outcome": TOLD})
    assert [call.name for call in list_calls(stage.ctx, now=EVENING).now] == ["Mary Wells"]
    assert [entry.subject for entry in audit(stage, "call.told")] == [f"message:{first}"]


def test_who_does_not_answer_comes_back(
    stage: Stage, calls: FlaskClient, landline: Callable[[], int]
) -> None:
    """A quarter of an hour later they are on the list again, and it is known they were tried."""
    request_id = landline()
    (call,) = [c for c in list_calls(stage.ctx, now=EVENING).now if c.request_id == request_id]
    calls.post(f"/calls/list/{call.message_id}", data={"outcome": NO_ANSWER})
    listed = list_calls(stage.ctx, now=EVENING)
    assert request_id not in [c.request_id for c in listed.now]
    assert request_id in [c.request_id for c in listed.later]
    again = list_calls(stage.ctx, now=EVENING + RING_AGAIN).now
    assert [c.tries for c in again if c.request_id == request_id] == [1]


def test_a_call_ended_by_mistake_is_put_back_from_the_page(
    stage: Stage, calls: FlaskClient, landline: Callable[[], int]
) -> None:
    """The page names whom it was to and has a button for it; what changes nothing says so."""
    request_id = landline()
    (call,) = [c for c in list_calls(stage.ctx, now=EVENING).now if c.request_id == request_id]
    path, put_back = f"/calls/list/{call.message_id}", "Not so: put them back on the list"
    assert put_back not in words(calls.get("/calls/list"))
    page = words(calls.post(path, data={"outcome": TOLD}, follow_redirects=True))
    assert f"{call.name} knows now." in page
    assert put_back in page
    page = words(calls.post(path, data={"outcome": NOT_YET}, follow_redirects=True))
    assert f"{call.name} is on the list again." in page
    assert put_back not in page
    page = words(calls.post(path, data={"outcome": NOT_YET}, follow_redirects=True))
    assert f"{call.name}: nothing was changed." in page
    assert request_id in [c.request_id for c in list_calls(stage.ctx, now=EVENING).now]


def test_a_call_too_late_is_counted_and_not_lost(stage: Stage, landline: Callable[[], int]) -> None:
    """When the bus has been, the list says that somebody was not reached."""
    landline()
    after = datetime(2026, 12, 8, 20, 0, tzinfo=UTC)
    assert list_calls(stage.ctx, now=after).overdue >= 1


def test_closing_a_call_twice_is_closing_it_once(stage: Stage, landline: Callable[[], int]) -> None:
    """The second handler to press changes nothing, not even the record."""
    request_id = landline()
    (call,) = [c for c in list_calls(stage.ctx, now=EVENING).now if c.request_id == request_id]
    for outcome in (TOLD, NO_ANSWER):
        close_call(stage.ctx, call.message_id, outcome, account_id=1, now=EVENING)
    assert request_id not in [c.request_id for c in list_calls(stage.ctx, now=EVENING).later]
    assert len(audit(stage, "call.told") + audit(stage, "call.no_answer")) == 1


NEW: dict[str, Any] = {
    "name": "Edith Marlow",
    "phone": "01632 960077",
    "channel": "call",
    "address": "3 Church Lane",
    "boarding_minutes": "2",
    "needs": ["walker", "hearing"],
    "pass_holder": "yes",
    "no_other_way": "yes",
    "note": "Ring twice",
}


def register(stage: Stage, calls: FlaskClient, **changes: Any) -> Any:
    form = {**NEW, "place": f"place:{stage.ids['place_id']}", **changes}
    return calls.post("/calls/people/new", data=form)


def test_somebody_new_is_written_down_and_can_book(stage: Stage, calls: FlaskClient) -> None:
    """Name, needs, home in the village and its zone, the number in its one form."""
    response = register(stage, calls)
    assert response.status_code == 303
    (found,) = find_people(stage.ctx, "marlow")
    person = view_person(stage.ctx, found.id, now=NOW)
    assert (person.phone, person.phone_type) == ("01632 960077", "landline")
    assert person.needs == ("walker", "hearing")
    assert (person.address, person.village, person.zone_id) == (
        "3 Church Lane",
        "Hose",
        stage.ids["zone_id"],
    )
    assert person.party.pass_holders == 1
    form = asked(stage, start="home", adults="", pass_holders="1", walkers="1")
    assert calls.post(f"/calls/people/{found.id}/book", data=form).status_code == 303


def test_no_other_way_is_asked_kept_and_taken_back(stage: Stage, calls: FlaskClient) -> None:
    """It is on their page, ticked where it can be changed, and on record as changed."""
    register(stage, calls)
    (found,) = find_people(stage.ctx, "marlow")
    here = f"/calls/people/{found.id}"
    assert view_person(stage.ctx, found.id, now=NOW).no_other_way
    assert "Has no other way to get there" in words(calls.get(here))
    ticked = 'id="no_other_way" name="no_other_way" value="yes" checked'
    assert ticked in calls.get(f"{here}/edit").get_data(as_text=True)
    calls.post(f"{here}/edit", data={k: v for k, v in NEW.items() if k != "no_other_way"})
    assert "Has no other way" not in words(calls.get(here))
    assert ticked not in calls.get(f"{here}/edit").get_data(as_text=True)
    assert audit(stage, "person.changed")[-1].detail["fields"] == ["no_other_way"]


def test_a_bus_and_a_driver_to_avoid_are_kept_and_taken_back(
    stage: Stage, calls: FlaskClient
) -> None:
    """By name on their page, ticked where it can be changed, on record as changed."""
    register(stage, calls)
    (found,) = find_people(stage.ctx, "marlow")
    here = f"/calls/people/{found.id}"
    assert "Cannot travel with" not in words(calls.get(here))
    bus, driver = f"vehicle:{stage.ids['vehicle_id']}", f"driver:{stage.ids['driver_id']}"
    form = {**NEW, "avoids": [bus, driver, "vehicle:999", "somebody"]}
    assert calls.post(f"{here}/edit", data=form).status_code == 303
    assert "Cannot travel with: Bus 1, Dee (driver)" in words(calls.get(here))
    with stage.ctx.db.reading() as session:
        assert session.get_one(Person, found.id).avoids == sorted([bus, driver])
    page = calls.get(f"{here}/edit").get_data(as_text=True)
    assert page.count('name="avoids"') == 4
    assert page.count('name="avoids" value="' + bus + '" checked') == 1
    assert audit(stage, "person.changed")[-1].detail["fields"] == ["avoids"]
    calls.post(f"{here}/edit", data=NEW)
    assert "Cannot travel with" not in words(calls.get(here))


def test_what_they_are_promised_on_a_bus_they_cannot_use_is_said_at_once(
    stage: Stage, calls: FlaskClient
) -> None:
    """While they are on the phone: when, on which bus, and the way to that journey."""
    mary, bus = stage.ids["person_id"], stage.ids["vehicle_id"]
    facts = {
        **NEW,
        "name": "Mary Wells",
        "phone": "07700 900001",
        "place": f"place:{stage.ids['place_id']}",
    }
    here, link = f"/calls/people/{mary}/edit", f'href="/calls/journeys/{stage.ids["request_id"]}"'

    def save(*avoids: str) -> Any:
        return calls.post(here, data={**facts, "avoids": list(avoids)}, follow_redirects=True)

    assert ">Kept.</h2>" in save("driver:999").text
    kept = save(f"vehicle:{bus}")
    asks = "Kept. But on Tuesday 8 December at 10:40am Mary Wells is on Bus 1."
    assert f"{asks} Would another time do?" in words(kept)
    assert f"{link}>See that journey" in kept.text
    stage.clock.now = EVENING
    stage.sign_in(calls, "call_handler")
    driven = words(save(f"driver:{stage.ids['driver_id']}"))
    assert (
        "But tomorrow at 10:40am Mary Wells is with Dee driving. Would another time do?" in driven
    )
    stage.clock.now = NOW + timedelta(days=9)
    stage.sign_in(calls, "call_handler")
    assert ">Kept.</h2>" in save(f"vehicle:{bus}").text


def test_registering_is_recorded_once_by_field_names(stage: Stage, calls: FlaskClient) -> None:
    """What was changed is on record; what it was changed to is not."""
    register(stage, calls)
    (entry,) = audit(stage, "person.registered")
    assert "phone" in entry.detail["fields"]
    assert "960077" not in str(entry.detail)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Type their name."),
        ("phone", "12", "Type a phone number with its area code"),
        ("email", "edith@", "should look like name@example.com"),
        ("email", f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 30}.example", "at most 200 letters"),
        ("birth_year", "1066", "Type the year they were born"),
        ("birth_year", "0019411", "Type the year they were born"),
        ("birth_year", "9" * 5000, "Type the year they were born"),
        ("boarding_minutes", "00101", "from 1 to 20"),
        ("boarding_minutes", "21", "from 1 to 20"),
        ("boarding_minutes", "0", "from 1 to 20"),
        ("postcode", "LE14", "Type a whole postcode"),
        ("channel", "text", "A text needs a mobile number."),
        ("channel", "pigeon", "Choose how they want to be told."),
        ("place", "place:99999", "We do not know that place"),
        ("note", "x" * 501, "at most 500 letters"),
    ],
)
def test_what_cannot_be_is_said_by_its_field(
    stage: Stage, calls: FlaskClient, field: str, value: str, said: str
) -> None:
    """The words are beside the field, what was typed is still there, nothing is written."""
    response = register(stage, calls, **{field: value})
    assert response.status_code == 422
    assert said in words(response)
    assert "3 Church Lane" in response.get_data(as_text=True)
    assert find_people(stage.ctx, "marlow") == ()


def test_the_same_number_is_likely_the_same_person(stage: Stage, calls: FlaskClient) -> None:
    """A second Edith is not made by mistake; her husband is, when it is said so."""
    register(stage, calls)
    assert "has this number already" in words(register(stage, calls))
    assert register(stage, calls, name="Harold Marlow", same_house="yes").status_code == 303
    assert len(find_people(stage.ctx, "marlow")) == 2


def test_moving_house_leaves_the_promised_pick_up_where_it_is(
    stage: Stage, calls: FlaskClient
) -> None:
    """A journey from the old home still starts there: the new home is another place."""
    register(stage, calls)
    (found,) = find_people(stage.ctx, "marlow")
    old = view_person(stage.ctx, found.id, now=NOW).home_place_id
    with stage.ctx.db.reading() as session:
        harby = session.scalar(select(Place.id).where(Place.name == "Harby"))
        before = session.get_one(Place, old).point
    form = {**NEW, "place": f"place:{harby}", "address": "1 The Green"}
    calls.post(f"/calls/people/{found.id}/edit", data=form)
    person = view_person(stage.ctx, found.id, now=NOW)
    assert (person.village, person.address) == ("Harby", "1 The Green")
    assert person.home_place_id != old
    with stage.ctx.db.reading() as session:
        assert session.get_one(Place, old).point == before


def test_several_errors_are_told_together(stage: Stage) -> None:
    """One look is enough to put everything right."""
    facts = PersonFacts(name="", phone="1", boarding_minutes="x")
    with pytest.raises(ManyInvalid) as caught:
        save_person(stage.ctx, facts, person_id=None, account_id=1, now=NOW)
    assert set(caught.value.fields) == {"name", "phone", "boarding_minutes"}


def test_the_note_is_changed_in_the_middle_of_a_call(stage: Stage, calls: FlaskClient) -> None:
    """One box, one key, one record."""
    stan = stage.ids["stan_id"]
    calls.post(f"/calls/people/{stan}/note", data={"person_note": "Likes the front seat"})
    assert view_person(stage.ctx, stan, now=NOW).note == "Likes the front seat"
    assert len(audit(stage, "person.changed")) == 1


def test_what_somebody_does_often_is_one_key_away(stage: Stage, calls: FlaskClient) -> None:
    """A journey made twice is the first of the usual ones, and begins the next conversation."""
    first = book(stage, calls)
    stage.clock.forward(minutes=1)
    book(stage, calls, when_time="3pm", home="no")
    usual = view_person(stage.ctx, stage.ids["stan_id"], now=NOW).usual
    assert [(one.from_words, one.to_words, one.times) for one in usual] == [
        ("Hose", "Melton Mowbray", 2)
    ]
    page = calls.get(f"/calls/people/{stage.ids['stan_id']}/book?like={first}")
    html = page.get_data(as_text=True)
    assert f'value="place:{stage.ids["place_id"]}" selected' in html
    assert 'value="10:00am"' in html


def test_the_day_sheet_has_everybody_in_order_of_time(stage: Stage, calls: FlaskClient) -> None:
    """Each direction with its planned time, on screen and on paper."""
    book(stage, calls)
    sheet = view_day_sheet(stage.ctx, "MEL1", DAY)
    times = [line.at for line in sheet.lines if line.at is not None]
    assert len(times) == len(sheet.lines) == 3
    assert times == sorted(times)
    for address in ("", "/paper"):
        page = words(calls.get(f"/calls/days/MEL1/{DAY.isoformat()}{address}"))
        assert "Stan Birch" in page
        assert "Mary Wells" in page


def test_an_empty_day_and_a_wrong_one_have_their_words(calls: FlaskClient) -> None:
    """Nobody booked is an answer; a day that cannot be is not found."""
    assert "Nobody has booked" in words(calls.get("/calls/days/MEL1/2026-12-09"))
    assert calls.get("/calls/days/MEL1/2026-13-01").status_code == 404
    assert calls.get("/calls/days/NOPE/2026-12-09").status_code == 404


def test_a_cancelled_journey_stays_on_the_screen_and_off_the_paper(
    stage: Stage, calls: FlaskClient
) -> None:
    """The handler sees that it was cancelled; nobody works from it."""
    request_id = book(stage, calls)
    calls.post(f"/calls/journeys/{request_id}/cancel", data={"legs": "both"})
    assert "Stan Birch" in words(calls.get(f"/calls/days/MEL1/{DAY}"))
    assert "Stan Birch" not in words(calls.get(f"/calls/days/MEL1/{DAY}/paper"))


def test_the_number_to_ring_is_in_the_bar(stage: Stage, landline: Callable[[], int]) -> None:
    """Whoever is on any page sees that somebody waits to be told."""
    landline()
    client = stage.client("call_handler")
    stage.clock.now = EVENING + timedelta(minutes=1)
    assert "To ring (1)" in words(client.get("/calls/"))


def test_a_journey_they_have_at_that_time_is_said_before_it_is_booked(
    stage: Stage, calls: FlaskClient
) -> None:
    """The second one at the same hour can be booked, but nobody books it by oversight."""
    book(stage, calls)
    request_id = ask(stage, calls)
    calls.post(f"/calls/asked/{request_id}/keep", data={"offer": "1"})
    page = words(calls.get(f"/calls/asked/{request_id}"))
    assert "You have a journey at that time already" in page
    assert "Book it as well" in page


def test_a_place_found_by_what_was_typed_stays_in_its_box(stage: Stage, calls: FlaskClient) -> None:
    """Refused: the page still says where they wanted to go, though it is in no list."""
    with stage.ctx.db.writing() as session:
        far = Place(name="Far Away Farm", kind="landmark", latitude=53.4, longitude=-0.3)
        session.add(far)
        session.flush()
        far_id = far.id
    request_id = ask(stage, calls, finish=f"place:{far_id}")
    page = calls.get(f"/calls/asked/{request_id}").get_data(as_text=True)
    assert f'<option value="place:{far_id}" selected>Far Away Farm</option>' in page
