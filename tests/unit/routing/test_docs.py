"""The page about `routing` tells the truth: its example runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "routing.md"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_worked_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody in it is carried, and the next caller gets an answer."""
    blocks = CODE.findall(PAGE.read_text("utf-8"))
    assert blocks
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:] for line in lines if "pickup" in line].count(["pickup", "Ada"]) == 1
    assert len(lines) == 6
