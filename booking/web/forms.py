"""What every form shares: the session's CSRF token, and errors of services by their field."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm

from booking.domain.errors import Invalid


class Form(FlaskForm):  # type: ignore[misc]  # the library is not typed
    """A form of a page. It reads what was typed into the page, never a JSON body."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the form takes what was sent."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return request.form if request.is_json else super().wrap_formdata(form, formdata)


def put_errors(form: FlaskForm, error: Invalid) -> None:
    """Show a service's Invalid beside the field it names, or else the form's first."""
    fields = {field.name: field for field in form if field.type != "CSRFTokenField"}
    field = fields.get(error.field) or next(iter(fields.values()))
    field.errors = [*field.errors, error.words]
