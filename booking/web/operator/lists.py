"""The lists behind the numbers: a day's journeys, and unmet need."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue

from booking.domain.service_day import today
from booking.services import zone_lists
from booking.web import here
from booking.web.audit import audited, note
from booking.web.operator.blueprint import YEARS, bp, day_of, operators_only, page

WEEKS_SHOWN: Final = 4


@bp.get("/<zone_code>/<day>/journeys")
@operators_only
@audited("journeys.list", "board:{zone_code}:{day}")
def journeys(zone_code: str, day: str) -> ResponseReturnValue:
    """One of the day's lists, by `show`."""
    show = request.args.get("show", "all")
    view = zone_lists.journeys(here.ctx(), zone_code, day_of(day), show, now=here.now())
    note(found=[row.request_id for row in view.rows], show=view.show)
    return page("journeys.html", view=view, shows=zone_lists.SHOWS)


@bp.get("/<zone_code>/unmet")
@operators_only
@audited("unmet.read", "zone:{zone_code}")
def unmet(zone_code: str) -> ResponseReturnValue:
    """Who could not be offered a journey, by village and reason."""
    last = today(here.now())
    typed = {name: request.args.get(name, "").strip() for name in ("first", "last")}
    errors: dict[str, str] = {}
    first = _day(typed["first"], last - timedelta(weeks=WEEKS_SHOWN), "first", errors)
    last = _day(typed["last"], last, "last", errors)
    if first > last and not errors:
        errors["last"] = "The last day must not be before the first."
        first = last
    view = zone_lists.unmet_need(here.ctx(), zone_code, first, last)
    return page("unmet.html", errors, view=view, typed=typed)


def _day(text: str, otherwise: date, field: str, errors: dict[str, str]) -> date:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
        if day.year in YEARS:
            return day
    except ValueError:
        pass
    errors[field] = "Type the day as year, month, day, such as 2026-12-08."
    return otherwise
