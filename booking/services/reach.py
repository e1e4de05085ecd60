"""Which of our places no road leads to."""

from __future__ import annotations

from sqlalchemy import select

from booking.adapters.travel_times import trouble
from booking.context import Context
from booking.domain.errors import Invalid
from booking.models import Place
from booking.services.matrix import look_up


def out_of_reach(ctx: Context) -> list[str]:
    """A line for each public place too far from any road, or cut off from most others.

    Raises Invalid while the roads engine does not answer.
    """
    with ctx.db.reading() as session:
        rows = session.execute(
            select(Place.id, Place.name, Place.latitude, Place.longitude)
            .where(Place.person_id.is_(None))
            .order_by(Place.name, Place.id)
        ).all()
    matrix = look_up(ctx.travel_times, {row.id: (row.latitude, row.longitude) for row in rows})
    if words := trouble(ctx.travel_times):
        raise Invalid(words)
    found = []
    for row in rows:
        where = f"{row.name} ({row.latitude}, {row.longitude})"
        others = [one.id for one in rows if one.id not in matrix.off_road | {row.id}]
        reached = sum(matrix.has_way(row.id, one) and matrix.has_way(one, row.id) for one in others)
        if row.id in matrix.off_road:
            found.append(f"{where}: too far from any road.")
        elif reached < len(others) / 2:
            found.append(f"{where}: no road there and back from most other places.")
    return found
