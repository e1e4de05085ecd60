"""Pickup and delivery with time windows (Li & Lim): vehicles and gap to the best known.

Files of that format below `--data`, all of them if none is named; `--instances 'lrc1*'` names
several. Where no best known value is there, the cost is shown without a gap.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.common.best import best_known
from benchmarks.common.finding import instances
from benchmarks.common.plainly import plainly
from benchmarks.figures import read_options
from benchmarks.known import run


@plainly
def main(arguments: Sequence[str] | None = None) -> int:
    """Solve every instance for so many seconds."""
    options = read_options("pdptw", arguments, __doc__, 30.0)
    files = instances(options.data, options.instances, "pdptw")
    solved = run(options, files, best_known(options.data))
    return 1 if any(one.faults for one in solved) else 0


if __name__ == "__main__":
    sys.exit(main())
