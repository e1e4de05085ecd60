"""What cannot be measured is said in one sentence, with exit code 2: no traceback.

A traceback is for a fault of ours; a missing file is not one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from routing.errors import InstanceError, RoadsError, RoutingError

Asked = ParamSpec("Asked")
UNUSABLE, INTERRUPTED = 2, 130
"""Exit codes: as for words the command line does not know, and as a shell has it for Ctrl-C."""


class Unusable(Exception):
    """What was asked for cannot be measured; the sentence says why and what to do."""


def plainly(main: Callable[Asked, int | None]) -> Callable[Asked, int]:
    """`main` so that what the caller can mend ends it with a sentence on stderr."""

    @wraps(main)
    def told(*arguments: Asked.args, **named: Asked.kwargs) -> int:
        try:
            return main(*arguments, **named) or 0
        except (Unusable, RoutingError, OSError) as problem:
            print(sentence(problem), file=sys.stderr)
            return UNUSABLE
        except KeyboardInterrupt:
            return INTERRUPTED

    return told


def sentence(problem: Exception) -> str:
    """On one line: what is wrong, where, and what to do."""
    advice = ""
    if isinstance(problem, InstanceError):
        advice = "Mend the file, or name others with --instances or --data."
    elif isinstance(problem, RoadsError):
        advice = "Give another extract with --extract or --data."
    elif isinstance(problem, OSError):
        advice = "Give a file or folder that can be used."
    words = " ".join(str(problem).split())
    return f"{words.rstrip('.')}. {advice}".strip()


def from_here(path: Path) -> Path:
    """A path as whoever started `./run` meant it: `./run` itself works in the project's folder."""
    return Path(os.environ.get("OUTABOUT_FROM", ".")) / path
