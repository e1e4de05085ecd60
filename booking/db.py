"""The database: one `Database` per process, read and write transactions.

SQLite is the embedded default and PostgreSQL the production one. On SQLite a
writing transaction begins IMMEDIATE (a deferred one that reads first loses the
race for the lock and fails, or oversells); on PostgreSQL it is READ COMMITTED
and services lock the rows they decide about. Imports SQLAlchemy only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_SECONDS = 30
POOL_WAIT_SECONDS = 30


class Database:
    """Sessions on one database.

    `reading()` gives a session that is rolled back at the end; `writing()` one
    that commits at the end, or rolls back when an exception passes through.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, info: dict[str, Any] | None = None
    ) -> None:
        """`info` is what every session carries (`session.info`), such as the scheme's name."""
        self.url = url
        self.engine = make_engine(url, pool_size)
        self._read = sessionmaker(self.engine, expire_on_commit=False, info=info)
        self._write = sessionmaker(
            self.engine.execution_options(sqlite_begin="IMMEDIATE"),
            expire_on_commit=False,
            info=info,
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only: nothing it does is kept."""
        with self._read() as session:
            yield session
            # Closing rolls back and leaves what was read readable, which a rollback would not.

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed as a whole at the end, or not at all."""
        with self._write.begin() as session:
            yield session

    def session(self) -> Session:
        """A plain session, for libraries that bring their own transaction handling."""
        return self._write()

    def close(self) -> None:
        self.engine.dispose()


def make_engine(url: str, pool_size: int) -> Engine:
    """An engine whose errors can be logged: they say what failed, never what was in it."""
    options = _sqlite_options() if url.startswith("sqlite") else _postgres_options()
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,
        **options,
    )
    event.listen(engine, "handle_error", _leave_details_out)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _sqlite_options() -> dict[str, Any]:
    return {
        "max_overflow": 60,
        "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    }


def _postgres_options() -> dict[str, Any]:
    return {
        "max_overflow": 20,
        "pool_pre_ping": True,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"connect_timeout": 5},
    }


def _leave_details_out(failure: ExceptionContext) -> None:
    """PostgreSQL adds the row that failed to its first line, name and number included."""
    diagnosis = getattr(failure.original_exception, "diag", None)
    details = getattr(diagnosis, "message_detail", None), getattr(diagnosis, "context", None)
    if not any(details):
        return
    for error in (failure.original_exception, failure.sqlalchemy_exception):
        if error is not None:
            error.args = (str(error.args[0]).partition("\n")[0],)


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    # The driver's own transaction handling begins too late for us: it is switched
    # off and `_begin_sqlite` says BEGIN itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
