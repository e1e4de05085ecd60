"""Which rule stood in the way of a leg for which no window was found, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking.domain.booking_rules import Broken
from booking.domain.obstacles import (
    avoided,
    busy,
    no_notice_left,
    obstacle,
    outside_hours,
    too_little_between,
)
from booking.domain.offers import LegShape, candidates
from booking.services.leg_asked import Journey
from routing.insertion import Inserter, Rule
from routing.model import Plan, Request

OF_AN_EMPTY_BUS: Final = frozenset({"hours", "distance", "vehicle"})
"""Rules that have nothing to do with who else travels."""


def no_window(journey: Journey, shape: LegShape, now: datetime) -> Broken:
    """Why there is no window there at all: too short notice, or outside the hours."""
    when = journey.wish.when
    if candidates(replace(shape, not_before=0), when):
        return no_notice_left(journey.rules, shape, now)
    return outside_hours(shape, when, homeward=False, link=journey.link)


def no_window_home(journey: Journey, shape: LegShape) -> Broken:
    """Why there is no window home at all: outside the hours, or there too late to be back."""
    home = journey.wish.home
    assert home is not None
    if candidates(replace(shape, not_before=0), home):
        return too_little_between(shape, home)
    return outside_hours(shape, home, homeward=True, link=journey.link)


def no_room(
    journey: Journey, engine: Inserter, asked: Sequence[Request], *, homeward: bool
) -> Broken:
    """Why the day's buses can do none of the legs asked for."""
    wish = journey.wish
    when = wish.home if homeward and wish.home else wish.when
    if _only_on_avoided(engine, asked):
        return avoided(when, wish.day, homeward=homeward)
    rule = engine.explain(*asked).rule
    name = rule.value
    if name in OF_AN_EMPTY_BUS and _an_empty_bus_would_do(engine, asked):
        return busy(when, wish.day, homeward=homeward)
    if rule is Rule.CAPACITY and wish.party.wheelchairs and _seats_would_do(engine, asked):
        name = "wheelchair"
    return obstacle(name, when, wish.day, homeward=homeward, people=wish.party.people)


def _seats_would_do(engine: Inserter, asked: Sequence[Request]) -> bool:
    """Whether they could come but for the wheelchairs: it is their spaces that are taken."""
    return any(engine.best(replace(one, load=(one.load[0], 0))) is not None for one in asked)


def _only_on_avoided(engine: Inserter, asked: Sequence[Request]) -> bool:
    """Whether they could come but for the buses and drivers they cannot travel with."""
    if all(one.vehicles is None for one in asked):
        return False
    on_any = [replace(one, vehicles=None) for one in asked]
    return any(found is not None for found in engine.best_of(on_any))


def _an_empty_bus_would_do(engine: Inserter, asked: Sequence[Request]) -> bool:
    """Whether one of the buses, were nobody else on it, could take one of the legs.

    Where no one rule is enough, the engine names the last it had to lift. "No bus is out at
    that hour" would then be said of a day on which one is: it is the others who were taken.
    """
    buses = tuple(
        replace(bus, history=(), position=None, ready=None) for bus in engine.problem.vehicles
    )
    nobody = replace(engine.problem, requests=(), vehicles=buses)
    return any(found is not None for found in Inserter(nobody, Plan((), ())).best_of(asked))
