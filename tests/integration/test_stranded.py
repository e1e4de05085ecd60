"""A bus is withdrawn: another is looked for first, and who hears what of it, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from booking.domain.service_day import at
from booking.domain.words import clock
from booking.models import Booking, BookingEvent, JourneyRequest, OutboxEntry, Person
from booking.services.board import board
from booking.services.call_list import list_calls
from booking.services.cancel import cancel
from booking.services.legs import OVER_AFTER, legs_of_all
from booking.services.missed import mark_missed
from booking.services.notify import write_day_before
from booking.services.plan import plan_zone_day
from booking.services.plan_request import PLAN_TASK
from booking.services.replacing import not_begun
from booking.services.shifts import withdraw_shift
from booking.services.stranded import HELD_BACK
from tests.integration.breakdown import (
    add_bus,
    bookings_of,
    break_down,
    messages,
    sent,
    texting_world,
    withdraw_all,
    zone_day_of,
)
from tests.world import DAY, NOW, World, book_one, planned_ids, violations, wish


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus, and twenty people with mobile phones who want texts."""
    made = texting_world(tmp_path)
    yield made
    made.ctx.db.close()


def test_whom_a_bus_is_found_for_in_time_hears_nothing_of_it(world: World) -> None:
    """No bus, and one again before the minute is over: what they were told holds, and is sent."""
    request = book_one(world, wish(world, home=time(14)))
    gone = break_down(world)
    assert len(gone.without_bus) == 2
    add_bus(world)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW, seconds=0.2)
    assert messages(world, request, "bus_found") == []
    (text,) = sent(world, NOW + 2 * HELD_BACK)
    assert "your bus is booked" in text


def test_for_whom_no_bus_is_found_it_is_said_once(world: World) -> None:
    """The planner looks, finds none, and the message leaves when the minute is over."""
    book_one(world, wish(world))
    break_down(world)
    add_bus(world, ends=480)
    for _ in range(2):
        plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW, seconds=0.2)
    assert sent(world, NOW + HELD_BACK / 2) == []
    (text,) = sent(world, NOW + HELD_BACK)
    assert "no bus now for your journey" in text
    assert sent(world, NOW + 2 * HELD_BACK) == []


def test_with_every_worker_dead_the_message_still_leaves(world: World) -> None:
    """Nothing is ever planned: the message is written with the withdrawal and needs no plan."""
    book_one(world, wish(world))
    break_down(world)
    assert len(sent(world, NOW + timedelta(hours=1))) == 1


def test_a_withdrawal_asks_for_a_planning_at_once(world: World) -> None:
    """In the transaction that withdraws, not when the day has been quiet for a while."""
    book_one(world, wish(world))
    break_down(world)
    with world.ctx.db.reading() as session:
        asked = session.scalars(
            select(OutboxEntry).where(OutboxEntry.kind == PLAN_TASK, OutboxEntry.due_at == NOW)
        ).all()
    assert len(asked) == 1


def test_a_bus_for_one_direction_leaves_the_other_to_be_told(world: World) -> None:
    """The bus that steps in goes home at noon: only the way home is spoken of, and once."""
    request = book_one(world, wish(world, home=time(15)))
    break_down(world)
    add_bus(world, ends=720)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW, seconds=0.2)
    assert planned_ids(world) == {bookings_of(world, request)["outward"].id}
    (text,) = sent(world, NOW + HELD_BACK)
    assert "It broke down." in text
    assert "no bus now for your journey home" in text
    assert "This still holds: The bus comes to Hose" in text


def test_who_heard_of_it_otherwise_hears_that_there_is_a_bus(world: World) -> None:
    """Cancelling the way home told them of the way there while the message was held back."""
    request = book_one(world, wish(world, home=time(14)))
    break_down(world)
    cancel(world.ctx, request, by="test", legs=("return",), now=NOW)
    assert "no bus now for your journey there" in sent(world, NOW)[0]
    add_bus(world)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=NOW, seconds=0.2)
    (text,) = sent(world, NOW + HELD_BACK)
    assert "we have found a bus for you" in text


def test_bad_news_old_and_new_is_settled_by_one_message(world: World) -> None:
    """Told of the way there an hour ago, and the bus for the way home goes too: then one is found.

    The second message was not sent yet, but the first was: they hear of the bus.
    """
    request = book_one(world, wish(world, home=time(15)))
    add_bus(world, ends=720)
    withdraw_all(world, "Snow", NOW)
    later = NOW + timedelta(hours=1)
    assert len(sent(world, later)) == 1
    add_bus(world, ends=720)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=later, seconds=0.2)
    withdraw_shift(world.ctx, world.shifts[2], by="test", reason="A flat tyre", now=later)
    add_bus(world)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=later, seconds=0.2)
    (text,) = sent(world, later + HELD_BACK)
    assert "we have found a bus for you" in text
    assert planned_ids(world) == {one.id for one in bookings_of(world, request).values()}


def test_a_promise_no_bus_kept_is_written_down_as_missed(world: World) -> None:
    """Two hours after the promised arrival, once; the way home is still looked after."""
    request = book_one(world, wish(world, home=time(17)))
    break_down(world)
    there, home = bookings_of(world, request).values()
    assert there.promised_arrival is not None
    over = there.promised_arrival + OVER_AFTER
    assert mark_missed(world.ctx, now=over) == 0
    later = over + timedelta(minutes=1)
    assert [mark_missed(world.ctx, now=later) for _ in range(2)] == [1, 0]
    there, home = bookings_of(world, request).values()
    assert (there.status, home.status) == ("missed", "booked")
    view = board(world.ctx, "MEL1", DAY, now=later)
    assert {f.show: f.number for f in view.figures}["missed"] == 1
    (decision,) = [one for one in view.decisions if one.title.endswith("was not picked up")]
    assert "No bus came" in decision.words
    with world.ctx.db.reading() as session:
        journey = session.get_one(JourneyRequest, request)
        legs = legs_of_all(session, [journey], later)[journey.id]
        assert [leg.status_words[0] for leg in legs] == [
            "We did not come",
            "We are looking for a bus",
        ]
        assert not not_begun(journey, later)
        told = select(BookingEvent.by).where(BookingEvent.kind == "missed")
        assert session.scalars(told).all() == ["missed"]


def test_whom_a_run_carries_is_not_missed(world: World) -> None:
    """Control: nothing was reported of them, and so they went by plan."""
    book_one(world, wish(world))
    assert mark_missed(world.ctx, now=at(DAY, time(18))) == 0


def test_who_was_missed_is_rung_that_day_all_the_same(world: World) -> None:
    """A call about a bus that never came stays on the list until the day is over."""
    with world.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))
    request = book_one(world, wish(world))
    now = at(DAY, time(12, 30))
    break_down(world, at(DAY, time(9, 55)))
    assert mark_missed(world.ctx, now=now) == 1
    (call,) = list_calls(world.ctx, now=now).now
    assert (call.request_id, call.waiting_there) == (request, True)
    assert list_calls(world.ctx, now=now + timedelta(days=1)).now == ()


EIGHT = at(DAY, time(8))
EIGHT_PAST_TWO = 14 * 60 + 8


def tell_times(world: World) -> int:
    """There and home at two, and the evening before it is told when exactly; the journey."""
    request = book_one(world, wish(world, home=time(14)))
    evening = at(DAY - timedelta(days=1), time(17, 5))
    write_day_before(world.ctx, now=evening)
    assert len(sent(world, evening)) == 1
    assert told(world, request) == {"outward": at(DAY, time(9)), "return": at(DAY, time(14))}
    return request


def told(world: World, request: int) -> dict[str, datetime | None]:
    return {leg: one.told_pickup_at for leg, one in bookings_of(world, request).items()}


def test_who_lost_the_bus_they_were_told_of_has_the_whole_promise_again(world: World) -> None:
    """The bus home can keep what was promised and not what was told: it comes, and that is told."""
    request = tell_times(world)
    add_bus(world, ends=720)
    add_bus(world, starts=EIGHT_PAST_TWO)
    assert break_down(world, EIGHT).without_bus == ()
    assert told(world, request) == {"outward": at(DAY, time(9)), "return": at(DAY, time(14, 8))}
    (text,) = sent(world, EIGHT)
    assert "your bus home on Tuesday 8 December comes at another time than we told you" in text
    assert "at 2:08pm" in text
    assert "These times hold now: The bus comes to Hose at 9:00am" in text
    assert violations(world, now=EIGHT) == []
    assert sent(world, EIGHT + HELD_BACK) == []


def test_the_time_told_is_kept_where_a_bus_can_keep_it(world: World) -> None:
    """Nobody is told another time where another bus can be there at the old one."""
    request = tell_times(world)
    with world.ctx.db.writing() as session:
        there = update(Booking).where(Booking.leg == "outward")
        session.execute(there.values(told_pickup_at=at(DAY, time(8, 46))))
    before = told(world, request)
    add_bus(world)
    assert len(break_down(world, EIGHT).moved) == 2
    assert told(world, request) == before
    assert sent(world, EIGHT + HELD_BACK) == []
    assert violations(world, now=EIGHT) == []


@pytest.mark.parametrize(
    ("after", "news"),
    [(timedelta(0), "another time than we told you"), (HELD_BACK, "we have found a bus for you")],
)
def test_a_bus_found_later_is_told_with_its_time(world: World, after: timedelta, news: str) -> None:
    """Before anybody heard that there was none only the time is news; one message says it all."""
    request = tell_times(world)
    assert len(break_down(world, EIGHT).without_bus) == 2
    now = EIGHT + after
    assert len(sent(world, now)) == bool(after)
    add_bus(world, ends=720)
    add_bus(world, starts=EIGHT_PAST_TWO)
    plan_zone_day(world.ctx, zone_day_of(world).id, now=now, seconds=0.2)
    home = told(world, request)["return"]
    assert home is not None
    assert home >= at(DAY, time(14, 8))
    (text,) = sent(world, now + HELD_BACK)
    assert news in text
    assert clock(home) in text
    assert violations(world, now=now) == []


def test_a_new_time_one_way_is_told_before_it_is_said_to_hold(world: World) -> None:
    """No bus there, and another one home: first the new time, then what is lost and what holds."""
    tell_times(world)
    add_bus(world, starts=EIGHT_PAST_TWO)
    assert len(break_down(world, EIGHT).without_bus) == 1
    (text,) = sent(world, EIGHT)
    assert "another time than we told you" in text
    assert "no bus now" not in text
    (text,) = sent(world, EIGHT + HELD_BACK)
    assert "no bus now for your journey there" in text
    assert "This still holds: Going home: the bus comes to Melton Mowbray at 2:08pm" in text
