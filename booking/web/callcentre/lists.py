"""The lists: whom to ring, and the sheet of a zone's day, on screen and on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import NotFound
from booking.domain.service_day import today
from booking.services.call_list import NO_ANSWER, NOT_YET, TOLD, close_call, list_calls
from booking.services.day_sheet import DaySheetView, list_zone_choices, view_day_sheet
from booking.web import here
from booking.web.audit import audited, note, unaudited
from booking.web.callcentre.blueprint import bp, handlers_only, page

AHEAD: Final = 14
SAID: Final = {
    TOLD: "{name} knows now.",
    NO_ANSWER: "{name} did not answer: to be rung again in 15 minutes.",
    NOT_YET: "{name} is on the list again.",
}
NO_NEWS: Final = "Somebody has rung them since, or there is newer news for them: look at the list."


@bp.get("/list")
@handlers_only
@audited("calls.read")
def call_list() -> ResponseReturnValue:
    """Everybody to ring, whose bus comes first at the top."""
    calls = list_calls(here.ctx(), now=here.now())
    note(people=[call.person_id for call in calls.now])
    return page("call_list.html", calls=calls, last=request.args.get("last", type=int))


@bp.post("/list/<int:message_id>")
@handlers_only
@unaudited("the service writes the row, in the transaction that closes the call")
def call_made(message_id: int) -> ResponseReturnValue:
    """What came of a call."""
    outcome = request.form.get("outcome", "")
    said = close_call(here.ctx(), message_id, outcome, account_id=here.account().id, now=here.now())
    if said.is_news:
        flash(SAID[outcome].format(name=said.name), "good")
    else:
        flash(f"{said.name}: nothing was changed. {NO_NEWS}", "information")
    # What was just said can be taken back: one key too many takes nobody off for good.
    last = message_id if said.is_news and outcome != NOT_YET else None
    return redirect(url_for("callcentre.call_list", last=last), 303)


@bp.get("/days")
@handlers_only
@unaudited("names of zones and days only: it shows nobody")
def day_choice() -> ResponseReturnValue:
    """Which zone, which day."""
    zones = list_zone_choices(here.ctx())
    chosen, day = request.args.get("zone", ""), _date(request.args.get("day", ""))
    if day and chosen in {zone.code for zone in zones}:
        return redirect(url_for("callcentre.day_sheet", zone=chosen, day=day.isoformat()), 303)
    first = today(here.now())
    days = [first + timedelta(days=n) for n in range(-1, AHEAD + 1)]
    named = [(zone.code, f"{zone.area}: {zone.name}") for zone in zones]
    return page("day_choice.html", zones=named, days=days)


@bp.get("/days/<zone>/<day>")
@handlers_only
@audited("day.read", "zone:{zone} day:{day}")
def day_sheet(zone: str, day: str) -> ResponseReturnValue:
    """Every journey of the day, in order of time."""
    return page("day_sheet.html", sheet=_sheet(zone, day))


@bp.get("/days/<zone>/<day>/paper")
@handlers_only
@audited("day.print", "zone:{zone} day:{day}")
def day_sheet_paper(zone: str, day: str) -> ResponseReturnValue:
    """The same on paper, in large print."""
    return page("day_sheet_paper.html", sheet=_sheet(zone, day), printed_at=here.now())


def _sheet(zone: str, day: str) -> DaySheetView:
    when = _date(day)
    if when is None:
        raise NotFound("There is no such day. Choose one from the list.")
    return view_day_sheet(here.ctx(), zone, when)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
