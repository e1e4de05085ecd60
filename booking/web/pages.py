"""Plain pages for everybody: accessibility, privacy, contact; in the demo the sent messages."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from booking.services.sent_messages import list_messages
from booking.web import here
from booking.web.access import open_to_all

bp: Final = Blueprint("pages", __name__)


@bp.get("/accessibility")
@open_to_all
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html")


@bp.get("/privacy")
@open_to_all
def privacy() -> ResponseReturnValue:
    return render_template("pages/privacy.html")


@bp.get("/contact")
@open_to_all
def contact() -> ResponseReturnValue:
    return render_template("pages/contact.html")


@bp.get("/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """What would have been texted, e-mailed, posted or rung. There in the demo only."""
    if not here.ctx().settings.demo:
        abort(404)
    return render_template("pages/sent.html", messages=list_messages(here.ctx()))
