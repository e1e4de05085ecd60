"""A message shown once on the next page, with the way on that belongs to it."""

from __future__ import annotations

from typing import cast

from flask import flash


def flash_with_way(title: str, link: str, href: str, kind: str) -> None:
    """Like `flash`, and a link below it; `templates/components/banner.html` shows both."""
    # Flask keeps whatever is handed to it as JSON, and is typed for plain words only.
    flash(cast(str, {"title": title, "link": link, "href": href}), kind)
