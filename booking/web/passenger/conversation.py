"""The conversation's answers, kept in the signed session, and the way to each question."""

from __future__ import annotations

from typing import Any, Final

from flask import session, url_for

from booking.services.traveller import TravellerView, get_traveller
from booking.web import here
from booking.web.passenger.draft import Draft

DRAFT: Final = "draft"


def draft() -> Draft:
    """The answers so far."""
    return Draft.from_json(session.get(DRAFT) or {})


def keep(answers: Draft) -> None:
    """Keep the answers in the signed session."""
    session[DRAFT] = answers.to_json()


def forget() -> None:
    """The conversation is over."""
    session.pop(DRAFT, None)


def traveller() -> TravellerView:
    """Who is asking."""
    return get_traveller(here.ctx(), here.account())


def step_url(step: str, **values: Any) -> str:
    """The address of a question."""
    return url_for(f"passenger.ask_{step}", **values)
