"""Every error becomes a page (or JSON) that says what happened and what to do next.

The one place where the domain's errors get an HTTP status. Nothing of the inside
is shown: the reference on the page leads to the log line.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from flask import Flask, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException

from booking.domain import errors as domain
from booking.services.outages import is_outage, is_unstorable
from booking.services.tries import TooManyTries
from booking.web.access import wants_json

STATUS_OF: Final[dict[type[domain.BookingError], int]] = {
    domain.Invalid: 422,
    domain.NotFound: 404,
    domain.NotAllowed: 403,
    domain.Gone: 410,
    domain.Conflict: 409,
    domain.PromiseBroken: 409,
    TooManyTries: 429,
    domain.BookingError: 400,
}

_PAGES: Final = frozenset({400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503})

_WORDS: Final = {
    401: "You are not signed in, or your sign-in has ended. Sign in again.",
    404: "There is nothing at that address.",
    405: "That page cannot be used in this way.",
    413: "What was sent is too big. Send less at once.",
    429: "There have been many tries in a short time. Wait a few minutes, then try again.",
    500: "Sorry, something went wrong with us. Wait a minute and try again.",
    503: "We are not able to answer just now. Try again in a few minutes.",
}
_ANY_WORDS: Final = "What was sent could not be read. Go back and try once more."

_TOO_BIG: Final = "Something typed is too long or too big. Go back, make it shorter, and try again."

_LAST_RESORT: Final = (
    "<!DOCTYPE html><html lang=en-GB><title>Sorry</title><h1>Sorry, something went wrong</h1>"
    "<p>Wait a minute and try again. If you need a bus today, ring us.</p>"
)


def init_errors(app: Flask) -> None:
    """Map every kind of error to its page."""
    app.register_error_handler(domain.BookingError, _booking_error)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: domain.BookingError) -> int:
    """The HTTP status of a domain error: that of its nearest known class."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def _booking_error(error: domain.BookingError) -> ResponseReturnValue:
    return answer(status_of(error), error.words)


def _forged(_error: CSRFError) -> ResponseReturnValue:
    return answer(
        400, "The page had been open too long, or was not ours. Load it again and try once more."
    )


def _http_error(error: HTTPException) -> ResponseReturnValue:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, Exception):  # Something failed after the view, such as the audit.
        return _unexpected(cause)
    if error.code is None or error.code < 400:
        return error.get_response()
    body, status = answer(error.code)
    response = current_app.make_response((body, status))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        value = error.get_response().headers.get(name)
        if value:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4).upper()
    if is_outage(error):
        current_app.logger.error("error %s: outage: %s", reference, type(error).__name__)
        return answer(503, reference=reference)
    if is_unstorable(error):
        current_app.logger.warning("error %s: a value that cannot be kept", reference)
        return answer(422, _TOO_BIG, reference=reference)
    current_app.logger.exception("error %s", reference)
    return answer(500, reference=reference)


def answer(status: int, words: str = "", *, reference: str = "") -> tuple[Any, int]:
    """The page or the JSON for a status. `words` says more than the page's own."""
    if wants_json():
        said = words or _WORDS.get(status, _ANY_WORDS)
        return jsonify(error={"status": status, "words": said, "reference": reference}), status
    if status >= 500:
        g._login_user = None  # The page must not ask the database who is there.
    page = status if status in _PAGES else 500 if status >= 500 else 400
    try:
        return (
            render_template(f"errors/{page}.html", message=words, error_reference=reference),
            status,
        )
    except (TemplateError, LookupError):
        current_app.logger.exception("the error page itself failed")
        return _LAST_RESORT, status
