"""What messages say, by which way they go, and from when on somebody is rung instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from notifications_python_client.errors import HTTPError

from booking.adapters.messages import (
    NOTIFY_TEMPLATE,
    CarrierError,
    NotifyCarrier,
    Outgoing,
    letter_fields,
)
from booking.config import Scheme
from booking.domain.service_day import local
from booking.domain.statuses import BookingStatus
from booking.models import Person, Place
from booking.services.channels import choose_channel
from booking.services.message_words import LegWords, NoSuchMessage, sentence, write_words
from booking.services.messages import FACTS, KINDS, goes_stale

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SCHEME = Scheme(name="Fox Connect sample", phone="0116 496 0123")
OUTWARD = LegWords(
    leg="outward",
    day=date(2026, 12, 8),
    from_place="your home",
    to_place="Village hall, Hose",
    earliest=local(datetime(2026, 12, 8, 9, 40, tzinfo=UTC)),
    latest=local(datetime(2026, 12, 8, 10, 0, tzinfo=UTC)),
    arrival=local(datetime(2026, 12, 8, 10, 25, tzinfo=UTC)),
    told_at=None,
    walk_from_m=0,
    walk_to_m=0,
    fare_pence=200,
    status=BookingStatus.BOOKED,
)
RETURN = replace(
    OUTWARD,
    leg="return",
    from_place="Village hall, Hose",
    to_place="your home",
    earliest=local(datetime(2026, 12, 8, 12, 0, tzinfo=UTC)),
    latest=local(datetime(2026, 12, 8, 12, 20, tzinfo=UTC)),
    arrival=local(datetime(2026, 12, 8, 12, 35, tzinfo=UTC)),
)
EDITH = {"name": "Edith Marlow", "needs": []}


def person(**values: Any) -> Person:
    """Edith, with what a test says of her."""
    return Person(**{**EDITH, "phone": "", "email": "", "phone_type": "landline", **values})


def house() -> Place:
    return Place(
        name="3 Church Lane",
        kind="home",
        latitude=52.85,
        longitude=-0.91,
        village="Hose",
        postcode="LE14 4JE",
        person_id=1,
    )


def say(channel: str, kind: str, *legs: LegWords, **facts: Any) -> str:
    """The body of a message to Edith."""
    return write_words(
        channel, kind, person(), "K7M4PT", legs or (OUTWARD, RETURN), SCHEME, {**FACTS, **facts}
    ).body


def choose(who: Person, kind: str = "booked", *, hours: float = 24 * 7) -> str:
    """The channel for a message that goes stale so many hours from now."""
    stale = NOW + timedelta(hours=hours)
    return choose_channel(who, kind, due_at=NOW, stale_at=stale).name


def test_a_text_says_day_window_arrival_and_way_home() -> None:
    """A booked text holds what a passenger has to know, as it is spoken."""
    assert say("text", "booked") == (
        "Fox Connect sample: your bus is booked for Tuesday 8 December. "
        "The bus comes to your home between 9:40am and 10:00am. "
        "You will be at Village hall, Hose by 10:25am. "
        "Going home: the bus comes to Village hall, Hose between 12:00 midday and 12:20pm. "
        "You will be home by 12:35pm. "
        "The fare is £4 in all. You pay on the bus. "
        "Reference K7M 4PT. To change or cancel, ring 0116 496 0123."
    )


def test_a_text_says_what_it_costs() -> None:
    """Whoever pays on the bus knows how much to bring."""
    paid = [replace(leg, fare_pence=250) for leg in (OUTWARD, RETURN)]
    assert "The fare is £5 in all. You pay on the bus." in say("text", "booked", *paid)


def test_words_to_read_out_leave_out_who_we_are_and_our_number() -> None:
    """On the phone nobody is told to ring the number they are talking to."""
    words = say("call", "day_before", when="tomorrow")
    assert words.startswith("This is about your bus on Tuesday 8 December.")
    assert SCHEME.phone not in words
    assert SCHEME.name not in words


def test_the_exact_time_takes_the_place_of_the_window() -> None:
    """Once it is told, only the exact time is said."""
    told = replace(OUTWARD, told_at=local(datetime(2026, 12, 8, 9, 47, tzinfo=UTC)))
    words = say("text", "day_before", told, when="tomorrow")
    assert "comes to your home at 9:47am." in words
    assert "between" not in words


def test_cancelling_one_direction_says_which_and_what_still_stands() -> None:
    """Nobody has to guess whether the way home is cancelled too."""
    gone = replace(OUTWARD, status=BookingStatus.CANCELLED)
    words = say("text", "cancelled", gone, RETURN, legs=("outward",))
    assert "your journey there on Tuesday 8 December" in words
    assert "Still booked: Going home: the bus comes" in words
    assert "9:40am" not in words


@pytest.mark.parametrize("channel", ["text", "email", "letter"])
def test_what_still_waits_for_the_night_is_not_said_to_be_booked(channel: str) -> None:
    """One way is cancelled, of the other nothing is decided yet."""
    gone = replace(OUTWARD, status=BookingStatus.CANCELLED)
    waits = replace(RETURN, status=BookingStatus.WAITING)
    words = say(channel, "cancelled", gone, waits, legs=("outward",))
    assert "We still have your request for the journey home" in words
    assert "booked" not in words
    assert "the bus comes" not in words


def test_cancelling_everything_promises_nothing() -> None:
    """A journey cancelled as a whole has no times left in its message."""
    gone = [replace(leg, status=BookingStatus.CANCELLED) for leg in (OUTWARD, RETURN)]
    words = say("email", "cancelled", *gone, legs=("outward", "return"))
    assert "Your journey on Tuesday 8 December 2026" in words
    assert "still booked" not in words.lower()


def test_a_breakdown_says_why_and_what_now() -> None:
    """Someone whose bus cannot come hears the reason and whom to ring."""
    left = [replace(leg, has_bus=False) for leg in (OUTWARD, RETURN)]
    words = say("text", "disrupted", *left, reason="the bus has broken down")
    assert "The bus has broken down." in words
    assert "We are sorry: we have no bus now for your journey, from" in words
    assert words.endswith("Ring 0116 496 0123 and we will find another way.")


@pytest.mark.parametrize("channel", ["text", "email"])
def test_who_has_no_bus_now_is_not_told_the_old_times(channel: str) -> None:
    """A promise nobody can keep for now is not said again; the way home that holds is."""
    left = replace(OUTWARD, has_bus=False)
    words = say(channel, "disrupted", left, RETURN, reason="the bus has broken down")
    assert "we have no bus now for your journey there, from your home to Village hall" in words
    assert "We are looking for another way" in words
    assert "9:40am" not in words
    assert "This still holds:" in words
    assert "12:00 midday" in words


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("channel", ["text", "call", "email"])
def test_every_kind_can_be_said_by_text_call_and_mail(kind: str, channel: str) -> None:
    """No kind of message lacks its words, and none leaves a template's marks behind."""
    facts = {"legs": ("outward",), "leg": OUTWARD, "at": OUTWARD.earliest, "when": "tomorrow"}
    words = say(channel, kind, **facts)
    assert words
    assert not set("{}%") & set(words)


def test_texts_keep_to_the_letters_every_phone_has() -> None:
    """A letter outside the GSM alphabet would halve what fits into a text."""
    for kind in sorted(KINDS):
        facts = {"legs": ("outward",), "leg": OUTWARD, "at": OUTWARD.earliest}
        assert all(ord(letter) < 128 or letter == "£" for letter in say("text", kind, **facts))


def test_a_reminder_by_post_does_not_exist() -> None:
    """What the post cannot bring in time has no letter."""
    with pytest.raises(NoSuchMessage):
        say("letter", "reminder", leg=OUTWARD, at=OUTWARD.earliest)


def test_a_text_goes_to_a_mobile_only() -> None:
    """Somebody with a landline who asked for texts is rung."""
    assert choose(person(phone="+447700900001", phone_type="mobile", channel="text")) == "text"
    assert choose(person(phone="+441632960001", channel="text")) == "call"


def test_a_letter_goes_only_while_the_post_has_time() -> None:
    """A journey the day after tomorrow is told by telephone."""
    writer = person(channel="letter", phone="+441632960001")
    writer.home = house()
    assert choose(writer) == "letter"
    assert choose(writer, hours=48) == "call"
    assert choose(writer, "day_before") == "call"


def test_who_has_no_phone_gets_mail_rather_than_nothing() -> None:
    """With an e-mail address only, mail is how they are told."""
    assert choose(person(channel="call", email="edith@example.org")) == "email"


def test_who_cannot_be_reached_at_all_is_still_on_the_list() -> None:
    """Without any address the call handler has to find a way: the message is not lost."""
    assert choose_channel(person(channel="text"), "booked", due_at=NOW, stale_at=None).name == (
        "call"
    )


def test_messages_go_stale_35_minutes_before_the_bus() -> None:
    """Five minutes of slack, so that the call list has them half an hour before."""
    assert goes_stale((OUTWARD, RETURN), NOW) == datetime(2026, 12, 8, 9, 5, tzinfo=UTC)


def test_what_is_written_late_is_tried_for_five_minutes() -> None:
    """A breakdown ten minutes before the bus: a text is still the quickest."""
    late = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)
    assert goes_stale((OUTWARD,), late) == late + timedelta(minutes=5)


def test_what_is_over_never_goes_stale() -> None:
    """Nobody is rung about a journey that has been."""
    assert goes_stale((OUTWARD, RETURN), datetime(2026, 12, 9, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [("the bus is late", "The bus is late."), ("Why?", "Why?"), ("  ", ""), ("A.", "A.")],
)
def test_typed_words_become_a_sentence(typed: str, said: str) -> None:
    """What somebody typed fits between the sentences around it."""
    assert sentence(typed) == said


class Client:
    """Stands in for the client of GOV.UK Notify."""

    def __init__(self, status: int = 0) -> None:
        self.status, self.sent = status, []

    def get_all_templates(self, template_type: str) -> dict[str, Any]:
        return {"templates": [{"name": NOTIFY_TEMPLATE, "id": f"id of {template_type}"}]}

    def send_sms_notification(self, **values: Any) -> None:
        if self.status:
            error = HTTPError()
            error.response = type("Response", (), {"status_code": self.status, "json": dict})()
            raise error
        self.sent.append(values)


TEXT = Outgoing("booked:1", "text", "+447700900001", "", "Your bus is booked.")


def test_notify_gets_words_number_and_key() -> None:
    """The key goes along, so that a message can be found again at the provider."""
    client = Client()
    NotifyCarrier("", client).send(TEXT)
    assert client.sent == [
        {
            "phone_number": "+447700900001",
            "template_id": "id of sms",
            "personalisation": {"body": "Your bus is booked."},
            "reference": "booked:1",
        }
    ]


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (403, False), (429, False)])
def test_only_a_wrong_message_is_given_up(status: int, permanent: bool) -> None:
    """A number that cannot be is final; a wrong key or a rush is tried again."""
    with pytest.raises(CarrierError) as caught:
        NotifyCarrier("", Client(status)).send(TEXT)
    assert caught.value.permanent is permanent


def test_a_long_address_keeps_its_postcode() -> None:
    """Of more than seven lines the last one stays: without it no letter arrives."""
    lines = [f"line {number}" for number in range(9)] + ["LE14 4JE"]
    fields = letter_fields(Outgoing("k", "letter", "\n".join(lines), "Your bus", "Words"))
    assert fields["address_line_7"] == "LE14 4JE"
    assert "address_line_8" not in fields
