"""Messages: written with what they are about, sent once, never late, never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from booking.adapters.messages import FakeCarrier, Outgoing
from booking.context import Context
from booking.domain.service_day import at, local
from booking.domain.words import clock as clock_words
from booking.models import (
    Booking,
    JourneyRequest,
    Message,
    OutboxEntry,
    Person,
)
from booking.services import notify
from booking.services.cancel import cancel
from booking.services.drive import Event, record_events
from booking.services.messages import write_message
from booking.services.notify import (
    NEAR,
    write_day_before,
    write_reminders,
)
from booking.services.send import CLAIMED_FOR, send_due, send_message
from booking.services.shifts import withdraw_shift
from booking.services.told_times import pickups_of
from booking.services.zone_days import current_runs
from tests.conftest import counted
from tests.world import DAY, NOW, World, book_one, make_world, wish

EVENING = datetime(2026, 12, 7, 17, 5, tzinfo=UTC)
PICKUP = at(DAY, time(9, 40))


@pytest.fixture
def world(any_ctx: Context) -> World:
    """One zone, one bus, twenty people with mobile phones who want texts; on both databases."""
    world = make_world(any_ctx)
    change_people(world, phone_type="mobile", channel="text")
    return world


def change_people(world: World, **values: Any) -> None:
    with world.ctx.db.writing() as session:
        session.execute(update(Person).values(**values))


def messages(ctx: Context, **where: str) -> list[Message]:
    """All messages in the order they were written, or those with these values."""
    with ctx.db.reading() as session:
        found = session.scalars(select(Message).filter_by(**where).order_by(Message.id)).all()
        session.expunge_all()
    return list(found)


def counts(ctx: Context) -> dict[tuple[str, str], int]:
    """(channel, status) → how many."""
    with ctx.db.reading() as session:
        rows = session.execute(
            select(Message.channel, Message.status, func.count()).group_by(
                Message.channel, Message.status
            )
        )
        return {(channel, status): number for channel, status, number in rows}


def write_texts(ctx: Context, number: int, *, stale_at: datetime, people: list[int]) -> None:
    """So many day-before texts, as bare rows: this is about sending them."""
    with ctx.db.writing() as session:
        session.add_all(
            Message(
                key=f"day_before:{n}",
                person_id=people[n % len(people)],
                channel="text",
                recipient=f"+4477009{n:05d}",
                body=f"Text {n}",
                due_at=NOW,
                stale_at=stale_at,
                created_at=NOW,
            )
            for n in range(number)
        )


def test_a_booking_brings_its_confirmation_with_it(world: World) -> None:
    """The text is there as soon as the booking is, with an outbox entry to send it."""
    request = book_one(world, wish(world, home=time(12)))
    (text,) = messages(world.ctx)
    assert (text.channel, text.status, text.request_id) == ("text", "waiting", request)
    assert "Going home" in text.body
    with world.ctx.db.reading() as session:
        payloads = session.scalars(
            select(OutboxEntry.payload).where(OutboxEntry.kind == "send_message")
        ).all()
    assert payloads == [{"message_id": text.id}]


def test_a_booking_that_fails_says_nothing(world: World) -> None:
    """A message of a transaction that was rolled back never existed."""
    request = book_one(world, wish(world))

    def disrupt_and_fail() -> None:
        with world.ctx.db.writing() as session:
            found = session.get_one(JourneyRequest, request)
            write_message(session, found.person, found, "disrupted", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        disrupt_and_fail()
    assert [message.key.split(":")[0] for message in messages(world.ctx)] == ["booked"]


def test_the_same_words_are_written_once(world: World) -> None:
    """A task that runs three times tells people once."""
    request = book_one(world, wish(world))
    for _ in range(3):
        with world.ctx.db.writing() as session:
            found = session.get_one(JourneyRequest, request)
            write_message(session, found.person, found, "disrupted", now=NOW, reason="snow")
    assert len(messages(world.ctx)) == 2


def test_the_newest_message_takes_the_place_of_those_still_waiting(world: World) -> None:
    """A confirmation that hung about never arrives after the cancellation."""
    request = book_one(world, wish(world))
    cancel(world.ctx, request, by="test", now=NOW + timedelta(minutes=1))
    carrier = FakeCarrier()
    send_due(world.ctx, now=NOW + timedelta(minutes=2), carrier=carrier)
    assert ["is cancelled" in message.body for message in carrier.taken] == [True]


def test_who_booked_on_the_phone_is_not_rung_to_hear_it_again(world: World) -> None:
    """A landline's confirmation was the phone call itself; a cancellation is rung."""
    change_people(world, phone_type="landline", channel="call")
    request = book_one(world, wish(world))
    assert messages(world.ctx) == []
    cancel(world.ctx, request, by="test", now=NOW)
    assert [message.channel for message in messages(world.ctx)] == ["call"]


def test_a_withdrawn_bus_promises_its_passengers_nothing_it_cannot_keep(world: World) -> None:
    """The only bus breaks down: the text says so, and not the window nobody can keep."""
    book_one(world, wish(world))
    withdraw_shift(world.ctx, world.shifts[0], by="test", reason="flat tyre", now=NOW)
    body = messages(world.ctx)[-1].body
    assert "Flat tyre." in body
    assert "we have no bus now for your journey" in body
    assert "between" not in body


def test_sending_twice_sends_once(world: World) -> None:
    """What was sent stays sent, whoever looks next."""
    book_one(world, wish(world))
    carrier = FakeCarrier()
    assert [send_due(world.ctx, now=NOW, carrier=carrier) for _ in range(3)] == [1, 0, 0]
    assert not send_message(world.ctx, messages(world.ctx)[0].id, now=NOW, carrier=carrier)
    assert len(carrier.taken) == 1


def test_nothing_leaves_before_it_is_due(world: World) -> None:
    """A message for later waits until then."""
    book_one(world, wish(world))
    with world.ctx.db.writing() as session:
        session.execute(update(Message).values(due_at=NOW + timedelta(hours=1)))
    assert send_due(world.ctx, now=NOW, carrier=FakeCarrier()) == 0
    assert send_due(world.ctx, now=NOW + timedelta(hours=1), carrier=FakeCarrier()) == 1


def test_a_wrong_number_is_rung_about_at_once(world: World) -> None:
    """A refusal for good goes onto the call list in the same moment, with the reason."""
    book_one(world, wish(world))
    (text,) = messages(world.ctx)
    carrier = FakeCarrier(refuses=frozenset({text.recipient}))
    assert send_due(world.ctx, now=NOW, carrier=carrier) == 0
    failed, call = messages(world.ctx)
    assert (failed.status, call.channel, call.status) == ("failed", "call", "waiting")
    assert call.body == text.body
    assert "No such number" in call.error


def test_what_could_not_leave_in_time_is_rung_and_never_sent(world: World) -> None:
    """At the moment it goes stale it is on the list, and the carrier is not asked again."""
    book_one(world, wish(world))
    (text,) = messages(world.ctx)
    assert text.stale_at is not None
    carrier = FakeCarrier(fails=2.0)
    send_due(world.ctx, now=NOW, carrier=carrier)
    tries = carrier.tries
    send_due(world.ctx, now=text.stale_at, carrier=carrier)
    assert carrier.tries == tries
    assert counts(world.ctx) == {("text", "stale"): 1, ("call", "waiting"): 1}


def test_a_code_to_sign_in_is_never_rung_about(world: World) -> None:
    """A message that belongs to nobody we know just ends."""
    with world.ctx.db.writing() as session:
        session.add(
            Message(
                key="sign_in_code:1",
                channel="text",
                recipient="+447700900001",
                body="123456",
                due_at=NOW,
                stale_at=NOW + timedelta(minutes=10),
                created_at=NOW,
            )
        )
    send_due(world.ctx, now=NOW + timedelta(minutes=11), carrier=FakeCarrier())
    assert counts(world.ctx) == {("text", "stale"): 1}


def test_no_transaction_is_open_while_a_carrier_is_busy(world: World) -> None:
    """A slow provider never holds up a booking: the database can be written to meanwhile."""
    book_one(world, wish(world))
    written: list[int] = []

    def book_meanwhile(_message: Outgoing) -> None:
        if not written:
            written.append(book_one(world, wish(world, 1, by=time(11))))

    send_due(world.ctx, now=NOW, carrier=FakeCarrier(before=book_meanwhile))
    assert len(written) == 1


def test_a_worker_killed_before_it_wrote_down_does_not_send_again(world: World) -> None:
    """After the claim ran out the carrier is asked whether it took the message already."""
    book_one(world, wish(world))

    def die(_message: Outgoing) -> None:
        raise KeyboardInterrupt

    carrier = FakeCarrier(before=die)
    with pytest.raises(KeyboardInterrupt):
        send_due(world.ctx, now=NOW, carrier=carrier)
    (text,) = messages(world.ctx)
    carrier.taken.append(Outgoing(text.key, "text", text.recipient, "", text.body))
    carrier.before = None
    assert send_due(world.ctx, now=NOW + timedelta(minutes=1), carrier=carrier) == 0
    assert send_due(world.ctx, now=NOW + CLAIMED_FOR, carrier=carrier) == 1
    assert len(carrier.taken) == 1


def test_eight_workers_at_once_send_each_message_once(world: World) -> None:
    """The claim is won by one worker only."""
    write_texts(world.ctx, 60, stale_at=PICKUP, people=world.people)
    carrier = FakeCarrier()
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: send_due(world.ctx, now=NOW, carrier=carrier), range(8)))
    assert sum(sent) == 60
    assert len({message.key for message in carrier.taken}) == len(carrier.taken) == 60


@pytest.mark.fault
@pytest.mark.counted
def test_texts_through_a_carrier_that_fails_a_third_of_the_time(world: World) -> None:
    """None is sent stale, none lost, none doubled; each undelivered one is on the list in time."""
    number = counted(5_000)
    stale_at = PICKUP - timedelta(minutes=35)
    write_texts(world.ctx, number, stale_at=stale_at, people=world.people)
    sent_at: list[datetime] = []
    clock = stale_at - timedelta(minutes=12)
    gone = frozenset(f"+4477009{n:05d}" for n in range(0, number, 50))
    carrier = FakeCarrier(fails=0.3, refuses=gone, before=lambda _: sent_at.append(clock))
    while clock < PICKUP - timedelta(minutes=30):
        send_due(world.ctx, now=clock, carrier=carrier)
        clock += timedelta(seconds=30)
    taken = [message.key for message in carrier.taken]
    assert max(sent_at) < stale_at
    assert len(taken) == len(set(taken))
    found = counts(world.ctx)
    assert found[("text", "sent")] >= number * 0.9
    assert ("text", "waiting") not in found
    undelivered = found.get(("text", "failed"), 0) + found.get(("text", "stale"), 0)
    assert found[("call", "waiting")] == undelivered == number - found[("text", "sent")]
    assert undelivered >= len(gone)
    assert all(
        call.due_at <= PICKUP - timedelta(minutes=30)
        for call in messages(world.ctx, channel="call")
    )


@pytest.mark.parametrize(("guarded", "sent"), [(True, 1), (False, 2)])
def test_the_claim_is_what_keeps_texts_from_being_doubled(
    world: World, monkeypatch: pytest.MonkeyPatch, guarded: bool, sent: int
) -> None:
    """A second worker while the first is sending: once with the claim, twice without it."""
    book_one(world, wish(world))
    if not guarded:
        waiting = (Message.status == "waiting") & (Message.channel == "text")
        monkeypatch.setattr("booking.services.send._sendable", lambda _now: waiting)
    second = FakeCarrier()
    first = FakeCarrier(
        before=lambda _: send_due(world.ctx, now=NOW + timedelta(seconds=1), carrier=second)
    )
    send_due(world.ctx, now=NOW, carrier=first)
    assert len(first.taken) + len(second.taken) == sent


def test_the_exact_time_is_told_the_evening_before(world: World) -> None:
    """Five past five in the evening: the plan's time, within the promise, written down."""
    request = book_one(world, wish(world, home=time(12)))
    assert write_day_before(world.ctx, now=EVENING - timedelta(hours=1)) == 0
    assert write_day_before(world.ctx, now=EVENING) == 1
    with world.ctx.db.reading() as session:
        found = session.get_one(JourneyRequest, request)
        for booking in found.bookings:
            assert booking.told_pickup_at is not None
            assert booking.promised_earliest <= booking.told_pickup_at <= booking.promised_latest
        assert found.zone_day is not None
        planned = pickups_of(found.zone_day, current_runs(session, found.zone_day))
        told = {booking.id: booking.told_pickup_at for booking in found.bookings}
    assert told == planned
    text = messages(world.ctx)[-1]
    assert "about your bus tomorrow, Tuesday 8 December" in text.body
    assert "between" not in text.body


def test_the_evening_is_told_once_and_late_bookings_too(world: World) -> None:
    """Running again adds nothing, but for who booked since."""
    book_one(world, wish(world))
    assert [write_day_before(world.ctx, now=EVENING) for _ in range(2)] == [1, 0]
    book_one(world, wish(world, 1, by=time(15)), now=EVENING)
    assert write_day_before(world.ctx, now=EVENING + timedelta(minutes=15)) == 1


def test_a_landline_is_rung_the_evening_before(world: World) -> None:
    """The time goes onto the call list of the evening, to be read out."""
    change_people(world, phone_type="landline")
    book_one(world, wish(world))
    write_day_before(world.ctx, now=EVENING)
    assert [(m.channel, m.status) for m in messages(world.ctx)] == [("call", "waiting")]


def test_a_plan_made_before_the_times_were_told_is_out_of_date(world: World) -> None:
    """Telling raises the day's version: what was solved before cannot be published unseen."""
    request = book_one(world, wish(world))
    before = version(world, request)
    write_day_before(world.ctx, now=EVENING)
    assert version(world, request) > before


def version(world: World, request: int) -> int:
    with world.ctx.db.reading() as session:
        found = session.get_one(JourneyRequest, request).zone_day
        assert found is not None
        return found.version


def test_texters_hear_that_the_bus_is_near_once(world: World) -> None:
    """Twenty minutes before the planned time, once; those who do not text are left in peace."""
    request = book_one(world, wish(world))
    book_one(world, wish(world, 1))
    with world.ctx.db.writing() as session:
        session.execute(update(Person).where(Person.id == world.people[1]).values(channel="call"))
        booking = (
            session.scalars(select(Booking).where(Booking.request_id == request)).unique().one()
        )
        found = session.get_one(JourneyRequest, request)
        assert found.zone_day is not None
        planned = pickups_of(found.zone_day, current_runs(session, found.zone_day))[booking.id]
    assert write_reminders(world.ctx, now=planned - NEAR - timedelta(minutes=1)) == 0
    near = planned - NEAR + timedelta(minutes=1)
    assert [write_reminders(world.ctx, now=near) for _ in range(2)] == [1, 0]
    reminder = messages(world.ctx)[-1]
    assert reminder.stale_at == planned
    assert reminder.body.startswith("Fox Connect sample: your bus is near.")


def test_who_cancels_while_the_reminder_is_written_is_not_reminded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancellation waits for the reminder and takes its place, or comes before it."""
    request = book_one(world, wish(world))
    with world.ctx.db.reading() as session:
        found = session.get_one(JourneyRequest, request)
        assert found.zone_day is not None
        (planned,) = pickups_of(found.zone_day, current_runs(session, found.zone_day)).values()
    near = planned - NEAR + timedelta(minutes=1)
    remind = notify._remind
    with ThreadPoolExecutor(1) as pool:

        def slowly(*given: Any) -> None:
            cancelling = pool.submit(cancel, world.ctx, request, by="test", now=near)
            wait([cancelling], timeout=1)
            remind(*given)

        monkeypatch.setattr(notify, "_remind", slowly)
        write_reminders(world.ctx, now=near)
    waiting = [m.key for m in messages(world.ctx, status="waiting")]
    assert [key for key in waiting if key.startswith("reminder")] == []
    assert [key for key in waiting if key.startswith("cancelled")] != []


def test_a_text_that_fails_as_it_is_overtaken_is_not_sent_after_the_newer_one(
    world: World,
) -> None:
    """They cancel while "your bus is booked" is being sent, and that attempt fails."""
    request = book_one(world, wish(world))
    later = NOW + timedelta(minutes=1)

    def cancel_meanwhile(_message: Outgoing) -> None:
        cancel(world.ctx, request, by="test", now=NOW)

    assert (
        send_due(world.ctx, now=NOW, carrier=FakeCarrier(fails=2.0, before=cancel_meanwhile)) == 0
    )
    carrier = FakeCarrier()
    send_due(world.ctx, now=later, carrier=carrier)
    send_due(world.ctx, now=later + timedelta(minutes=15), carrier=carrier)
    assert ["is cancelled" in message.body for message in carrier.taken] == [True]
    assert [message.status for message in messages(world.ctx)] == ["stale", "sent"]


def test_the_newer_text_waits_while_the_older_one_is_being_sent(world: World) -> None:
    """Two workers, one slow provider: "booked" arrives first, and then "cancelled"."""
    request = book_one(world, wish(world))
    carrier = FakeCarrier()

    def another_worker(_message: Outgoing) -> None:
        carrier.before = None
        cancel(world.ctx, request, by="test", now=NOW)
        assert send_due(world.ctx, now=NOW, carrier=carrier) == 0

    carrier.before = another_worker
    send_due(world.ctx, now=NOW, carrier=carrier)
    send_due(world.ctx, now=NOW + timedelta(minutes=1), carrier=carrier)
    assert ["is cancelled" in message.body for message in carrier.taken] == [False, True]


def test_what_was_overtaken_in_a_workers_queue_is_not_sent(world: World) -> None:
    """The second of a batch is cancelled while the first is being sent."""
    book_one(world, wish(world))
    second = book_one(world, wish(world, 1, by=time(11)))
    carrier = FakeCarrier()

    def cancel_meanwhile(_message: Outgoing) -> None:
        carrier.before = None
        cancel(world.ctx, second, by="test", now=NOW)

    carrier.before = cancel_meanwhile
    send_due(world.ctx, now=NOW, carrier=carrier)
    send_due(world.ctx, now=NOW + timedelta(minutes=1), carrier=carrier)
    assert ["is cancelled" in message.body for message in carrier.taken] == [False, True]


@pytest.mark.parametrize(("clock", "told"), [(time(6), 1), (time(9, 20), 0), (time(10, 40), 0)])
def test_whom_nobody_told_in_the_evening_is_told_in_the_morning(
    world: World, clock: time, told: int
) -> None:
    """Nothing ran from five to midnight: today's times are told while that is of use."""
    book_one(world, wish(world))
    assert write_day_before(world.ctx, now=at(DAY, clock)) == told
    if told:
        assert "about your bus today, Tuesday 8 December" in messages(world.ctx)[-1].body


def test_a_bus_reported_late_is_said_to_be_near_when_it_is(world: World) -> None:
    """Forty minutes behind at its first stop: the second hears when it comes, not the plan."""
    request = book_one(world, wish(world))
    book_one(world, wish(world, 1, start="Harby"))
    with world.ctx.db.reading() as session:
        zone_day = session.get_one(JourneyRequest, request).zone_day
        assert zone_day is not None
        planned = pickups_of(zone_day, current_runs(session, zone_day))
    first, second = sorted(planned, key=lambda booking: planned[booking])
    now = planned[first] + timedelta(minutes=40)
    event = Event("late", world.shifts[0], first, "boarded", now)
    record_events(world.ctx, world.drivers[0], [event], now=now)
    begin, behind = planned[second] - NEAR, timedelta(minutes=38)
    moments = [begin + timedelta(minutes=minute) for minute in range(90)]
    written = [moment for moment in moments if write_reminders(world.ctx, now=moment)]
    (text,) = [text for text in messages(world.ctx) if text.key.startswith("reminder")]
    assert written[0] >= begin + behind
    said = local(planned[second] + timedelta(minutes=40))
    assert f"at about {clock_words(said)}" in text.body
