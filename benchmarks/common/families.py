"""Which instances are summed up together: those the goals are set for."""

from __future__ import annotations

import re

TOGETHER = {"a": "ab", "b": "ab"}
"""Cordeau's two sets are one family."""


def family(name: str, kind: str) -> str:
    """Of dial-a-ride by letters (ab, pr), of pickup and delivery by size (100 tasks, 200 tasks).

    Li & Lim name their larger files lr1_6_1: 600 tasks.
    """
    if kind == "pdptw":
        size = re.search(r"_(\d+)_", name)
        return f"{100 * int(size.group(1)) if size else 100} tasks"
    letters = re.match(r"[a-z]*", name.casefold())
    found = letters.group() if letters else ""
    return TOGETHER.get(found, found) or "others"
