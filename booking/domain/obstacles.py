"""Why a bus cannot do it, in words that can be read out to somebody on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from booking.domain.booking_rules import Broken, Hours
from booking.domain.wish import When, WhenKind
from booking.domain.words import clock
from booking.domain.words import day as day_in_words

REASONS: Final = {
    "capacity": "every bus that could come is full then",
    "hours": "it does not fit into the hours that the buses are out",
    "ride_limit_on_board": "somebody already on the bus would be on it for too long",
    "promise": "a bus would be late for people we have already promised",
    "break": "the driver has to take a rest then",
    "distance": "no bus can get that far in the time",
    "vehicle": "no bus that has the space you need is out then",
}


def obstacle(rule: str, when: When, day: date, *, homeward: bool) -> Broken:
    """The sentence for a rule the routing engine named."""
    reason = REASONS.get(rule, "the buses are busy then")
    if homeward:
        return Broken(
            rule, f"We could take you there, but not bring you home {_at(when)}: {reason}."
        )
    return Broken(rule, f"We cannot bring you {_at(when)} on {day_in_words(day)}: {reason}.")


def outside_hours(hours: Hours, when: When, *, homeward: bool) -> Broken:
    """The wish lies outside the hours in which the bus runs."""
    leg = "journeys home" if homeward else "journeys"
    return Broken(
        "hours",
        f"The bus runs from {clock(hours.opens)} to {clock(hours.closes)} that day, "
        f"so we have no {leg} {_at(when)}.",
    )


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
