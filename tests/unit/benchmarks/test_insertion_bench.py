"""How long an answer takes, on a day of any size, as the common options say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import insertion


def test_a_small_day_is_asked_as_often_as_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question once, then over again for so many seconds; what starting takes is apart."""
    monkeypatch.setattr(insertion, "_measure_start", lambda options: None)
    monkeypatch.setattr(insertion, "QUESTIONS", 20)
    asked: list[str] = []
    best = insertion.Inserter.best

    def counted(self: insertion.Inserter, request: insertion.Request) -> object:
        asked.append(request.id)
        return best(self, request)

    monkeypatch.setattr(insertion.Inserter, "best", counted)
    words = ["--data", str(tmp_path), "--instances", "2x4", "--seed", "5", "--workers", "2"]
    file = tmp_path / "kept.jsonl"
    assert insertion.main([*words, "--save", str(file)]) == 0
    once = len(asked)
    assert insertion.main([*words, "--seconds", "0.2"]) == 0
    assert len(asked) - once > once
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(line["instance"], line["seed"]) for line in lines} == {("2x4", 5)}
    assert {line["value"] for line in lines if line["name"] == "requests carried"} == {4}
    assert len(file.read_text("utf-8").splitlines()) * 2 == len(lines)
