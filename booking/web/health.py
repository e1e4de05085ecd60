"""`/healthz`: the process answers. `/readyz`: database, queue and plan engine do, too."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from booking.services.readiness import check_ready
from booking.web import here
from booking.web.access import open_to_all

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process is up."""
    return jsonify(ok=True)


@bp.get("/readyz")
@open_to_all
def readyz() -> tuple[Response, int]:
    """Each part by name, and 503 when one of them is not ready; no details to strangers."""
    findings = check_ready(here.ctx())
    ready = all(finding.ok for finding in findings)
    body = jsonify(ready=ready, **{finding.what: finding.ok for finding in findings})
    return body, 200 if ready else 503
