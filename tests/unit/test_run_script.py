"""`./run`: what it settles before any command of it starts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools import run


def test_modules_are_compiled_once_whatever_the_machine_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where Python is told to keep nothing, a second process still finds what the first made."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    run.keep_what_is_compiled()
    ask = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    said = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert said.stdout.split() == ["False", str(run.ROOT / ".cache" / "compiled")]


def test_a_folder_that_was_chosen_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says where Python keeps what it compiles is not overruled."""
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/somewhere/else")
    run.keep_what_is_compiled()
    assert os.environ["PYTHONPYCACHEPREFIX"] == "/somewhere/else"
