"""Whether the service can do its work: database, queue, plan engine, front-end files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis
from sqlalchemy import select, text

from booking.adapters.travel_times import describe, trouble
from booking.config import Settings
from booking.context import Context, build_context
from booking.models import Place
from booking.services.matrix import look_up
from routing.warming import warm, warm_offers

BROKER_SECONDS: Final = 1.0
PLACES_ASKED: Final = 10
ROOT: Final = Path(__file__).resolve().parent.parent.parent


class NotReady(Exception):
    """Something is not as it must be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str


def check_ready(ctx: Context) -> list[Finding]:
    """Database, queue and engine, each within about a second."""
    return [
        _look("database", lambda: _database(ctx)),
        _look("queue", lambda: _broker(ctx.settings)),
        _look("engine", _engine),
    ]


def check_everything(settings: Settings) -> list[Finding]:
    """For `outabout doctor`: all of it, with what to do where something is wrong."""
    ctx = build_context(settings, pool_size=1)
    try:
        return [
            *check_ready(ctx),
            _look("planner", _planner),
            _look("roads", lambda: _roads(ctx)),
            _look("schema", lambda: _schema(ctx)),
            _look("pages", _front_end),
        ]
    finally:
        ctx.db.close()


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except NotReady as error:
        return Finding(what, False, str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is the finding
        return Finding(what, False, f"{type(error).__name__}: {str(error).splitlines()[0][:200]}")


def _database(ctx: Context) -> str:
    with ctx.db.reading() as session:
        session.execute(text("SELECT 1"))
    return "answers"


def _broker(settings: Settings) -> str:
    client = redis.Redis.from_url(
        settings.redis_url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
    try:
        client.ping()
    except redis.RedisError as error:
        raise NotReady(
            f"no queue answers at {_without_password(settings.redis_url)}. "
            "Does Redis run, and is REDIS_URL right?"
        ) from error
    finally:
        client.close()
    return "answers"


def _without_password(url: str) -> str:
    """An address that may be shown."""
    return re.sub(r"//[^@/]*@", "//", url)


def _engine() -> str:
    warm_offers()
    return "compiled"


def warm_planner() -> None:
    """Compile all of the engine, so that no task pays for it; for a worker's start."""
    warm()


def _planner() -> str:
    warm()
    return "compiled"


def _roads(ctx: Context) -> str:
    """Which engine tells driving times, asked for a first answer."""
    with ctx.db.reading() as session:
        rows = session.execute(select(Place.latitude, Place.longitude).limit(PLACES_ASKED))
        points = {number: (row.latitude, row.longitude) for number, row in enumerate(rows)}
    look_up(ctx.travel_times, points)
    if words := trouble(ctx.travel_times):
        raise NotReady(f"{words} Is OSRM_URL right, and does the server run?")
    return describe(ctx.travel_times)


def _schema(ctx: Context) -> str:
    from alembic.migration import MigrationContext  # ten megabytes the web never needs
    from alembic.script import ScriptDirectory

    with ctx.db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    newest = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    if set(found) != set(newest):
        now = ", ".join(found) or "empty"
        raise NotReady(f"{now}, not {', '.join(newest)}: run `outabout migrate`")
    return f"at {', '.join(found)}"


def _front_end() -> str:
    if not (ROOT / "static" / "manifest.json").is_file():
        raise NotReady("not built: run `npm ci && npm run build`")
    return "built"
