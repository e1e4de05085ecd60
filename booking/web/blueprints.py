"""The one list of everything with an address."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from booking.web import api, auth, callcentre, driver, health, operator, pages, passenger

BLUEPRINTS: Final[tuple[tuple[Blueprint, str | None], ...]] = (
    (passenger.bp, None),
    (callcentre.bp, "/calls"),
    (driver.bp, "/drive"),
    (operator.bp, "/board"),
    (api.bp, "/api"),
    (auth.bp, None),
    (pages.bp, None),
    (health.bp, None),
)
"""Each front end and where it begins."""
