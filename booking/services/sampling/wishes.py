"""Who wants to go where on a day: chosen by a seed, the same for the same files and date.

The same few people go to the same meeting every week, as people do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from booking.domain.service_day import at, today, weekday
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.services.sampling.towns import Meeting, Town, Traveller

BUSY: Final = (13, 18)
QUIET: Final = (3, 5)
SATURDAY_SHARE: Final = 0.5
FILLING: Final = ((2, 1.0), (4, 0.7))
"""(days ahead, share of the day's journeys asked for by then)."""
LEAST: Final = 0.4
REGULARS: Final = 6
SHARES: Final = {"session": 0.5, "appointment": 0.2, "errand": 0.18, "visit": 0.12}
DAYS_AHEAD_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish, when it was said, and whether on the web or by phone."""

    wish: Wish
    traveller: Traveller
    asked_at: datetime
    by_web: bool


def day_wishes(
    town: Town, day: date, *, busy: bool, now: datetime, star: int | None = None
) -> list[Ask]:
    """The wishes of one zone and day, in the order in which they were said.

    Everybody goes out once at most; `star` (a person) goes out that day whatever the seed.
    """
    random = Random(f"{town.code} {day.isoformat()}")  # noqa: S311 - a story, not a secret
    low, high = BUSY if busy else QUIET
    share = (SATURDAY_SHARE if day.weekday() == 5 else 1.0) * _known_by(day, now)
    many = max(2, round(random.randint(low, high) * share))
    out: set[int] = set()
    asks: list[Ask] = []
    first = town.traveller(star) if star is not None else None
    for _ in range(many * 3):
        if len(asks) >= many:
            break
        ask = _one(town, day, random, now, first if not asks else None)
        if ask is not None and ask.wish.person_id not in out:
            out.add(ask.wish.person_id)
            asks.append(ask)
    return sorted(asks, key=lambda ask: ask.asked_at)


def open_days(town: Town, days: list[date]) -> list[date]:
    """Those on which its buses run."""
    return [day for day in days if town.rules.hours_on(day) is not None]


def _known_by(day: date, now: datetime) -> float:
    """The share of a day's journeys that have been asked for by now."""
    ahead = (day - today(now)).days
    return next((share for days, share in FILLING if ahead <= days), LEAST)


def _one(town: Town, day: date, random: Random, now: datetime, who: Traveller | None) -> Ask | None:
    kind = random.choices(list(SHARES), list(SHARES.values()))[0]
    meetings = [
        one
        for one in town.meetings
        if one.weekday == weekday(day) and one.is_appointments == (kind == "appointment")
    ]
    if kind in ("session", "appointment") and meetings:
        meeting = random.choice(meetings)
        make = _to_appointment if meeting.is_appointments else _to_session
        traveller = who or _goer(town, meeting, random)
        wish = make(meeting, traveller, day, random)
    else:
        traveller = who or random.choice(town.travellers)
        places = (kind == "errand" and town.errands) or town.visits or town.errands
        if not places:
            return None
        place = random.choice(places)
        wish = _out_and_back(place, traveller, day, random)
    if wish.to_place_id in (traveller.home, traveller.stand.place_id):
        return None
    return Ask(wish, traveller, _asked_at(day, random, now), traveller.by_web)


def _goer(town: Town, meeting: Meeting, random: Random) -> Traveller:
    """One of the regulars of a meeting; anybody for an appointment."""
    if meeting.is_appointments:
        return random.choice(town.travellers)
    known = Random(f"{town.code} {meeting.session_id}")  # noqa: S311
    regulars = known.sample(town.travellers, min(REGULARS, len(town.travellers)))
    return random.choice(regulars)


def _to_session(meeting: Meeting, traveller: Traveller, day: date, _random: Random) -> Wish:
    return Wish(
        person_id=traveller.person_id,
        from_place_id=traveller.home,
        to_place_id=meeting.place_id,
        day=day,
        when=When(WhenKind.ARRIVE_BY, _clock(meeting.starts)),
        home=When(WhenKind.LEAVE_AT, _clock(meeting.ends)),
        party=traveller.party,
        purpose=PurposeKind.SESSION,
        session_id=meeting.session_id,
    )


def _to_appointment(meeting: Meeting, traveller: Traveller, day: date, random: Random) -> Wish:
    last = max(meeting.starts + 40, meeting.ends - 60)
    start = random.randrange(meeting.starts + 30, last, 10)
    return Wish(
        person_id=traveller.person_id,
        from_place_id=traveller.home,
        to_place_id=meeting.place_id,
        day=day,
        when=When(WhenKind.ARRIVE_BY, _clock(start)),
        home=When(WhenKind.LEAVE_AT, _clock(start + random.choice((40, 50, 60)))),
        party=traveller.party,
        purpose=PurposeKind.APPOINTMENT,
    )


def _out_and_back(place: int, traveller: Traveller, day: date, random: Random) -> Wish:
    start = random.randrange(9 * 60, 14 * 60, 15)
    stay = random.choice((75, 90, 120, 150))
    one_way = random.random() < 0.15
    return Wish(
        person_id=traveller.person_id,
        from_place_id=traveller.home,
        to_place_id=place,
        day=day,
        when=When(random.choice((WhenKind.ARRIVE_BY, WhenKind.LEAVE_AT)), _clock(start)),
        home=None if one_way else When(WhenKind.LEAVE_AT, _clock(start + 45 + stay)),
        party=traveller.party,
    )


def _asked_at(day: date, random: Random, now: datetime) -> datetime:
    """In office hours, one to six days before, and never after now."""
    last = min(day - timedelta(days=1), today(now))
    asked = last - timedelta(days=random.randint(0, DAYS_AHEAD_AT_MOST))
    moment = at(asked, time(random.randint(8, 15), random.randrange(60)))
    return moment if moment < now else moment - timedelta(days=1)


def _clock(minutes: int) -> time:
    return time(min(minutes, 23 * 60 + 50) // 60, minutes % 60)


def list_days(now: datetime, days: int) -> Iterator[date]:
    """The days of the story around today: a good third of them are past."""
    past = min(5, days // 3)
    first = today(now) - timedelta(days=past)
    return (first + timedelta(days=n) for n in range(days))
