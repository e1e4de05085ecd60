"""What browsers are told so that nobody can slip anything into a page.

No inline script or style, nothing from elsewhere, no frames. HTTPS is remembered
wherever the service is reached by it.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, g
from flask.wrappers import Response
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from booking.config import Settings

POLICY: Final = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
}

_A_YEAR: Final = 365 * 24 * 3600


def init_security_headers(app: Flask, settings: Settings) -> None:
    """Set the headers of every answer, error pages included."""
    if settings.public_url.startswith("https:"):
        # One proxy of ours ends the encryption and says who really asked.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    Talisman(
        app,
        content_security_policy=POLICY,
        # The proxy redirects to HTTPS; health checks inside come by plain HTTP.
        force_https=False,
        strict_transport_security=settings.secure_cookies,
        strict_transport_security_max_age=_A_YEAR,
        frame_options="DENY",
        referrer_policy="same-origin",
        session_cookie_secure=settings.secure_cookies,
        session_cookie_http_only=True,
        session_cookie_samesite="Lax",
        permissions_policy={"geolocation": "(self)", "camera": "()", "microphone": "()"},
        x_xss_protection=False,
    )
    app.after_request(_keep_private)


def _keep_private(response: Response) -> Response:
    """Pages of signed-in people stay out of shared and old computers' caches."""
    user = g.get("_login_user")  # Asked for in this request, or not at all.
    if "Cache-Control" not in response.headers and user is not None and user.is_authenticated:
        response.headers["Cache-Control"] = "no-store"
    return response
