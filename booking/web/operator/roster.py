"""Shifts: the list, one of them with its run, adding one, putting a driver on, withdrawing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Conflict, Invalid
from booking.domain.service_day import today
from booking.domain.words import count_of
from booking.services import roster
from booking.services.avoided_promises import cannot_travel_with_driver
from booking.services.manifest import manifest_for_staff
from booking.services.manifest_words import task_lines
from booking.services.shifts import Withdrawal, withdraw_shift
from booking.web import here
from booking.web.audit import audited
from booking.web.driver import pdf_answer
from booking.web.flashes import flash_with_way
from booking.web.operator.blueprint import bp, day_of, operators_only, page
from booking.web.operator.shift_form import Typed, read_shift

DAYS_SHOWN: Final = 7
REASON_LONGEST: Final = 200


@bp.get("/<zone_code>/shifts")
@operators_only
@audited("shifts.list", "zone:{zone_code}")
def shifts(zone_code: str) -> ResponseReturnValue:
    """A week of a zone's shifts, from `first` on."""
    text = request.args.get("first", "")
    first = day_of(text) if text else today(here.now())
    last = first + timedelta(days=DAYS_SHOWN - 1)
    rows = roster.list_shifts(here.ctx(), zone_code, first, last)
    return page("shifts.html", rows=rows, zone_code=zone_code, first=first, last=last)


@bp.get("/<zone_code>/shifts/new")
@operators_only
@audited("drivers.list", "zone:{zone_code}")
def new_shift(zone_code: str) -> ResponseReturnValue:
    """The form for one more shift."""
    day = request.args.get("day", today(here.now()).isoformat())
    return _form(zone_code, {"day": day, "vehicle": request.args.get("vehicle", "")})


@bp.post("/<zone_code>/shifts/new")
@operators_only
@audited("shift.add", "zone:{zone_code}")
def add_shift(zone_code: str) -> ResponseReturnValue:
    """Keep it, and show it."""
    typed: Typed = request.form.to_dict()
    errors: dict[str, str] = {}
    new = read_shift(typed, errors)
    if new is None:
        return _form(zone_code, typed, errors)
    try:
        shift_id = roster.add_shift(here.ctx(), new, now=here.now())
    except Invalid as error:
        return _form(zone_code, typed, {error.field or "vehicle": error.words})
    except Conflict as error:
        return _form(zone_code, typed, {"vehicle": error.words})
    flash("The shift is added. Journeys can be booked on it from now on.", "good")
    return redirect(url_for("operator.shift", shift_id=shift_id), 303)


@bp.get("/shifts/<int:shift_id>")
@operators_only
@audited("manifest.read", "shift:{shift_id}")
def shift(shift_id: int) -> ResponseReturnValue:
    """A shift: its vehicle, its driver, and the run as it goes."""
    return _shift(shift_id)


@bp.get("/shifts/<int:shift_id>/paper")
@operators_only
@audited("manifest.read", "shift:{shift_id}")
def shift_paper(shift_id: int) -> ResponseReturnValue:
    """The driver's list as a page to print."""
    view = manifest_for_staff(here.ctx(), shift_id, now=here.now())
    back = url_for("operator.shift", shift_id=shift_id)
    return render_template("driver/paper.html", view=view, back_href=back, task_lines=task_lines)


@bp.get("/shifts/<int:shift_id>/manifest.pdf")
@operators_only
@audited("manifest.read", "shift:{shift_id}")
def shift_pdf(shift_id: int) -> ResponseReturnValue:
    """The driver's list as a PDF."""
    return pdf_answer(manifest_for_staff(here.ctx(), shift_id, now=here.now()))


@bp.post("/shifts/<int:shift_id>/driver")
@operators_only
@audited("shift.driver", "shift:{shift_id}")
def assign_driver(shift_id: int) -> ResponseReturnValue:
    """Put another driver on the shift, or nobody."""
    text = request.form.get("driver", "")
    try:
        driver_id = int(text) if text else None
    except ValueError:
        return _shift(shift_id, {"driver": "Choose a driver from the list."})
    try:
        roster.assign_driver(here.ctx(), shift_id, driver_id, now=here.now())
    except (Invalid, Conflict) as error:
        return _shift(shift_id, {"driver": error.words})
    _say_who_drives(shift_id)
    return redirect(url_for("operator.shift", shift_id=shift_id), 303)


def _say_who_drives(shift_id: int) -> None:
    """Who drives now, and who on that run cannot travel with them."""
    name = roster.view_shift(here.ctx(), shift_id, now=here.now()).row.driver
    drives = f"{name} drives now." if name else "Nobody drives now."
    flash(f"{drives} No promised time has changed.", "good")
    for one in cannot_travel_with_driver(here.ctx(), shift_id, now=here.now()):
        way = f"Ring them on {one.phone}, or" if one.phone else "We have no number for them:"
        flash_with_way(
            f"{one.name} cannot travel with {name}. {way} put another driver on.",
            "See that journey",
            url_for("callcentre.journey", request_id=one.request_id),
            "late",
        )


@bp.get("/shifts/<int:shift_id>/withdraw")
@operators_only
@audited("manifest.read", "shift:{shift_id}")
def ask_withdraw(shift_id: int) -> ResponseReturnValue:
    """What withdrawing would mean, before it is done."""
    return _withdraw_form(shift_id)


@bp.post("/shifts/<int:shift_id>/withdraw")
@operators_only
@audited("shift.withdraw", "shift:{shift_id}")
def withdraw(shift_id: int) -> ResponseReturnValue:
    """Take the bus off the road; everybody on it is moved or told."""
    reason = request.form.get("reason", "").strip()
    if len(reason) > REASON_LONGEST:
        words = f"Say it in at most {REASON_LONGEST} characters: it goes into the messages."
        return _withdraw_form(shift_id, {"reason": words})
    try:
        done = withdraw_shift(here.ctx(), shift_id, by=here.who(), reason=reason, now=here.now())
    except Invalid as error:
        return _withdraw_form(shift_id, {"reason": error.words})
    flash(*_withdrawn_words(done))
    return redirect(url_for("operator.shift", shift_id=shift_id), 303)


def _withdrawn_words(done: Withdrawal) -> tuple[str, str]:
    """What became of everybody, and of which kind the news is."""
    if done.already:
        return "It had been withdrawn already. Nothing more was done.", "information"
    aboard = ""
    if done.on_board:
        people = count_of(len(done.on_board), "journey is", "journeys are")
        aboard = f" {people.capitalize()} on board: ring the driver, and see that they get there."
    if not done.moved and not done.without_bus:
        nobody = "" if done.on_board else " Nobody was on it."
        return f"The shift is withdrawn.{nobody}{aboard}", "problem" if aboard else "good"
    moved = count_of(len(done.moved), "journey was", "journeys were")
    words = f"The shift is withdrawn. {moved.capitalize()} moved to another bus"
    if done.without_bus:
        left = count_of(len(done.without_bus), "journey has", "journeys have")
        return (
            f"{words}; {left} no bus yet. We are looking for one, which takes a minute at most. "
            "Only those for whom there is none are told. They are at the top of the board."
            f"{aboard}",
            "problem",
        )
    if aboard:
        return f"{words}.{aboard}", "problem"
    return f"{words}; nobody is left without one.", "good"


def _shift(shift_id: int, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "shift.html",
        errors,
        view=roster.view_shift(here.ctx(), shift_id, now=here.now()),
        chosen=request.form.get("driver"),
        run=manifest_for_staff(here.ctx(), shift_id, now=here.now()),
    )


def _withdraw_form(shift_id: int, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    view = roster.view_shift(here.ctx(), shift_id, now=here.now())
    run = manifest_for_staff(here.ctx(), shift_id, now=here.now())
    aboard = [one.name for one in run.on_board]
    typed = request.form.get("reason", "")
    return page("withdraw.html", errors, view=view, aboard=aboard, typed=typed)


def _form(
    zone_code: str, typed: Typed, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    vehicles, drivers = roster.choices_for_shift(here.ctx(), zone_code)
    return page(
        "new_shift.html",
        errors,
        zone_code=zone_code,
        vehicles=vehicles,
        drivers=drivers,
        typed=typed,
    )
