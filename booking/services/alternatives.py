"""What else would do, where a wish cannot be met: other times, another stop, other days.

Nearest first: what asks least of the person, not what is cheapest to drive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from booking.context import Context
from booking.domain.booking_rules import Broken
from booking.domain.offers import (
    OFFERS_AT_MOST,
    Possible,
    Promised,
    choose,
    choose_instead,
    nearest_first,
)
from booking.domain.wish import PurposeKind, Wish
from booking.models import Zone
from booking.services.day import load_points
from booking.services.leg_asked import Journey
from booking.services.matrix import PlaceMatrix, look_up
from booking.services.prepare import Prepared, prepare, stands_instead
from booking.services.rules import Forbidden
from booking.services.search import Obstructed, Wide, search

WEEK: Final = 7
OTHER_DAYS: Final = 7
"""How far ahead another day is looked for: a group's meeting a week later at most."""
THAT_DAY_ONLY: Final = frozenset({"closed", "link_day"})
"""Rules that stand in the way on some days of the week only."""


def find_alternatives(
    ctx: Context,
    prepared: Prepared,
    broken: Broken,
    now: datetime,
    *,
    present: frozenset[Promised] = frozenset(),
) -> list[Possible]:
    """Up to four ways that come nearest to a wish that cannot be met, the nearest first.

    One place is kept for another day: who has the time may like that better. `present`
    is what they have already.
    """
    assert prepared.journey is not None
    wish = prepared.journey.wish
    wide = Wide.NEAREST if broken.rule == "hours" else Wide.AROUND
    near = [way for way in _that_day(ctx, prepared, wide, now) if not way.is_now(present)]
    ways = choose_instead(near, wish.day, OFFERS_AT_MOST - 1)
    if broken.rule == "road":
        return ways  # No other day will bring a road: only another stop may have one.
    ways += _other_days(ctx, wish, now, OFFERS_AT_MOST - len(ways), prepared.ground.zone)
    return nearest_first(ways, wish.day)


def on_other_days(ctx: Context, wish: Wish, ground: Forbidden, now: datetime) -> list[Possible]:
    """What is forbidden on that day only may be possible on the next ones."""
    if ground.broken.rule not in THAT_DAY_ONLY:
        return []
    return _other_days(ctx, wish, now, OFFERS_AT_MOST, ground.zone)


def _that_day(ctx: Context, prepared: Prepared, wide: Wide, now: datetime) -> list[Possible]:
    assert prepared.journey is not None
    assert prepared.day is not None
    ways: list[Possible] = []
    journeys, matrix = _journeys(ctx, prepared)
    for journey in journeys:
        found = search(journey, prepared.day, matrix, now, wide=wide)
        if not isinstance(found, Obstructed):
            ways += found
    return ways


def _journeys(ctx: Context, prepared: Prepared) -> tuple[list[Journey], PlaceMatrix]:
    """The journey from where they would stand, and from the next stops they can walk to."""
    assert prepared.journey is not None
    journey = prepared.journey
    with ctx.db.reading() as session:
        pairs = stands_instead(session, prepared)
        places = {stand.place_id for pair in pairs for stand in pair}
        points = {**prepared.points, **load_points(session, places)}
    matrix = look_up(ctx.travel_times, points)
    others = [replace(journey, start=start, finish=finish) for start, finish in pairs]
    return [one for one in (journey, *others) if _has_roads(one, matrix)], matrix


def _has_roads(journey: Journey, matrix: PlaceMatrix) -> bool:
    ends = (journey.start.place_id, journey.finish.place_id)
    if any(place in matrix.off_road for place in ends):
        return False
    return matrix.has_way(*ends) and (journey.wish.home is None or matrix.has_way(*ends[::-1]))


def _other_days(
    ctx: Context, wish: Wish, now: datetime, at_most: int, zone: Zone | None
) -> list[Possible]:
    """The same wish on the days that follow, or at a group's next meetings; one offer each."""
    ways: list[Possible] = []
    for prepared in _prepared_days(ctx, wish, now, zone):
        if len(ways) >= at_most:
            break
        assert prepared.journey is not None
        assert prepared.day is not None
        matrix = look_up(ctx.travel_times, prepared.points)
        found = search(prepared.journey, prepared.day, matrix, now)
        if not isinstance(found, Obstructed):
            ways += choose(found, 1)
    return ways


def _prepared_days(
    ctx: Context, wish: Wish, now: datetime, zone: Zone | None
) -> Iterator[Prepared]:
    """The next days on which the same zone may carry it, read one after the other."""
    step = WEEK if wish.purpose is PurposeKind.SESSION else 1
    for ahead in range(1, OTHER_DAYS // step + 1):
        other = replace(wish, day=wish.day + timedelta(days=ahead * step))
        prepared = prepare(ctx, other, now)
        if prepared.journey is None or zone is None or prepared.ground.zone is None:
            continue
        if prepared.ground.zone.id == zone.id:
            yield prepared
