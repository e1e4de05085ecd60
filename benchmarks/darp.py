"""Dial-a-ride instances (Cordeau & Laporte `pr`, Cordeau `a` and `b`): gap to the best known."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.figures import best_known, files, read_options
from benchmarks.known import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Solve every instance for so many seconds."""
    options = read_options("darp", arguments, __doc__, 30.0)
    paths = files(options.data, options.instances, "darp_*/*.txt")
    return run(options, paths, best_known(options.data, "darp_best_known.json"))


if __name__ == "__main__":
    sys.exit(main())
