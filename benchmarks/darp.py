"""Dial-a-ride instances (Cordeau & Laporte `pr`, Cordeau `a` and `b`): gap to the best known.

Files of that format below `--data`, all of them if none is named; `--instances 'pr*'` names
several. Where no best known value is there, the cost is shown without a gap.
`--convergence FILE.svg` draws how the gap falls while the search goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common.best import best_known
from benchmarks.common.finding import instances
from benchmarks.common.plainly import from_here, plainly
from benchmarks.day.drawing import can_draw, draw_convergence
from benchmarks.figures import read_options
from benchmarks.known import run


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Solve every instance for so many seconds."""
    options = read_options("darp", arguments, __doc__, 30.0, _add)
    drawing = options.more.pop("convergence")
    if drawing is not None:
        can_draw(drawing := from_here(drawing))
    files = instances(options.data, options.instances, "darp")
    solved = run(options, files, best_known(options.data))
    if drawing is not None:
        draw_convergence({one.name: one.curve() for one in solved}, drawing)
    return 1 if any(one.faults for one in solved) else 0


def _add(parser: argparse.ArgumentParser) -> None:
    words = "draw the gap while time goes on, for two or three instances"
    parser.add_argument("--convergence", type=Path, metavar="FILE.svg", help=words)


if __name__ == "__main__":
    sys.exit(main())
