"""The nightly batch: everybody who waits is told, and nothing promised is given away for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.domain.needs import Party
from booking.domain.service_day import at, local
from booking.domain.wish import When, WhenKind
from booking.models import JourneyRequest, Message, Person, Refusal, Shift, Zone, ZoneDay
from booking.services import batch
from booking.services.accounts import passenger_account_in
from booking.services.batch import BatchOutcome, run_batches
from booking.services.board import board
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import hold
from booking.services.journeys import get_journey
from booking.services.offer import Asker, ask
from booking.services.plan import plan_zone_day
from tests.world import (
    DAY,
    NOW,
    World,
    ask_for,
    book_one,
    make_world,
    planned_ids,
    violations,
    wish,
)

EVE = DAY - timedelta(days=1)
NIGHT = at(EVE, time(17, 2))
WEDNESDAY = DAY + timedelta(days=1)


def status(world: World, request_id: int) -> tuple[str, ...]:
    """Where a request and its directions stand."""
    with world.ctx.db.reading() as session:
        request = session.get_one(JourneyRequest, request_id)
        return (request.status, *(booking.status for booking in request.bookings))


def told(world: World, request_id: int) -> dict[str, str]:
    """Kind of message → its words, for a request."""
    with world.ctx.db.reading() as session:
        rows = session.scalars(select(Message).where(Message.request_id == request_id)).all()
        return {row.key.partition(":")[0]: row.body for row in rows}


def asked_windows(world: World, request_id: int) -> list[tuple[datetime, datetime]]:
    """From when to when each direction may begin."""
    with world.ctx.db.reading() as session:
        bookings = session.get_one(JourneyRequest, request_id).bookings
        windows = [
            (one.promised_earliest or one.wished_earliest, one.promised_latest or one.wished_latest)
            for one in bookings
        ]
        return [(first, last) for first, last in windows if first and last]


def give_mobiles(world: World) -> None:
    """Let everybody be told by text."""
    with world.ctx.db.writing() as session:
        session.execute(update(Person).values(channel="text", phone_type="mobile"))


def set_mode(world: World, mode: str) -> None:
    """Put the zone into another mode."""
    with world.ctx.db.writing() as session:
        session.execute(update(Zone).values(mode=mode))


def change(world: World, old: int, person: int, *, now: datetime = NOW) -> int:
    """Ask for Wednesday instead, and take what is offered."""
    wanted = replace(wish(world, person), day=WEDNESDAY)
    request = ask(world.ctx, wanted, Asker(None, "web"), now=now, replaces_id=old)
    hold(world.ctx, request, 1, by="test", now=now)
    book(world.ctx, request, key=f"change {request}", by="test", now=now)
    return request


def decide_wednesday(ctx: Context) -> None:
    """Decide it before its time."""
    with ctx.db.reading() as session:
        day = session.scalars(select(ZoneDay.id).where(ZoneDay.service_date == WEDNESDAY)).one()
    batch.decide(ctx, day, now=NOW)


def promised_before(world: World, person: int = 0) -> int:
    """A journey on Tuesday promised at once, in a zone that then goes over to batch mode."""
    set_mode(world, "instant")
    request = book_one(world, wish(world, person))
    set_mode(world, "batch")
    return request


# When


def test_everybody_who_waits_is_told_once(ctx: Context) -> None:
    """The day is decided after five in the afternoon before, and not again."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world, home=time(15)))
    assert run_batches(ctx, now=at(EVE, time(16, 59))) == []
    assert [(o.promised, o.refused) for o in run_batches(ctx, now=NIGHT)] == [(1, 0)]
    assert status(world, request) == ("booked", "booked", "booked")
    assert run_batches(ctx, now=NIGHT) == []
    assert violations(world) == []


def test_a_missed_batch_is_made_up(ctx: Context) -> None:
    """Nothing ran in the evening: the day itself is decided in its early hours."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world))
    assert len(run_batches(ctx, now=at(DAY, time(5)))) == 1
    assert status(world, request) == ("booked", "booked")


def test_who_waits_is_told_though_the_zone_went_over_to_instant_mode(ctx: Context) -> None:
    """A change of the zone's mode leaves nobody waiting for ever."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world))
    set_mode(world, "instant")
    run_batches(ctx, now=NIGHT)
    assert status(world, request) == ("booked", "booked")


def test_the_promised_arrival_follows_from_the_promised_pick_up(ctx: Context) -> None:
    """Any time of the day was asked for: once the hour is known, so is when they are there."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world, by=None))
    run_batches(ctx, now=NIGHT)
    with ctx.db.reading() as session:
        (booking,) = session.get_one(JourneyRequest, request).bookings
    assert booking.promised_latest is not None
    assert booking.promised_arrival is not None
    ride = timedelta(seconds=booking.boarding_seconds + booking.ride_limit_seconds)
    assert booking.promised_arrival - booking.promised_latest < ride + timedelta(minutes=5)


# What it costs


def by_pass(world: World, when: When) -> int:
    """Somebody with a bus pass and an e-mail address asks, and waits for the night."""
    with world.ctx.db.writing() as session:
        person = session.get_one(Person, world.people[0])
        person.pass_holder, person.channel, person.email = True, "email", "pat@example.org"
    wanted = replace(wish(world, party=Party(pass_holders=1)), when=when)
    return book_one(world, wanted)


def limit_bus(world: World, *, starts: time = time(7), ends: time = time(19)) -> None:
    """The bus is out between these times only, without a break."""
    minutes = {"starts": starts.hour * 60 + starts.minute, "ends": ends.hour * 60 + ends.minute}
    with world.ctx.db.writing() as session:
        session.execute(update(Shift).values(**minutes, break_minutes=0))


def said_of(world: World, request_id: int) -> tuple[int, str]:
    """The fare on the journey's page, and what is explained about it."""
    with world.ctx.db.writing() as session:
        account = passenger_account_in(session, session.get_one(Person, world.people[0]), NOW)
    view = get_journey(world.ctx, account, request_id, now=NOW)
    return view.fare_pence, view.fare_note


def promised_until(world: World, request_id: int) -> time:
    with world.ctx.db.reading() as session:
        (booking,) = session.get_one(JourneyRequest, request_id).bookings
    assert booking.promised_latest is not None
    return local(booking.promised_latest).time()


def test_who_is_given_an_hour_at_which_the_pass_counts_travels_free(ctx: Context) -> None:
    """Offered £2 for nine o'clock, planned later: the page and the confirmation say it is free."""
    world = make_world(ctx, mode="batch")
    request = by_pass(world, When(WhenKind.LEAVE_AT, time(9)))
    assert said_of(world, request) == (200, "")
    limit_bus(world, starts=time(9, 40))
    run_batches(ctx, now=NIGHT)
    assert promised_until(world, request) >= time(9, 30)
    assert said_of(world, request) == (0, "")
    assert "You travel free." in told(world, request)["booked"]


def test_nobody_pays_more_than_was_said_when_they_asked(ctx: Context) -> None:
    """Offered free, planned before half past nine: it stays free, and nothing is explained."""
    world = make_world(ctx, mode="batch")
    request = by_pass(world, When(WhenKind.ARRIVE_BY, time(10, 20)))
    assert said_of(world, request) == (0, "")
    limit_bus(world, ends=time(9, 40))
    run_batches(ctx, now=NIGHT)
    assert promised_until(world, request) < time(9, 30)
    assert said_of(world, request) == (0, "")


def test_a_confirmation_asks_no_fare_for_a_way_that_was_cancelled(ctx: Context) -> None:
    """The way home was cancelled while it waited: only the way there is paid for."""
    world = make_world(ctx, mode="batch")
    with ctx.db.writing() as session:
        session.execute(update(Person).values(channel="email", email="pat@example.org"))
    request = book_one(world, wish(world, home=time(15)))
    cancel(ctx, request, by="test", now=NOW, legs=("return",))
    run_batches(ctx, now=NIGHT)
    assert "The fare is £2 in all." in told(world, request)["booked"]


# Whom no bus can take


def test_a_party_no_bus_can_take_is_refused_when_it_asks(ctx: Context) -> None:
    """Nobody is let to wait for what cannot be; the reason is said at once."""
    world = make_world(ctx, mode="batch", seats=2)
    request = ask_for(world, wish(world, party=Party(adults=3)))
    assert status(world, request) == ("refused",)
    with ctx.db.reading() as session:
        refusal = session.scalars(select(Refusal)).one()
    assert refusal.rule == "vehicle"
    assert "no bus that has the space you need" in refusal.words


@pytest.mark.parametrize("home", [When(WhenKind.LEAVE_AT, time(14)), When(WhenKind.ANY)])
def test_any_time_that_day_leaves_time_for_the_way_home(ctx: Context, home: When) -> None:
    """Whoever may come at any time waits for hours that leave them a visit, and a bus home."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, replace(wish(world, by=None), home=home))
    there, back = sorted(asked_windows(world, request))
    assert there[1] - there[0] >= timedelta(hours=2)
    assert back[1] - back[0] >= timedelta(minutes=50)
    run_batches(ctx, now=NIGHT)
    assert status(world, request) == ("booked", "booked", "booked")
    with world.ctx.db.reading() as session:
        arrival = session.get_one(JourneyRequest, request).bookings[0].promised_arrival
    back = max(asked_windows(world, request))
    assert arrival is not None
    assert back[0] - arrival >= timedelta(minutes=45)
    if home.clock is not None:
        assert at(DAY, home.clock) <= back[0] <= at(DAY, home.clock) + timedelta(hours=1)
    assert violations(world) == []


def test_any_time_there_leaves_the_way_home_at_the_time_they_said(ctx: Context) -> None:
    """They want to leave early: the bus there is earlier, and the way home is not put off."""
    world = make_world(ctx, mode="batch")
    wanted = replace(wish(world, by=None), home=When(WhenKind.LEAVE_AT, time(9)))
    back = max(asked_windows(world, book_one(world, wanted)))
    assert back[0] == at(DAY, time(9))


def test_one_whom_no_bus_can_take_stops_nobody_else(ctx: Context) -> None:
    """The large bus is withdrawn: who needs it is refused with the reason, the others go."""
    world = make_world(ctx, mode="batch", seats=4)
    give_mobiles(world)
    large = book_one(world, wish(world, 0, party=Party(adults=4)))
    small = book_one(world, wish(world, 1))
    with ctx.db.writing() as session:
        session.execute(update(Shift).values(status="planned"))
        bus = session.scalars(select(Shift)).one().vehicle
        bus.seats = 2
    assert [(o.promised, o.refused) for o in run_batches(ctx, now=NIGHT)] == [(1, 1)]
    assert status(world, large) == ("refused", "refused")
    assert status(world, small) == ("booked", "booked")
    assert "no bus that has the space you need is out then" in told(world, large)["batch_refused"]


def test_with_no_bus_at_all_everybody_is_told(ctx: Context) -> None:
    """A day without a shift is decided, too."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world))
    with ctx.db.writing() as session:
        session.execute(update(Shift).values(status="withdrawn"))
    run_batches(ctx, now=NIGHT)
    assert status(world, request) == ("refused", "refused")


def test_one_zones_failure_does_not_stop_the_others(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first zone-day cannot be decided: that is logged, and the next one is decided."""
    world = make_world(ctx, mode="batch", days=(EVE, DAY))
    first, second = book_one(world, wish(world, 0, day=EVE)), book_one(world, wish(world, 1))
    decide = batch.decide

    def failing(
        ctx: Context, zone_day_id: int, *, now: datetime, token: str | None
    ) -> BatchOutcome | None:
        if zone_day_id == 1:
            raise RuntimeError("the solver died")
        return decide(ctx, zone_day_id, now=now, token=token)

    monkeypatch.setattr(batch, "decide", failing)
    assert len(run_batches(ctx, now=NIGHT)) == 1
    assert status(world, first)[0] == "waiting"
    assert status(world, second)[0] == "booked"
    assert "The batch of zone-day 1 failed" in caplog.text


# Part of a request


def test_who_cancels_one_direction_still_gets_the_other(ctx: Context) -> None:
    """A cancelled way home is neither looked for nor brought back."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world, home=time(15)))
    cancel(ctx, request, by="test", now=NOW, legs=("return",))
    run_batches(ctx, now=NIGHT)
    assert status(world, request) == ("booked", "booked", "cancelled")
    assert len(planned_ids(world)) == 1


# Changing a promised journey


def test_a_promise_is_kept_until_the_batch_makes_another(any_ctx: Context) -> None:
    """Waiting for Wednesday, Tuesday stands; promised Wednesday, Tuesday is let go of."""
    world = make_world(any_ctx, mode="batch", days=(DAY, WEDNESDAY))
    give_mobiles(world)
    old = promised_before(world)
    new = change(world, old, 0)
    assert status(world, old) == ("booked", "booked")
    assert "changed" not in told(world, new)
    assert "Tuesday 8 December" in told(world, new)["waiting"]
    with any_ctx.db.reading() as session:
        sent = session.scalars(select(Message.status).where(Message.request_id == old)).all()
    assert sent == ["waiting"]
    # The eve of Wednesday is Tuesday: by then the old journey would be over, so decide sooner.
    decide_wednesday(any_ctx)
    assert status(world, new) == ("booked", "booked")
    assert status(world, old) == ("replaced", "cancelled")
    assert "changed" in told(world, new)
    assert len(planned_ids(world)) == 1
    assert violations(world) == []


def test_a_promise_stands_when_the_batch_refuses_the_change(ctx: Context) -> None:
    """No bus on Wednesday: the message says that Tuesday stays booked."""
    world = make_world(ctx, mode="batch", days=(DAY, WEDNESDAY))
    give_mobiles(world)
    old = promised_before(world)
    new = change(world, old, 0)
    with ctx.db.writing() as session:
        session.execute(
            update(Shift).where(Shift.service_date == WEDNESDAY).values(status="withdrawn")
        )
    decide_wednesday(ctx)
    assert status(world, old) == ("booked", "booked")
    assert status(world, new) == ("refused", "refused")
    assert "Tuesday 8 December" in told(world, new)["batch_refused"]
    assert "stays booked" in told(world, new)["batch_refused"]


def test_a_promise_behind_two_wishes_is_found_again(ctx: Context) -> None:
    """Changed and changed again while waiting: the first wish goes, the promise stays."""
    world = make_world(ctx, mode="batch", days=(DAY, WEDNESDAY))
    old = promised_before(world)
    first = change(world, old, 0)
    second = change(world, first, 0)
    assert [status(world, r)[0] for r in (old, first, second)] == ["booked", "replaced", "waiting"]
    decide_wednesday(ctx)
    assert [status(world, r)[0] for r in (old, second)] == ["replaced", "booked"]


def test_a_journey_under_way_is_not_let_go_of(ctx: Context) -> None:
    """Wednesday is promised on Tuesday evening, after the old journey began: it goes on."""
    world = make_world(ctx, mode="batch", days=(DAY, WEDNESDAY))
    old = promised_before(world)
    new = change(world, old, 0)
    run_batches(ctx, now=at(DAY, time(17, 2)))
    assert status(world, new)[0] == "booked"
    assert status(world, old) == ("booked", "booked")


def test_the_board_knows_when_the_day_is_decided(ctx: Context) -> None:
    """It is a problem from five in the afternoon before, and not a minute sooner."""
    world = make_world(ctx, mode="batch")
    book_one(world, wish(world))
    for now, state in ((at(EVE, time(16, 59)), "waiting"), (NIGHT, "problem")):
        found = [d for d in board(ctx, "MEL1", DAY, now=now).decisions if d.show == "waiting"]
        assert [d.state for d in found] == [state]


def test_planning_the_day_decides_a_batch_that_is_late(ctx: Context) -> None:
    """Who plans the day decides it, and is told so; before its time everybody goes on waiting."""
    world = make_world(ctx, mode="batch")
    request = book_one(world, wish(world))
    plan_zone_day(ctx, 1, now=at(EVE, time(16, 59)), seconds=0.1)
    assert status(world, request) == ("waiting", "waiting")
    plan_zone_day(ctx, 1, now=NIGHT, seconds=0.1)
    assert status(world, request) == ("booked", "booked")
    with ctx.db.reading() as session:
        words = session.get_one(ZoneDay, 1).planning_progress
    assert "Decided 1 request that waited: 1 promised a bus." in words
