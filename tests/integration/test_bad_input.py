"""Bad input of every kind into every form, generated from the URL map and the pages.

Whatever is typed, the answer is a page or a clear refusal: never a fault of ours,
never a traceback, never what was typed as part of the page's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind
from booking.models import Booking, JourneyRequest
from booking.web.access import open_to_all
from booking.web.passenger.draft import Draft
from tests.conftest import counted
from tests.integration.cast import Stage, build_stage
from tests.integration.test_access_matrix import (
    SAMPLES,
    address,
    faulty,
    routes,
    stage_on,
    whose,
)
from tests.world import DAY

SCRIPT = "<script>alert('bad')</script>"

NASTY = (
    "",
    " ",
    "x" * 20_000,
    "0",
    "-1",
    "1e309",
    "9" * 30,
    "NaN",
    "null",
    "[]",
    "' OR '1'='1' --",
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raise %}",
    "../../etc/passwd",
    "%00%ff",
    "a\r\nSet-Cookie: stolen=1",
    "\u202eright to left",
    "١٢",
    "²",
    "😀" * 300,
    "Zoë Ó Sé",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "24:00",
    "25:61",
    "-0:30",
)

DOCTORED = ("0", "-1", "9" * 30, "²", "x" * 3000, SCRIPT.replace("/", ""), "2026-02-30")

BODIES: tuple[Any, ...] = (
    None,
    1,
    "text",
    [],
    [None],
    {},
    {"events": "text"},
    {"events": [1, None, {}, []]},
    {"events": [{"key": SCRIPT, "kind": {"deep": [1]}, "booking_id": 9**99, "at": "never"}]},
    {"events": [{"key": "k", "kind": "boarded", "booking_id": 1, "happened_at": "2026-13-99"}]},
    {"when": {"kind": 3}, "party": [], "from": {"id": "x"}, "to": -1, "day": "0000-00-00"},
)

AGAIN = ("", "x" * 20_000, SCRIPT, "9" * 30, "²", "2026-02-30")
"""What each field is given alone, the others as the page has them."""


@dataclass
class Form:
    """A form found on a page: where it goes, and its fields with their first values."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or self.page
            self.found.append(Form(action, given.get("method", "get").upper()))
        elif tag in ("input", "select", "textarea", "button") and self.found and given.get("name"):
            self.found[-1].fields.setdefault(given["name"], given.get("value", ""))


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """One small service for all the bad input; on PostgreSQL in the long run."""
    kind = "postgresql" if counted(10) == 10 else "sqlite"
    with stage_on(kind, request, Path(tmp_path_factory.mktemp("bad"))) as stage:
        yield stage


def browser(stage: Stage, name: str) -> FlaskClient:
    """A browser in the middle of a conversation, so that later questions are asked too."""
    client = stage.client(name)
    if name == "mary":
        with client.session_transaction() as cookie:
            cookie["draft"] = Draft(
                start=stage.ids["place_id"],
                finish=stage.ids["place_id"] + 1,
                purpose=PurposeKind.OTHER,
                day=DAY,
                when=When(WhenKind.ANY),
                home_asked=True,
                party=Party(adults=1),
            ).to_json()
    return client


def find_forms(stage: Stage) -> list[tuple[Rule, str, Form]]:
    """Every form on every page, with the route its page has and who sees it.

    A route that takes posts but shows no form of its own is asked with common names.
    """
    found, reached = [], set()
    for rule, method in routes(stage):
        if method != "GET":
            continue
        name, path = whose(stage, rule), address(stage, rule)
        page = browser(stage, name).get(path)
        if page.mimetype != "text/html":
            continue
        parser = Forms(path)
        parser.feed(page.get_data(as_text=True))
        for form in parser.found:
            if form.action.startswith("/") and form.action != "/sign-out":
                found.append((rule, name, form))
                reached.add(form.action.partition("?")[0])
    guesses = dict.fromkeys(("q", "day", "time", "place", "note", "number", "reason", "key"), "1")
    for rule, method in routes(stage):
        path = address(stage, rule)
        if method != "GET" and path not in reached and path != "/sign-out":
            found.append((rule, whose(stage, rule), Form(path, method, dict(guesses))))
    return found


def some(values: Sequence[Any], turn: int, at_most: int) -> Sequence[Any]:
    """All the values in the long run; in the short one a few, others at each turn."""
    step = 1 if counted(10) == 10 else max(1, len(values) // at_most)
    return values[turn % step :: step]


def badly(form: Form, turn: int) -> Iterator[dict[str, str]]:
    """The form filled in badly: every field with each nasty value, then one field at a time."""
    for nasty in some(NASTY, turn, 6):
        yield dict.fromkeys(form.fields, nasty)
    for name, nasty in some([(name, one) for name in form.fields for one in AGAIN], turn, 8):
        yield {**form.fields, name: nasty}
    yield {}


def said(response: Any) -> bool:
    """Whether a page took what was typed for its own code."""
    return response.mimetype == "text/html" and SCRIPT.encode() in response.data


def send(client: FlaskClient, form: Form, values: dict[str, str]) -> Any:
    if form.method == "GET":
        return client.get(form.action, query_string=values)
    return client.open(form.action, method=form.method, data=values)


def test_every_form_survives_every_bad_value(stage: Stage) -> None:
    """Each form of each page, filled in badly in every way, answers with a page or a refusal."""
    wrong = []
    forms = find_forms(stage)
    for turn, (rule, name, form) in enumerate(forms):
        client = browser(stage, name)
        for values in badly(form, turn):
            response = send(client, form, values)
            if faulty(rule, response) or b"Traceback" in response.data or said(response):
                wrong.append((form.method, form.action, response.status_code, _short(values)))
                client = browser(stage, name)
    assert len(forms) > 5
    assert wrong == []


def test_every_query_survives_every_bad_value(stage: Stage) -> None:
    """Nonsense behind the question mark of any page harms nobody."""
    wrong = []
    names = ("q", "day", "date", "zone", "page", "next", "to", "from", "place", "kind", "version")
    for turn, (rule, method) in enumerate(routes(stage)):
        if method != "GET":
            continue
        client, path = browser(stage, whose(stage, rule)), address(stage, rule)
        for nasty in some(NASTY, turn, 5):
            response = client.get(path, query_string=dict.fromkeys(names, nasty), buffered=True)
            if faulty(rule, response) or said(response):
                wrong.append((rule.rule, response.status_code, nasty[:40]))
    assert wrong == []


def test_every_address_survives_every_bad_part(stage: Stage) -> None:
    """A doctored address is not found, or refused: it breaks nothing."""
    wrong = []
    for turn, (rule, method) in enumerate(routes(stage)):
        for part in rule.arguments:
            client, path = browser(stage, whose(stage, rule)), address(stage, rule)
            known = str(_value(stage, part))
            for nasty in some(DOCTORED, turn, 3):
                doctored = path.replace(f"/{known}", f"/{nasty}", 1)
                response = client.open(doctored, method=method)
                if faulty(rule, response) or said(response):
                    wrong.append((method, rule.rule, response.status_code, nasty[:40]))
    assert wrong == []


def test_every_route_survives_every_bad_json(stage: Stage) -> None:
    """JSON of the wrong shape, too deep, or not JSON at all is refused, not fallen over."""
    wrong = []
    texts = ["{", "[" * 100_000, '{"a":' * 5_000, "\x00", "NaN", '{"events":[{"key":"\\ud800"}]}']
    for turn, (rule, method) in enumerate(routes(stage)):
        if method == "GET":
            continue
        client, path = browser(stage, whose(stage, rule)), address(stage, rule)
        sends = [{"json": body} for body in BODIES]
        sends += [{"data": text, "content_type": "application/json"} for text in texts]
        for one in some(sends, turn, 6):
            response = client.open(path, method=method, **one)
            if faulty(rule, response):
                wrong.append((method, rule.rule, response.status_code, str(one)[:60]))
    assert wrong == []


def test_the_search_for_faults_finds_one(tmp_path: Path) -> None:
    """The control: a page that does fall over is noticed."""
    stage = build_stage(tmp_path)
    stage.app.config["PROPAGATE_EXCEPTIONS"] = False
    stage.app.view_functions["pages.contact"] = open_to_all(lambda: str(int("²")))
    rule = next(stage.app.url_map.iter_rules("pages.contact"))
    assert faulty(rule, stage.client().get("/contact"))
    stage.ctx.db.close()


def test_bad_input_books_nothing(stage: Stage) -> None:
    """After all of it there are no more booked journeys than Mary's one."""
    with stage.ctx.db.reading() as session:
        booked = session.scalar(
            select(func.count()).select_from(Booking).where(Booking.status == "booked")
        )
        assert session.scalar(select(func.count()).select_from(JourneyRequest))
    assert (booked or 0) <= 1


def _value(stage: Stage, part: str) -> Any:
    return stage.ids.get(part, stage.ids.get(f"{part}_id", SAMPLES.get(part)))


def _short(values: dict[str, str]) -> dict[str, str]:
    return {name: value[:30] for name, value in values.items()}
