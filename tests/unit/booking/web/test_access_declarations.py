"""How routes say who may use them."""

from __future__ import annotations

import pytest
from flask import Flask

from booking.web.access import (
    Access,
    access_to,
    drivers_only,
    open_to_all,
    passengers_only,
    roles_only,
    staff,
    wants_json,
)
from booking.web.browser import keep_next
from booking.web.limits import _texts, _whole


@pytest.fixture
def app() -> Flask:
    """A bare application."""
    app = Flask("bare")
    app.secret_key = "k"
    return app


@pytest.mark.parametrize(
    ("decorate", "allowed", "refused"),
    [
        (passengers_only, {"passenger"}, {"driver", "operator"}),
        (drivers_only, {"driver"}, {"passenger", "operator"}),
        (staff("operator", "call_handler"), {"operator"}, {"council", "passenger"}),
        (roles_only("passenger", "operator"), {"passenger", "operator"}, {"driver"}),
        (open_to_all, {"passenger", "driver", "council"}, set()),
    ],
)
def test_a_declaration_names_the_roles(
    app: Flask, decorate: object, allowed: set[str], refused: set[str]
) -> None:
    """Each decorator lets in the roles it names and nobody else."""
    app.add_url_rule("/x", "x", decorate(lambda: ""))  # type: ignore[operator]
    access = access_to(app, "x")
    assert access is not None
    assert all(access.allows(frozenset({role})) for role in allowed)
    assert not any(access.allows(frozenset({role})) for role in refused)


def test_an_account_without_roles_opens_nothing_declared() -> None:
    """No role, no page."""
    assert not Access(frozenset({"operator"})).allows(frozenset())


@pytest.mark.parametrize("role", ["passenger", "driver", "manager"])
def test_staff_takes_roles_of_staff_only(role: str) -> None:
    """Naming a role that is none, or not the staff's, fails where it is written."""
    with pytest.raises(ValueError, match=role):
        staff(role)


@pytest.mark.parametrize(
    ("headers", "path", "expected"),
    [
        ({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, "/", False),
        ({"Accept": "*/*"}, "/", False),
        ({"Accept": "application/json"}, "/", True),
        ({"Sec-Fetch-Dest": "empty"}, "/", True),
        ({}, "/api/places", True),
        ({"Content-Type": "application/json"}, "/", True),
    ],
)
def test_scripts_get_json_and_people_get_pages(
    app: Flask, headers: dict[str, str], path: str, expected: bool
) -> None:
    """The API, scripts and whoever asks for JSON are answered in JSON."""
    with app.test_request_context(path, headers=headers):
        assert wants_json() is expected


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/journeys?x=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/a\nb", False),
        ("", False),
        ("/" + "x" * 600, False),
    ],
)
def test_only_our_own_pages_are_remembered(app: Flask, page: str, kept: bool) -> None:
    """Where to go after signing in is one of our pages, or forgotten."""
    from flask import session

    with app.test_request_context("/"):
        keep_next(page)
        assert (session.get("next") == page) is kept


def test_every_text_of_a_body_is_found_however_deep() -> None:
    """Names, values and lists within lists are all looked at."""
    deep: object = "bottom"
    for _ in range(5000):
        deep = [deep]
    assert set(_texts({"a": ["b", {"c": 1, "d": deep}], "e": None})) == {
        "a",
        "b",
        "c",
        "d",
        "e",
        "bottom",
    }


def test_half_a_character_is_not_whole() -> None:
    """A lone surrogate cannot be written as UTF-8; an emoji can."""
    assert _whole("Zoë 😀")
    assert not _whole("\ud83d")
