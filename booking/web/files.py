"""Where the front-end build keeps files that the server itself reads."""

from __future__ import annotations

import json
from pathlib import Path

from flask import current_app


def built_folder() -> Path:
    """The folder of the current front-end build."""
    static = Path(current_app.static_folder or "static")
    try:
        version = json.loads((static / "manifest.json").read_text("utf-8"))["version"]
    except (OSError, ValueError, KeyError):
        version = "not-built"
    return static / str(version)


def font_folder() -> Path:
    """The folder of the service's own typeface."""
    return built_folder() / "fonts"
