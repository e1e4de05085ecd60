"""What a driver's phone sends, read or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from booking.domain.errors import Invalid
from booking.web.driver_events import events_of_form, events_of_json

NOW = datetime(2026, 12, 8, 10, tzinfo=UTC)
ONE: dict[str, Any] = {
    "key": "k",
    "shift_id": 1,
    "booking_id": 2,
    "kind": "boarded",
    "happened_at": NOW.isoformat(),
}


def sent(at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    return {"sent_at": at.isoformat(), "events": [{**ONE, **changes}]}


def test_a_phone_that_is_right_is_believed() -> None:
    """A few seconds on the way do not move the time of an event."""
    (event,) = events_of_json(sent(NOW - timedelta(seconds=20)), NOW)
    assert event.happened_at == NOW


@pytest.mark.parametrize("wrong", [timedelta(hours=-26), timedelta(hours=3), timedelta(minutes=9)])
def test_a_phone_that_is_wrong_is_put_right(wrong: timedelta) -> None:
    """By as much as its clock differs when it sends, its events are moved."""
    happened = (NOW + wrong - timedelta(minutes=30)).isoformat()
    (event,) = events_of_json(sent(NOW + wrong, happened_at=happened), NOW)
    assert event.happened_at == NOW - timedelta(minutes=30)


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        [],
        "text",
        {},
        {"sent_at": "yesterday", "events": []},
        {"sent_at": NOW.isoformat(), "events": 5},
        {"sent_at": NOW.isoformat(), "events": [1]},
        {"sent_at": NOW.replace(tzinfo=None).isoformat(), "events": []},
        sent(booking_id="two"),
        sent(booking_id=-1),
        sent(booking_id=True),
        sent(shift_id=2**40),
        sent(happened_at="0001-01-01T00:00:00+14:00"),
        sent(happened_at=None),
        {"sent_at": NOW.isoformat(), "events": [ONE] * 501},
    ],
)
def test_nonsense_is_refused(nonsense: Any) -> None:
    """Whatever is not a list of events is refused in words, whatever it is."""
    with pytest.raises(Invalid):
        events_of_json(nonsense, NOW)


def test_one_form_is_one_event_for_each_person() -> None:
    """The other button of the same form is another fact, the same button is the same one."""
    form = MultiDict([("key", "f"), ("kind", "boarded"), ("booking", "1"), ("booking", "2")])
    first = [event.key for event in events_of_form(form, 9, NOW)]
    again = [event.key for event in events_of_form(form, 9, NOW)]
    form.setlist("kind", ["no_show"])
    other = [event.key for event in events_of_form(form, 9, NOW)]
    assert first == again
    assert len({*first, *other}) == 4


@pytest.mark.parametrize("missing", ["key", "kind", "booking"])
def test_a_form_without_a_part_is_refused(missing: str) -> None:
    """A form that says not who, what or which is refused in words."""
    form = MultiDict([("key", "f"), ("kind", "boarded"), ("booking", "1")])
    form.poplist(missing)
    with pytest.raises(Invalid):
        events_of_form(form, 9, NOW)
