"""The board of a zone and day, its map, and planning it now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.service_day import today
from booking.services.board import BoardView, Figure, Mark, Planning, Row, board, plan_now, planning
from booking.services.board_map import board_map
from booking.services.decisions import Decision
from booking.services.plan_history import plan_version, plan_versions
from booking.web import here
from booking.web.access import wants_json
from booking.web.audit import audited, unaudited
from booking.web.operator.blueprint import bp, day_of, operators_only, page

WORDS_TAKE_MINUTES: Final = 75
"""How much of the timeline's day the words for a lateness cover."""


@bp.get("/<zone_code>")
@operators_only
@unaudited("leads to the board, which writes its own row")
def zone_today(zone_code: str) -> ResponseReturnValue:
    """The short way to a zone's board of today."""
    day = today(here.now()).isoformat()
    return redirect(url_for("operator.board_of_day", zone_code=zone_code, day=day))


@bp.get("/<zone_code>/<day>")
@operators_only
@audited("board.read", "board:{zone_code}:{day}")
def board_of_day(zone_code: str, day: str) -> ResponseReturnValue:
    """The day as a timeline and a map, its figures, and what needs a decision."""
    date = day_of(day)
    view = board(here.ctx(), zone_code, date, now=here.now())
    return page(
        "board.html",
        view=view,
        rows=[_row(row) for row in view.rows],
        figures=[_figure(view, figure) for figure in view.figures],
        decisions=[_decision(view, decision) for decision in view.decisions],
        before=date - timedelta(days=1),
        after=date + timedelta(days=1),
    )


@bp.get("/<zone_code>/<day>/map.geojson")
@operators_only
@audited("board.map", "board:{zone_code}:{day}")
def map_of_day(zone_code: str, day: str) -> ResponseReturnValue:
    """The zone's shape and the runs of the day, for the map on the board."""
    return jsonify(board_map(here.ctx(), zone_code, day_of(day), now=here.now()))


@bp.post("/<zone_code>/<day>/plan")
@operators_only
@audited("board.plan", "board:{zone_code}:{day}")
def plan(zone_code: str, day: str) -> ResponseReturnValue:
    """Ask for the day to be planned now; a worker does it."""
    since = planning(here.ctx(), zone_code, day_of(day), now=here.now()).version
    plan_now(here.ctx(), zone_code, day_of(day), now=here.now())
    link = url_for("operator.progress", zone_code=zone_code, day=day, since=since)
    return redirect(link, 303)


@bp.get("/<zone_code>/<day>/planning")
@operators_only
@unaudited("tells how far the planning is, and names nobody")
def progress(zone_code: str, day: str) -> ResponseReturnValue:
    """How far the planning is: a page, and JSON for the page's own script.

    What changed is to be seen only where the plan is another than the one of version `since`.
    """
    state = planning(here.ctx(), zone_code, day_of(day), now=here.now())
    since = request.args.get("since", type=int)
    changed = since is not None and state.version != since
    if wants_json():
        changes = url_for("operator.plans", zone_code=zone_code, day=day) if changed else None
        return jsonify(_state(state, changes))
    return page(
        "planning.html",
        state=state,
        zone_code=zone_code,
        day=day_of(day),
        since=since,
        changed=changed,
    )


@bp.get("/<zone_code>/<day>/plans")
@operators_only
@audited("plans.list", "board:{zone_code}:{day}")
def plans(zone_code: str, day: str) -> ResponseReturnValue:
    """Every version of the day's plan."""
    return page("plans.html", view=plan_versions(here.ctx(), zone_code, day_of(day)))


@bp.get("/<zone_code>/<day>/plans/<int:version>")
@operators_only
@audited("plans.read", "board:{zone_code}:{day}:{version}")
def version(zone_code: str, day: str, version: int) -> ResponseReturnValue:
    """What one version changed, for whom, in words."""
    detail = plan_version(here.ctx(), zone_code, day_of(day), version)
    return page("version.html", view=detail)


def _state(state: Planning, changes: str | None) -> dict[str, Any]:
    return {
        "percent": state.percent,
        "words": state.words,
        "done": not state.is_running,
        "href": changes,
        "link_words": "See what changed",
    }


def _row(row: Row) -> dict[str, Any]:
    """A row as the timeline draws it."""
    way = url_for("operator.shift", shift_id=row.shift_id)
    said = _said(row.stops)
    stops = [
        {
            "at": mark.at,
            "kind": mark.kind,
            "label": mark.label,
            "late_min": mark.late_min,
            "how": mark.how,
            "quiet": mark not in said,
            "href": url_for(
                "operator.shift", shift_id=row.shift_id, _anchor=f"{mark.kind}-{mark.booking_id}"
            ),
        }
        for mark in row.stops
    ]
    return {
        "name": row.name,
        "note": row.note,
        "href": way,
        "start": row.start,
        "end": row.end,
        "capacity": row.capacity,
        "breaks": row.breaks,
        "load": row.load,
        "stops": stops,
    }


def _said(marks: Sequence[Mark]) -> list[Mark]:
    """The late stops whose lateness is written out: not so close that words lie over words."""
    said: list[Mark] = []
    for mark in marks:
        if mark.late_min and (not said or mark.at - said[-1].at >= WORDS_TAKE_MINUTES):
            said.append(mark)
    return said


def _figure(view: BoardView, figure: Figure) -> dict[str, Any]:
    return {
        "number": figure.number,
        "words": figure.words,
        "href": _list(view, figure.show),
    }


def _decision(view: BoardView, decision: Decision) -> dict[str, Any]:
    """A decision with the pages it leads to."""
    ways = []
    if decision.request_id:
        # What was refused is no journey: its answer, with what else could be done, is shown.
        page = "callcentre.answer" if decision.show == "refused" else "callcentre.journey"
        link = url_for(page, request_id=decision.request_id)
        ways.append({"text": "The journey", "href": link})
    if decision.another_bus:
        day = view.day.isoformat()
        link = url_for("operator.new_shift", zone_code=view.zone_code, day=day)
        ways.append({"text": "Another bus", "href": link})
    if decision.shift_id:
        link = url_for("operator.shift", shift_id=decision.shift_id)
        ways.append({"text": "The shift", "href": link})
    if decision.show:
        ways.append({"text": "The list", "href": _list(view, decision.show)})
    return {
        "state": decision.state,
        "title": decision.title,
        "words": decision.words,
        "ways": ways,
    }


def _list(view: BoardView, show: str) -> str:
    return url_for(
        "operator.journeys", zone_code=view.zone_code, day=view.day.isoformat(), show=show
    )
