"""The zones' shapes, for maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from booking.context import Context
from booking.models import Zone


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """A zone and its GeoJSON geometry (longitude, latitude)."""

    id: int
    code: str
    name: str
    boundary: dict[str, Any]


def list_shapes(ctx: Context) -> tuple[ZoneShape, ...]:
    """Every zone's shape, by code."""
    with ctx.db.reading() as session:
        zones = session.execute(
            select(Zone.id, Zone.code, Zone.name, Zone.boundary).order_by(Zone.code)
        )
        return tuple(ZoneShape(*zone) for zone in zones)
