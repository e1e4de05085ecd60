"""Alembic's entry: runs the migrations on the database it is given, under a lock."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from booking.db import Database
from booking.models import Base

LOCK = 7_203_151


def plain_type(kind: str, value: object, _context: object) -> str | bool:
    """Migrations are history: they name the database's types, not the code's of today."""
    if kind == "type" and isinstance(value, TypeDecorator):
        inner = repr(value.impl_instance)
        return f"sa.{inner}"
    return False


def run(connection: Connection) -> None:
    """Migrate in one transaction; two at once on PostgreSQL wait for each other."""
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
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    database = Database(context.config.get_main_option("sqlalchemy.url") or "")
    with database.engine.connect() as connection:
        run(connection)
        connection.commit()
    database.close()
