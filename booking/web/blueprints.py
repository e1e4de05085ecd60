"""The one list of everything with an address."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from flask import Blueprint

BLUEPRINTS: Final = (
    ("booking.web.passenger", ""),
    ("booking.web.callcentre", "/calls"),
    ("booking.web.driver", "/drive"),
    ("booking.web.operator", "/board"),
    ("booking.web.api", "/api"),
    ("booking.web.auth", ""),
    ("booking.web.pages", ""),
    ("booking.web.health", ""),
)
"""Module and where its `bp` begins, unless the blueprint says so itself."""


def blueprints() -> list[tuple[Blueprint, str]]:
    """Every blueprint with its prefix."""
    found = ((import_module(name), prefix) for name, prefix in BLUEPRINTS if find_spec(name))
    return [
        (module.bp, module.bp.url_prefix or prefix)
        for module, prefix in found
        if hasattr(module, "bp")
    ]
