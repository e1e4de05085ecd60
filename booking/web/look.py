"""The look of every page: template loaders, filters, built files, the scheme's own voice.

`init_look(app)` is called once by the app factory. Templates then have the words
of `booking.domain.words` as filters, `asset("passenger.css")` for built files,
and `scheme` and `links` in every page. Imports Flask, the domain and its neighbours in web.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request, url_for
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from booking.domain import words
from booking.web.access import open_to_all
from booking.web.scheme_colours import scheme_css

LINKS: Final[Mapping[str, str]] = {
    "home": "/",
    "journeys": "/journeys",
    "sign_in": "/sign-in",
    "sign_out": "/sign-out",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "contact": "/contact",
}
"""Where the frame of a page leads; app.config["LOOK_LINKS"] overrides single ones."""

SCHEME: Final[Mapping[str, str]] = {
    "name": "Out & About",
    "phone": "",
    "phone_hours": "",
    "email": "",
    "colour": "",
}
"""The scheme's voice; app.config["SCHEME"] overrides single ones. An empty colour is our own."""

FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "clock": words.clock,
    "clock_24": words.clock_24,
    "day": words.day,
    "day_short": words.day_short,
    "day_with_year": words.day_with_year,
    "pounds": words.pounds,
    "reference": words.reference,
    "count_of": words.count_of,
    "spoken_list": words.spoken_list,
    "how_long": words.how_long,
    "how_late": words.how_late,
    "tel": words.tel,
}

NOT_BUILT: Final = "The front-end files are not built. Run `npm ci` and then `npm run build`."

_A_YEAR: Final = 365 * 24 * 3600
_AN_HOUR: Final = 3600


class BuiltFiles:
    """The files of one front-end build, found through static/manifest.json.

    The manifest is read again only when it changes, so that a build while the
    service runs shows at the next page.
    """

    def __init__(self, folder: Path) -> None:
        self._manifest = folder / "manifest.json"
        self._read_at = -1
        self._version = ""
        self._files: frozenset[str] = frozenset()

    @property
    def version(self) -> str | None:
        """The build's version, or None where nothing is built yet."""
        self._refresh()
        return self._version or None

    def path_of(self, name: str) -> str:
        """The path of a built file below the static folder.

        Raises:
            LookupError: the build has no such file.
        """
        self._refresh()
        if self._version and name not in self._files:
            raise LookupError(f"The front-end build has no file {name!r}.")
        return f"{self._version or 'not-built'}/{name}"

    def _refresh(self) -> None:
        try:
            changed_at = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            self._read_at, self._version = -1, ""
            return
        if changed_at != self._read_at:
            manifest = json.loads(self._manifest.read_text("utf-8"))
            self._version, self._files = manifest["version"], frozenset(manifest["files"])
            self._read_at = changed_at


def init_look(app: Flask) -> None:
    """Give the app its look.

    Reads app.config: SCHEME (see SCHEME), LOOK_LINKS (see LINKS) and NOW (a
    callable giving an aware datetime, for tests of "today").

    Raises:
        ValueError: the scheme's colour cannot be read on our pages.
    """
    built = BuiltFiles(Path(app.static_folder or "static"))
    if built.version is None:
        app.logger.warning(NOT_BUILT)
    _add_loaders(app)
    _add_words(app)
    _add_scheme_colour(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def asset(name: str) -> str:
        return url_for("static", filename=built.path_of(name))

    app.add_template_global(asset)
    app.context_processor(lambda: _voice(app))
    WTFormsHelpers(app)

    @app.after_request
    def keep_built_files(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            _let_browsers_keep(response, built)
        return response


def _add_loaders(app: Flask) -> None:
    """Let templates import the design system's macros beside our own files."""
    libraries = ("govuk_frontend_jinja", "govuk_frontend_wtf")
    own = app.jinja_loader
    prefixed = PrefixLoader({name: PackageLoader(name) for name in libraries})
    app.jinja_loader = ChoiceLoader([*([own] if own else []), prefixed])


def _add_words(app: Flask) -> None:
    def now() -> datetime:
        moment: datetime = app.config["NOW"]() if "NOW" in app.config else datetime.now(UTC)
        return moment

    def day_relative(moment: datetime | date, today: date | None = None) -> str:
        return words.day_relative(moment, today or words.london_date(now()))

    def seconds_until(moment: datetime) -> int:
        return max(0, round((moment - now()).total_seconds()))

    app.add_template_filter(day_relative)
    app.add_template_global(seconds_until)
    for name, write in FILTERS.items():
        app.add_template_filter(write, name)
    app.add_template_global(words.between)


def _add_scheme_colour(app: Flask) -> None:
    """Serve a scheme's own colour as a stylesheet; none where it has none."""
    colour = app.config.get("SCHEME", {}).get("colour", "")
    if not colour:
        return
    css = scheme_css(colour)

    @app.get("/scheme.css", endpoint="scheme_css")
    @open_to_all
    def scheme_stylesheet() -> Response:
        response = Response(css, mimetype="text/css")
        response.cache_control.public = True
        response.cache_control.max_age = _AN_HOUR
        return response


def _voice(app: Flask) -> dict[str, Any]:
    return {
        "scheme": {**SCHEME, **app.config.get("SCHEME", {})},
        "links": {**LINKS, **app.config.get("LOOK_LINKS", {})},
    }


def _let_browsers_keep(response: Response, built: BuiltFiles) -> None:
    """A folder named by its content never changes; anything else is asked for again."""
    folder = str((request.view_args or {}).get("filename", "")).partition("/")[0]
    if folder == built.version:
        response.cache_control.public = True
        response.cache_control.max_age = _A_YEAR
        response.cache_control.immutable = True
