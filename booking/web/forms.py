"""What every form shares: the session's CSRF token, and errors of services by their field."""

from __future__ import annotations

from flask_wtf import FlaskForm

from booking.domain.errors import Invalid


def put_errors(form: FlaskForm, error: Invalid) -> None:
    """Show a service's Invalid beside the field it names, or else the form's first."""
    fields = {field.name: field for field in form if field.type != "CSRFTokenField"}
    field = fields.get(error.field) or next(iter(fields.values()))
    field.errors = [*field.errors, error.words]
