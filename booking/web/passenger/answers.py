"""The answers of a conversation in words."""

from __future__ import annotations

from typing import Any

from booking.domain.party_words import party_words
from booking.domain.wish import When, WhenKind
from booking.domain.words import clock, day
from booking.services.groups import get_session_group
from booking.services.places import get_place_view
from booking.web import here
from booking.web.passenger.conversation import step_url, traveller
from booking.web.passenger.draft import Draft


def facts_of(answers: Draft) -> dict[str, Any]:
    """The answers in words: rows of question, answer and where to change it."""
    who = traveller()
    assert answers.start is not None
    assert answers.finish is not None
    assert answers.party is not None
    assert answers.day is not None
    places = [
        get_place_view(here.ctx(), place, who.person_id).words
        for place in (answers.start, answers.finish)
    ]
    steps = ("meeting", "meeting") if answers.group is not None else ("day", "time")
    rows = [
        _row("From", places[0], "start"),
        _row("To", _named(answers, places[1]), "finish"),
        _row("Day", day(answers.day), steps[0]),
        _row("Time", when_words(answers.when), steps[1]),
        _row("Bus home", home_words(answers.home), "home"),
        _row("Who travels", party_words(answers.party), "who"),
    ]
    if answers.note:
        rows.append(_row("For the driver", answers.note, "who"))
    back = step_url("who")
    return {"rows": rows, "back_href": back, "answers": answers}


def when_words(when: When | None) -> str:
    """The wished time in words."""
    if when is None or when.clock is None:
        return "Any time that day"
    if when.kind is WhenKind.ARRIVE_BY:
        return f"Be there by {clock(when.clock)}"
    return f"Leave at {clock(when.clock)} or soon after"


def home_words(home: When | None) -> str:
    """The wished way home in words."""
    if home is None:
        return "No bus home"
    if home.clock is None:
        return "Any time after your visit"
    if home.kind is WhenKind.ARRIVE_BY:
        return f"Be home by {clock(home.clock)}"
    return f"Leave for home at {clock(home.clock)} or soon after"


def _named(answers: Draft, place: str) -> str:
    if answers.session is None:
        return place
    return f"{get_session_group(here.ctx(), answers.session)[0].name}, {place}"


def _row(name: str, value: str, step: str) -> dict[str, str]:
    return {"name": name, "value": value, "href": step_url(step)}
