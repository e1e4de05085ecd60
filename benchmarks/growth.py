"""How plans and times change as a zone-day grows: 50 to 2,000 requests, fixed seconds.

Instances are numbers of requests; the days are made up, so nothing below `--data` is read.
Each is planned twice, for `--seconds` and for `--longest`; the gap is that of the shorter
to the best of the two. `--plot FILE.svg` draws what was measured, `--routes FILE.svg` the
routes of the first size. This process imports nothing of the engine: on Linux a process
counts the memory of the one that started it as its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.common.plainly import Unusable, from_here, plainly
from benchmarks.day.drawing import can_draw, draw, draw_routes
from benchmarks.figures import Options, read_options

ROOT = Path(__file__).resolve().parents[1]
USUAL = ["50", "100", "200", "500", "1000", "2000"]
MEMORY_GOAL = 500.0
MEMORY_AT = 1_000
"""Megabytes at most for a zone-day of so many requests."""

ENGINES = ("default", "search")
"""OR-Tools' routing model minimises distance only, and not what a zone-day costs."""

Grown = dict[str, Any]
"""Fields of `day.growing.Grown`."""


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size; 1 if a plan is not legal."""
    options = read_options("growth", arguments, __doc__, 20.0, _add, ENGINES)
    plot, routes = _to_draw(options, "plot"), _to_draw(options, "routes")
    longest = options.more["longest"]
    wanted = [(size, _people(size)) for size in options.instances or USUAL]
    _grown(options, 5, 0.2)  # compiling, once on a machine, is nobody's memory
    rows = []
    for size, people in wanted:
        short = _grown(options, people, options.seconds)
        long = _grown(options, people, max(longest, options.seconds))
        rows.append((short, long))
        _show(options, size, short, long)
    if plot is not None:
        draw(rows, plot)
    if routes is not None:
        draw_routes(rows[0][1], routes)
    return 1 if any(grown["faults"] for row in rows for grown in row) else 0


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--longest", type=float, default=60.0, help="seconds to compare with (60)")
    parser.add_argument("--routes", type=Path, metavar="FILE", help="draw the first size's routes")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it, such as growth.svg")


def _to_draw(options: Options, what: str) -> Path | None:
    """Where to, if it was asked for: no part of the command that makes a figure again."""
    file: Path | None = options.more.pop(what)
    if file is not None:
        can_draw(file := from_here(file))
    return file


def _people(size: str) -> int:
    if not size.isdecimal() or int(size) < 1:
        raise Unusable(f"{size}: no number of requests; name sizes such as --instances 50 100")
    return int(size)


def _grown(options: Options, size: int, seconds: float) -> Grown:
    """One search in a process of its own."""
    words = [size, seconds, options.seed, options.workers, options.engine]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.day.growing", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        told = f"{size} requests: the search ended with exit code {done.returncode}"
        raise Unusable(f"{told}; name smaller sizes with --instances if there is too little memory")
    return dict(json.loads(done.stdout))


def gap(short: Grown, long: Grown) -> float:
    """Per cent that the shorter search's plan costs more than the best of the two."""
    return float(100.0 * (short["cost"] / min(short["cost"], long["cost"]) - 1.0))


def _show(options: Options, size: str, short: Grown, long: Grown) -> None:
    people = short["people"]
    for name, value, unit in (
        ("buses", short["buses"], "vehicles"),
        ("cost a request", round(short["cost"] / people, 4), "£"),
        ("best cost a request", round(min(short["cost"], long["cost"]) / people, 4), "£"),
        ("over the best", round(gap(short, long), 3), "%"),
        ("over the bound", _over_bound(short), "%"),
        ("unserved", short["unserved"], "requests"),
        ("unserved in the longest run", long["unserved"], "requests"),
        ("rounds a second", round(short["rounds"] / short["seconds"], 1), "1/s"),
        ("rounds a second of work", round(short["rounds"] / short["worked"], 1), "1/s"),
        ("first full plan", _rounded(short["first"] or long["first"]), "s"),
        ("faults", short["faults"] + long["faults"], "violations"),
    ):
        options.figure(name, value, unit, size).show()
    goal = {"goal": MEMORY_GOAL} if people == MEMORY_AT else {}
    most = max(short["megabytes"], long["megabytes"])
    options.figure("peak memory", round(most, 1), "MB", size).show(**goal)


def _over_bound(grown: Grown) -> float | None:
    """Per cent that the plan costs more than any must; None where no bound was found."""
    if grown["bound"] is None:
        return None
    return round(100.0 * (1.0 - grown["bound"] / grown["cost"]), 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


if __name__ == "__main__":
    sys.exit(main())
