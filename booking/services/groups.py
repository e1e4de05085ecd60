"""Groups and clubs for pages: who meets where and when, and whether the bus can take one
there and back by the rules of the zone (whether there is room is asked when booking).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.booking_rules import End, ZoneRules, check_ends, opening_seconds
from booking.domain.errors import NotFound
from booking.domain.service_day import WEEKDAYS, seconds_into, today, weekday
from booking.domain.words import clock, spoken_list
from booking.models import Group, Place, Zone
from booking.models import Session as GroupSession
from booking.services.places import APPOINTMENTS as APPOINTMENTS
from booking.services.places import say_place
from booking.services.rules import end_of, rules_of

KIND_WORDS: Final = {
    "craft": "Craft",
    "exercise": "Exercise",
    "lunch": "Lunch",
    "befriending": "Company",
    "day_centre": "Day centre",
    "cookery": "Cookery",
    "walking": "Walking",
    "music": "Music",
    "hobby": "Hobbies",
    APPOINTMENTS: "Appointments",
}
WEEKDAY_WORDS: Final = {
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
}
AT_LEAST_THERE: Final = 20 * 60
"""Seconds the shortest journey takes with its window: a meeting at opening time is too early."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """One weekly meeting; minutes from midnight."""

    id: int
    weekday: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group as the directory shows it."""

    id: int
    name: str
    kind: str
    kind_words: str
    description: str
    phone: str
    place_id: int
    place_words: str
    sessions: tuple[SessionView, ...]

    @property
    def meets(self) -> str:
        """When it meets: "Tuesdays and Fridays, 10:00am to 12:00 midday"."""
        times: dict[tuple[int, int], list[str]] = {}
        for one in self.sessions:
            times.setdefault((one.starts, one.ends), []).append(WEEKDAY_WORDS[one.weekday])
        return "; ".join(
            f"{spoken_list(days)}, {clock(starts)} to {clock(ends)}"
            for (starts, ends), days in times.items()
        )


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting on one day. `obstacle` says why the bus cannot; empty where it can."""

    group: GroupView
    session: SessionView
    day: date
    obstacle: str

    @property
    def reachable(self) -> bool:
        return not self.obstacle


@dataclass(frozen=True, slots=True)
class DayView:
    """All meetings of one day, in order of time."""

    day: date
    meetings: tuple[MeetingView, ...]


@dataclass(frozen=True, slots=True)
class ZoneName:
    """A zone to choose from."""

    code: str
    id: int
    name: str
    area: str


def list_zones(ctx: Context) -> tuple[ZoneName, ...]:
    """Every zone, by area."""
    with ctx.db.reading() as session:
        zones = session.scalars(select(Zone).order_by(Zone.area_id, Zone.code)).unique()
        return tuple(ZoneName(zone.code, zone.id, zone.name, zone.area.name) for zone in zones)


def list_groups(ctx: Context, zone_id: int, *, appointments: bool = False) -> tuple[GroupView, ...]:
    """The zone's groups and clubs, or its appointment places, by name; its named outside
    places' too."""
    with ctx.db.reading() as session:
        zone = _zone(session, zone_id)
        groups = [group for group in _groups(session, zone) if group.sessions]
        return tuple(
            _view(group) for group in groups if (group.kind == APPOINTMENTS) is appointments
        )


def list_days(ctx: Context, zone_id: int, *, now: datetime, days: int = 7) -> tuple[DayView, ...]:
    """What is on in a zone today and on the days that follow; days without meetings left out."""
    with ctx.db.reading() as session:
        zone = _zone(session, zone_id)
        groups = [group for group in _groups(session, zone) if group.kind != APPOINTMENTS]
        first = today(now)
        coming = [
            DayView(day, _meetings_on(zone, groups, day, now))
            for day in (first + timedelta(days=ahead) for ahead in range(days))
        ]
    return tuple(day for day in coming if day.meetings)


def list_meetings(
    ctx: Context, group_id: int, zone_id: int | None, *, now: datetime, at_most: int = 8
) -> tuple[MeetingView, ...]:
    """A group's meetings on the days that can be booked from this zone (its own by default)."""
    with ctx.db.reading() as session:
        group = session.get(Group, group_id)
        if group is None:
            raise NotFound("We do not know that group. Choose one from the list.")
        zone = _zone(session, _serving(session, group, zone_id))
        first = today(now)
        days = (first + timedelta(days=n) for n in range(zone.book_ahead_days + 1))
        meetings = [m for day in days for m in _meetings_on(zone, [group], day, now)]
    return tuple(meetings[:at_most])


def get_session_group(ctx: Context, session_id: int) -> tuple[GroupView, SessionView]:
    """A weekly meeting and its group; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        found = session.get(GroupSession, session_id)
        if found is None:
            raise NotFound("We do not know that meeting. Choose one from the list.")
        return _view(found.group), _session_view(found)


def _zone(session: Session, zone_id: int) -> Zone:
    zone = session.get(Zone, zone_id)
    if zone is None:
        raise NotFound("We have no such zone.")
    return zone


def _serving(session: Session, group: Group, zone_id: int | None) -> int:
    """The asked zone where it reaches the group's place; otherwise the group's own."""
    own = group.place.zone_id
    if zone_id is not None and own != zone_id:
        links = {link.place_id for link in _zone(session, zone_id).links}
        if group.place_id in links or own is None:
            return zone_id
    if own is None:
        raise NotFound("That group meets outside our zones, and we cannot take you there.")
    return own


def _groups(session: Session, zone: Zone) -> list[Group]:
    linked = [link.place_id for link in zone.links]
    found = session.scalars(
        select(Group)
        .join(Place, Place.id == Group.place_id)
        .where((Place.zone_id == zone.id) | Place.id.in_(linked))
        .order_by(Group.name, Group.id)
    )
    return list(found.unique())


def _meetings_on(
    zone: Zone, groups: Iterable[Group], day: date, now: datetime
) -> tuple[MeetingView, ...]:
    rules = rules_of(zone)
    found = [
        MeetingView(
            group=_view(group),
            session=_session_view(meeting),
            day=day,
            obstacle=_obstacle(zone, rules, group, meeting, day, now),
        )
        for group in groups
        for meeting in group.sessions
        if meeting.weekday == weekday(day) and not _has_begun(meeting, day, now)
    ]
    return tuple(sorted(found, key=lambda m: (m.session.starts, m.group.name)))


def _has_begun(meeting: GroupSession, day: date, now: datetime) -> bool:
    return seconds_into(day, now) >= meeting.starts * 60


def _obstacle(
    zone: Zone,
    rules: ZoneRules,
    group: Group,
    meeting: GroupSession,
    day: date,
    now: datetime,
) -> str:
    """Why the bus cannot take one there and back, by the rules alone; empty where it can."""
    hours = rules.hours_on(day)
    if hours is None:
        return f"The bus does not run on {day.strftime('%A')}s."
    end = end_of(zone, group.place)
    broken = check_ends(rules, End("your home", in_zone=True), end, day)
    if broken is not None:
        return broken.words
    opens, closes = opening_seconds(hours, end)
    if meeting.starts * 60 < opens + AT_LEAST_THERE:
        return f"The first bus is at {clock(opens // 60)}, too late to be there in time."
    if meeting.ends * 60 + AT_LEAST_THERE > closes:
        return f"It ends too late for the bus home: the last one is before {clock(closes // 60)}."
    soonest = seconds_into(day, now) + rules.book_latest_minutes * 60
    if soonest > meeting.starts * 60 - AT_LEAST_THERE:
        return "It is too late to book for this one."
    return ""


def _view(group: Group) -> GroupView:
    return GroupView(
        id=group.id,
        name=group.name,
        kind=group.kind,
        kind_words=KIND_WORDS.get(group.kind, "Group"),
        description=group.description,
        phone=_as_rung(group.phone),
        place_id=group.place_id,
        place_words=say_place(group.place, 0),
        sessions=tuple(sorted((_session_view(one) for one in group.sessions), key=_in_week)),
    )


def _as_rung(number: str) -> str:
    """+441632960900 → 01632 960900; what cannot be read is shown as it is kept."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, "GB"), phonenumbers.PhoneNumberFormat.NATIONAL
        )
    except phonenumbers.NumberParseException:
        return number


def _in_week(meeting: SessionView) -> tuple[int, int]:
    return (WEEKDAYS.index(meeting.weekday), meeting.starts)


def _session_view(meeting: GroupSession) -> SessionView:
    return SessionView(meeting.id, meeting.weekday, meeting.starts, meeting.ends)
