"""Going on to the next question, asking when it was the last, showing errors.

Every question page is a GET that shows what was answered before, and a POST that
keeps the answer and leads on, or shows the page again (422) with the error in the
summary and by its field, and everything that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Invalid
from booking.services.ask_again import ask_afresh
from booking.services.offer import Asker
from booking.web import here
from booking.web.passenger.answers import facts_of
from booking.web.passenger.conversation import draft, keep, step_url, traveller
from booking.web.passenger.draft import Draft

ORDER: Final = ("start", "finish", "meeting", "day", "time", "home", "who", "answers")


def go_on(answers: Draft) -> ResponseReturnValue:
    """Keep the answers and go to the next question, or, when it was the last, ask."""
    keep(answers)
    if answers.complete:
        return look(answers)
    return redirect(step_url(answers.next_step), 303)


def look(answers: Draft) -> ResponseReturnValue:
    """Ask for the journey and go to what we answered."""
    account, person_id = here.account(), traveller().person_id
    wish = answers.wish(person_id)
    try:
        request_id = ask_afresh(
            here.ctx(),
            wish,
            Asker(account.id, "web"),
            now=here.now(),
            replaces_id=answers.replaces,
        )
    except Invalid as error:
        return page("answers.html", {"answers": error.words}, **facts_of(answers))
    return redirect(url_for("passenger.answer", request_id=request_id), 303)


def page(
    template: str, errors: Mapping[str, str] | None = None, **values: Any
) -> ResponseReturnValue:
    """A page of ours; `errors` (field → words) make it a 422 with the error summary."""
    errors = errors or {}
    listed = [{"text": words, "href": f"#{field}"} for field, words in errors.items()]
    body = render_template(
        f"passenger/{template}", errors=listed, field_errors=errors, typed=request.form, **values
    )
    return body, 422 if errors else 200


def back_to(step: str) -> str:
    """Where the back link of a question leads: the question before it, or the answers.

    Somebody who came to change one answer goes back to what they came from.
    """
    answers = draft()
    if answers.complete:
        return step_url("answers")
    if answers.replaces is not None and step in ("meeting", "day"):
        return url_for("passenger.journey_change", request_id=answers.replaces)
    steps = [one for one in ORDER if _belongs(one, answers)]
    place = steps.index(step) if step in steps else 0
    return step_url(steps[place - 1]) if place else url_for("passenger.home")


def _belongs(step: str, answers: Draft) -> bool:
    if step == "meeting":
        return answers.group is not None
    if step in ("day", "time"):
        return answers.group is None
    return True
