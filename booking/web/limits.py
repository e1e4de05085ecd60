"""How much and how often anybody may send, and what no field can hold.

Counts per address are kept in this process's memory: they slow a flood, and they
work while the queue's server is away. The counts that guard a secret are kept in
the database (`booking/services/tries.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter

BIGGEST_BODY: Final = 1024 * 1024
BIGGEST_NUMBER: Final = 2**31 - 1

SIGN_IN: Final = "60 per 10 minutes"
"""Per address: a village hall's visitors share one."""

limiter: Final = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)


class IdConverter(IntegerConverter):
    """`<int:...>` in an address: no greater than a row's number can be."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", BIGGEST_NUMBER)
        super().__init__(map, *args, **kwargs)


def init_limits(app: Flask) -> None:
    """Bound what every request may send. Called before routes are registered."""
    app.config.update(
        MAX_CONTENT_LENGTH=BIGGEST_BODY,
        MAX_FORM_MEMORY_SIZE=BIGGEST_BODY // 2,
        MAX_FORM_PARTS=500,
    )
    app.url_map.converters["int"] = IdConverter
    limiter.init_app(app)
    app.before_request(_refuse_the_unstorable)


def _refuse_the_unstorable() -> None:
    """No database keeps a NUL or half a character: refuse them once, for every field."""
    sent: list[Any] = [request.path, request.args.to_dict(flat=False)]
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        sent.append(request.form.to_dict(flat=False))
    elif request.is_json:
        sent.append(_json())
    if any("\0" in text or not _whole(text) for text in _texts(sent)):
        raise BadRequest


def _json() -> Any:
    try:
        return request.get_json(silent=True)
    except RecursionError:  # Brackets within brackets, to bring a reader down.
        raise BadRequest from None


def _texts(value: Any) -> Iterator[str]:
    """Every text in it, however deep."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            rest += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            rest += one


def _whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
