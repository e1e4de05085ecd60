"""The call list: whom to ring now, and what becomes of the calls nobody made."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.service_day import at
from booking.models import AuditEntry, Booking, Message, Person
from booking.services.accounts import passenger_account_in
from booking.services.call_list import (
    LISTED_AT_MOST,
    NO_ANSWER,
    NOT_YET,
    TOLD,
    Said,
    close_call,
    close_missed_calls,
    count_calls,
    list_calls,
)
from booking.services.cancel import cancel
from booking.services.notify import write_day_before
from tests.integration.breakdown import break_down
from tests.integration.queries import counted_queries
from tests.world import DAY, NOW, World, book_one, make_world, wish

EVENING = at(DAY - timedelta(days=1), time(17, 5))
MIDDAY = at(DAY, time(10, 30))
"""Whose bus was to come by ten is gone; whose bus comes by noon is to be rung."""


@pytest.fixture
def world(any_ctx: Context) -> World:
    """One bus, and twenty people who are rung; on both databases."""
    world = make_world(any_ctx)
    with any_ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="landline", channel="call"))
    return world


def add_calls(world: World, request: int, number: int, *, due_at: datetime) -> None:
    """So many calls about a journey, as bare rows."""
    with world.ctx.db.writing() as session:
        session.add_all(
            Message(
                key=f"day_before:{request}:{n}",
                person_id=world.people[0],
                request_id=request,
                channel="call",
                body="Your bus",
                due_at=due_at,
                created_at=due_at,
            )
            for n in range(number)
        )


def statuses(world: World, request: int) -> set[str]:
    with world.ctx.db.reading() as session:
        return set(session.scalars(select(Message.status).where(Message.request_id == request)))


def on_the_list(world: World, now: datetime) -> list[int | None]:
    return [call.request_id for call in list_calls(world.ctx, now=now).now]


def test_dead_calls_do_not_hide_one_that_can_be_made(world: World) -> None:
    """As many calls as fit on the list are too late: the one for a bus to come is on it."""
    gone, coming = book_one(world, wish(world)), book_one(world, wish(world, 1, by=time(12)))
    add_calls(world, gone, LISTED_AT_MOST, due_at=EVENING)
    add_calls(world, coming, 1, due_at=EVENING + timedelta(hours=1))
    listed = list_calls(world.ctx, now=MIDDAY)
    assert [call.request_id for call in listed.now] == [coming]
    assert (listed.more, listed.overdue) == (0, LISTED_AT_MOST)
    assert count_calls(world.ctx, now=MIDDAY) == 1


def test_a_full_list_has_the_buses_that_come_first(world: World) -> None:
    """What is left out is what can wait longest, however long it has been on the list."""
    later, sooner = book_one(world, wish(world, by=time(16))), book_one(world, wish(world, 1))
    add_calls(world, later, 2, due_at=EVENING)
    add_calls(world, sooner, 1, due_at=EVENING + timedelta(minutes=5))
    now = EVENING + timedelta(minutes=10)
    listed = list_calls(world.ctx, now=now, limit=2)
    assert [call.request_id for call in listed.now] == [sooner, later]
    assert listed.more == 1
    assert count_calls(world.ctx, now=now) == 3


def test_calls_that_came_too_late_are_closed_and_counted(world: World) -> None:
    """The sweep closes them as not made and no others; for that day the list still says so."""
    gone, coming = book_one(world, wish(world)), book_one(world, wish(world, 1, by=time(12)))
    write_day_before(world.ctx, now=EVENING)
    assert close_missed_calls(world.ctx, now=EVENING) == 0
    for closed in (1, 0):
        assert close_missed_calls(world.ctx, now=MIDDAY) == closed
        assert list_calls(world.ctx, now=MIDDAY).overdue == 1
    assert (statuses(world, gone), statuses(world, coming)) == ({"failed"}, {"waiting"})
    assert list_calls(world.ctx, now=MIDDAY + timedelta(days=1)).overdue == 0


def test_who_may_stand_at_the_stop_is_rung_until_the_day_is_over(world: World) -> None:
    """Their bus broke down and its time has passed: the sweep leaves the call alone that day."""
    request = book_one(world, wish(world))
    break_down(world, at(DAY, time(9, 50)))
    night = at(DAY, time(23, 55))
    assert close_missed_calls(world.ctx, now=night) == 0
    assert on_the_list(world, night) == [request]
    assert close_missed_calls(world.ctx, now=night + timedelta(minutes=10)) > 0
    assert on_the_list(world, night) == []


def test_a_call_about_no_bus_at_all_is_closed_when_its_day_is_over(world: World) -> None:
    """What has no pick-up to be late for does not stay on the list for ever."""
    request = book_one(world, wish(world))
    add_calls(world, request, 1, due_at=EVENING)
    with world.ctx.db.writing() as session:
        session.execute(update(Booking).values(status="cancelled"))
    assert on_the_list(world, at(DAY, time(23))) == [request]
    assert close_missed_calls(world.ctx, now=at(DAY, time(23))) == 0
    assert close_missed_calls(world.ctx, now=at(DAY + timedelta(days=1), time(1))) == 1


def test_who_got_through_at_the_last_moment_has_told_them(world: World) -> None:
    """The sweep closed the call while it was made: what the handler says is what is written."""
    request = book_one(world, wish(world))
    write_day_before(world.ctx, now=EVENING)
    (call,) = list_calls(world.ctx, now=EVENING).now
    close_missed_calls(world.ctx, now=MIDDAY)
    with world.ctx.db.writing() as session:
        handler = passenger_account_in(session, session.get_one(Person, 1), NOW).id
    for _ in range(2):
        close_call(world.ctx, call.message_id, TOLD, account_id=handler, now=MIDDAY)
    assert statuses(world, request) == {"done"}
    with world.ctx.db.reading() as session:
        assert len(session.scalars(select(AuditEntry.id)).all()) == 1


def test_a_longer_list_takes_no_more_queries(world: World) -> None:
    """The list is a few joins and the number in the bar one count, however many wait."""
    counts = []
    for number in range(2):
        for more in range(1 + 4 * number):
            book_one(world, wish(world, 5 * number + more, home=time(15)))
        write_day_before(world.ctx, now=EVENING)
        with counted_queries(world.ctx) as listing:
            assert len(list_calls(world.ctx, now=EVENING).now) == 1 + 4 * number + number
        with counted_queries(world.ctx) as counting:
            count_calls(world.ctx, now=EVENING)
        counts.append((len(listing), len(counting)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 4
    assert counts[0][1] == 1


def account_of(world: World, person: int) -> int:
    with world.ctx.db.writing() as session:
        found = session.get_one(Person, world.people[person])
        return passenger_account_in(session, found, EVENING).id


@pytest.mark.parametrize("outcome", [TOLD, NO_ANSWER])
def test_one_key_too_many_is_taken_back(world: World, outcome: str) -> None:
    """Whoever was taken off the list by mistake is named, and is on it again as before."""
    request = book_one(world, wish(world))
    add_calls(world, request, 1, due_at=EVENING)
    (call,) = list_calls(world.ctx, now=EVENING).now
    mine, others = account_of(world, 0), account_of(world, 1)

    def say(what: str, account_id: int = mine, now: datetime = EVENING) -> Said:
        return close_call(world.ctx, call.message_id, what, account_id=account_id, now=now)

    assert not say(NOT_YET).is_news
    assert say(outcome) == (call.name, True)
    assert on_the_list(world, EVENING) == []
    assert not say(NOT_YET, others).is_news
    assert not say(NOT_YET, now=EVENING + timedelta(hours=1)).is_news
    assert say(NOT_YET) == (call.name, True)
    (again,) = list_calls(world.ctx, now=EVENING).now
    assert (again.message_id, again.tries) == (call.message_id, 0)
    assert statuses(world, request) == {"waiting"}
    assert not say(NOT_YET).is_news


def test_words_that_are_true_no_more_are_not_brought_back(world: World) -> None:
    """They were told of the way home, which is then cancelled: that call stays closed."""
    request = book_one(world, wish(world, home=time(14)))
    write_day_before(world.ctx, now=EVENING)
    (call,) = list_calls(world.ctx, now=EVENING).now
    mine = account_of(world, 0)
    close_call(world.ctx, call.message_id, TOLD, account_id=mine, now=EVENING)
    cancel(world.ctx, request, by="test", legs=("return",), now=EVENING)
    said = close_call(world.ctx, call.message_id, NOT_YET, account_id=mine, now=EVENING)
    assert not said.is_news
    assert all(one.message_id != call.message_id for one in list_calls(world.ctx, now=EVENING).now)
