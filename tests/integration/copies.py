"""Worlds copied from a pattern: booking a day once is enough for many tests of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tests.world import World, make_context


def copy_world(pattern: World, folder: Path) -> World:
    """The pattern's SQLite database in a folder of its own; the pattern must be closed."""
    source = pattern.ctx.settings.database_url.removeprefix("sqlite:///")
    target = folder / "copy.db"
    shutil.copy(source, target)
    return replace(pattern, ctx=make_context(f"sqlite:///{target}", folder))


def begin_again(pattern: World, copy: World) -> None:
    """The copy as the pattern is; its engine, with all it has compiled, is kept."""
    copy.ctx.db.close()
    target = copy.ctx.settings.database_url.removeprefix("sqlite:///")
    for beside in ("-wal", "-shm"):
        Path(target + beside).unlink(missing_ok=True)
    shutil.copy(pattern.ctx.settings.database_url.removeprefix("sqlite:///"), target)
