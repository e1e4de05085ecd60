"""An app of the tests on a real address, for the browser, with people signed in by cookie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

from playwright.sync_api import BrowserContext
from werkzeug.serving import make_server

from tests.integration.cast import Stage

LOOKS_EVERY: Final = 0.02
"""Seconds after which the server notices that it is to end; else half a second a test."""


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """Serve the stage's app on a free port of this machine; gives the address."""
    server = make_server("127.0.0.1", 0, stage.app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(LOOKS_EVERY,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def sign_in(context: BrowserContext, stage: Stage, name: str, url: str) -> None:
    """Put a sign-in of somebody of the cast into a browser."""
    cookie: Any = stage.client(name).get_cookie("outabout")
    assert cookie is not None
    context.add_cookies([{"name": "outabout", "value": cookie.value, "url": url}])
