"""Every component with sample words, at three widths, in a real browser.

A small app of its own renders the gallery, so that the look is tested without
the service behind it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired

from booking.web.look import init_look
from booking.web.security_headers import POLICY
from tests.browser.conftest import AtEveryWidth, PageAt

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("passenger", "staff", "driver", "print")
ERRORS = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)

Check = Callable[[Page], None]


class SampleForm(FlaskForm):  # type: ignore[misc]
    """One field of each kind a passenger meets first."""

    class Meta:
        csrf = False

    when = RadioField(
        "When do you want to travel?",
        choices=["Be there by a time", "Leave at a time", "Any time that day"],
        widget=GovRadioInput(),
        validators=[DataRequired("Choose when you want to travel")],
    )
    name = StringField(
        "Your name",
        widget=GovTextInput(),
        validators=[DataRequired("Enter your name")],
        description="As the driver should call you",
    )


def _gallery_app(static: Path) -> Flask:
    app = Flask("gallery", template_folder=str(ROOT / "templates"), static_folder=str(static))
    app.config.update(
        SECRET_KEY="gallery",
        SCHEME={
            "name": "Fox Connect sample",
            "phone": "0116 496 0123",
            "phone_hours": "7am to 7pm",
        },
    )
    init_look(app)
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        return response

    @app.get("/gallery/<part>")
    def part(part: str) -> str:
        form = SampleForm(formdata=None)
        if "errors" in request.args:
            form.validate()
        held = datetime.now(UTC) + timedelta(seconds=int(request.args.get("held", 300)))
        return render_template(f"gallery/{part}.html", form=form, hold_until=held)

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        return render_template(f"errors/{status}.html", error_reference="A1B2C3")

    _add_answers(app)
    return app


def _add_answers(app: Flask) -> None:
    """What the enhancements fetch."""

    @app.get("/gallery/places")
    def places() -> ResponseReturnValue:
        known = ["Hose", "Long Clawson", "Harby"]
        found = [name for name in known if request.args["q"].lower() in name.lower()]
        return [{"value": name, "text": name, "detail": "village"} for name in found]

    @app.get("/gallery/progress")
    def progress() -> ResponseReturnValue:
        return {"percent": 100, "words": "Planned.", "done": True, "href": "#new"}

    @app.get("/gallery/map.json")
    def map_json() -> ResponseReturnValue:
        point = {"type": "Point", "coordinates": [-0.92, 52.85]}
        properties = {"name": "<img src=x onerror=alert(1)>", "number": 1}
        feature = {"type": "Feature", "properties": properties, "geometry": point}
        return {"type": "FeatureCollection", "features": [feature]}


@pytest.fixture(scope="module")
def gallery(built_front_end: Path) -> Iterator[str]:
    """The address of a running gallery."""
    server = make_server("127.0.0.1", 0, _gallery_app(built_front_end), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("part", PARTS)
def test_each_component_is_accessible(
    gallery: str, page_at: PageAt, at_every_width: AtEveryWidth, part: str
) -> None:
    """Every component passes the WCAG 2.2 AA rules and fits the screen at each width."""
    page = page_at(360)
    page.goto(f"{gallery}/gallery/{part}")
    page.wait_for_function("() => !document.querySelector('[data-hold-words][hidden]')")
    at_every_width(page, f"gallery-{part}")


def test_what_breaks_the_rules_is_found(
    gallery: str, page_at: PageAt, assert_accessible: Check
) -> None:
    """Control: a field without a label and pale words are both named, and so is a wide page."""
    page = page_at(360)
    page.goto(f"{gallery}/gallery/passenger")
    page.evaluate(
        """() => {
            const main = document.querySelector('main');
            main.append(document.createElement('input'));
            const pale = document.createElement('p');
            pale.textContent = 'Pale words';
            pale.style.color = '#eeeeee';
            main.append(pale);
        }"""
    )
    with pytest.raises(AssertionError) as caught:
        assert_accessible(page)
    assert "label (critical)" in str(caught.value)
    assert "color-contrast (serious)" in str(caught.value)
    assert "Pale words" in str(caught.value)
    page.reload()
    page.evaluate("() => { document.body.style.width = '900px'; }")
    with pytest.raises(AssertionError, match="wider than the screen"):
        assert_accessible(page)


def test_the_driver_screen_is_accessible_at_night(
    gallery: str, page_at: PageAt, assert_accessible: Check
) -> None:
    """Night colours keep their contrast, by the phone's setting and by the button."""
    page = page_at(360, color_scheme="dark")
    page.goto(f"{gallery}/gallery/driver")
    assert_accessible(page)
    page.get_by_role("button", name="Use day colours").click()
    assert_accessible(page)
    page.reload()
    expect(page.locator("html")).to_have_class("govuk-template oa-day")


def test_errors_stand_above_and_beside_their_fields(
    gallery: str, page_at: PageAt, assert_accessible: Check
) -> None:
    """An invalid form names each problem in the summary and the title, and leads to the field."""
    page = page_at(360)
    page.goto(f"{gallery}/gallery/passenger?errors=1")
    assert page.title().startswith("Error: ")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter your name").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    assert_accessible(page)


def test_each_error_page_says_what_to_do(
    gallery: str, page_at: PageAt, assert_accessible: Check
) -> None:
    """Every error page says what happened, what to do next and whom to ring."""
    page = page_at(360)
    for status in ERRORS:
        page.goto(f"{gallery}/error/{status}")
        expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
        assert page.get_by_role("link", name="0116 496 0123").count() >= 2, status
    assert_accessible(page)


@pytest.mark.parametrize("part", PARTS)
def test_each_page_reads_without_javascript(
    gallery: str, page_at: PageAt, assert_accessible: Check, part: str
) -> None:
    """Without JavaScript nothing is missing but the map and the keys."""
    page = page_at(360, java_script_enabled=False)
    page.goto(f"{gallery}/gallery/{part}")
    expect(page.locator("h1").first).to_be_visible()
    assert page.locator("#to:visible option").count() == (4 if part == "passenger" else 0)
    expect(page.locator(".oa-key:visible")).to_have_count(0)
    expect(page.locator("[data-hold-left]:visible")).to_have_count(0)


def test_a_place_is_found_by_typing(
    gallery: str, page_at: PageAt, assert_accessible: Check
) -> None:
    """Typing two letters offers places, arrow keys and Enter choose, and the form sends it."""
    page = page_at(1280)
    page.goto(f"{gallery}/gallery/passenger")
    box = page.get_by_role("combobox", name="Where do you want to go?")
    box.fill("cla")
    expect(page.get_by_role("option", name="Long Clawson")).to_be_visible()
    assert_accessible(page)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Long Clawson")
    assert page.locator("select[name=to]").evaluate("list => list.value") == "Long Clawson"
    box.fill("hose")
    expect(page.get_by_role("option", name="Hose")).to_be_visible()
    assert page.locator("select[name=to]").evaluate("list => list.value") == "Hose"
    box.fill("elsewhere")
    assert page.locator("select[name=to]").evaluate("list => list.value") == ""


def test_a_call_is_taken_by_keys_alone(gallery: str, page_at: PageAt) -> None:
    """One key reaches a field, Alt with it leaves a box, a number chooses an offer."""
    page = page_at(1280)
    page.goto(f"{gallery}/gallery/staff")
    box = page.get_by_label("Where to")
    expect(box).to_have_attribute("aria-keyshortcuts", "Alt+T")
    page.keyboard.press("t")
    expect(box).to_be_focused()
    page.keyboard.type("n2")
    expect(box).to_have_value("n2")
    page.keyboard.press("Alt+n")
    expect(page.get_by_label("Note")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.get_by_label("The bus comes between 10:05am")).to_be_checked()


def test_single_keys_can_be_turned_off(gallery: str, page_at: PageAt) -> None:
    """Whoever speaks to the computer turns single keys off; Alt still works."""
    page = page_at(1280)
    page.goto(f"{gallery}/gallery/staff")
    page.get_by_role("button", name="Turn single keys off").click()
    page.keyboard.press("t")
    expect(page.get_by_label("Where to")).not_to_be_focused()
    page.keyboard.press("Alt+t")
    expect(page.get_by_label("Where to")).to_be_focused()


def test_the_clock_of_a_hold_ends_in_words(gallery: str, page_at: PageAt) -> None:
    """A hold counts down; when the time is up it says that alone, and how to go on."""
    page = page_at(768)
    page.goto(f"{gallery}/gallery/passenger?held=6")
    expect(page.locator("[data-hold-left]")).to_have_text(re.compile("0:0[1-5]"))
    expect(page.locator("[data-hold-over]")).to_be_hidden()
    expect(page.get_by_role("link", name="See what is free now")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("We are keeping this for you")).to_be_hidden()


@pytest.mark.parametrize(("held", "says"), [(0, "The time is up."), (200, "We are keeping this")])
def test_a_hold_says_one_thing_without_script(
    gallery: str, page_at: PageAt, held: int, says: str
) -> None:
    """The server says until when, or that it is over; never both."""
    page = page_at(768, java_script_enabled=False)
    page.goto(f"{gallery}/gallery/passenger?held={held}")
    both = page.get_by_text("We are keeping this").or_(page.get_by_text("The time is up."))
    expect(both.locator("visible=true")).to_have_count(1)
    expect(both.locator("visible=true")).to_contain_text(says)


def test_progress_ends_in_a_link_and_moves_nothing(gallery: str, page_at: PageAt) -> None:
    """Finished work is told in words with a link; the page stays where it is."""
    page = page_at(1280)
    page.goto(f"{gallery}/gallery/staff")
    expect(page.get_by_text("Planned.")).to_be_visible()
    expect(page.get_by_role("link", name="See what changed")).to_have_attribute("href", "#new")
    assert page.url.endswith("/gallery/staff")


def test_names_on_the_map_are_words_only(gallery: str, page_at: PageAt) -> None:
    """A stop is drawn with its number, and markup in its name is shown, not run."""
    page = page_at(1280)
    page.goto(f"{gallery}/gallery/staff")
    stop = page.locator(".oa-map__stop")
    expect(stop).to_have_text("1")
    stop.click()
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()


def test_a_sheet_for_paper_is_fourteen_point(gallery: str, page_at: PageAt) -> None:
    """On paper the words are 14 pt and what only a screen can do is gone."""
    page = page_at(1280)
    page.emulate_media(media="print")
    page.goto(f"{gallery}/gallery/print")
    size = page.locator(".oa-paper__row").first.evaluate("row => getComputedStyle(row).fontSize")
    assert float(size.removesuffix("px")) == pytest.approx(14 * 96 / 72, abs=0.1)
    expect(page.locator(".oa-footer__links:visible")).to_have_count(0)
