"""Whether a worker or the beat is alive: it touches a file as it works, a health check looks.

`python -m workers.alive worker` exits 0 when it does. Imports nothing of the service.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

STALE_SECONDS: Final = 150
"""Longer than the longest task, in which a worker of one process touches nothing."""
PARTS: Final = ("worker", "beat")


def touch(part: str) -> None:
    """Say that this part has just worked."""
    file = _file(part)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def is_alive(part: str) -> bool:
    """Whether it has worked lately."""
    try:
        return time.time() - _file(part).stat().st_mtime < STALE_SECONDS
    except OSError:
        return False


def _file(part: str) -> Path:
    return Path(os.environ.get("OUTABOUT_DATA_DIR", "var")) / f"{part}-alive"


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PARTS:
        sys.exit(f"Say which part: {' or '.join(PARTS)}.")
    sys.exit(0 if is_alive(sys.argv[1]) else f"{sys.argv[1]} has done nothing lately")
