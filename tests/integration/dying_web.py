"""The web application, ending its own process at the worst moment when it is asked to.

`X-Die: after` kills it (SIGKILL) when the work is done and committed and before a
byte of the answer has left; `X-Die: before` kills it before the work begins.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from booking.app import create_app
from booking.web import here

flask_app = create_app()
flask_app.config["WTF_CSRF_ENABLED"] = False
_now = datetime.fromisoformat(os.environ["TEST_NOW"])
flask_app.extensions[here.CLOCK] = lambda: _now


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer, or die."""
    wish = environ.get("HTTP_X_DIE", "")
    if wish == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = list(flask_app(environ, start_response))
    if wish == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
