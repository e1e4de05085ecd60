"""The operator's map as GeoJSON: the zone's shape, its places by name, the runs and their stops.

Longitude first, as GeoJSON has it. Lines are straight from stop to stop: they say
the order, not the road.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.service_day import moment
from booking.domain.words import clock_24, spoken_list
from booking.models import Place
from booking.services.board_day import BoardDay, Going, RunNow, get_zone, read_day
from booking.services.manifest_words import place_words
from booking.services.riders import Point

NAMED_KINDS: Final = ("town", "village")
"""The places a map is read by."""


def board_map(ctx: Context, zone_code: str, day: date, *, now: datetime) -> dict[str, Any]:
    """A FeatureCollection of that zone and day. Raises NotFound for a zone we do not have."""
    with ctx.db.reading() as session:
        read = read_day(session, zone_code, day, now)
        features = [_shape(read.zone.name, read.zone.boundary)]
        for row, run in enumerate(read.runs):
            if run.shift.status == "planned":
                features += _run(read, row, run)
        features += _labels(session, read.zone.id)
    return {"type": "FeatureCollection", "features": features}


def zone_map(ctx: Context, zone_code: str) -> dict[str, Any]:
    """The shape of a zone with the names of its places."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        return {
            "type": "FeatureCollection",
            "features": [_shape(zone.name, zone.boundary), *_labels(session, zone.id)],
        }


def _labels(session: Session, zone_id: int) -> Iterator[dict[str, Any]]:
    """Places to be named, the most important first: towns, then villages with the most in them.

    A map names as many of them as it has room for.
    """
    public = select(Place).where(Place.person_id.is_(None), Place.kind != "address")
    inside = session.scalars(public.where(Place.zone_id == zone_id)).all()
    towns = session.scalars(public.where(Place.kind == "town")).all()
    size = Counter(place.village for place in inside)
    named = {place.name: place for place in (*inside, *towns) if place.kind in NAMED_KINDS}
    for place in sorted(
        named.values(), key=lambda one: (one.kind != "town", -size[one.name], one.name)
    ):
        yield _feature("Point", [place.longitude, place.latitude], label=place.name)


def _shape(name: str, boundary: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": boundary, "properties": {"name": name}}


Stops = list[tuple[int, Point, list[Going]]]
"""(number in the run, where, who gets on or off)."""


def _run(read: BoardDay, row: int, run: RunNow) -> Iterator[dict[str, Any]]:
    """What is still to be driven: from the last stop that is done, or from the depot."""
    stops = _stops(run)
    done = max((number for number, _, goings in stops if _is_done(goings)), default=0)
    ahead = [stop for stop in stops if stop[0] >= done]
    if not stops or done == len(stops):
        return
    name, depot = run.shift.vehicle.name, run.shift.vehicle.depot
    home = [depot.longitude, depot.latitude]
    line = [[point.longitude, point.latitude] for _, point, _ in ahead]
    yield _feature("LineString", [*([] if done else [home]), *line, home], row=row, name=name)
    for number, point, goings in ahead:
        yield _feature(
            "Point",
            [point.longitude, point.latitude],
            row=row,
            number=number,
            name=f"{name}, stop {number}: {place_words(point)}",
            detail=_detail(read, goings),
        )


def _stops(run: RunNow) -> Stops:
    """Visits one after the other at one place, as one stop."""
    found: Stops = []
    for going in run.goings:
        if going.rider is None:
            continue
        point = going.rider.place(going.stop.action)
        if found and found[-1][1].id == point.id:
            found[-1][2].append(going)
        else:
            found.append((len(found) + 1, point, [going]))
    return found


def _is_done(goings: list[Going]) -> bool:
    return all(going.is_done for going in goings)


def _detail(read: BoardDay, goings: list[Going]) -> str:
    when = clock_24(moment(read.day, goings[0].expected))
    names = [
        f"{going.rider.name} gets {'on' if going.stop.action == 'pickup' else 'off'}"
        for going in goings
        if going.rider
    ]
    return f"{when}: {spoken_list(names)}"


def _feature(kind: str, coordinates: list[Any], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }
