"""Statements are compiled once for all databases of a run, as they are once for a service.

SQLAlchemy keeps compiled statements for an engine, and nearly every test has a
database of its own: a third of the time of the tests went into compiling the same
statements again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine

from booking import db

KEPT: Final = 5_000
_known: dict[str, Engine] = {}
_make = db.make_engine


def share_statements() -> None:
    """From now on all engines of a kind of database use what the first of them compiled."""
    db.make_engine = _sharing


def _sharing(url: str, pool_size: int) -> Engine:
    engine = _make(url, pool_size)
    known = _known.get(engine.dialect.name)
    if known is None or known.dialect.server_version_info is None:  # It never connected.
        _known[engine.dialect.name] = engine
        engine._compiled_cache.capacity = KEPT
        return engine
    # A compiled statement is found again by its dialect, so that is shared too.
    engine.dialect = engine.pool._dialect = known.dialect
    engine._compiled_cache = known._compiled_cache
    return engine
