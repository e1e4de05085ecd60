"""Who asks for what, week after week: residents with habits, so that the same people compete.

The same seed gives the same wishes, whatever becomes of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Final

from booking.domain.needs import Party
from booking.domain.service_day import weekday
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.services.sampling.towns import Town

HABITS: Final = {1: 0.4, 2: 0.4, 3: 0.2}
"""How many outings a week somebody would like, and how many people are like that."""
ASKS: Final = 0.85
"""The share of weeks in which they ask for it."""
PURPOSES: Final = {
    PurposeKind.SESSION: 0.45,
    PurposeKind.APPOINTMENT: 0.15,
    PurposeKind.OTHER: 0.4,
}
ONE_WAY: Final = 0.1
FIRST, LAST = 10 * 60, 16 * 60 + 30
"""They are there from ten and set out for home by half past four: the buses can do that for
anybody alone, so that whoever is refused is refused for want of seats."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who goes out by bus, the place they live at, and who travels with them."""

    person_id: int
    home: int
    party: Party


@dataclass(frozen=True, slots=True)
class Habit:
    """An outing somebody likes to make every week on the same weekday; minutes of the day."""

    resident: Resident
    weekday: str
    place_id: int
    purpose: PurposeKind
    there: int
    home: int | None
    session_id: int | None = None

    def wish(self, day: date) -> Wish:
        """What is asked for that day."""
        return Wish(
            person_id=self.resident.person_id,
            from_place_id=self.resident.home,
            to_place_id=self.place_id,
            day=day,
            when=When(WhenKind.ARRIVE_BY, _clock(self.there)),
            home=None if self.home is None else When(WhenKind.LEAVE_AT, _clock(self.home)),
            party=self.resident.party,
            purpose=self.purpose,
            session_id=self.session_id,
        )


def season(
    town: Town, people: Sequence[Resident], days: Sequence[date], seed: int
) -> dict[date, list[Wish]]:
    """Service day → the wishes of that day, in the order in which they are said."""
    dice = Random(seed)
    weekdays = list(dict.fromkeys(weekday(day) for day in days))
    habits = [habit for one in people for habit in _habits(town, one, weekdays, dice)]
    wishes: dict[date, list[Wish]] = {}
    for day in days:
        due = [one for one in habits if one.weekday == weekday(day) and dice.random() < ASKS]
        dice.shuffle(due)
        wishes[day] = [habit.wish(day) for habit in due]
    return wishes


def _habits(town: Town, who: Resident, weekdays: list[str], dice: Random) -> list[Habit]:
    many = min(len(weekdays), dice.choices(list(HABITS), list(HABITS.values()))[0])
    return [_habit(town, who, on, dice) for on in dice.sample(weekdays, many)]


def _habit(town: Town, who: Resident, on: str, dice: Random) -> Habit:
    """A meeting of that weekday, an appointment, or shops and friends."""
    purpose = dice.choices(list(PURPOSES), list(PURPOSES.values()))[0]
    meetings = [
        one
        for one in town.meetings
        if one.weekday == on and not one.is_appointments
        if one.starts >= FIRST and one.ends <= LAST
    ]
    if purpose is PurposeKind.SESSION and meetings:
        met = dice.choice(meetings)
        return Habit(who, on, met.place_id, purpose, met.starts, met.ends, met.session_id)
    if purpose is PurposeKind.SESSION:
        purpose = PurposeKind.OTHER
    there = dice.randrange(FIRST, 14 * 60, 15)
    home = None if dice.random() < ONE_WAY else there + dice.choice((60, 90, 120, 150))
    return Habit(who, on, dice.choice(town.errands), purpose, there, home)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
