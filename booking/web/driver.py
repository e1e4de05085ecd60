"""The driver's pages: today's shifts, the manifest, and what happened at each stop.

Every button is a plain form; with JavaScript the same taps are kept on the phone
until they have been sent (`frontend/js/driver.js`), and arrive at `events`.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from booking.domain.errors import NotFound
from booking.services import audit
from booking.services.boarding import ASKED, early_words, not_there_words, why_asked
from booking.services.drive import Recorded, record_events
from booking.services.manifest import ManifestView, manifest, todays_shifts
from booking.services.manifest_words import task_lines
from booking.web import here
from booking.web.access import drivers_only
from booking.web.driver_events import events_of_form, events_of_json
from booking.web.files import built_folder, font_folder

bp: Final = Blueprint("driver", __name__)


@bp.context_processor
def _frame() -> dict[str, Any]:
    return {
        "home_href": url_for("driver.today"),
        "new_key": lambda: uuid4().hex,
        "task_lines": task_lines,
        "early_words": early_words,
        "not_there_words": not_there_words,
        "asked_of": ASKED,
    }


@bp.get("/")
@drivers_only
def today() -> ResponseReturnValue:
    """The driver's shifts: the one that goes on now first."""
    shifts = todays_shifts(here.ctx(), _driver_id(), here.now())
    return render_template("driver/today.html", shifts=shifts, now=here.now())


@bp.get("/shifts/<int:shift_id>")
@drivers_only
def shift(shift_id: int) -> ResponseReturnValue:
    """The manifest on the phone."""
    return render_template("driver/shift.html", view=_manifest(shift_id))


@bp.get("/shifts/<int:shift_id>/paper")
@drivers_only
def paper(shift_id: int) -> ResponseReturnValue:
    """The manifest to print from the browser."""
    return render_template("driver/paper.html", view=_manifest(shift_id))


@bp.get("/shifts/<int:shift_id>/manifest.pdf")
@drivers_only
def pdf(shift_id: int) -> ResponseReturnValue:
    """The manifest as a PDF."""
    return pdf_answer(_manifest(shift_id))


@bp.post("/shifts/<int:shift_id>/report")
@drivers_only
def report(shift_id: int) -> ResponseReturnValue:
    """One tap, from the form; what may be a mistake is asked about once."""
    view = _manifest(shift_id)  # Whoever may not see the shift may not report on it.
    events = events_of_form(request.form, shift_id, here.now())
    kind = request.form["kind"]
    why = why_asked(view, kind, [event.booking_id for event in events], now=here.now())
    if why and "sure" not in request.form:
        words = ASKED[kind]
        return render_template(
            "driver/ask.html", view=view, why=why, words=words, asked=request.form
        )
    for answer in record_events(here.ctx(), _driver_id(), events, now=here.now()):
        if answer.words:
            flash(answer.words, "information" if answer.known else "problem")
    return redirect(url_for("driver.shift", shift_id=shift_id))


@bp.post("/events")
@drivers_only
def events() -> ResponseReturnValue:
    """Taps the phone has kept: each is answered, so that it knows which to let go of."""
    sent = events_of_json(request.get_json(silent=True), here.now())
    recorded = record_events(here.ctx(), _driver_id(), sent, now=here.now())
    return jsonify(events=[_answer(one) for one in recorded], now=here.now().isoformat())


@bp.get("/signal")
@drivers_only
def signal() -> ResponseReturnValue:
    """Whether there is signal, and a fresh token for what is to be sent."""
    return jsonify(csrf_token=generate_csrf(), now=here.now().isoformat())


@bp.get("/shifts/<int:shift_id>/run")
@drivers_only
def run(shift_id: int) -> ResponseReturnValue:
    """Whether the run is still the one on the phone: its fingerprint, and nobody's name.

    With the time, because a phone's clock may be wrong."""
    view = manifest(here.ctx(), shift_id, _driver_id(), now=here.now())
    return jsonify(fingerprint=view.fingerprint, now=here.now().isoformat())


@bp.get("/worker.js")
@drivers_only
def worker() -> ResponseReturnValue:
    """The service worker, from below the pages it keeps (a browser asks for that)."""
    folder = built_folder() / "js"
    response = send_from_directory(folder, "driver_worker.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


def pdf_answer(view: ManifestView) -> Response:
    """A manifest as a PDF to save or print."""
    from booking.exports.manifest_pdf import manifest_pdf  # a second of importing, seldom asked for

    response = make_response(manifest_pdf(view, fonts=font_folder(), scheme=_scheme()))
    response.mimetype = "application/pdf"
    name = f"manifest-{view.day.isoformat()}-{view.shift_id}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _scheme() -> tuple[str, str]:
    scheme = here.ctx().settings.scheme
    return scheme.name, scheme.phone


def _manifest(shift_id: int) -> ManifestView:
    """The driver's own manifest; that it was read is written down."""
    view = manifest(here.ctx(), shift_id, _driver_id(), now=here.now())
    account_id = here.account().id
    audit.record(here.ctx(), account_id, "manifest.read", f"shift:{shift_id}", {}, here.now())
    return view


def _driver_id() -> int:
    driver_id = here.account().driver_id
    if driver_id is None:
        raise NotFound("This sign-in is not a driver's. Ask the office for a new code.")
    return driver_id


def _answer(one: Recorded) -> dict[str, Any]:
    return {"key": one.key, "known": one.known, "status": one.status, "words": one.words}
