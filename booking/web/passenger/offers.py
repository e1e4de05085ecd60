"""What we answered: offers to choose from, or why not and what else; choosing holds one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone, Invalid
from booking.domain.wish import PurposeKind
from booking.services.ask_again import ask_again
from booking.services.hold import release
from booking.services.journeys import AnswerView, get_answer, get_group_id
from booking.services.take_instead import hold_or_take
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.answers import home_words, when_words
from booking.web.passenger.asking import page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import draft, keep, step_url
from booking.web.passenger.draft import Draft

OLD: Final = "Some time has passed since you asked. Here is what is free now."


@bp.route("/ask/answer/<int:request_id>", methods=["GET", "POST"])
@passengers_only
def answer(request_id: int) -> ResponseReturnValue:
    """Up to four offers, or a refusal with its reason and other times; choosing holds one."""
    found = get_answer(here.ctx(), here.account(), request_id, now=here.now())
    if found.decided:
        return redirect(url_for("passenger.journey", request_id=request_id), 303)
    if request.method == "GET":
        return _page(found)
    number = request.form.get("offer", "")
    if number not in {str(offer.number) for offer in found.offers}:
        return _page(found, {"offer": "Choose one of the times."})
    return _hold(found, int(number))


@bp.post("/ask/answer/<int:request_id>/again")
@passengers_only
def answer_again(request_id: int) -> ResponseReturnValue:
    """Look again: the same wish, answered afresh."""
    return _afresh(request_id, "")


def _hold(found: AnswerView, number: int) -> ResponseReturnValue:
    by = here.who()
    try:
        if found.holds_other(number):
            release(here.ctx(), found.request_id, by=by, now=here.now())
        held = hold_or_take(here.ctx(), found.request_id, number, by=by, now=here.now())
    except Gone as error:
        return _afresh(found.request_id, OLD if found.expired else error.words)
    return redirect(url_for("passenger.check", request_id=held), 303)


def _afresh(request_id: int, words: str) -> ResponseReturnValue:
    try:
        new_id = ask_again(here.ctx(), here.account(), request_id, now=here.now())
    except Invalid as error:
        flash(error.words, "problem")
        return redirect(url_for("passenger.answer", request_id=request_id), 303)
    if words:
        flash(words, "late")
    return redirect(url_for("passenger.answer", request_id=new_id), 303)


def _page(found: AnswerView, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    _take_up(found)
    return page(
        "refused.html" if found.refused else "offers.html",
        errors,
        back_href=step_url("answers"),
        answer=found,
        when=when_words(found.wish.when),
        home=home_words(found.wish.home),
        change_time=step_url("meeting" if found.wish.session_id else "time"),
        change_day=step_url("meeting" if found.wish.session_id else "day"),
        change_who=step_url("who"),
        other_place=step_url("finish"),
        is_session=found.wish.purpose is PurposeKind.SESSION,
        differing_days=any(offer.day != found.wish.day for offer in found.offers),
    )


def _take_up(found: AnswerView) -> None:
    """Make the links that change an answer start from this request, whatever was asked since."""
    wish = found.wish
    group = get_group_id(here.ctx(), wish.session_id)
    answers = Draft.of_wish(wish, group, found.replaces_id)
    if draft() != answers:
        keep(replace(answers))
