"""A caller's page: who they are, what they need, their journeys; registering and changing them."""

from __future__ import annotations

from typing import Final

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Invalid, NotFound
from booking.domain.needs import Need
from booking.domain.person_words import CHANNEL_LABELS, NEED_LABELS
from booking.domain.service_day import today
from booking.domain.words import clock, day
from booking.services.avoidable import list_avoidable
from booking.services.avoided_promises import promised_on_avoided
from booking.services.call_places import PlaceGroup, list_villages
from booking.services.people import view_person
from booking.services.places import choose_place, find_places
from booking.services.save_person import (
    ManyInvalid,
    PersonFacts,
    facts_of,
    save_note,
    save_person,
)
from booking.web import here
from booking.web.audit import audited, audited_by_service, note, unaudited
from booking.web.callcentre.blueprint import bp, handlers_only, page
from booking.web.flashes import flash_with_way

SOON: Final = {0: "today", 1: "tomorrow"}


@bp.get("/people/<int:person_id>")
@handlers_only
@audited("person.read", "person:{person_id}")
def person(person_id: int) -> ResponseReturnValue:
    """Everything a call handler needs to know of somebody."""
    return page("person.html", person=view_person(here.ctx(), person_id, now=here.now()))


@bp.post("/people/<int:person_id>/note")
@handlers_only
@audited_by_service("person.change", "person:{person_id}")
def change_note(person_id: int) -> ResponseReturnValue:
    """The note about somebody, changed in the middle of a call."""
    typed = request.form.get("person_note", "")
    try:
        save_note(here.ctx(), person_id, typed, account_id=here.account().id, now=here.now())
    except Invalid as error:
        view = view_person(here.ctx(), person_id, now=here.now())
        return page("person.html", {"person_note": error.words}, person=view, typed_note=typed)
    flash("The note is kept.", "good")
    return redirect(url_for("callcentre.person", person_id=person_id), 303)


@bp.get("/people/new")
@handlers_only
@unaudited("an empty form: it shows nobody")
def new_person() -> ResponseReturnValue:
    """Register somebody who calls for the first time."""
    return _form(None, PersonFacts(name=""))


@bp.post("/people/new")
@handlers_only
@audited_by_service("person.register")
def register_person() -> ResponseReturnValue:
    """Keep a new caller, and go on to book for them."""
    return _save(None)


@bp.get("/people/<int:person_id>/edit")
@handlers_only
@audited("person.read", "person:{person_id}")
def edit_person(person_id: int) -> ResponseReturnValue:
    """What we know of somebody, to be changed."""
    return _form(person_id, facts_of(here.ctx(), person_id))


@bp.post("/people/<int:person_id>/edit")
@handlers_only
@audited_by_service("person.change", "person:{person_id}")
def change_person(person_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    return _save(person_id)


@bp.get("/villages")
@handlers_only
@unaudited("names of public places only: it shows nobody")
def find_villages() -> ResponseReturnValue:
    """Places that fit what is being typed, for where somebody lives."""
    found = find_places(here.ctx(), request.args.get("q", "")[:100], now=here.now())
    return jsonify(
        [
            {"value": place.value, "text": place.words, "detail": place.detail}
            for place in found
            if place.value.startswith("place:")
        ]
    )


def _save(person_id: int | None) -> ResponseReturnValue:
    try:
        place_id = _place()
        facts = _typed(place_id)
    except Invalid as error:
        return _form(person_id, _typed(None), {"place": error.words})
    try:
        saved = save_person(
            here.ctx(),
            facts,
            person_id=person_id,
            account_id=here.account().id,
            now=here.now(),
        )
    except ManyInvalid as error:
        if error.known:
            note(found=list(error.known))
        return _form(person_id, facts, error.fields)
    _say_kept(saved, is_new=person_id is None)
    return redirect(url_for("callcentre.person", person_id=saved), 303)


def _say_kept(person_id: int, *, is_new: bool) -> None:
    """That it is kept; and, while they are on the phone, what they can no longer travel on."""
    promised = promised_on_avoided(here.ctx(), person_id, now=here.now())
    if not promised:
        flash("Kept. Now you can book for them." if is_new else "Kept.", "good")
    for number, one in enumerate(promised):
        days = (one.day - today(here.now())).days
        when = f"{SOON.get(days, f'on {day(one.day)}')} at {clock(one.at)}"
        bus = f"with {one.driver} driving" if one.driver else f"on {one.vehicle}"
        flash_with_way(
            f"{'Also' if number else 'Kept. But'} {when} {one.name} is {bus}. "
            "Would another time do?",
            "See that journey",
            url_for("callcentre.journey", request_id=one.request_id),
            "late",
        )


def _place() -> int | None:
    """The village or place they live at: chosen from the list, or typed and sure."""
    value = request.form.get("place", "")
    text = request.form.get("place_text", "").strip()
    if not value and text:
        found = find_places(here.ctx(), text, now=here.now())
        sure = [place for place in found if place.exact and place.value.startswith("place:")]
        if len(sure) != 1:
            names = "; ".join(place.words for place in found[:4])
            raise Invalid(
                f"Which place is it? {names}."
                if names
                else "We do not know that place. Type the name of the village.",
                "place",
            )
        value = sure[0].value
    if not value:
        return None
    try:
        # Nobody's own place: the id of no person.
        return choose_place(here.ctx(), value, person_id=0).place_id
    except NotFound as error:
        raise Invalid(error.words, "place") from None


def _typed(place_id: int | None) -> PersonFacts:
    get = request.form.get
    return PersonFacts(
        name=get("name", ""),
        phone=get("phone", ""),
        email=get("email", ""),
        channel=get("channel", ""),
        birth_year=get("birth_year", ""),
        address=get("address", ""),
        place_id=place_id,
        postcode=get("postcode", ""),
        access_note=get("access_note", ""),
        no_access_note="no_access_note" in request.form,
        needs=tuple(request.form.getlist("needs")),
        boarding_minutes=get("boarding_minutes", ""),
        pass_holder="pass_holder" in request.form,
        no_other_way="no_other_way" in request.form,
        avoids=tuple(request.form.getlist("avoids")),
        note=get("note", ""),
        same_house="same_house" in request.form,
    )


def _form(
    person_id: int | None, facts: PersonFacts, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    villages: tuple[PlaceGroup, ...] = list_villages(here.ctx())
    return page(
        "person_form.html",
        errors,
        person_id=person_id,
        facts=facts,
        place_value=f"place:{facts.place_id}" if facts.place_id else "",
        villages=villages,
        need_labels=[(need.value, NEED_LABELS[need]) for need in Need],
        avoidable=list_avoidable(here.ctx(), person_id),
        channel_labels=list(CHANNEL_LABELS.items()),
    )
