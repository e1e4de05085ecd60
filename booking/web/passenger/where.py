"""Where from, where to: my home, a group or club, an appointment, any place by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from booking.domain.errors import Invalid, NotFound
from booking.domain.wish import PurposeKind
from booking.services.groups import list_groups
from booking.services.places import (
    APPOINTMENTS,
    ChosenPlace,
    FoundPlace,
    choose_place,
    find_places,
    get_place_view,
)
from booking.services.traveller import TravellerView
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.asking import back_to, go_on, page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import draft, forget, keep, step_url, traveller
from booking.web.passenger.draft import Draft

TEXT_LONGEST: Final = 160
ENDS: Final = {"start": "Where do you start from?", "finish": "Where do you want to go?"}


@bp.get("/ask")
@passengers_only
def ask() -> ResponseReturnValue:
    """Begin a new conversation."""
    forget()
    return redirect(step_url("start"), 303)


@bp.route("/ask/from", methods=["GET", "POST"])
@passengers_only
def ask_start() -> ResponseReturnValue:
    """Where from: home, or any place by name."""
    who, answers = traveller(), draft()
    if request.method == "GET":
        return _start_page(who, answers)
    choice = request.form.get("start") or _filled_in("start") or ("" if who.home else "other")
    if choice == "home" and who.home:
        return _start_from(answers, choose_place(here.ctx(), "home", person_id=who.person_id))
    if choice == "other":
        return _by_name("start", lambda errors: _start_page(who, answers, errors))
    return _start_page(who, answers, {"start": "Choose where you start from."})


@bp.route("/ask/to", methods=["GET", "POST"])
@passengers_only
def ask_finish() -> ResponseReturnValue:
    """Where to: a group, an appointment, home, or any place by name."""
    who, answers = traveller(), draft()
    if answers.start is None:
        return redirect(step_url("start"), 303)
    if request.method == "GET":
        return _finish_page(who, answers)
    choice = request.form.get("finish") or _filled_in("finish")
    if choice in ("group", "appointment"):
        return redirect(step_url(choice), 303)
    if choice == "home" and who.home:
        return _choose(
            "finish", "home", lambda errors: _finish_page(who, answers, errors), field="finish"
        )
    if choice == "other":
        return _by_name("finish", lambda errors: _finish_page(who, answers, errors))
    return _finish_page(who, answers, {"finish": "Choose where you want to go."})


@bp.route("/ask/which/<end>", methods=["GET", "POST"])
@passengers_only
def ask_which(end: str) -> ResponseReturnValue:
    """Several places fit the name: which one is it?"""
    if end not in ENDS:
        abort(404)
    text = request.values.get("q", "")[:TEXT_LONGEST]
    found = _find(text)
    if request.method == "GET" or not found:
        return _which_page(end, text, found)
    value = request.form.get("place", "")
    if value == "none":
        return redirect(step_url(end), 303)
    if value not in {place.value for place in found}:
        return _which_page(end, text, found, {"place": "Choose a place, or none of these."})
    return _choose(end, value, lambda errors: _which_page(end, text, found, errors), text)


@bp.route("/ask/group", methods=["GET", "POST"])
@passengers_only
def ask_group() -> ResponseReturnValue:
    """Which of the zone's groups and clubs."""
    return _one_of(
        "group.html",
        appointments=False,
        wrong="Choose a group or club.",
    )


@bp.route("/ask/appointment", methods=["GET", "POST"])
@passengers_only
def ask_appointment() -> ResponseReturnValue:
    """Which surgery or hospital; or another place by name."""
    return _one_of(
        "appointment.html",
        appointments=True,
        wrong="Choose where your appointment is.",
    )


def _one_of(template: str, *, appointments: bool, wrong: str) -> ResponseReturnValue:
    who, answers = traveller(), draft()
    if answers.start is None:
        return redirect(step_url("start"), 303)
    zone_id = zone_of(answers, who)
    groups = list_groups(here.ctx(), zone_id, appointments=appointments) if zone_id else ()

    def show(errors: dict[str, str] | None = None) -> ResponseReturnValue:
        return page(
            template,
            errors,
            back_href=step_url("finish"),
            groups=groups,
            answers=answers,
            place=_view(answers.finish, who) if appointments else None,
        )

    if request.method == "GET":
        return show()
    value = request.form.get("place") or _filled_in("finish") or ("" if groups else "other")
    if value == "other":
        return _by_name("finish", show, appointments=appointments)
    if value not in {f"group:{group.id}" for group in groups}:
        return show({"place": wrong})
    return _choose("finish", value, show)


def zone_of(answers: Draft, who: TravellerView) -> int | None:
    """The zone whose groups and days are shown: that of the start, else the person's own."""
    if answers.start is not None:
        zone_id = get_place_view(here.ctx(), answers.start, who.person_id).zone_id
        if zone_id is not None:
            return zone_id
    return who.zone_id


Show = Callable[[dict[str, str]], ResponseReturnValue]


def _by_name(end: str, show: Show, *, appointments: bool = False) -> ResponseReturnValue:
    """Look for what was typed: go on with a sure match, ask which, or say it was not found."""
    field = f"{end}_text"
    text = " ".join(request.form.get(field, "").split())
    if not text:
        return show({field: "Type the name of the place, such as a village or a surgery."})
    if len(text) > TEXT_LONGEST:
        return show({field: f"That is too long. Use {TEXT_LONGEST} letters or fewer."})
    found = _find(text)
    if not found:
        return show(
            {
                field: "We could not find that place. Check the spelling, or type the name of "
                "the village."
            }
        )
    sure = [place for place in found if place.exact]
    if len(sure) == 1:
        return _choose(end, sure[0].value, show, text, field=field, appointment=appointments)
    purpose = {"for": "appointment"} if appointments else {}
    return redirect(step_url("which", end=end, q=text, **purpose), 303)


def _filled_in(end: str) -> str:
    """ "other" where the box was filled in and no choice was made beside it."""
    return "other" if request.form.get(f"{end}_text", "").strip() else ""


def _find(text: str) -> tuple[FoundPlace, ...]:
    who, answers = traveller(), draft()
    return find_places(
        here.ctx(),
        text,
        now=here.now(),
        zone_id=zone_of(answers, who),
        near_place_id=answers.start,
        addresses=True,
    )


def _choose(
    end: str,
    value: str,
    show: Show,
    text: str = "",
    *,
    field: str = "place",
    appointment: bool = False,
) -> ResponseReturnValue:
    """Take a place as the start or the finish."""
    who, answers = traveller(), draft()
    try:
        chosen = choose_place(here.ctx(), value, person_id=who.person_id, text=text)
    except (NotFound, Invalid) as error:
        return show({field: error.words})
    if end == "start":
        return _start_from(answers, chosen)
    if chosen.place_id == answers.start:
        return show({field: "That is where you start from. Choose the place you want to go to."})
    appointment = appointment or request.values.get("for") == "appointment"
    return _go_to(answers, chosen, appointment)


def _start_from(answers: Draft, chosen: ChosenPlace) -> ResponseReturnValue:
    answers = replace(answers, start=chosen.place_id)
    if answers.finish == chosen.place_id:
        answers = replace(answers, finish=None)
    return go_on(answers)


def _go_to(answers: Draft, chosen: ChosenPlace, appointment: bool) -> ResponseReturnValue:
    if appointment or chosen.group_kind == APPOINTMENTS:
        purpose, group = PurposeKind.APPOINTMENT, None
    elif chosen.group_id is not None:
        purpose, group = PurposeKind.SESSION, chosen.group_id
    else:
        purpose, group = PurposeKind.OTHER, None
    if (answers.finish, answers.purpose, answers.group) == (chosen.place_id, purpose, group):
        return go_on(answers)
    return go_on(answers.going_to(chosen.place_id, purpose, group))


def _start_page(
    who: TravellerView, answers: Draft, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    place = _view(answers.start, who)
    return page(
        "start.html", errors, back_href=back_to("start"), who=who, place=place, answers=answers
    )


def _finish_page(
    who: TravellerView, answers: Draft, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    start = _view(answers.start, who)
    return page(
        "finish.html",
        errors,
        back_href=back_to("finish"),
        who=who,
        place=_view(answers.finish, who),
        from_home=bool(start and start.is_home),
        answers=answers,
    )


def _which_page(
    end: str, text: str, found: tuple[FoundPlace, ...], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    return page(
        "which.html", errors, back_href=step_url(end), text=text, found=found, question=ENDS[end]
    )


def _view(place_id: int | None, who: TravellerView) -> Any:
    if place_id is None:
        return None
    try:
        return get_place_view(here.ctx(), place_id, who.person_id)
    except NotFound:
        keep(replace(draft(), start=None, finish=None))
        return None


def take_me(answers: Draft) -> ResponseReturnValue:
    """Go on with a destination chosen elsewhere; the start is the person's home where known."""
    who = traveller()
    if answers.start is None and who.home is not None and who.home.id != answers.finish:
        answers = replace(answers, start=who.home.id)
    keep(answers)
    return redirect(step_url(answers.next_step), 303)
