"""Compiled code that is compiled once: Numba with a cache that cannot go stale.

Numba keeps compiled functions on disk and looks only at the date of the one file
a function stands in, not of the functions it calls. Here the directory of the
cache is named after the text of all compiled files, so any change starts afresh.
It lies in the user's cache directory (`NUMBA_CACHE_DIR` overrides it), so that
the installed package may be read-only. Imports nothing of `routing`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

_COMPILED_FILES = (
    "chance",
    "flat",
    "timing",
    "placing",
    "inserting",
    "memory",
    "ruin",
    "recreate",
    "annealing",
    "shedding",
    "pool",
    "labels",
    "labelling",
    "roads/components",
    "roads/hierarchy",
)


def _fingerprint() -> str:
    folder = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for name in _COMPILED_FILES:
        file = folder / f"{name}.py"
        if file.exists():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    wanted = Path(base) / "outabout" / f"compiled-{_fingerprint()}"
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK) and wanted.stat().st_uid == os.getuid():
            return wanted
    except OSError:
        pass
    # Nowhere to keep it: compiled code is loaded as code, so never from a shared directory.
    return Path(tempfile.mkdtemp(prefix="outabout-compiled-"))


if not os.environ.get("NUMBA_CACHE_DIR"):
    numba.config.CACHE_DIR = str(_cache_directory())  # type: ignore[attr-defined]


_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}

_BORROWING: dict[str, Any] = {**_OPTIONS, "_nrt": False}
"""For functions that make no arrays: what they are given lives as long as they run, so
nothing is counted. Counting the users of every row looked at took a third of a search."""


def compiled(function: F) -> F:
    """Compile a function of arrays and numbers at its first call, or take it from the cache.

    It may look at parts of arrays but not make new ones.
    """
    return cast(F, numba.njit(**_BORROWING)(function))


def inner(function: F) -> F:
    """Like `compiled`, for functions that only compiled code calls: no way in from Python.

    The way in unpacks every array of every argument; leaving it out halves the compilation.
    """
    options = {**_BORROWING, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(F, numba.njit(**options)(function))


def making_arrays(function: F) -> F:
    """Like `compiled`, for functions that make arrays or return them."""
    return cast(F, numba.njit(**_OPTIONS)(function))
