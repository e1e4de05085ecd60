"""A bus breaks down: who is moved, who is told, and what the next planning makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from booking.domain.errors import Gone
from booking.domain.needs import Party
from booking.domain.service_day import at
from booking.models import (
    Booking,
    JourneyRequest,
    Person,
    ZoneDay,
)
from booking.services.board_day import read_day
from booking.services.book import book
from booking.services.by_plan import went_by_plan
from booking.services.call_list import CallListView, list_calls
from booking.services.cancel import cancel
from booking.services.day import load_day
from booking.services.drive import Event, record_events
from booking.services.hold import hold
from booking.services.legs import legs_of_all
from booking.services.manifest import manifest_for_staff
from booking.services.notify import write_day_before
from booking.services.plan import plan_zone_day
from booking.services.riders import Rider
from booking.services.shifts import withdraw_shift
from booking.services.stranded import HELD_BACK
from booking.services.zone_days import current_runs
from routing.errors import InvalidProblem
from tests.integration.breakdown import (
    add_bus,
    bookings_of,
    break_down,
    messages,
    sent,
    texting_world,
    zone_day_of,
)
from tests.world import (
    DAY,
    NOW,
    World,
    ask_for,
    book_one,
    planned_ids,
    wish,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus, and twenty people with mobile phones who want texts."""
    made = texting_world(tmp_path)
    yield made
    made.ctx.db.close()


def drive(world: World, booking: Booking, kind: str, when: datetime) -> None:
    """The driver of the first bus reports it."""
    event = Event(f"{kind} {booking.id}", world.shifts[0], booking.id, kind, when)
    (answer,) = record_events(world.ctx, world.drivers[0], [event], now=when)
    assert answer.known


def promised(booking: Booking) -> datetime:
    assert booking.promised_earliest is not None
    return booking.promised_earliest


def travel(world: World, booking: Booking) -> datetime:
    """On the bus and off it again; the moment it was over."""
    drive(world, booking, "boarded", promised(booking))
    over = promised(booking) + timedelta(minutes=25)
    drive(world, booking, "dropped_off", over)
    return over


def test_one_wheelchair_without_a_bus_does_not_keep_the_others_from_theirs(world: World) -> None:
    """The bus left has no space for wheelchairs: everybody else goes on being planned."""
    rolling = book_one(world, wish(world, 0, party=Party(wheelchairs=1)))
    walking = book_one(world, wish(world, 1))
    gone = break_down(world)
    assert len(gone.without_bus) == 2
    add_bus(world, spaces=0)
    outcome = plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW, seconds=0.2)
    assert outcome.outcome == "published"
    assert planned_ids(world) == {bookings_of(world, walking)["outward"].id}
    assert bookings_of(world, rolling)["outward"].status == "booked"


def test_who_travelled_before_the_breakdown_is_not_in_the_way_of_planning(world: World) -> None:
    """A wheelchair brought there in the morning, by a bus that then broke down."""
    rolling = book_one(world, wish(world, 0, party=Party(wheelchairs=1)))
    walking = book_one(world, wish(world, 1, by=time(17)))
    over = travel(world, bookings_of(world, rolling)["outward"])
    break_down(world, over)
    add_bus(world, spaces=0)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=over, seconds=0.2)
    assert planned_ids(world) == {bookings_of(world, walking)["outward"].id}


def test_a_day_that_makes_no_problem_says_what_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator reads why nothing was moved; the day is not tried again for ever."""
    book_one(world, wish(world))
    wrong = InvalidProblem("request 7", "ride limit", "on board of vehicle 1, at best too late")

    def refuse(*_: object, **__: object) -> None:
        raise wrong

    monkeypatch.setattr("booking.services.plan.solve", refuse)
    assert plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW).outcome == "kept"
    day = zone_day_of(world)
    assert day.wants_planning_since is None
    assert "on the bus for longer" in day.planning_progress
    assert "booking 7" in day.planning_progress


def test_a_change_during_a_planning_that_fails_is_planned_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody books while the solver finds that it cannot: the day still wants planning."""
    book_one(world, wish(world))

    def book_meanwhile(*_: object, **__: object) -> None:
        book_one(world, wish(world, 1), now=NOW)
        raise InvalidProblem("request 1", "window", "too late")

    monkeypatch.setattr("booking.services.plan.solve", book_meanwhile)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW)
    assert zone_day_of(world).wants_planning_since is not None


def test_who_has_travelled_is_told_nothing_and_is_not_fetched_again(world: World) -> None:
    """There and on board: neither is "no bus for you", nor a stop for the bus that steps in."""
    there = book_one(world, wish(world, 0))
    aboard = book_one(world, wish(world, 1, by=time(12)))
    travel(world, bookings_of(world, there)["outward"])
    now = promised(bookings_of(world, aboard)["outward"])
    drive(world, bookings_of(world, aboard)["outward"], "boarded", now)
    add_bus(world)
    gone = break_down(world, now)
    assert (gone.moved, gone.without_bus) == ((), ())
    assert gone.on_board == (bookings_of(world, aboard)["outward"].id,)
    assert messages(world, there, "disrupted") == messages(world, aboard, "disrupted") == []
    assert planned_ids(world) == set()
    plan_zone_day(world.ctx, zone_day_of(world).id, now=now, seconds=0.2)
    assert planned_ids(world) == set()


def test_only_the_leg_still_to_come_is_spoken_of(world: World) -> None:
    """They were taken there, or cancelled that way themselves: the way home is what is lost."""
    travelled = book_one(world, wish(world, 0, home=time(14)))
    cancelled = book_one(world, wish(world, 1, home=time(14)))
    cancel(world.ctx, cancelled, by="test", legs=("outward",), now=NOW)
    over = travel(world, bookings_of(world, travelled)["outward"])
    break_down(world, over)
    for request in (travelled, cancelled):
        (text,) = messages(world, request, "disrupted")
        assert "no bus now for your journey home" in text.body
        assert "cannot come" not in text.body
        assert "journey there" not in text.body


def test_who_went_by_plan_hours_ago_is_told_nothing(world: World) -> None:
    """The driver works from paper: the morning's passengers have travelled, and it stays so."""
    request = book_one(world, wish(world, 0, home=time(15)))
    there, home = bookings_of(world, request).values()
    now = at(DAY, time(11, 30))
    gone = break_down(world, now)
    assert gone.without_bus == (home.id,)
    (text,) = messages(world, request, "disrupted")
    assert "no bus now for your journey home" in text.body
    assert "9:" not in text.body
    assert planned_ids(world) == {there.id}
    assert [rider.booking_id for rider in without_bus(world, now)] == [home.id]
    add_bus(world)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=now, seconds=0.2)
    assert picked_up_by(world) == {there.id: world.shifts[0], home.id: world.shifts[1]}


def test_whom_a_driver_who_reports_said_nothing_of_may_still_be_waiting(world: World) -> None:
    """After the last report nothing is taken to have gone by plan; on paper all of it is."""
    early = book_one(world, wish(world, 0))
    late = book_one(world, wish(world, 1, by=time(12)))
    waiting = bookings_of(world, late)["outward"]
    now = at(DAY, time(13, 30))
    with world.ctx.db.reading() as session:
        on_paper = load_day(session, session.get_one(ZoneDay, 1))
    travel(world, bookings_of(world, early)["outward"])
    with world.ctx.db.reading() as session:
        reported = load_day(session, session.get_one(ZoneDay, 1))
    assert waiting.id in went_by_plan(on_paper, on_paper.runs[0], now)
    assert went_by_plan(reported, reported.runs[0], now) == set()
    assert break_down(world, now).without_bus == (waiting.id,)


def without_bus(world: World, now: datetime) -> tuple[Rider, ...]:
    """Whom the operator's board shows to have no bus."""
    with world.ctx.db.reading() as session:
        return read_day(session, "MEL1", DAY, now).without_bus


def picked_up_by(world: World) -> dict[int, int]:
    """booking → the shift that picks them up, by the plan in force."""
    with world.ctx.db.reading() as session:
        runs = current_runs(session, session.get_one(ZoneDay, 1))
    return {stop.booking_id: run.shift_id for run in runs for stop in run.stops if stop.booking_id}


def test_times_held_on_a_bus_that_breaks_down_are_let_go(world: World) -> None:
    """Nobody who only looked at times is told of it; nor can they book what is gone."""
    request = ask_for(world, wish(world))
    hold(world.ctx, request, 1, by="test", now=NOW)
    gone = break_down(world)
    assert gone.without_bus == ()
    assert messages(world, request, "disrupted") == []
    with pytest.raises(Gone):
        book(world.ctx, request, key="key", by="test", now=NOW)
    with world.ctx.db.reading() as session:
        assert session.get_one(JourneyRequest, request).status == "expired"


def test_whom_the_next_planning_finds_a_bus_for_is_told(world: World) -> None:
    """Told once that there is none, and once that there is one, with the times."""
    request = book_one(world, wish(world, home=time(14)))
    break_down(world)
    assert len(sent(world, NOW + HELD_BACK)) == 1
    add_bus(world)
    for _ in range(2):
        plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW + HELD_BACK, seconds=0.2)
    (text,) = messages(world, request, "bus_found")
    assert "we have found a bus for you on Tuesday 8 December" in text.body
    assert text.body.count("between") == 2
    assert "no bus now" not in text.body


def test_the_same_thing_going_wrong_again_is_told_again(world: World) -> None:
    """The bus that stepped in breaks down too, in the same words."""
    request = book_one(world, wish(world))
    break_down(world)
    told = NOW + HELD_BACK
    sent(world, told)
    add_bus(world)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=told, seconds=0.2)
    withdraw_shift(world.ctx, world.shifts[1], by="test", reason="It broke down", now=told)
    first, second = messages(world, request, "disrupted")
    assert (first.status, second.status) == ("sent", "waiting")
    assert first.body == second.body


def test_a_later_message_does_not_say_that_the_bus_comes_after_all(world: World) -> None:
    """The way home is cancelled: the way there is still without a bus, and that is still told."""
    request = book_one(world, wish(world, home=time(14)))
    break_down(world)
    cancel(world.ctx, request, by="test", legs=("return",), now=NOW)
    (text,) = messages(world, request, "cancelled")
    assert "no bus now for your journey there" in text.body
    assert "between" not in text.body
    assert "Still booked" not in text.body
    assert messages(world, request, "disrupted")[0].status == "waiting"


def test_what_settles_it_takes_the_place_of_the_bad_news(world: World) -> None:
    """Who cancels what has no bus needs no word about it any more."""
    request = book_one(world, wish(world))
    break_down(world)
    cancel(world.ctx, request, by="test", now=NOW)
    assert messages(world, request, "disrupted")[0].status == "stale"


def calls(world: World, now: datetime) -> CallListView:
    return list_calls(world.ctx, now=now)


def ring_everybody(world: World) -> None:
    with world.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))


def test_who_stands_at_the_stop_for_a_bus_that_broke_down_is_rung_first(world: World) -> None:
    """Promised by 9:40 at the latest, and the late bus breaks down ten minutes after that."""
    ring_everybody(world)
    waiting = book_one(world, wish(world))
    later = book_one(world, wish(world, 1, by=time(12)))
    latest = bookings_of(world, waiting)["outward"].promised_latest
    assert latest is not None
    now = latest + timedelta(minutes=10)
    break_down(world, now)
    # At once for whom no bus could come in time; for the other a bus is looked for first.
    assert [call.request_id for call in calls(world, now).now] == [waiting]
    assert calls(world, now).later == ()
    listed = calls(world, now + HELD_BACK)
    assert [call.request_id for call in listed.now] == [waiting, later]
    assert [call.waiting_there for call in listed.now] == [True, False]
    assert listed.overdue == 0


def test_who_has_no_bus_is_rung_before_whose_bus_comes_sooner(world: World) -> None:
    """The bus left has no space for the wheelchair of the later journey; a day on it is over."""
    ring_everybody(world)
    soon = book_one(world, wish(world))
    lost = book_one(world, wish(world, 1, by=time(12), party=Party(wheelchairs=1)))
    write_day_before(world.ctx, now=at(DAY - timedelta(days=1), time(17, 5)))
    now = at(DAY, time(8))
    assert [call.request_id for call in calls(world, now).now] == [soon, lost]
    add_bus(world, spaces=0)
    break_down(world, now)
    listed = calls(world, now + HELD_BACK).now
    assert [(call.request_id, call.stranded) for call in listed] == [(lost, True), (soon, False)]
    assert calls(world, now + timedelta(days=1)).now == ()


def test_what_is_read_out_about_a_lost_bus_is_said_to_the_passenger(world: World) -> None:
    """Sorry, what it means, what to do, what happens next; no word is for the call handler."""
    ring_everybody(world)
    book_one(world, wish(world))
    break_down(world)
    (call,) = calls(world, NOW + HELD_BACK).now
    said = " ".join(call.paragraphs)
    assert said.startswith("I am sorry, I have bad news about your bus on Tuesday 8 December.")
    assert "Please do not wait at the stop." in said
    assert said.endswith("I can look for one with you now.")
    assert "them" not in said


def test_a_way_there_nobody_reported_does_not_hide_the_way_home(world: World) -> None:
    """The bus home is what the call is about, at the time that is read out; it is soon urgent."""
    ring_everybody(world)
    request = book_one(world, wish(world, home=time(14)))
    write_day_before(world.ctx, now=at(DAY - timedelta(days=1), time(17, 5)))
    home = bookings_of(world, request)["return"]
    assert home.told_pickup_at != home.promised_latest
    (call,) = calls(world, at(DAY, time(13))).now
    assert (call.request_id, call.comes_at, call.urgent) == (request, home.told_pickup_at, True)
    assert calls(world, at(DAY, time(18))).overdue == 1


def test_a_page_says_that_a_bus_is_looked_for(world: World) -> None:
    """While no bus is found the journey is not shown as simply booked; the way home alike."""
    request = book_one(world, wish(world, home=time(14)))
    assert marks(world, request) == {"Booked"}
    break_down(world)
    assert marks(world, request) == {"We are looking for a bus"}
    add_bus(world)
    plan_zone_day(world.ctx, 1, now=NOW, seconds=0.2)
    assert marks(world, request) == {"Booked"}


def marks(world: World, request: int) -> set[str]:
    """What a journey's page says of each direction."""
    with world.ctx.db.reading() as session:
        legs = legs_of_all(session, [session.get_one(JourneyRequest, request)], NOW)
    return {leg.status_words[0] for leg in legs[request]}


def test_everybody_on_a_withdrawn_bus_is_set_down_in_order(world: World) -> None:
    """Whoever is to be there first comes first, whoever booked first, at the times we said."""
    later, sooner = book_one(world, wish(world, 0, by=time(12))), book_one(world, wish(world, 1))
    last, first = (bookings_of(world, one)["outward"] for one in (later, sooner))
    now = promised(first)
    for booking in (last, first):
        drive(world, booking, "boarded", now)
    break_down(world, now)
    stops = manifest_for_staff(world.ctx, world.shifts[0], now=now).stops
    assert [(task.booking_id, stop.at) for stop in stops for task in stop.open_tasks] == [
        (one.id, one.promised_arrival) for one in (first, last)
    ]
