"""Why a bus cannot do it, in words that can be read out to somebody on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from booking.domain.booking_rules import Broken, ZoneRules, minutes_words, too_soon
from booking.domain.offers import ROUND, LegShape
from booking.domain.wish import When, WhenKind
from booking.domain.words import clock
from booking.domain.words import day as day_in_words

REASONS: Final = {
    "busy": "the buses are busy with other people then",
    "capacity": "every bus that could come is full then",
    "wheelchair": "the wheelchair space is taken on every bus that could come then",
    "hours": "no bus is out at that hour",
    "ride_limit_on_board": "somebody already on the bus would be on it for too long",
    "promise": "a bus would be late for people we have already promised",
    "avoided": "the only buses with room then are ones you cannot travel on",
    "break": "the driver has to take a rest then",
    "distance": "no bus could bring you there in time",
    "vehicle": "no bus that has the space you need is out then",
}


def obstacle(rule: str, when: When, day: date, *, homeward: bool, people: int = 1) -> Broken:
    """The sentence for a rule the routing engine named; `people` travel together."""
    reason = REASONS.get(rule, REASONS["busy"])
    if rule == "capacity" and people > 1:
        reason = f"no bus that could come has room for {people} people then"
    if homeward:
        return Broken(
            rule, f"We could take you there, but not bring you home {_at(when)}: {reason}."
        )
    at = "" if when.kind is WhenKind.ANY else f"{_at(when)} "
    return Broken(rule, f"We cannot bring you {at}on {day_in_words(day)}: {reason}.")


def avoided(when: When, day: date, *, homeward: bool) -> Broken:
    """There would be room, but only with a bus or a driver they cannot travel with."""
    return obstacle("avoided", when, day, homeward=homeward)


def busy(when: When, day: date, *, homeward: bool) -> Broken:
    """Where no one rule can be named: with fewer people on the buses, there would be a way."""
    return Broken("capacity", obstacle("busy", when, day, homeward=homeward).words)


def outside_hours(shape: LegShape, when: When, *, homeward: bool, link: str = "") -> Broken:
    """The wish lies outside the hours in which the journey can run.

    `link` is the place outside the zone whose hours these are, empty for the zone's own.
    What the hours allow is not said before offers: they may be later, and have room.
    """
    leg = "journeys home" if homeward else "journeys"
    hours = f"from {clock(shape.opens // 60)} to {clock(shape.closes // 60)} that day"
    runs = f"We go to {link} and back {hours}" if link else f"The bus runs {hours}"
    why = f"{runs}, so we have no {leg} {_at(when)}."
    return Broken("hours", f"{why} {_possible_at(shape, when, homeward)}", with_offers=why)


def no_notice_left(rules: ZoneRules, shape: LegShape, now: datetime) -> Broken:
    """It is too soon for a bus to come; and perhaps the last one of the day."""
    if shape.not_before <= _last_start(shape):
        return too_soon(rules, now)
    need = minutes_words(rules.book_latest_minutes)
    return Broken(
        "notice",
        f"We need {need} notice, and the last bus that could take you leaves at "
        f"{clock(_last_start(shape) // 60)}. It is too late for today.",
    )


def too_little_between(shape: LegShape, home: When) -> Broken:
    """One would be there so late that one cannot be home again when one wants to be.

    `shape` is the way home; its `not_before` is when they could set out at the soonest.
    """
    return Broken(
        "visit",
        f"We could take you there, but not bring you home {_at(home)}: you could not set out "
        f"for home before {clock(_up(shape.not_before) // 60)}. Ask for an earlier bus there, "
        "or a later one home.",
    )


def only_present(when: When) -> Broken:
    """Who wants another time asked for the one they have, and nothing else is near it."""
    return Broken(
        "present",
        f"The only bus we have for you {_at(when)} is the one you have booked already. "
        "It stays booked.",
    )


def _possible_at(shape: LegShape, when: When, homeward: bool) -> str:
    """What the hours would allow, on the side of them on which the wish lies."""
    first, last = shape.opens, _last_start(shape)
    if when.clock is None or last < first:
        return "That is too short a time for this journey."
    wished = when.clock.hour * 3600 + when.clock.minute * 60
    where = "home" if homeward else "there"
    bus = "bus home" if homeward else "bus"
    if when.kind is WhenKind.LEAVE_AT:
        if wished > last:
            return f"The last {bus} leaves at {clock(last // 60)}."
        return f"The first {bus} leaves at {clock(first // 60)}."
    on_the_way = shape.boarding + shape.direct
    if wished < first + on_the_way:
        return f"The earliest you could be {where} is {clock(_up(first + on_the_way) // 60)}."
    return f"The latest we bring you {where} is {clock(shape.closes // 60)}."


def _last_start(shape: LegShape) -> int:
    """The last pick-up of the day, rounded down to five minutes."""
    last = shape.closes - shape.direct - shape.boarding
    return last - last % ROUND


def _up(seconds: int) -> int:
    return seconds + -seconds % ROUND


def no_road(places: Sequence[str], *, between: bool) -> Broken:
    """No road leads to a place, or none between two of them; by their names."""
    if between:
        words = f"We know of no road for our buses from {' to '.join(places)} just now."
    else:
        words = f"We know of no road for our buses near {' or '.join(places)}."
    return Broken("road", f"{words} Please choose another place close by, or ring us.")


def no_buses(zone_name: str, day: date) -> Broken:
    """Nobody is driving that day."""
    return Broken("no_buses", f"No bus is out in {zone_name} on {day_in_words(day)}.")


def _at(when: When) -> str:
    if when.kind is WhenKind.ANY or when.clock is None:
        return "that day"
    return f"{'by' if when.kind is WhenKind.ARRIVE_BY else 'at'} {clock(when.clock)}"
