"""Find the caller, or a journey by its reference.

What is typed comes by POST, so that no name stands in an address or a log.
"""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.references import tidy_reference
from booking.services.find_journey import find_by_reference
from booking.services.people import find_people
from booking.web import here
from booking.web.audit import audited, note, unaudited
from booking.web.callcentre.blueprint import bp, handlers_only, page

LONGEST = 100


@bp.get("/")
@handlers_only
@unaudited("an empty search: it shows nobody")
def start() -> ResponseReturnValue:
    """Who is calling?"""
    return page("start.html", typed="", found=None)


@bp.post("/")
@handlers_only
@audited("people.search")
def search() -> ResponseReturnValue:
    """Whom the caller may be."""
    typed = request.form.get("who", "").strip()
    if not typed:
        words = "Type a name, a village or a phone number."
        return page("start.html", {"who": words}, typed="", found=None)
    reference = tidy_reference(typed)
    request_id = find_by_reference(here.ctx(), reference) if reference else None
    if request_id is not None:
        return redirect(url_for("callcentre.journey", request_id=request_id), 303)
    found = find_people(here.ctx(), typed[:LONGEST])
    note(found=[person.id for person in found])
    return page("start.html", typed=typed[:LONGEST], found=found)


@bp.post("/reference")
@handlers_only
@audited("journey.search")
def reference() -> ResponseReturnValue:
    """The journey with this reference."""
    typed = request.form.get("reference", "").strip()[:LONGEST]
    tidy = tidy_reference(typed)
    request_id = find_by_reference(here.ctx(), tidy) if tidy else None
    if request_id is None:
        words = (
            "There is no journey with that reference. Ask for it letter by letter, "
            "or find the caller by name."
            if tidy
            else "A reference has 6 letters and numbers, such as K7M 4PT."
        )
        return page("start.html", {"reference": words}, typed="", found=None, reference=typed)
    note(f"request:{request_id}")
    return redirect(url_for("callcentre.journey", request_id=request_id), 303)
