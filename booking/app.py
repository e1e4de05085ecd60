"""The web application, put together: `create_app()`.

Order matters twice: errors and limits are set before anything can fail or flood,
and the check that every route declares who may use it comes last.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask
from flask_wtf import CSRFProtect

from booking.config import Settings
from booking.context import Context, build_context
from booking.web import here
from booking.web.access import check_every_route, init_access
from booking.web.audit import init_audit
from booking.web.blueprints import BLUEPRINTS
from booking.web.browser import init_browser
from booking.web.errors import init_errors
from booking.web.frame import init_frame
from booking.web.limits import init_limits
from booking.web.look import init_look
from booking.web.security_headers import init_security_headers

ROOT: Final = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None, ctx: Context | None = None) -> Flask:
    """The application for these settings (default: those of the environment or of `ctx`).

    Raises:
        SettingsError: a setting is missing or wrong.
        UndeclaredRoute: a route does not say who may use it.
    """
    settings = settings or (ctx.settings if ctx else Settings.from_environment())
    app = Flask(
        "outabout",
        root_path=str(ROOT),
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
    )
    context = app.extensions[here.CONTEXT] = ctx or build_context(settings)
    app.extensions[here.CLOCK] = context.now
    init_errors(app)
    init_limits(app)
    init_security_headers(app, settings)
    init_browser(app, settings)
    CSRFProtect(app)
    init_access(app)
    init_audit(app)
    init_frame(app, settings)
    init_look(app)
    for blueprint, prefix in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=prefix)
    check_every_route(app)
    return app
