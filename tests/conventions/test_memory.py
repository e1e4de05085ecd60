"""What a web process must not carry in its memory."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("ortools", "pandas")
WEB = """
import sys
import booking.app
from routing.warming import warm_offers
warm_offers()
"""
PLANNER = """
import sys
from routing.optimise import Stop, solve
from routing.warming import toy_problem
solve(toy_problem(), Stop(iterations=1000))
"""
SAY = f"print(*(name for name in {HEAVY!r} if name in sys.modules))"


def loaded_by(code: str) -> list[str]:
    """Which heavy packages are loaded once the code has run in a process of its own."""
    answer = subprocess.run([sys.executable, "-c", code + SAY], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split()


def test_the_web_does_not_load_the_planner() -> None:
    """Every page imported and the engine warm: OR-Tools and pandas (100 MB) are not there."""
    assert loaded_by(WEB) == []


def test_a_planner_is_noticed() -> None:
    """Control: a process that plans loads OR-Tools."""
    assert "ortools" in loaded_by(PLANNER)
