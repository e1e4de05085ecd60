"""What the frame of every page shows: the scheme's voice, who is signed in, the way out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Flask, g, has_request_context, request
from flask.globals import request_ctx

from booking.config import Settings
from booking.models import Account
from booking.web.here import CLOCK


def init_frame(app: Flask, settings: Settings) -> None:
    """Give every template `signed_in_name`, and the look the scheme's words."""
    app.config["SCHEME"] = asdict(settings.scheme)
    app.config["NOW"] = lambda: app.extensions[CLOCK]()
    app.context_processor(lambda: _who(settings.demo))
    app.context_processor(_form)


def _who(demo: bool) -> dict[str, Any]:
    # Only whoever this request asked for already: an error page asks the database nothing.
    user = g.get("_login_user")
    name = user.name if isinstance(user, Account) else None
    return {"signed_in_name": name, "demo": demo}


def _form() -> dict[str, Any]:
    """`form_can_be_opened`: what was sent here can be opened as a page at the same address."""
    adapter = request_ctx.url_adapter if has_request_context() else None
    sent = adapter is not None and request.method == "POST"
    return {"form_can_be_opened": sent and adapter is not None and adapter.test(method="GET")}
