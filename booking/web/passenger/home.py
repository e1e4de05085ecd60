"""The first page, and what's on: groups and clubs one can get to, and back from."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import NotFound
from booking.domain.fares import PASS_HOURS
from booking.domain.wish import PurposeKind
from booking.services.access import RoleName, roles_of
from booking.services.groups import (
    ZoneName,
    get_session_group,
    list_days,
    list_meetings,
    list_zones,
)
from booking.services.journeys import JourneyView
from booking.services.my_journeys import list_journeys
from booking.services.places import choose_place, find_places
from booking.services.traveller import get_traveller, get_zone_view
from booking.services.where_it_runs import where_it_runs
from booking.web import here
from booking.web.access import open_to_all, passengers_only
from booking.web.passenger.asking import page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.draft import Draft
from booking.web.passenger.when import at_meeting
from booking.web.passenger.where import take_me

VILLAGE_LONGEST = 100


@bp.get("/")
@open_to_all
def home() -> ResponseReturnValue:
    """What the bus is, how to book by web or phone, and the next journey of who is known."""
    account, where = here.find_account(), where_it_runs(here.ctx())
    coming: tuple[JourneyView, ...] = ()
    turned_down: tuple[JourneyView, ...] = ()
    if account is not None and RoleName.PASSENGER in roles_of(account):
        mine = list_journeys(here.ctx(), account, now=here.now())
        coming, turned_down = mine.coming, mine.turned_down
    return page(
        "home.html",
        next_journey=coming[0] if coming else None,
        turned_down=turned_down,
        where=where,
        pass_hours=PASS_HOURS,
    )


@bp.get("/going-out")
@open_to_all
def going_out() -> ResponseReturnValue:
    """What is on in a zone in the next seven days, and whether the bus goes there and back."""
    zones = list_zones(here.ctx())
    zone, errors = _zone(zones)
    if zone is None:
        return page("going_out_where.html", errors, zones=zones)
    view = get_zone_view(here.ctx(), zone.id, now=here.now())
    return page(
        "going_out.html",
        zone=zone,
        days=list_days(here.ctx(), zone.id, now=here.now()),
        hours=view.rules.hours,
        batch=view.is_batch,
    )


@bp.get("/going-out/groups/<int:group_id>")
@open_to_all
def going_out_group(group_id: int) -> ResponseReturnValue:
    """One group: where and when it meets, and the way there."""
    meetings = list_meetings(here.ctx(), group_id, None, now=here.now())
    if not meetings:
        raise NotFound("That group does not meet in the next two weeks. Look at what else is on.")
    return page(
        "group_page.html",
        group=meetings[0].group,
        meetings=meetings,
        back_href=url_for("passenger.going_out"),
    )


@bp.get("/going-out/take-me/<int:session_id>/<day>")
@passengers_only
def going_out_take_me(session_id: int, day: str) -> ResponseReturnValue:
    """Lead into the questions with the meeting already answered."""
    group, meeting = get_session_group(here.ctx(), session_id)
    answers = Draft().going_to(group.place_id, PurposeKind.SESSION, group.id)
    meetings = list_meetings(here.ctx(), group.id, None, now=here.now())
    chosen = next(
        (m for m in meetings if m.session.id == session_id and m.day.isoformat() == day), None
    )
    if chosen is not None and chosen.reachable:
        answers = at_meeting(answers, session_id, meeting.starts, chosen.day)
    return take_me(answers)


def _zone(zones: tuple[ZoneName, ...]) -> tuple[ZoneName | None, dict[str, str]]:
    """The zone asked for by its code or a village in it, else the traveller's own."""
    code = request.args.get("zone")
    village = request.args.get("village", "").strip()
    if code is not None:
        return next((zone for zone in zones if zone.code == code), None), {}
    if "village" in request.args:
        return _zone_of(village, zones)
    account = here.find_account()
    if account is None or RoleName.PASSENGER not in roles_of(account) or "other" in request.args:
        return None, {}
    own = get_traveller(here.ctx(), account).zone_id
    return next((zone for zone in zones if zone.id == own), None), {}


def _zone_of(village: str, zones: tuple[ZoneName, ...]) -> tuple[ZoneName | None, dict[str, str]]:
    if not village:
        return None, {"village": "Type the name of your village or town."}
    found = find_places(here.ctx(), village[:VILLAGE_LONGEST], now=here.now(), limit=5)
    for place in found:
        zone_id = choose_place(here.ctx(), place.value, person_id=0).zone_id
        zone = next((zone for zone in zones if zone.id == zone_id), None)
        if zone is not None:
            return zone, {}
    return None, {
        "village": "We do not know that village, or our buses do not run there. "
        "Choose an area below, or ring us."
    }
