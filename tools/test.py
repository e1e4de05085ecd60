"""What `./run test` does: style, types and import contracts, then the tests, fast ones first.

`--long` runs the full counts. Other words go to pytest, and then only pytest runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)
COMPILE = "from routing.warming import warm, warm_roads; warm(); warm_roads()"
"""Done beside the checks: else every process of the tests would do it first."""

WORKERS = "2"
"""Three on two cores took longer: they wait for one another."""


def main(words: list[str]) -> int:
    """0 when all of it passes."""
    if [word for word in words if word != "--long"]:
        return call("pytest", *words)
    compiling = subprocess.Popen([sys.executable, "-c", COMPILE], cwd=ROOT)
    failed = [" ".join(check) for check in CHECKS if call(*check)]
    compiling.wait()
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    return all_tests([word for word in words if word == "--long"])


def all_tests(words: list[str]) -> int:
    """Every test in one run, side by side; fast folders are collected first."""
    folders = ("unit", "conventions", "property", "integration", "browser")
    paths = [f"tests/{name}" for name in folders if (ROOT / "tests" / name).is_dir()]
    side_by_side = ("-n", WORKERS, "--dist", "loadscope")
    return call("pytest", *side_by_side, "-r", "fEs", "--durations=25", *words, *paths)


def call(*words: str) -> int:
    """Run a tool of this environment."""
    tool = Path(sys.executable).parent / words[0]
    print(f"· {' '.join(words)}", flush=True)
    return subprocess.call([str(tool), *words[1:]], cwd=ROOT, env={**os.environ})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
