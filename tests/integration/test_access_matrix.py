"""Everybody tries every page: role × route × object, generated from the URL map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from booking.services.access import RoleName, roles_of
from booking.web.access import OPEN, access_to
from tests.conftest import _address as database_address
from tests.conftest import _create as create_database
from tests.conftest import _drop as drop_database
from tests.integration.cast import ROLES, Stage, build_stage

SAMPLES: dict[str, Any] = {
    "day": "2026-12-08",
    "service_date": "2026-12-08",
    "date": "2026-12-08",
    "number": 1,
    "version": 1,
    "leg": "outward",
    "end": "start",
    "step": "when",
    "token": "not-a-token",
    "key": "K7M4PT",
}
"""Values for parts of an address that name no object of the cast."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One small service for all the tries."""
    stage = build_stage(Path(tmp_path_factory.mktemp("matrix")), demo=True)
    yield stage
    stage.ctx.db.close()


@contextmanager
def stage_on(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Stage]:
    """The demo with the cast, on a new database of this kind."""
    if kind == "sqlite":
        stage = build_stage(folder, demo=True)
        yield stage
        stage.ctx.db.close()
        return
    server = request.getfixturevalue("postgres_server")
    name = create_database(server)
    stage = build_stage(folder, demo=True, database_url=database_address(server, name))
    yield stage
    stage.ctx.db.close()
    drop_database(server, name)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def each_stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The same service on the embedded database, and on the one of production."""
    with stage_on(request.param, request, Path(tmp_path_factory.mktemp("each"))) as stage:
        yield stage


def routes(stage: Stage) -> list[tuple[Rule, str]]:
    """Every route with every method it answers to, the built files left out."""
    return [
        (rule, method)
        for rule in stage.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if not rule.endpoint.endswith("static")
    ]


def address(stage: Stage, rule: Rule) -> str:
    """The rule's address with Mary's and Dee's objects in it."""
    values = {}
    for name in rule.arguments:
        known = stage.ids.get(name, stage.ids.get(f"{name}_id", SAMPLES.get(name)))
        assert known is not None, f"tell SAMPLES or cast.py what <{name}> of {rule.rule} is"
        values[name] = known
    _, path = rule.build(values, append_unknown=False) or ("", "")
    assert path, f"no address for {rule.rule} with {values}"
    return path


def whose(stage: Stage, rule: Rule) -> str:
    """Somebody of the cast who may use a route; nobody signed in where it is open to all."""
    access = access_to(stage.app, rule.endpoint)
    if access is None or access.roles is None:
        return ""
    role = min(access.roles)
    return {RoleName.PASSENGER.value: "mary", RoleName.DRIVER.value: "dee"}.get(role, role)


def ask(client: FlaskClient, method: str, path: str) -> Any:
    return client.open(path, method=method, buffered=True)


def refused(response: Any) -> bool:
    """Whether the guard turned somebody away."""
    to_sign_in = response.status_code == 302 and "sign-in" in (response.location or "")
    return to_sign_in or response.status_code in (401, 403)


def faulty(rule: Rule, response: Any) -> bool:
    """Whether an answer is a fault of ours; /readyz says 503 for a queue that is away."""
    truthful = rule.rule == "/readyz" and response.status_code == 503
    return response.status_code >= 500 and not truthful


@pytest.mark.parametrize("name", ROLES)
def test_every_route_holds_to_what_it_declares(each_stage: Stage, name: str) -> None:
    """Whoever a route is not declared for is turned away; nobody ever meets a fault of ours."""
    wrong, stage = [], each_stage
    roles = roles_of(stage.accounts[name]) if name else frozenset()
    for rule, method in routes(stage):
        access = access_to(stage.app, rule.endpoint)
        assert access is not None
        if access is OPEN:
            continue
        response = ask(stage.client(name), method, address(stage, rule))
        allowed = access.allows(roles)
        if refused(response) == allowed or faulty(rule, response):
            wrong.append((method, rule.rule, response.status_code, response.location))
    assert wrong == []


@pytest.mark.parametrize("name", ROLES)
def test_open_routes_answer_everybody(stage: Stage, name: str) -> None:
    """A page open to all answers whoever asks, without a fault of ours."""
    wrong = []
    for rule, method in routes(stage):
        if access_to(stage.app, rule.endpoint) is OPEN:
            response = ask(stage.client(name), method, address(stage, rule))
            if response.status_code in (401, 403) or faulty(rule, response):
                wrong.append((method, rule.rule, response.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    ("owner", "other", "role", "owned"),
    [
        ("mary", "stan", RoleName.PASSENGER, {"request_id", "reference", "booking_id", "offer_id"}),
        ("dee", "ray", RoleName.DRIVER, {"shift_id", "booking_id"}),
    ],
)
def test_another_persons_object_is_not_there(
    tmp_path: Path, owner: str, other: str, role: RoleName, owned: set[str]
) -> None:
    """The right role does not open somebody else's journey or shift; its owner's pages open."""
    stage = build_stage(tmp_path)
    stage.clock.now = datetime(2026, 12, 8, 8, 0, tzinfo=UTC)  # The morning of Mary's journey.
    wrong, asked = [], 0
    for rule, method in routes(stage):
        access = access_to(stage.app, rule.endpoint)
        if access is None or access.roles != {role} or not owned & rule.arguments:
            continue
        asked += 1
        path = address(stage, rule)
        response = ask(stage.client(other), method, path)
        if response.status_code not in (403, 404):
            wrong.append((other, method, rule.rule, response.status_code, response.location))
        control = ask(stage.client(owner), "GET", path) if method == "GET" else None
        if control is not None and control.status_code in (403, 404):
            wrong.append((owner, method, rule.rule, control.status_code, control.location))
    assert wrong == []
    assert asked
    stage.ctx.db.close()


@pytest.mark.parametrize("name", ["stan", "ray"])
def test_markers_in_notes_and_door_codes_stay_with_those_who_need_them(
    stage: Stage, name: str
) -> None:
    """Another passenger and another driver find Mary's note and door code on no page."""
    found = []
    for rule, _ in ((r, m) for r, m in routes(stage) if m == "GET"):
        response = ask(stage.client(name), "GET", address(stage, rule))
        if b"MARKER-" in response.data:
            found.append(rule.rule)
    assert found == []
