"""Pickup and delivery with time windows (Li & Lim): vehicles and gap to the best known."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.figures import best_known, files, read_options
from benchmarks.known import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve every instance for so many seconds."""
    options = read_options("pdptw", arguments, __doc__, 30.0)
    paths = files(options.data, options.instances, "pdptw_*/*.txt")
    return run(options, paths, best_known(options.data, "pdptw_best_known.json"))


if __name__ == "__main__":
    sys.exit(main())
