"""What a service compiles once is compiled once for all tests of a run.

Nearly every test has a database and an app of its own. SQLAlchemy keeps compiled
statements for an engine, and werkzeug compiles two functions for each route of an app:
a third of the time of all tests went into the one, a fifth of that of the tests of pages
into the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine
from werkzeug.routing import Rule

from booking import db

KEPT: Final = 5_000
_known: dict[str, Engine] = {}
_make = db.make_engine
_builders: dict[tuple[object, ...], Callable[..., Any]] = {}
_compile = Rule._compile_builder


def compile_once() -> None:
    """From now on all engines of a kind of database use what the first of them compiled,
    and all apps what the first of them compiled of a route."""
    db.make_engine = _sharing
    Rule._compile_builder = _builder  # type: ignore[method-assign]


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


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    """The function that builds the addresses of a route; it is told its rule when called."""
    of = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
    key = (*of, append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]
