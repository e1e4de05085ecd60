"""The conversation: where, when, who; offers read out; kept; booked. One screen.

Without JavaScript it is the same page after each button. The request's id in the
address is the state: what was asked, offered and held is read from it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone, Invalid, NotFound, Over
from booking.domain.service_day import today
from booking.domain.wish import Wish
from booking.domain.words import day as day_in_words
from booking.services.ask_again import ask_afresh, ask_again
from booking.services.book import book
from booking.services.call_places import PlaceGroup, list_choices, list_outside
from booking.services.find_journey import find_person_of
from booking.services.hold import release
from booking.services.journeys import (
    AnswerView,
    JourneyView,
    OfferView,
    get_answer,
    get_group_id,
    get_wish,
)
from booking.services.offer import Asker
from booking.services.overlapping import list_overlapping
from booking.services.people import JourneyLine, PersonView, find_home_of, view_person
from booking.services.places import find_places, get_place_view
from booking.services.take_instead import hold_or_take
from booking.services.traveller import get_zone_view
from booking.services.wish_left import get_wish_left
from booking.web import here
from booking.web.audit import audited, note, unaudited
from booking.web.callcentre.blueprint import bp, handlers_only, page
from booking.web.callcentre.talk_form import HOMES, PARTY_KEYS, WHENS, Reading, TalkForm, read_wish

DAYS_AT_MOST: Final = 28
FIELDS: Final = {"party": "adults", "to": "finish", "session": "day", "": "start"}
"""Where an error of a service stands in this form."""


@bp.get("/people/<int:person_id>/book")
@handlers_only
@audited("person.read", "person:{person_id}")
def talk(person_id: int) -> ResponseReturnValue:
    """A new conversation; `?like=` begins with an earlier journey, `?change=` replaces it."""
    person = view_person(here.ctx(), person_id, now=here.now())
    like, change = request.args.get("like", type=int), request.args.get("change", type=int)
    form = TalkForm.blank(person.party, has_home=person.home_place_id is not None)
    if change is not None:
        form = _form_of_what_is_left(person, change)
    elif like is not None:
        form = _form_of(person, like).on_another_day()
    return _screen(person, form, replaces=change)


@bp.post("/people/<int:person_id>/book")
@handlers_only
@audited("journey.ask", "person:{person_id}")
def ask_for(person_id: int) -> ResponseReturnValue:
    """Ask for what was said; the answer is on the same screen."""
    person = view_person(here.ctx(), person_id, now=here.now())
    typed = TalkForm.typed(request.form)
    replaces = request.form.get("replaces", type=int)
    reading = Reading(here.ctx(), person_id, person.zone_id, here.now(), request.form)
    wish = read_wish(reading, typed)
    if wish is None:
        return _again(person, typed, reading, replaces)
    if replaces is not None:
        _check_theirs(person_id, replaces)
    try:
        asker = Asker(here.account().id, "phone")
        request_id = ask_afresh(here.ctx(), wish, asker, now=here.now(), replaces_id=replaces)
    except Invalid as error:
        reading.errors[FIELDS.get(error.field, error.field)] = error.words
        return _again(person, typed, reading, replaces)
    note(request=request_id)
    return redirect(_at(request_id), 303)


@bp.get("/asked/<int:request_id>")
@handlers_only
@audited("journey.read", "request:{request_id}")
def answer(request_id: int) -> ResponseReturnValue:
    """What we can do, to be read out; or what is kept, to be booked."""
    view = get_answer(here.ctx(), here.account(), request_id, now=here.now())
    if view.decided:
        return redirect(url_for("callcentre.journey", request_id=request_id), 303)
    person = view_person(here.ctx(), find_person_of(here.ctx(), request_id), now=here.now())
    return _screen(person, _form_of(person, request_id), view, view.replaces_id)


@bp.post("/asked/<int:request_id>/keep")
@handlers_only
@audited("journey.hold", "request:{request_id}")
def keep(request_id: int) -> ResponseReturnValue:
    """Keep the offer they like for five minutes, while the details are read out."""
    view = get_answer(here.ctx(), here.account(), request_id, now=here.now())
    if view.decided:
        return redirect(url_for("callcentre.journey", request_id=request_id), 303)
    number = request.form.get("offer", type=int)
    if number is None:
        person = view_person(here.ctx(), find_person_of(here.ctx(), request_id), now=here.now())
        form = _form_of(person, request_id)
        errors = {"offer": "Choose the time they would like."}
        return _screen(person, form, view, view.replaces_id, errors)
    try:
        if view.holds_other(number):
            release(here.ctx(), request_id, by=here.who(), now=here.now())
        held = hold_or_take(here.ctx(), request_id, number, by=here.who(), now=here.now())
    except Gone as error:
        return _ask_again(request_id, error.words)
    note(request=held)
    return redirect(_at(held), 303)


@bp.post("/asked/<int:request_id>/let-go")
@handlers_only
@audited("journey.release", "request:{request_id}")
def let_go(request_id: int) -> ResponseReturnValue:
    """They would rather have another one: the offers again."""
    release(here.ctx(), request_id, by=here.who(), now=here.now())
    return redirect(_at(request_id), 303)


@bp.post("/asked/<int:request_id>/again")
@handlers_only
@audited("journey.ask", "request:{request_id}")
def again(request_id: int) -> ResponseReturnValue:
    """The call took long: what is free now."""
    return _ask_again(request_id, "This is what we can do now.")


@bp.post("/asked/<int:request_id>/book")
@handlers_only
@audited("journey.book", "request:{request_id}")
def confirm(request_id: int) -> ResponseReturnValue:
    """Book it. Pressed twice, it is the same booking."""
    try:
        book(
            here.ctx(),
            request_id,
            key=f"call-{request_id}",
            by=here.who(),
            now=here.now(),
            on_the_phone=True,
        )
    except Over as error:
        # Sent again after it was cancelled: what has to be told since is still to be told.
        flash(error.words, "problem")
        return redirect(url_for("callcentre.journey", request_id=request_id), 303)
    except Gone as error:
        return _ask_again(request_id, error.words)
    return redirect(url_for("callcentre.journey", request_id=request_id, booked=1), 303)


@bp.get("/people/<int:person_id>/places")
@handlers_only
@unaudited("names of public places only: it shows nobody")
def find_places_for(person_id: int) -> ResponseReturnValue:
    """Places that fit what is being typed, for the box that suggests."""
    home = find_home_of(here.ctx(), person_id)
    typed = request.args.get("q", "")[:100]
    found = find_places(here.ctx(), typed, now=here.now(), zone_id=home.zone_id, addresses=True)
    is_home = bool(typed) and home.place_id and "home".startswith(typed.lower())
    own = [{"value": "home", "text": "Home"}] if is_home else []
    return jsonify(
        [*own, *({"value": p.value, "text": p.words, "detail": p.detail} for p in found)]
    )


def _at(request_id: int) -> str:
    return url_for("callcentre.answer", request_id=request_id, _anchor="offers")


def _ask_again(request_id: int, why: str) -> ResponseReturnValue:
    new_id = ask_again(here.ctx(), here.account(), request_id, by="phone", now=here.now())
    note(request=new_id)
    flash(why, "late")
    return redirect(_at(new_id), 303)


def _form_of(person: PersonView, request_id: int) -> TalkForm:
    """The form as it was for an earlier request of the same person."""
    _check_theirs(person.id, request_id)
    wish, _ = get_wish(here.ctx(), here.account(), request_id)
    return _form_for(person, wish)


def _form_of_what_is_left(person: PersonView, request_id: int) -> TalkForm:
    """The form for what they still have of a journey that is to be changed."""
    _check_theirs(person.id, request_id)
    left = get_wish_left(here.ctx(), here.account(), request_id, now=here.now())
    return _form_for(person, left)


def _form_for(person: PersonView, wish: Wish) -> TalkForm:
    group_id = get_group_id(here.ctx(), wish.session_id)
    return TalkForm.of_wish(wish, home_id=person.home_place_id, group_id=group_id)


def _check_theirs(person_id: int, request_id: int) -> None:
    if find_person_of(here.ctx(), request_id) != person_id:
        raise NotFound("That journey is somebody else's. Look for the caller again.")


def _again(
    person: PersonView, typed: TalkForm, reading: Reading, replaces: int | None
) -> ResponseReturnValue:
    form = typed.with_found(tuple(reading.extra), reading.likely)
    return _screen(person, form, None, replaces, reading.errors)


def _screen(
    person: PersonView,
    form: TalkForm,
    view: AnswerView | None = None,
    replaces: int | None = None,
    errors: dict[str, str] | None = None,
) -> ResponseReturnValue:
    choices = list_choices(here.ctx(), person.id)
    form = form.with_found((*form.extra, *_unlisted(person, form, choices)), {})
    return page(
        "talk.html",
        errors,
        person=person,
        form_words=form,
        answer=view,
        replaces=replaces,
        offers=_offers(view),
        outside=_outside(person, view),
        same_day=_same_day(person, view, replaces),
        overlapping=_overlapping(view),
        days=_days(person),
        choices=list(choices),
        whens=WHENS,
        homes=HOMES,
        party_keys=PARTY_KEYS,
        found=[{"label": "Found", "places": _choices(form.extra)}] if form.extra else [],
    )


def _outside(person: PersonView, view: AnswerView | None) -> tuple[str, ...]:
    """Where the bus does go outside the zone, for who wanted to go somewhere else."""
    if view is None or view.refused_rule != "area":
        return ()
    return list_outside(here.ctx(), person.zone_id)


def _same_day(
    person: PersonView, view: AnswerView | None, replaces: int | None
) -> list[JourneyLine]:
    """What they have booked already on the day they ask for: easily forgotten on the phone."""
    if view is None:
        return []
    return [
        journey
        for journey in person.coming
        if journey.day == view.wish.day and journey.request_id != replaces
    ]


def _overlapping(view: AnswerView | None) -> tuple[JourneyView, ...]:
    """What they have at the very time of the offer that is kept for them."""
    if view is None or not view.held or view.chosen is None:
        return ()
    account, request_id = here.account(), view.request_id
    return list_overlapping(here.ctx(), account, request_id, view.chosen, now=here.now())


def _unlisted(
    person: PersonView, form: TalkForm, choices: tuple[PlaceGroup, ...]
) -> tuple[tuple[str, str], ...]:
    """The places of the form that are in no list: found once by what was typed."""
    known = {place.value for group in choices for place in group.places}
    known |= {value for value, _ in form.extra}
    values = [v for v in (form.start, form.finish) if v.startswith("place:") and v not in known]
    return tuple(
        (value, get_place_view(here.ctx(), int(value.partition(":")[2]), person.id).words)
        for value in values
        if value.partition(":")[2].isdecimal()
    )


def _choices(found: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"value": value, "text": text} for value, text in found]


def _offers(view: AnswerView | None) -> list[dict[str, Any]]:
    """The offers as the component shows them; the day is said where it is another one."""
    if view is None:
        return []
    return [
        {
            "value": offer.number,
            "sentence": _say(offer, view),
            "details": [*offer.details, *([offer.fare_note] if offer.fare_note else [])],
            "fare_pence": offer.fare_pence,
            "checked": view.chosen is not None and view.chosen.number == offer.number,
        }
        for offer in view.offers
    ]


def _say(offer: OfferView, view: AnswerView) -> str:
    """The offer's sentence; the day is said first where it is another one."""
    if offer.day == view.wish.day:
        return offer.sentence
    return f"On {day_in_words(offer.day)}: {offer.sentence[:1].lower()}{offer.sentence[1:]}"


def _days(person: PersonView) -> tuple[date, ...]:
    """The days that can be booked in their zone; the next fortnight where it is not known."""
    if person.zone_id is not None:
        return get_zone_view(here.ctx(), person.zone_id, now=here.now()).days[:DAYS_AT_MOST]
    first = today(here.now())
    return tuple(first + timedelta(days=n) for n in range(15))
