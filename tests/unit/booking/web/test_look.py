"""What the look gives to an app: loaders, words, built files, the scheme's voice."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string

from booking.web.look import BuiltFiles, init_look

CHRISTMAS_EVE = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A static folder with one built file."""
    (tmp_path / "abc123").mkdir()
    (tmp_path / "abc123" / "staff.css").write_text("body{}")
    (tmp_path / "manifest.json").write_text(
        json.dumps({"version": "abc123", "files": ["staff.css"]})
    )
    return tmp_path


def _app(static: Path, **config: Any) -> Flask:
    app = Flask(__name__, static_folder=str(static), static_url_path="/static")
    app.config.update(SECRET_KEY="x", NOW=lambda: CHRISTMAS_EVE, **config)
    init_look(app)
    return app


def _render(app: Flask, template: str, **values: Any) -> str:
    with app.test_request_context("/"):
        return render_template_string(template, **values)


def test_a_built_file_is_found_in_the_folder_of_its_version(static: Path) -> None:
    """A page links the file of the newest build."""
    assert _render(_app(static), "{{ asset('staff.css') }}") == "/static/abc123/staff.css"


def test_a_new_build_shows_without_a_restart(static: Path) -> None:
    """When the manifest changes, the next page links the new files."""
    built = BuiltFiles(static)
    assert built.version == "abc123"
    manifest = static / "manifest.json"
    manifest.write_text(json.dumps({"version": "def456", "files": []}))
    assert built.version == "def456"


def test_a_file_the_build_lacks_is_an_error(static: Path) -> None:
    """A misspelt file name fails the page's test instead of a person's page."""
    with pytest.raises(LookupError, match=r"no file 'stuff\.css'"):
        BuiltFiles(static).path_of("stuff.css")


def test_without_a_build_pages_still_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A page without its files is bare but readable, and the log says what to run."""
    app = _app(tmp_path)
    assert _render(app, "{{ asset('staff.css') }}") == "/static/not-built/staff.css"
    assert "npm run build" in caplog.text


def test_built_files_are_kept_by_browsers_and_others_are_not(static: Path) -> None:
    """Only what lives in the folder named by its content may be kept for a year."""
    client = _app(static).test_client()
    assert "immutable" in client.get("/static/abc123/staff.css").headers["Cache-Control"]
    assert "immutable" not in client.get("/static/manifest.json").headers["Cache-Control"]


def test_templates_speak_the_words_of_the_domain(static: Path) -> None:
    """Filters write times, days and money, and "today" is the service's own clock's."""
    app = _app(static)
    assert _render(app, "{{ 580 | clock }}, {{ 200 | pounds }}") == "9:40am, £2"
    written = _render(app, "{{ day | day_relative }}", day=date(2026, 12, 25))
    assert written == "tomorrow, Friday 25 December"
    held = datetime(2026, 12, 24, 9, 5, tzinfo=UTC)
    assert _render(app, "{{ seconds_until(held) }}", held=held) == "300"


def test_the_design_systems_macros_can_be_imported(static: Path) -> None:
    """Templates reach the design system's macros beside our own."""
    template = (
        "{% from 'govuk_frontend_jinja/components/button/macro.html' import govukButton %}"
        "{{ govukButton({'text': '<Go>'}) }}"
    )
    assert "&lt;Go&gt;" in _render(_app(static), template)


def test_a_schemes_voice_is_on_every_page(static: Path) -> None:
    """A scheme overrides single words and links; the others keep their defaults."""
    app = _app(static, SCHEME={"name": "Lane Link"}, LOOK_LINKS={"home": "/start"})
    written = _render(app, "{{ scheme.name }} {{ links.home }} {{ links.privacy }}")
    assert written == "Lane Link /start /privacy"


def test_a_schemes_colour_is_served_as_a_stylesheet(static: Path) -> None:
    """A scheme's colour comes as custom properties; without one there is no such page."""
    client = _app(static, SCHEME={"colour": "#3b3f9e"}).test_client()
    answer = client.get("/scheme.css")
    assert answer.mimetype == "text/css"
    assert "--oa-pine:#3b3f9e" in answer.text
    assert _app(static).test_client().get("/scheme.css").status_code == 404
