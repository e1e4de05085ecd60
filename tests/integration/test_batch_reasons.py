"""Whom the nightly batch turns down is told the rule, and what they could have instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import func, select, update

from booking.context import Context
from booking.domain.errors import Gone
from booking.domain.needs import Party
from booking.domain.service_day import at
from booking.domain.wish import When, WhenKind, Wish
from booking.models import (
    Booking,
    JourneyRequest,
    Message,
    Offer,
    Person,
    Refusal,
    Shift,
    Vehicle,
    Zone,
)
from booking.services.accounts import passenger_account_in
from booking.services.batch import run_batches
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import hold, release
from booking.services.journeys import AnswerView, get_answer
from booking.services.take_instead import hold_or_take
from tests.world import DAY, NOW, World, ask_for, book_one, make_world, violations, wish

EVE = DAY - timedelta(days=1)
NIGHT = at(EVE, time(17, 2))
DAYS = (DAY, DAY + timedelta(days=1))
CLOSED = DAY - timedelta(days=2)
"""A Sunday."""
FOUR = Party(adults=4)
ROLLING = Party(wheelchairs=1)


@pytest.fixture
def world(ctx: Context) -> World:
    """One bus with four seats and a wheelchair space, out on two days; everybody waits."""
    made = make_world(ctx, mode="batch", seats=4, days=DAYS)
    with ctx.db.writing() as session:
        session.execute(update(Vehicle).values(wheelchair_spaces=1))
        session.execute(update(Person).values(channel="text", phone_type="mobile"))
    return made


def change_shift(world: World, **values: object) -> None:
    """The day's shift is another one than when they asked."""
    with world.ctx.db.writing() as session:
        session.execute(update(Shift).where(Shift.service_date == DAY).values(**values))


def promised(world: World, person: int, start: str, finish: str) -> int:
    """A journey promised at once, before the zone went over to deciding at night."""
    set_mode(world, "instant")
    request = book_one(world, wish(world, person, start=start, finish=finish))
    set_mode(world, "batch")
    return request


def set_mode(world: World, mode: str) -> None:
    with world.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode=mode))


def leaving(world: World, start: str, finish: str, clock: time) -> Wish:
    return replace(wish(world, start=start, finish=finish), when=When(WhenKind.LEAVE_AT, clock))


def waits_for_just(world: World, wanted: Wish) -> int:
    """Somebody waits for a bus within ten minutes of the time they want to leave."""
    request = book_one(world, wanted)
    with world.ctx.db.writing() as session:
        for booking in session.scalars(select(Booking).where(Booking.request_id == request)):
            assert booking.wished_earliest is not None
            booking.wished_latest = booking.wished_earliest + timedelta(minutes=10)
    return request


def refusal(world: World, request: int | None = None) -> Refusal:
    """What was written down when the batch was over, of this request or of any."""
    run_batches(world.ctx, now=NIGHT)
    with world.ctx.db.reading() as session:
        found = session.scalars(select(Refusal).order_by(Refusal.id)).all()
        return next(one for one in found if request in (None, one.request_id))


# One rule after the other


def test_full(world: World) -> None:
    """More parties of four than the bus can go for: it is full, and how many it had room for."""
    for person in range(8):
        book_one(world, wish(world, person, party=FOUR))
    found = refusal(world)
    assert found.rule == "capacity"
    assert "no bus that could come has room for 4 people then" in found.words


def test_the_wheelchair_space(world: World) -> None:
    """There are seats left: it is the space that is taken."""
    for person in range(8):
        book_one(world, wish(world, person, party=ROLLING))
    found = refusal(world)
    assert found.rule == "wheelchair"
    assert "the wheelchair space is taken" in found.words


def test_nobody_has_the_space(world: World) -> None:
    """The bus with the space was changed for another: that is said, and not that it is full."""
    request = book_one(world, wish(world, party=ROLLING))
    book_one(world, wish(world, 1))
    with world.ctx.db.writing() as session:
        session.execute(update(Vehicle).values(wheelchair_spaces=0))
    found = refusal(world, request)
    assert found.rule == "vehicle"
    assert "no bus that has the space you need is out then" in found.words
    assert "among the first" not in found.words


def test_no_bus_that_day(world: World) -> None:
    """The only shift was withdrawn."""
    book_one(world, wish(world))
    change_shift(world, status="withdrawn")
    found = refusal(world)
    assert found.rule == "no_buses"
    assert "No bus is out in Melton 1 on Tuesday 8 December" in found.words


def test_the_hours(world: World) -> None:
    """The shift became shorter while they waited: no bus is out when they wanted to go."""
    book_one(world, wish(world, by=time(17)))
    change_shift(world, ends=13 * 60, break_minutes=0)
    found = refusal(world)
    assert found.rule == "hours"
    assert "by 5:00pm on Tuesday 8 December: no bus is out at that hour" in found.words
    assert "among the first" not in found.words


def test_the_drivers_break(world: World) -> None:
    """The driver has to rest just then."""
    book_one(world, wish(world))
    change_shift(world, break_from=8 * 60, break_to=10 * 60 + 15, break_minutes=135)
    found = refusal(world)
    assert found.rule == "break"
    assert "the driver has to take a rest then" in found.words


def test_the_ride_of_somebody_on_board(world: World) -> None:
    """Fetching them would drive somebody else about for longer than was promised."""
    promised(world, 1, "Bottesford", "Somerby")
    waits_for_just(world, leaving(world, "Long Clawson", "Hose", time(8, 40)))
    found = refusal(world)
    assert found.rule == "ride_limit_on_board"
    assert "somebody already on the bus would be on it for too long" in found.words


def test_somebody_elses_promise(world: World) -> None:
    """Fetching them would make the bus late for somebody it is promised to."""
    promised(world, 1, "Bottesford", "Somerby")
    waits_for_just(world, leaving(world, "Hose", "Harby", time(9, 10)))
    found = refusal(world)
    assert found.rule == "promise"
    assert "a bus would be late for people we have already promised" in found.words


def test_the_distance(world: World) -> None:
    """They may not be on the bus for as long as the way is by now (a road was closed)."""
    request = book_one(world, wish(world))
    book_one(world, wish(world, 1))
    with world.ctx.db.writing() as session:
        session.execute(
            update(Booking).where(Booking.request_id == request).values(ride_limit_seconds=60)
        )
    found = refusal(world, request)
    assert found.rule == "distance"
    assert "no bus could bring you there in time" in found.words


def test_the_way_home(world: World) -> None:
    """There would be a bus there and none back: it is the way home that is told."""
    book_one(world, wish(world, by=time(10), home=time(17)))
    change_shift(world, ends=13 * 60, break_minutes=0)
    found = refusal(world)
    assert found.rule == "hours"
    assert "We could take you there, but not bring you home at 5:00pm" in found.words


def test_only_the_way_home_was_left(world: World) -> None:
    """The way there was cancelled while they waited: nothing else is offered for it."""
    request = book_one(world, wish(world, by=time(10), home=time(17)))
    cancel(world.ctx, request, by="test", now=NOW, legs=("outward",))
    change_shift(world, ends=16 * 60, break_minutes=0)
    found = refusal(world, request)
    assert "We cannot bring you at 5:00pm" in found.words
    assert found.alternatives
    assert {leg["pickup_place_id"] for leg in found.alternatives} == {
        world.places["Melton Mowbray"]
    }


# What they could have instead


def told(world: World, request: int) -> str:
    """The words of the message that says no."""
    with world.ctx.db.reading() as session:
        rows = session.scalars(select(Message).where(Message.request_id == request)).all()
        return next(row.body for row in rows if row.key.startswith("batch_refused:"))


def out_in_the_afternoon(world: World) -> int:
    """Wanted for nine; the bus of that day does not come out before ten."""
    request = book_one(world, wish(world, by=time(9)))
    change_shift(world, starts=10 * 60, break_minutes=0)
    run_batches(world.ctx, now=NIGHT)
    return request


def answer(world: World, request: int) -> AnswerView:
    """What the person reads on their page."""
    with world.ctx.db.writing() as session:
        account = passenger_account_in(session, session.get_one(Person, world.people[0]), NOW)
    return get_answer(world.ctx, account, request, now=NIGHT)


def shown(world: World, request: int) -> list[int]:
    """The numbers of what the person can choose on their page."""
    view = answer(world, request)
    assert not view.expired
    return [offer.number for offer in view.offers]


def book_offer(world: World, request: int, number: int) -> None:
    """Take what was offered; in batch mode it waits for the night."""
    hold(world.ctx, request, number, by="test", now=NOW)
    book(world.ctx, request, key=f"key {request}", by="test", now=NOW)


def test_other_times_are_offered_and_told(world: World) -> None:
    """Up to four, the nearest first; the wish that was turned down is none of them."""
    request = out_in_the_afternoon(world)
    with world.ctx.db.reading() as session:
        offers = session.get_one(JourneyRequest, request).offers
        kept = session.scalars(select(Refusal)).one().alternatives
    instead = [offer for offer in offers if offer.number != 1]
    assert 1 <= len(instead) <= 4
    assert [offer.legs[0] for offer in instead] == kept
    assert {leg["day"] for leg in kept} == {day.isoformat() for day in DAYS}
    assert shown(world, request) == [offer.number for offer in instead]
    body = told(world, request)
    assert "You could go on Tuesday 8 December, with a bus between 10:" in body
    assert "or on Wednesday 9 December, if there is room then" in body
    assert "Choose one on the page of your journey, or ring" in body


def test_one_of_them_can_be_booked(world: World) -> None:
    """It becomes a journey of its own, hours later too; the other one stays turned down."""
    request = out_in_the_afternoon(world)
    first = shown(world, request)[0]
    later = NIGHT + timedelta(hours=2)
    taken = hold_or_take(world.ctx, request, first, by="test", now=later)
    assert taken != request
    book(world.ctx, taken, key="instead", by="test", now=later)
    with world.ctx.db.reading() as session:
        new, old = (session.get_one(JourneyRequest, one) for one in (taken, request))
        assert (new.status, old.status) == ("booked", "refused")
        assert new.bookings[0].promised_earliest is not None
        assert new.bookings[0].promised_earliest >= at(DAY, time(10))
    assert violations(world, now=later) == []


def test_chosen_twice_it_is_held_once(world: World) -> None:
    """A button pressed twice takes no second seat."""
    request = out_in_the_afternoon(world)
    first = shown(world, request)[0]
    for _ in range(2):
        hold_or_take(world.ctx, request, first, by="test", now=NIGHT)
    with world.ctx.db.reading() as session:
        held = session.scalars(select(Booking.id).where(Booking.status == "held")).all()
    assert len(held) == 1


def everything_written(world: World) -> tuple[int, int]:
    """How many requests and offers there are."""
    with world.ctx.db.reading() as session:
        counts = [session.scalar(select(func.count(one.id))) for one in (JourneyRequest, Offer)]
        return counts[0] or 0, counts[1] or 0


def test_what_is_too_late_by_then_cannot_be_taken(world: World) -> None:
    """Chosen when the bus leaves in ten minutes, it is gone: they are asked to ask again."""
    request = out_in_the_afternoon(world)
    first = shown(world, request)[0]
    before = everything_written(world)
    with pytest.raises(Gone):
        hold_or_take(world.ctx, request, first, by="test", now=at(DAY, time(9, 55)))
    assert everything_written(world) == before


def test_what_was_offered_before_it_was_turned_down_again_is_over(world: World) -> None:
    """Refused at once, another day waited for, and refused at night: the last words count."""
    asked = ask_for(world, wish(world, day=CLOSED))
    book_offer(world, asked, 1)
    with world.ctx.db.writing() as session:
        earlier = {offer.number for offer in session.get_one(JourneyRequest, asked).offers}
        session.execute(update(Booking).values(ride_limit_seconds=60))
    assert len(earlier) > 1
    run_batches(world.ctx, now=NIGHT)
    assert earlier.isdisjoint(shown(world, asked))
    with world.ctx.db.reading() as session:
        first, last = session.scalars(select(Refusal.words).order_by(Refusal.id)).all()
    assert first != last
    assert answer(world, asked).refused == last
    with pytest.raises(Gone):
        hold_or_take(world.ctx, asked, 2, by="test", now=NIGHT)


def test_nobody_is_offered_the_place_of_who_was_taken(world: World) -> None:
    """What is offered fits the day as it is decided, with everybody's promise in it."""
    requests = [book_one(world, wish(world, person, party=FOUR)) for person in range(8)]
    run_batches(world.ctx, now=NIGHT)
    with world.ctx.db.reading() as session:
        refused = [
            one
            for one in (session.get_one(JourneyRequest, number) for number in requests)
            if one.status == "refused"
        ]
        numbers = {one.id: [o.number for o in one.offers if o.number != 1] for one in refused}
    assert refused
    assert any(numbers.values())
    for request, offered in numbers.items():
        for number in offered:
            taken = hold_or_take(world.ctx, request, number, by="test", now=NIGHT)
            assert violations(world, now=NIGHT) == []
            release(world.ctx, taken, by="test", now=NIGHT)


def test_nobody_is_told_that_no_bus_is_out_while_one_is(world: World) -> None:
    """Far more people than one bus can go for, all day long: it is they who are in the way.

    Lifting the hours would let the bus drive on into the night for everybody, which is
    no reason that anybody would understand.
    """
    names = sorted(world.places)
    for person in range(70):
        start, finish = names[person % 8], names[(3 * person + 1 + person // 8) % 8]
        if start != finish:
            clock = time(8 + person % 10)
            wanted = leaving(world, start, finish, clock)
            book_one(world, replace(wanted, person_id=world.people[person % 20]))
    run_batches(world.ctx, now=NIGHT)
    with world.ctx.db.reading() as session:
        found = session.scalars(select(Refusal)).all()
    assert len(found) > 5
    assert {"hours", "distance", "vehicle"}.isdisjoint(one.rule for one in found)
    full = [one for one in found if "the buses are busy with other people then" in one.words]
    assert full
    assert all("among the first next time" in one.words for one in full)
