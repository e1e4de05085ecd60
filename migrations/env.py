"""Alembic's entry: runs the migrations on the database it is given, under a lock."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from booking.db import Database
from booking.models import Base

LOCK = 7_203_151
LOCK_SECONDS = 15
"""A change of a busy table gives up after so long, instead of stopping everybody behind it."""


def plain_type(kind: str, value: object, _context: object) -> str | bool:
    """Migrations are history: they name the database's types, not the code's of today."""
    if kind == "type" and isinstance(value, TypeDecorator):
        inner = repr(value.impl_instance)
        return f"sa.{inner}"
    return False


def run(connection: Connection) -> None:
    """Migrate in one transaction; of two at once the second waits and finds nothing to do."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        context.run_migrations()


def run_on(database: Database) -> None:
    """Migrate this database and commit."""
    engine = database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection:
        if database.is_sqlite:
            # SQLite changes a table by copying and dropping it, and a drop would
            # take the rows that point to it along; they are checked at the end.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys=OFF")
        # Begun here, or alembic commits after each step on SQLite: whoever came second
        # would read a version that is on its way, and do the rest of the steps again.
        connection.begin()
        run(connection)
        if database.is_sqlite:
            dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
            if dangling:
                raise RuntimeError(f"The migration would leave rows pointing nowhere: {dangling}")
        connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(context.config.get_main_option("sqlalchemy.url") or "")
    run_on(database)
    database.close()
