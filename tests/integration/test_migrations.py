"""Migrations: they give the tables the models describe, once, whoever runs them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, Table, event, inspect, text

from booking.db import Database
from booking.migrate import alembic_config, migrate
from booking.models import Base

HEAD = "SELECT version_num FROM alembic_version"


@pytest.fixture
def migrated(any_db: str) -> Iterator[Database]:
    """A new database brought to the newest schema by the migrations."""
    migrate(any_db)
    database = Database(any_db, pool_size=1)
    yield database
    database.close()


def differences(database: Database, metadata: MetaData = Base.metadata) -> list[object]:
    """What the database's tables and the described ones do not have in common."""
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        )


def test_migrations_and_models_agree(migrated: Database) -> None:
    """After the migrations no table, column, type or index is missing or left over."""
    assert differences(migrated) == []


def test_a_model_without_a_migration_is_noticed(migrated: Database) -> None:
    """Control: a table nobody wrote a migration for is found."""
    changed = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(changed)
    Table("forgotten", changed, Column("id", Integer, primary_key=True))
    changed.tables["places"].append_column(Column("forgotten", Integer))
    found = differences(migrated, changed)
    assert len(found) == 2


def test_migrating_again_changes_nothing(any_db: str, migrated: Database) -> None:
    """A second run finds nothing to do, and keeps what is in the tables."""
    with migrated.engine.begin() as connection:
        connection.execute(text("INSERT INTO areas (code, name) VALUES ('MEL', 'Melton')"))
        before = connection.execute(text(HEAD)).scalars().all()
    migrate(any_db)
    with migrated.engine.connect() as connection:
        assert connection.execute(text(HEAD)).scalars().all() == before
        assert connection.execute(text("SELECT code FROM areas")).scalars().all() == ["MEL"]


def test_two_at_once_migrate_once(any_db: str) -> None:
    """Two processes start together on an empty database: both succeed, one version is there."""
    fresh = multiprocessing.get_context("spawn")
    workers = [fresh.Process(target=migrate, args=(any_db,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    database = Database(any_db, pool_size=1)
    with database.engine.connect() as connection:
        assert len(connection.execute(text(HEAD)).all()) == 1
    assert differences(database) == []
    database.close()


def test_nobody_sees_a_database_half_way(any_db: str) -> None:
    """All steps are one transaction, or whoever comes second would do some of them again."""
    kept: list[object] = []

    def keep(connection: object) -> None:
        kept.append(connection)

    event.listen(Engine, "commit", keep)
    try:
        migrate(any_db)
    finally:
        event.remove(Engine, "commit", keep)
    assert len(kept) == 1


def test_the_tables_are_all_there(migrated: Database) -> None:
    """Every table of the models exists under its name."""
    assert set(Base.metadata.tables) <= set(inspect(migrated.engine).get_table_names())


def test_the_way_back_is_open(any_db: str, migrated: Database) -> None:
    """Taking the migrations back and applying them again ends where it began."""
    migrated.close()
    command.downgrade(alembic_config(any_db), "base")
    assert set(inspect(migrated.engine).get_table_names()) == {"alembic_version"}
    migrate(any_db)
    assert differences(migrated) == []
