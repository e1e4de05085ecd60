"""What the database says of its errors may be logged: it names nobody."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from booking.context import Context
from booking.models import Message
from tests.integration.cast import Stage, build_stage
from tests.world import NOW

NUMBER = "+447700900123"
CODE = "123456 is your code"


def message(**changes: Any) -> Message:
    """A message that holds what no log may."""
    values = {
        "key": f"key:{NUMBER}",
        "channel": "text",
        "recipient": NUMBER,
        "body": CODE,
        "due_at": NOW,
        "created_at": NOW,
    }
    return Message(**{**values, **changes})


def fail(ctx: Context, *messages: Message) -> DBAPIError:
    """The error of writing these messages."""
    with pytest.raises(DBAPIError) as caught, ctx.db.writing() as session:
        session.add_all(messages)
    return caught.value


@pytest.mark.parametrize("kind", ["twice", "nothing", "mark"])
def test_an_error_of_the_database_names_nobody(any_ctx: Context, kind: str) -> None:
    """A failed INSERT is told without what was to be written, by us and by the database."""
    made = {
        "twice": (message(), message()),
        "nothing": (message(due_at=None),),
        "mark": (message(person_id=10**9), message(key=None)),
    }[kind]
    text = "".join(traceback.format_exception(fail(any_ctx, *made)))
    assert "INSERT INTO messages" in text
    assert NUMBER not in text
    assert CODE not in text


@pytest.fixture
def stage(tmp_path: Path, any_db: str) -> Stage:
    """The cast's app, once on each kind of database."""
    return build_stage(tmp_path, database_url=any_db)


def test_what_a_page_logs_of_a_failure_names_nobody(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log line an error page refers to holds the statement, and nobody in it."""

    def page(*_words: object, **_values: object) -> str:
        fail_in_a_page(stage.ctx)
        return "kept"

    monkeypatch.setattr("booking.web.callcentre.finding.page", page)
    with caplog.at_level(logging.ERROR):
        assert stage.client("call_handler").get("/calls/").status_code == 500
    assert "INSERT INTO messages" in caplog.text
    assert NUMBER not in caplog.text
    assert CODE not in caplog.text


def fail_in_a_page(ctx: Context) -> None:
    """Write what cannot be kept."""
    with ctx.db.writing() as session:
        session.add(message(due_at=None))
