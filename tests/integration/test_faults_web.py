"""Booking on the web with the broker frozen, and with the web killed before it could answer."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import kombu
import pytest
import redis.connection
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.domain.wish import Wish
from booking.embedded.children import free_port, start, stop
from booking.models import Booking, JourneyRequest
from booking.services.cancel import cancel
from booking.services.hold import hold
from booking.services.offer import Asker, ask
from tests.conftest import counted
from tests.integration.cast import Stage, build_stage
from tests.integration.parts import Broker, until
from tests.world import NOW

pytestmark = pytest.mark.fault


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Valkey of this test's own."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.close()


@dataclass
class Calls:
    """How often somebody tried to reach the broker."""

    count: int = 0

    def refuse(self, *_: object, **__: object) -> None:
        self.count += 1
        raise OSError("nobody may call the broker here")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every way to the broker counted and refused."""
    calls = Calls()
    for name in ("connect", "send_packed_command", "read_response"):
        monkeypatch.setattr(redis.connection.AbstractConnection, name, calls.refuse)
    monkeypatch.setattr(kombu.Connection, "ensure_connection", calls.refuse)
    monkeypatch.setattr(kombu.Connection, "channel", calls.refuse)
    return calls


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The web application on a small service; forms' tokens are off."""
    stage = build_stage(tmp_path)
    yield stage
    stage.ctx.db.close()


def ask_as_mary(stage: Stage) -> int:
    """The journey she has, asked for once more; the request's id."""
    with stage.ctx.db.reading() as session:
        known = session.scalars(select(JourneyRequest.wish).limit(1)).one()
    return ask(stage.ctx, Wish.from_json(known), Asker(stage.accounts["mary"].id, "web"), now=NOW)


def book_on_the_web(client: FlaskClient, request: int) -> None:
    """Choose the first offer and book it, as a browser would."""
    chosen = client.post(f"/ask/answer/{request}", data={"offer": "1"})
    assert chosen.location.endswith(f"/ask/check/{request}")
    booked = client.post(f"/ask/check/{request}", data={"key": uuid4().hex})
    assert booked.location.endswith(f"/journeys/{request}/booked")
    assert client.get(booked.location).status_code == 200


def test_booking_never_calls_the_broker(stage: Stage, calls: Calls) -> None:
    """Ask, choose, book, look and cancel on the web: not one call to the broker is tried."""
    client = stage.client("mary")
    request = ask_as_mary(stage)
    book_on_the_web(client, request)
    cancelled = client.post(f"/journeys/{request}/cancel", data={"legs": "outward", "sure": "yes"})
    assert cancelled.status_code < 500
    assert client.get("/journeys").status_code == 200
    assert calls.count == 0


def test_a_call_to_the_broker_would_be_noticed(stage: Stage, calls: Calls) -> None:
    """Control: the one page that does ask the broker (/readyz) is caught at it."""
    assert stage.client().get("/readyz").status_code == 503
    assert calls.count > 0


def test_booking_goes_on_while_the_broker_is_frozen(tmp_path: Path, broker: Broker) -> None:
    """With the broker stopped for real the journey is booked, and /readyz says what is wrong."""
    stage = build_stage(tmp_path, redis_url=broker.url)
    assert stage.client().get("/readyz").json["queue"] is True
    broker.freeze()
    book_on_the_web(stage.client("mary"), ask_as_mary(stage))
    ready = stage.client().get("/readyz")
    assert (ready.status_code, ready.json["queue"], ready.json["database"]) == (503, False, True)
    stage.ctx.db.close()


@dataclass
class DyingWeb:
    """A real web server whose worker process dies when a request asks it to."""

    port: int
    cookie: str

    def send(self, path: str, form: dict[str, str] | None = None, die: str = "") -> tuple[int, str]:
        """One request; (status, where it sends us), or (0, "") when the server died in it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        if die:
            headers["X-Die"] = die
        try:
            connection.request("POST" if form else "GET", path, urlencode(form or {}), headers)
            answer = connection.getresponse()
        except (http.client.HTTPException, OSError):
            return 0, ""
        else:
            return answer.status, urlsplit(answer.getheader("Location", "")).path
        finally:
            connection.close()


@pytest.fixture
def dying_web(stage: Stage, tmp_path: Path) -> Iterator[DyingWeb]:
    """Gunicorn on the stage's database, signed in as Mary; it replaces a dead process."""
    settings = stage.ctx.settings
    env = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "SECURE_COOKIES": "no",
        "OUTABOUT_DATA_DIR": str(tmp_path),
        "TEST_NOW": NOW.isoformat(),
    }
    port = free_port()
    client = stage.client("mary")
    cookie = client.get_cookie(stage.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    command = [
        sys.executable, "-m", "gunicorn", "tests.integration.dying_web:app", "--preload",
        "--no-control-socket", "--graceful-timeout", "2",
        "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4",
    ]  # fmt: skip
    server = start(command, tmp_path / "web.log", env)
    web = DyingWeb(port, f"{cookie.key}={cookie.value}")
    try:
        assert until(lambda: web.send("/healthz")[0] == 200), (tmp_path / "web.log").read_text()
        yield web
    finally:
        stop(server)


def is_booked(stage: Stage, request: int) -> bool:
    """Whether the database has it booked."""
    with stage.ctx.db.reading() as session:
        return session.get_one(JourneyRequest, request).status == "booked"


def retry(web: DyingWeb, path: str, form: dict[str, str]) -> str:
    """Press the button again until the server is back; where we are sent."""
    answers: list[tuple[int, str]] = []
    assert until(lambda: answers.append(web.send(path, form)) or answers[-1][0] != 0)
    assert answers[-1][0] == 303
    return answers[-1][1]


@pytest.mark.timeout(1800)
def test_a_web_killed_before_it_could_answer_has_booked_once(
    stage: Stage, dying_web: DyingWeb
) -> None:
    """50 times: it dies after the commit; the same form again shows the booking, and no second."""
    for _ in range(counted(50)):
        request = ask_as_mary(stage)
        hold(stage.ctx, request, 1, by="test", now=NOW)
        path, form = f"/ask/check/{request}", {"key": uuid4().hex}
        assert dying_web.send(path, form, die="after") == (0, "")
        assert is_booked(stage, request)
        assert retry(dying_web, path, form) == f"/journeys/{request}/booked"
        with stage.ctx.db.reading() as session:
            found = session.scalars(select(Booking).where(Booking.request_id == request)).all()
        assert [booking.status for booking in found] == ["booked"]
        cancel(stage.ctx, request, by="test", now=NOW)


def test_a_web_killed_before_the_commit_has_booked_nothing(
    stage: Stage, dying_web: DyingWeb
) -> None:
    """Control: killed before the work, nothing is booked; the same form again books it."""
    request = ask_as_mary(stage)
    hold(stage.ctx, request, 1, by="test", now=NOW)
    path, form = f"/ask/check/{request}", {"key": uuid4().hex}
    assert dying_web.send(path, form, die="before") == (0, "")
    assert not is_booked(stage, request)
    retry(dying_web, path, form)
    assert is_booked(stage, request)
