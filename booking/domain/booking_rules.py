"""The rules of a zone: what can run at all, before anybody looks at the plan.

Each rule answers with None or a `Broken`: the rule's name and a sentence that
says what is wrong and what would do instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.domain import service_day
from booking.domain.words import clock
from booking.domain.words import day as day_in_words


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one day, minutes from midnight."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """What a zone allows; minutes, metres, pence."""

    name: str
    hours: dict[str, Hours]
    book_ahead_days: int
    book_latest_minutes: int
    window_minutes: int
    walk_limit_m: int
    ride_extra_minutes: int
    ride_factor: float
    ride_cap_minutes: int
    party_max: int

    def hours_on(self, day: date) -> Hours | None:
        """The hours of that date, None when the bus does not run."""
        return self.hours.get(service_day.weekday(day))

    def ride_limit(self, direct_seconds: int) -> int:
        """The longest ride for a journey that takes so long directly, in seconds.

        Never less than the direct ride and five minutes: a long journey to a
        named place outside the zone may take its time.
        """
        generous = max(
            direct_seconds + self.ride_extra_minutes * 60, int(direct_seconds * self.ride_factor)
        )
        return max(min(generous, self.ride_cap_minutes * 60), direct_seconds + 300)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a journey, as the rules see it. `link` are a named outside place's hours."""

    name: str
    in_zone: bool
    link_days: tuple[str, ...] = ()
    link_hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that stands in the way, and the sentence that says so."""

    rule: str
    words: str
    with_offers: str = ""
    """What is said instead where something else is offered with it; empty for the same."""

    def said(self, *, offered: bool) -> str:
        """The sentence, by whether offers follow it."""
        return (offered and self.with_offers) or self.words


def check_day(rules: ZoneRules, day: date, now: datetime) -> Broken | None:
    """Past, too far ahead, or closed that day."""
    today = service_day.today(now)
    if day < today:
        return Broken("past", f"{day_in_words(day)} has already been. Choose a day from today on.")
    last = today + timedelta(days=rules.book_ahead_days)
    if day > last:
        return Broken(
            "too_far_ahead",
            f"You can book up to {rules.book_ahead_days} days ahead. "
            f"The last day you can book now is {day_in_words(last)}.",
        )
    if rules.hours_on(day) is None:
        return Broken("closed", f"The bus does not run on {day.strftime('%A')}s in {rules.name}.")
    return None


def check_ends(rules: ZoneRules, start: End, finish: End, day: date) -> Broken | None:
    """Anywhere inside the zone, or between it and its named places outside."""
    if not start.in_zone and not finish.in_zone:
        return Broken(
            "area",
            f"One end of the journey must be inside {rules.name}. "
            f"{start.name} and {finish.name} are both outside it.",
        )
    for end in (start, finish):
        if end.in_zone:
            continue
        if end.link_hours is None:
            return Broken("area", f"{end.name} is outside {rules.name}, and we cannot go there.")
        if service_day.weekday(day) not in end.link_days:
            return Broken("link_day", f"We do not go to {end.name} on {day.strftime('%A')}s.")
    return None


def check_notice(rules: ZoneRules, latest: datetime, now: datetime) -> Broken | None:
    """Whether the last possible pick-up leaves the notice we need."""
    if latest >= now + timedelta(minutes=rules.book_latest_minutes):
        return None
    return too_soon(rules, now)


def too_soon(rules: ZoneRules, now: datetime) -> Broken:
    """The notice we need, and the soonest a bus can come."""
    soonest = now + timedelta(minutes=rules.book_latest_minutes)
    return Broken(
        "notice",
        f"We need {minutes_words(rules.book_latest_minutes)} notice. "
        f"The earliest pick-up we can offer now is {clock(soonest)}.",
    )


def opening_seconds(hours: Hours, *ends: End) -> tuple[int, int]:
    """The part of the service day (seconds) in which this journey may run."""
    opens, closes = hours.opens, hours.closes
    for end in ends:
        if end.link_hours is not None and not end.in_zone:
            opens, closes = max(opens, end.link_hours.opens), min(closes, end.link_hours.closes)
    return opens * 60, closes * 60


def minutes_words(minutes: int) -> str:
    """60 → an hour, 90 → an hour and a half, 30 → 30 minutes."""
    whole = {60: "an hour's", 90: "an hour and a half's", 120: "two hours'"}
    return whole.get(minutes, f"{minutes} minutes'")
