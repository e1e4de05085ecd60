"""The chosen offer: check your answers, book, and the confirmation."""

from __future__ import annotations

import re
from typing import Final
from uuid import uuid4

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone, Over
from booking.services.ask_again import ask_again
from booking.services.book import book
from booking.services.hold import release
from booking.services.journeys import get_answer, get_journey
from booking.services.overlapping import list_overlapping
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.asking import page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import forget

KEYS: Final = "booking_keys"
KEYS_AT_MOST: Final = 5
_KEY = re.compile(r"[0-9a-f]{32}")


@bp.route("/ask/check/<int:request_id>", methods=["GET", "POST"])
@passengers_only
def check(request_id: int) -> ResponseReturnValue:
    """Check your answers: the promise as it will be; booking makes it."""
    account = here.account()
    found = get_answer(here.ctx(), account, request_id, now=here.now())
    if found.decided:
        return redirect(url_for("passenger.journey_booked", request_id=request_id), 303)
    if found.chosen is None:
        return redirect(url_for("passenger.answer", request_id=request_id), 303)
    if request.method == "POST":
        return _book(request_id)
    return page(
        "check.html",
        back_href=url_for("passenger.answer", request_id=request_id),
        answer=found,
        offer=found.chosen,
        overlapping=list_overlapping(here.ctx(), account, request_id, found.chosen, now=here.now()),
        key=_key_of(request_id),
    )


@bp.post("/ask/check/<int:request_id>/release")
@passengers_only
def check_release(request_id: int) -> ResponseReturnValue:
    """Let the held offer go, and choose another."""
    get_answer(here.ctx(), here.account(), request_id, now=here.now())
    release(here.ctx(), request_id, by=here.who(), now=here.now())
    return redirect(url_for("passenger.answer", request_id=request_id), 303)


@bp.get("/journeys/<int:request_id>/booked")
@passengers_only
def journey_booked(request_id: int) -> ResponseReturnValue:
    """The confirmation: to be photographed, printed or written down."""
    found = get_journey(here.ctx(), here.account(), request_id, now=here.now())
    if not found.stands:
        # Loaded again after it was cancelled, refused or travelled: nothing is booked now.
        return redirect(url_for("passenger.journey", request_id=request_id), 303)
    return page("booked.html", journey=found)


def _book(request_id: int) -> ResponseReturnValue:
    try:
        book(here.ctx(), request_id, key=_sent_key(request_id), by=here.who(), now=here.now())
    except Over as error:
        flash(error.words, "problem")
        return redirect(url_for("passenger.journey", request_id=request_id), 303)
    except Gone as error:
        new_id = ask_again(here.ctx(), here.account(), request_id, now=here.now())
        flash(error.words, "late")
        return redirect(url_for("passenger.answer", request_id=new_id), 303)
    forget()
    return redirect(url_for("passenger.journey_booked", request_id=request_id), 303)


def _key_of(request_id: int) -> str:
    """The booking's key: made once for a request and kept, so that a second try is the same."""
    keys = dict(session.get(KEYS) or {})
    name = str(request_id)
    if name not in keys:
        keys[name] = uuid4().hex
        session[KEYS] = dict(list(keys.items())[-KEYS_AT_MOST:])
    return str(keys[name])


def _sent_key(request_id: int) -> str:
    """The key in the form, or the session's where the form's is not one."""
    sent = request.form.get("key", "")
    return sent if _KEY.fullmatch(sent) else _key_of(request_id)
