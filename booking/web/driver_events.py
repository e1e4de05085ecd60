"""What a driver's phone sends, read into events: from a form, or from what it kept offline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from booking.domain.errors import Invalid
from booking.services.drive import Event

MOST_AT_ONCE: Final = 500
CLOCKS_AGREE: Final = timedelta(minutes=2)
"""A phone's clock that is further out than this is put right before its events are kept."""
WRONG: Final = "The phone sent something we cannot read. Load the page again."


def events_of_form(form: MultiDict[str, str], shift_id: int, now: datetime) -> list[Event]:
    """The tap of one form: one event for each booking it names, at this moment.

    The form's key is its own for each booking and kind, so that going back and
    pressing the other button is a second fact and not a repetition of the first.
    """
    base, kind = form.get("key", ""), form.get("kind", "")
    bookings = form.getlist("booking")
    if not base or not kind or not bookings or len(bookings) > MOST_AT_ONCE:
        raise Invalid(WRONG)
    note = form.get("note", "")
    return [
        Event(event_key(base, booking, kind), shift_id, _whole(booking), kind, now, note)
        for booking in bookings
    ]


def events_of_json(sent: Any, now: datetime) -> list[Event]:
    """The events a phone kept: {"sent_at", "events": [{"key", "shift_id", "booking_id",
    "kind", "happened_at", "note"}]}; times in ISO 8601, by the phone's own clock.

    Raises Invalid where it is not that.
    """
    try:
        events = list(sent["events"])
        off = _clock_error(_moment(sent["sent_at"]), now)
        if len(events) > MOST_AT_ONCE:
            raise ValueError
        return [_event(one, off) for one in events]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Invalid(WRONG) from None


def event_key(base: str, booking: int | str, kind: str) -> str:
    """The key of one booking's event within a form; the phone's script makes the same."""
    return f"{base}-{booking}-{kind}"


def _event(one: dict[str, Any], off: timedelta) -> Event:
    return Event(
        key=str(one["key"]),
        shift_id=_whole(one["shift_id"]),
        booking_id=_whole(one["booking_id"]),
        kind=str(one["kind"]),
        happened_at=_moment(one["happened_at"]) + off,
        note=str(one.get("note") or ""),
    )


def _clock_error(sent_at: datetime, now: datetime) -> timedelta:
    """How far the phone's clock is behind ours; nothing where that is only the way here."""
    off = now - sent_at
    return off if abs(off) > CLOCKS_AGREE else timedelta(0)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _whole(value: Any) -> int:
    """A row's number, as a form's text or as JSON."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(WRONG) from None
    if isinstance(value, (bool, float)) or not 0 < number < 2**31:
        raise Invalid(WRONG)
    return number
