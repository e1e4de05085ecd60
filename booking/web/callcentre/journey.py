"""A journey of a caller: what to read out, cancelling it, changing it."""

from __future__ import annotations

from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone
from booking.domain.person_words import spell
from booking.services.cancel import LEGS, cancel
from booking.services.find_journey import find_person_of
from booking.services.journeys import get_journey
from booking.services.legs import LegView
from booking.services.people import view_person
from booking.web import here
from booking.web.audit import audited
from booking.web.callcentre.blueprint import bp, handlers_only, page

REASON_LONGEST: Final = 200


@bp.get("/journeys/<int:request_id>")
@handlers_only
@audited("journey.read", "request:{request_id}")
def journey(request_id: int) -> ResponseReturnValue:
    """One journey, with its reference spelled to be read out."""
    return _page("journey.html", request_id)


@bp.get("/journeys/<int:request_id>/cancel")
@handlers_only
@audited("journey.read", "request:{request_id}")
def cancel_journey(request_id: int) -> ResponseReturnValue:
    """Which way, and why: said back before it is done."""
    return _page("cancel.html", request_id, legs="both", reason="")


@bp.post("/journeys/<int:request_id>/cancel")
@handlers_only
@audited("journey.cancel", "request:{request_id}")
def do_cancel(request_id: int) -> ResponseReturnValue:
    """Cancel for the caller. They have heard it: nobody rings them about it."""
    chosen = request.form.get("legs", "")
    reason = request.form.get("reason", "").strip()
    errors = {}
    if chosen not in LEGS:
        errors["legs"] = "Ask which way they want to cancel."
    if len(reason) > REASON_LONGEST:
        errors["reason"] = f"Make the reason shorter: at most {REASON_LONGEST} letters."
    if errors:
        return _page("cancel.html", request_id, errors, legs=chosen, reason=reason)
    view = get_journey(here.ctx(), here.account(), request_id, now=here.now())
    try:
        done = cancel(
            here.ctx(),
            view.request_id,
            by=here.who(),
            now=here.now(),
            legs=LEGS[chosen],
            reason=reason,
            on_the_phone=True,
        )
    except Gone as error:
        return _page("cancel.html", request_id, {"legs": error.words}, legs=chosen, reason=reason)
    late = " It was late, so nobody else can use the seat." if done.late else ""
    left = get_journey(here.ctx(), here.account(), request_id, now=here.now()).live_legs
    kept = "".join(f" {_kept_words(leg)}" for leg in left)
    flash(f"Cancelled.{kept}{late}", "late" if done.late else "good")
    return redirect(url_for("callcentre.journey", request_id=request_id), 303)


def _kept_words(leg: LegView) -> str:
    """What there is of the way that was not cancelled: a bus, none yet, or no answer yet."""
    way = "home" if leg.homeward else "there"
    if leg.without_bus:
        return f"They have no bus {way}: we are still looking for one."
    if leg.waiting:
        return f"We tell them the evening before whether the bus {way} can come."
    return f"They still have the bus {way}."


def _page(
    template: str, request_id: int, errors: dict[str, str] | None = None, **values: object
) -> ResponseReturnValue:
    view = get_journey(here.ctx(), here.account(), request_id, now=here.now())
    person = view_person(here.ctx(), find_person_of(here.ctx(), request_id), now=here.now())
    return page(
        template,
        errors,
        journey=view,
        person=person,
        spelled=spell(view.reference),
        just_booked=view.stands and "booked" in request.args,
        **values,
    )
