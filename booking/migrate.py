"""Bring a database to the newest schema. Imports alembic and nothing of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

ROOT: Final = Path(__file__).resolve().parent.parent


def migrate(database_url: str) -> None:
    """Apply what is missing; does nothing on a database that is up to date."""
    command.upgrade(alembic_config(database_url), "head")


def alembic_config(database_url: str) -> Config:
    """Alembic's settings for that database."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
