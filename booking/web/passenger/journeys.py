"""My journeys: all of them, one of them, on paper; cancel, change the time, go again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone, NotFound
from booking.domain.wish import PurposeKind, Wish
from booking.domain.words import day as day_in_words
from booking.services.cancel import LEGS, CancelOutcome, cancel
from booking.services.groups import get_session_group
from booking.services.journeys import (
    JourneyView,
    get_group_id,
    get_journey,
    get_wish,
)
from booking.services.legs import LegView
from booking.services.my_journeys import list_journeys
from booking.services.wish_left import get_wish_left
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.answers import home_words, when_words
from booking.web.passenger.asking import page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import keep, step_url
from booking.web.passenger.draft import Draft

CANCELLED: Final = "Your journey is cancelled."
CANCELLED_ONE_WAY: Final = {
    "outward": "The bus there is cancelled.",
    "return": "The bus home is cancelled.",
}
LATE: Final = "It was late for others to use the place; please tell us sooner if you can."


@bp.get("/journeys")
@passengers_only
def journeys() -> ResponseReturnValue:
    """All of them: the next one biggest, then those to come, then the last ones."""
    mine = list_journeys(here.ctx(), here.account(), now=here.now())
    return page("journeys.html", mine=mine)


@bp.get("/journeys/<int:request_id>")
@passengers_only
def journey(request_id: int) -> ResponseReturnValue:
    """One journey, with everything that was promised."""
    found = _find(request_id)
    back = url_for("passenger.journeys")
    return page("journey.html", journey=found, asked=_asked(found), back_href=back)


@bp.get("/journeys/<int:request_id>/print")
@passengers_only
def journey_print(request_id: int) -> ResponseReturnValue:
    """One journey on a sheet of paper."""
    found = _find(request_id)
    return page("print.html", journey=found, asked=_asked(found))


@bp.route("/journeys/<int:request_id>/cancel", methods=["GET", "POST"])
@passengers_only
def journey_cancel(request_id: int) -> ResponseReturnValue:
    """Cancel, after saying what that means; one direction alone where there are two."""
    found = _find(request_id)
    if request.method == "GET":
        return _cancel_page(found)
    # The form's own word counts, whatever is left: sent again, it cancels nothing more.
    alone = len(found.to_cancel) < 2
    legs = LEGS.get(request.form.get("legs", "both" if alone else ""))
    if legs is None:
        return _cancel_page(found, {"legs": "Choose what you want to cancel."})
    try:
        outcome = cancel(here.ctx(), request_id, legs=legs, by=here.who(), now=here.now())
    except Gone as error:
        flash(error.words, "problem")
    else:
        flash(_cancelled_words(_find(request_id), outcome), "good")
    return redirect(url_for("passenger.journey", request_id=request_id), 303)


@bp.route("/journeys/<int:request_id>/change", methods=["GET", "POST"])
@passengers_only
def journey_change(request_id: int) -> ResponseReturnValue:
    """Change the time: the booked journey stays until the new one is promised."""
    found = _find(request_id)
    if request.method == "GET":
        back = url_for("passenger.journey", request_id=request_id)
        return page("change.html", journey=found, back_href=back)
    if not found.can_cancel:
        raise Gone("That journey is over, so its time cannot be changed. Book a new one.")
    left = get_wish_left(here.ctx(), here.account(), request_id, now=here.now())
    answers = _answers_of(left, replaces=request_id).at_another_time()
    # Somebody who only comes home is not asked about a bus home.
    answers = replace(answers, home_asked=found.only_home_left)
    keep(answers)
    first = "meeting" if answers.group is not None else "day"
    return redirect(step_url(first), 303)


@bp.post("/journeys/<int:request_id>/again")
@passengers_only
def journey_again(request_id: int) -> ResponseReturnValue:
    """The same journey on another day."""
    wish, _ = get_wish(here.ctx(), here.account(), request_id)
    answers = _answers_of(wish, replaces=None).without_times()
    keep(answers)
    return redirect(step_url(answers.next_step), 303)


def _cancelled_words(left: JourneyView, outcome: CancelOutcome) -> str:
    """What is cancelled and what still comes, by the journey as it is now."""
    said = [CANCELLED]
    if left.live_legs:
        said = [CANCELLED_ONE_WAY[leg] for leg in outcome.cancelled]
        said += [_kept_words(leg) for leg in left.live_legs]
    return " ".join([*said, LATE] if outcome.late else said)


def _kept_words(leg: LegView) -> str:
    """What there is of the way that was not cancelled: a bus, none yet, or no answer yet."""
    way = "home" if leg.homeward else "there"
    if leg.without_bus:
        return f"We have no bus {way} for you now, and are still looking for one."
    if leg.waiting:
        return f"We will tell you the evening before whether the bus {way} can come."
    return f"The bus {way} is still booked."


def _find(request_id: int) -> JourneyView:
    return get_journey(here.ctx(), here.account(), request_id, now=here.now())


def _asked(found: JourneyView) -> list[dict[str, str]]:
    """What they wished for, where no bus comes: no time or place to stand at is said then."""
    if not found.refused_by_night:
        return []
    wish, _ = get_wish(here.ctx(), here.account(), found.request_id)
    rows = [
        ("For", found.purpose_words),
        ("Day", day_in_words(found.day)),
        ("From", found.from_words),
        ("To", found.to_words),
        ("Time", when_words(wish.when)),
        ("Bus home", home_words(wish.home)),
        ("Who travels", found.party_words),
    ]
    return [{"name": name, "value": words[:1].upper() + words[1:]} for name, words in rows if words]


def _answers_of(wish: Wish, replaces: int | None) -> Draft:
    group = get_group_id(here.ctx(), wish.session_id)
    answers = Draft.of_wish(wish, group, replaces)
    if wish.purpose is PurposeKind.SESSION and not _still_meets(wish.session_id):
        # The group has stopped meeting: the place is still there to go to.
        return replace(answers, purpose=PurposeKind.OTHER, group=None, session=None)
    return answers


def _still_meets(session_id: int | None) -> bool:
    try:
        return session_id is not None and bool(get_session_group(here.ctx(), session_id))
    except NotFound:
        return False


def _cancel_page(found: JourneyView, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    back = url_for("passenger.journey", request_id=found.request_id)
    return page("cancel.html", errors, journey=found, back_href=back)
