"""What every route keeps to: who may use it, whether it is recorded, what changes by a post."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from booking.app import create_app
from booking.config import Settings
from booking.web.access import access_to, check_every_route
from booking.web.audit import audit_of


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application; its database is never opened."""
    folder = Path(tmp_path_factory.mktemp("routes"))
    return create_app(
        Settings(
            database_url=f"sqlite:///{folder / 'none.db'}",
            redis_url="redis://127.0.0.1:1/0",
            secret_key="k" * 40,
            data_dir=folder,
        )
    )


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    """No route is without a declaration."""
    check_every_route(app)


def test_signing_out_and_all_changes_are_posts(app: Flask) -> None:
    """A link, a preview or a prefetch changes nothing: every deed has a post at its address."""
    deeds = ("sign_out", "cancel", "delete", "revoke", "release", "withdraw", "report")
    posted = {
        rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or frozenset())
    }
    by_link = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if any(deed in rule.endpoint for deed in deeds) and rule.rule not in posted
    ]
    assert by_link == []


def test_unrecorded_staff_pages_have_a_reason_and_name_nobody(app: Flask) -> None:
    """A page for staff that never writes an audit row says why: it is about nobody. Where the
    service writes what was done, a form that comes back still has its row."""
    for rule in app.url_map.iter_rules():
        declared = None if rule.endpoint == "static" else audit_of(app, rule.endpoint)
        if declared is None or declared.action:
            continue
        assert len(declared.reason) > 10, rule.rule
        about_somebody = {"person_id", "request_id", "booking_id"} & rule.arguments
        assert not about_somebody or "shows nobody" in declared.reason, rule.rule


def test_no_page_is_open_by_accident(app: Flask) -> None:
    """What anybody may open is a short list, changed here by whoever means it."""
    open_pages = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if (access := access_to(app, rule.endpoint)) is not None and access.roles is None
    }
    assert open_pages <= OPEN_PAGES, open_pages - OPEN_PAGES


OPEN_PAGES = {
    "/",
    "/static/<path:filename>",
    "/going-out",
    "/going-out/groups/<int:group_id>",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/who",
    "/sign-in/join",
    "/sign-in/driver",
    "/staff/sign-in",
    "/staff/sign-in/code",
    "/staff/sign-in/set-up",
    "/sign-out",
    "/accessibility",
    "/privacy",
    "/contact",
    "/sent",
    "/healthz",
    "/readyz",
    "/api/places",
    "/api/zones.geojson",
}
