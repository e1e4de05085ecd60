"""The guards around every page: forged forms, headers, floods, sizes, errors, the audit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from booking.domain import errors
from booking.services import audit
from booking.web.access import UndeclaredRoute, check_every_route, open_to_all, staff
from booking.web.audit import audited, audited_by_service, note, unaudited
from booking.web.limits import BIGGEST_BODY
from tests.integration.cast import Stage, build_stage
from tests.integration.test_access_matrix import address, ask, routes, whose
from tests.integration.test_bad_input import Forms


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The service as it is in production: every guard on, reached by HTTPS."""
    folder = Path(tmp_path_factory.mktemp("guarded"))
    stage = build_stage(folder, csrf=True, secure_cookies=True, public_url="https://example.org")
    yield stage
    stage.ctx.db.close()


@pytest.fixture(scope="module")
def pages(guarded: Stage) -> list[tuple[str, Any]]:
    """Every page, as somebody sees it who may."""
    gets = [rule for rule, method in routes(guarded) if method == "GET"]
    return [
        (path, ask(guarded.client(whose(guarded, rule)), "GET", path))
        for rule in gets
        for path in [address(guarded, rule)]
    ]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A service of this test's own, with a few pages that go wrong on purpose."""
    stage = build_stage(tmp_path)
    _add_probes(stage.app)
    yield stage
    stage.ctx.db.close()


def test_a_form_without_its_token_is_refused_everywhere(guarded: Stage) -> None:
    """No route that changes something takes a post that did not come from our own page."""
    wrong = []
    for rule, method in routes(guarded):
        if method == "GET":
            continue
        for send in ({"data": {"x": "1"}}, {"json": {"x": 1}}):
            response = guarded.client().open(address(guarded, rule), method=method, **send)
            if response.status_code != 400:
                wrong.append((method, rule.rule, response.status_code))
    assert wrong == []


def test_a_form_with_its_token_is_taken(guarded: Stage) -> None:
    """The control: the token the page itself gives lets the form through."""
    client = guarded.app.test_client()
    https = {"base_url": "https://example.org"}
    page = client.get("/sign-in", **https).text
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)
    assert token
    answer = client.post(
        "/sign-in",
        data={"contact": "07700 900001", "csrf_token": token[1]},
        headers={"Referer": "https://example.org/sign-in"},
        **https,
    )
    assert (answer.status_code, answer.location) == (302, "/sign-in/code")


def test_every_page_has_its_headers(guarded: Stage, pages: list[tuple[str, Any]]) -> None:
    """Every answer forbids inline script, frames and sniffing; refused and missing pages too."""
    client = guarded.client()
    more = [(path, ask(client, "GET", path)) for path in ("/nowhere", "/static/no.css", "/drive/")]
    for path, response in [*pages, *more]:
        policy = response.headers.get("Content-Security-Policy", "")
        assert "script-src 'self';" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert response.headers["X-Frame-Options"] == "DENY", path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
        assert response.headers["Referrer-Policy"] == "same-origin", path


def test_https_is_remembered(guarded: Stage) -> None:
    """Reached by HTTPS through the proxy, the service asks browsers to keep to it."""
    headers = {"X-Forwarded-Proto": "https"}
    answer = guarded.client().get("/contact", headers=headers)
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_no_page_has_inline_script_or_style(pages: list[tuple[str, Any]]) -> None:
    """What the policy forbids is not in the pages: they would not work with it."""
    texts = [(path, page.get_data(as_text=True)) for path, page in pages if _is_html(page)]
    assert [(path, bad) for path, text in texts for bad in _inline(text)] == []


def test_every_posted_form_of_every_page_has_its_token(pages: list[tuple[str, Any]]) -> None:
    """Nobody meets a form of ours that our own guard would refuse."""
    bare, posted = [], 0
    for path, page in pages:
        if not _is_html(page):
            continue
        parser = Forms(path)
        parser.feed(page.get_data(as_text=True))
        forms = [form for form in parser.found if form.method == "POST"]
        posted += len(forms)
        bare += [(path, form.action) for form in forms if not form.fields.get("csrf_token")]
    assert bare == []
    assert posted > 10


def test_the_cookie_is_for_us_alone(guarded: Stage) -> None:
    """The session cookie goes over HTTPS only, not to scripts, not with others' forms."""
    client = guarded.app.test_client()
    response = client.get("/sign-in", base_url="https://example.org")
    cookie = response.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_pages_of_signed_in_people_are_not_kept(stage: Stage) -> None:
    """A shared tablet's back button shows nobody's page after signing out."""
    assert stage.client("operator").get("/probe/staff").headers["Cache-Control"] == "no-store"


def test_a_flood_of_sign_ins_from_one_address_is_slowed(tmp_path: Path) -> None:
    """The sixty-first post in ten minutes from one address waits; another address does not."""
    stage = build_stage(tmp_path, rates=True)
    client = stage.client()
    data = {"email": "a@example.org", "password": ""}
    first, *_, last = [client.post("/staff/sign-in", data=data).status_code for _ in range(61)]
    assert (first, last) == (422, 429)
    other = client.post("/staff/sign-in", data=data, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 422
    stage.ctx.db.close()


def test_too_much_at_once_is_refused(stage: Stage) -> None:
    """A body of more than a megabyte is answered with 413, not read."""
    answer = stage.client().post("/sign-in", data={"contact": "x" * (BIGGEST_BODY + 1)})
    assert answer.status_code == 413


@pytest.mark.parametrize("sent", ["\0", "a\0b"])
def test_what_no_database_keeps_is_refused(stage: Stage, sent: str) -> None:
    """A NUL in a field, a query or JSON is refused at the door."""
    client = stage.client()
    assert client.post("/sign-in", data={"contact": sent}).status_code == 400
    assert client.get("/sign-in", query_string={"next": sent}).status_code == 400
    assert client.post("/sign-in", json={"deep": [{"er": sent}]}).status_code == 400
    assert client.post("/sign-in", json={"half": "\ud800"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Invalid", 422),
        ("NotFound", 404),
        ("NotAllowed", 403),
        ("Gone", 410),
        ("Conflict", 409),
        ("BookingError", 400),
    ],
)
def test_errors_have_their_status_and_their_words(stage: Stage, kind: str, status: int) -> None:
    """Each error of the domain becomes one status, with its own words on the page."""
    page = stage.client().get(f"/probe/raise/{kind}")
    assert page.status_code == status
    assert "What went wrong, and what to do." in page.text
    assert "0116 496 0123" in page.text
    data = stage.client().get(f"/probe/raise/{kind}", headers={"Accept": "application/json"})
    assert data.status_code == status
    assert data.get_json()["error"]["words"] == "What went wrong, and what to do."


def test_a_fault_of_ours_shows_nothing_of_the_inside(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug answers 500 with a reference that leads to the log; the page holds no traceback."""
    stage.app.config["PROPAGATE_EXCEPTIONS"] = False
    page = stage.client("operator").get("/probe/raise/ZeroDivisionError")
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "division" not in page.text
    reference = re.search(r"say: ([0-9A-F]{8})", page.text)
    assert reference
    assert reference[1] in caplog.text


def test_a_database_that_is_away_is_a_503(stage: Stage) -> None:
    """The page says to come back, and is made without asking the database who is there."""
    page = stage.client().get("/probe/raise/OperationalError")
    assert page.status_code == 503
    assert "Try again in a few minutes" in page.text


def test_an_undeclared_route_stops_the_service(stage: Stage) -> None:
    """A view that does not say who may use it is named when the service starts."""
    app = Flask("bare")
    app.add_url_rule("/fine", "fine", open_to_all(lambda: ""))
    check_every_route(app)
    app.add_url_rule("/bare", "bare", lambda: "")
    with pytest.raises(UndeclaredRoute, match="/bare"):
        check_every_route(app)


def test_a_route_added_later_without_a_declaration_is_closed(stage: Stage) -> None:
    """Even past the check at start-up the guard lets nobody through."""
    stage.app.view_functions["probe"] = lambda **_: "secret"
    for name in ("mary", "operator"):
        assert stage.client(name).get("/probe/raise/Invalid").status_code == 403
    assert stage.client().get("/probe/raise/Invalid").status_code == 302


def test_every_look_by_staff_is_written_down(stage: Stage) -> None:
    """A page for staff writes who looked at what without being asked to."""
    stage.client("operator").get("/probe/staff")
    stage.client("operator").get("/probe/person/12?q=Mary+Wells")
    entries = audit.list_entries(stage.ctx)
    operator = stage.accounts["operator"].id
    assert [(e.account_id, e.action, e.subject) for e in entries] == [
        (operator, "person.read", "person:12"),
        (operator, "get probe_staff", ""),
    ]
    assert entries[0].detail == {"method": "GET", "found": [12]}
    assert "Mary" not in json.dumps([e.detail for e in entries])


def test_a_form_that_comes_back_is_a_look_and_no_deed(stage: Stage) -> None:
    """Its row says that nothing was done; the deed itself is in the service's own row."""
    client = stage.client("operator")
    for status in (422, 303, 409):
        client.post(f"/probe/person/12/change/{status}")
        client.post(f"/probe/person/12/cancel/{status}")
    found = [(e.action, e.subject) for e in reversed(audit.list_entries(stage.ctx))]
    assert found == [
        ("person.change.not_done", "person:12"),
        ("journey.cancel.not_done", "person:12"),
        ("journey.cancel", "person:12"),
    ]


def test_what_is_not_written_down_says_why(stage: Stage) -> None:
    """The exception has a reason; refused looks show nothing and write nothing."""
    stage.client("operator").get("/probe/quiet")
    stage.client("council").get("/probe/staff")
    stage.client().get("/probe/staff")
    assert audit.list_entries(stage.ctx) == []


def test_what_cannot_be_written_down_is_not_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the audit broken the page is an error, not the page."""

    def broken(*_args: Any, **_more: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(audit, "record", broken)
    answer = stage.client("operator").get("/probe/person/12")
    assert answer.status_code == 503
    assert "the person" not in answer.text


def _add_probes(app: Flask) -> None:
    kinds: dict[str, Exception] = {
        "ZeroDivisionError": ZeroDivisionError("division by zero"),
        "OperationalError": OperationalError("SELECT", {}, Exception("refused")),
    }

    @open_to_all
    def probe(kind: str) -> str:
        if kind in kinds:
            raise kinds[kind]
        raise getattr(errors, kind)("What went wrong, and what to do.")

    @staff("operator")
    def look() -> str:
        return "something"

    @staff("operator")
    @audited("person.read", "person:{person_id}")
    def person(person_id: int) -> str:
        note(found=[person_id])
        return "the person"

    @staff("operator")
    @unaudited("tells the time only")
    def quiet() -> str:
        return "the time"

    @staff("operator")
    @audited_by_service("person.change", "person:{person_id}")
    def change(person_id: int, status: int) -> tuple[str, int]:
        return "the person", status

    @staff("operator")
    @audited("journey.cancel", "person:{person_id}")
    def cancel(person_id: int, status: int) -> tuple[str, int]:
        return "the person", status

    for deed in (change, cancel):
        address = f"/probe/person/<int:person_id>/{deed.__name__}/<int:status>"
        app.add_url_rule(address, f"probe_{deed.__name__}", deed, methods=["POST"])
    app.add_url_rule("/probe/raise/<kind>", "probe", probe)
    app.add_url_rule("/probe/staff", "probe_staff", look)
    app.add_url_rule("/probe/person/<int:person_id>", "probe_person", person)
    app.add_url_rule("/probe/quiet", "probe_quiet", quiet)


def _is_html(response: Any) -> bool:
    return bool(response.mimetype == "text/html")


def _inline(text: str) -> list[str]:
    """What a strict policy would block in a page."""
    if "<html" not in text:
        return []
    patterns = (
        r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]",
        r"<style\b",
        r"<[^>]+\sstyle=",
        r"<[^>]+\son\w+=",
        r"javascript:",
    )
    return [found[0][:80] for pattern in patterns if (found := re.search(pattern, text))]
