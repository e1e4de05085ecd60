"""What a call handler types while somebody speaks, and the wish it makes.

`TalkForm` keeps the words as typed, to show them again; `read_wish` makes a wish
of them or says what is missing, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from booking.context import Context
from booking.domain.booking_rules import Hours
from booking.domain.errors import Invalid, NotFound
from booking.domain.needs import Party
from booking.domain.service_day import weekday
from booking.domain.time_reading import read_time
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.domain.words import MINUTES_A_DAY, clock, spoken_list
from booking.services.call_places import MeetingTime, list_meeting_times
from booking.services.places import APPOINTMENTS, ChosenPlace, FoundPlace, choose_place, find_places

NOTE_LONGEST: Final = 300
TEXT_LONGEST: Final = 160
WHENS: Final = (
    ("arrive_by", "Be there by"),
    ("leave_at", "Leave at"),
    ("any", "Any time that day"),
)
HOMES: Final = (
    ("after", "Yes, after the visit"),
    ("leave_at", "Yes, leave at"),
    ("arrive_by", "Yes, be home by"),
    ("no", "No bus home"),
)
PARTY_KEYS: Final = {
    "adults": ("Adults", "a"),
    "pass_holders": ("Bus pass", "p"),
    "children": ("Children", "c"),
    "under_fives": ("Under 5", "u"),
    "wheelchairs": ("Wheelchair", "x"),
    "companions": ("Helpers", "k"),
    "walkers": ("Frames", "l"),
    "dogs": ("Dogs", "g"),
}
"""Who travels: the party's field → its label and its key."""
NOT_A_TIME: Final = "Type a time, such as 10:30 or 2pm."
DAYS: Final = {
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
}


@dataclass(frozen=True, slots=True)
class TalkForm:
    """The form as typed; `extra` are places a search found, to be chosen from."""

    start: str = "home"
    finish: str = ""
    day: str = ""
    when: str = "arrive_by"
    when_time: str = ""
    home: str = "after"
    home_time: str = ""
    party: dict[str, str] = field(default_factory=dict)
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @classmethod
    def blank(cls, party: Party, *, has_home: bool) -> TalkForm:
        """A new conversation with somebody who travels like this."""
        return cls(start="home" if has_home else "", party=_counts(party))

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> TalkForm:
        """The form as it was sent."""

        def get(name: str) -> str:
            return form.get(name, "")[:TEXT_LONGEST]

        party = {name: form.get(name, "").strip()[:4] for name in PARTY_KEYS}
        return cls(
            start=get("start"),
            finish=get("finish"),
            day=get("day"),
            when=get("when"),
            when_time=get("when_time"),
            home=get("home"),
            home_time=get("home_time"),
            party=party,
            note=form.get("note", "").strip(),
        )

    @classmethod
    def of_wish(cls, wish: Wish, *, home_id: int | None, group_id: int | None) -> TalkForm:
        """The form that would make this wish."""

        def value(place_id: int) -> str:
            return "home" if place_id == home_id else f"place:{place_id}"

        return cls(
            start=value(wish.from_place_id),
            finish=f"group:{group_id}" if group_id else value(wish.to_place_id),
            day=wish.day.isoformat(),
            when=wish.when.kind.value,
            when_time=_typed_time(wish.when),
            home=_home_word(wish.home),
            home_time=_typed_time(wish.home),
            party=_counts(wish.party),
            note=wish.note,
        )

    def on_another_day(self) -> TalkForm:
        """The same journey, its day still to be said."""
        return replace(self, day="", note="")

    def with_found(self, extra: tuple[tuple[str, str], ...], likely: dict[str, str]) -> TalkForm:
        """With the places a search found to choose from, the likeliest one chosen."""
        start, finish = likely.get("start", self.start), likely.get("finish", self.finish)
        return replace(self, extra=extra, start=start, finish=finish)


@dataclass
class Reading:
    """A form being read: what is wrong so far, and what a search found."""

    ctx: Context
    person_id: int
    zone_id: int | None
    now: datetime
    form: MultiDict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    extra: list[tuple[str, str]] = field(default_factory=list)
    likely: dict[str, str] = field(default_factory=dict)
    """Field → the value of the likeliest place, where what was typed was not sure."""


def read_wish(reading: Reading, typed: TalkForm) -> Wish | None:
    """The wish the form makes; None when `reading.errors` says what is missing."""
    start = _place(reading, "start", "Where does the journey start?")
    finish = _place(reading, "finish", "Where do they want to go?")
    day = _day(reading, typed)
    party = _party(reading, typed)
    if len(typed.note) > NOTE_LONGEST:
        reading.errors["note"] = f"Make the note shorter: at most {NOTE_LONGEST} letters."
    meeting = _meeting(reading, finish, day) if finish and day else None
    begins = meeting.starts if meeting else None
    when = _when(reading, "when", typed.when, typed.when_time, begins)
    home = _home(reading, typed, meeting, when)
    if reading.errors or not (start and finish and day and party and when):
        return None
    return Wish(
        person_id=reading.person_id,
        from_place_id=start.place_id,
        to_place_id=finish.place_id,
        day=day,
        when=when,
        party=party,
        home=home,
        purpose=_purpose(finish, meeting),
        session_id=meeting.id if meeting else None,
        note=typed.note,
    )


def _place(reading: Reading, name: str, missing: str) -> ChosenPlace | None:
    value = reading.form.get(name, "")
    text = " ".join(reading.form.get(f"{name}_text", "").split())[:TEXT_LONGEST]
    if not value and text:
        value = _search(reading, name, text)
    if not value:
        reading.errors.setdefault(name, missing)
        return None
    try:
        return choose_place(reading.ctx, value, person_id=reading.person_id, text=text)
    except (NotFound, Invalid) as error:
        reading.errors[name] = error.words
        return None


def _search(reading: Reading, name: str, text: str) -> str:
    """The value of the one place the text means; otherwise the likely ones are offered."""
    found: tuple[FoundPlace, ...] = find_places(
        reading.ctx, text, now=reading.now, zone_id=reading.zone_id, addresses=True
    )
    sure = [place for place in found if place.exact]
    if len(sure) == 1:
        return sure[0].value
    if not found:
        reading.errors[name] = (
            f"We know no place like “{text}”. Ask for the village, or what it is near."
        )
        return ""
    reading.extra += [(place.value, place.words) for place in found]
    reading.likely[name] = found[0].value
    others = "; ".join(place.words for place in found[1:4])
    reading.errors[name] = f"Ask: is it {found[0].words}?" + (
        f" If not: {others}." if others else ""
    )
    return ""


def _day(reading: Reading, typed: TalkForm) -> date | None:
    try:
        return date.fromisoformat(typed.day)
    except ValueError:
        reading.errors["day"] = "Which day do they want to travel?"
        return None


def _meeting(reading: Reading, finish: ChosenPlace, day: date) -> MeetingTime | None:
    """The group's meeting on that day, where they go to a group."""
    if finish.group_id is None or finish.group_kind == APPOINTMENTS:
        return None
    sessions = list_meeting_times(reading.ctx, finish.group_id)
    meeting = next((one for one in sessions if one.weekday == weekday(day)), None)
    if meeting is None and sessions:
        days = spoken_list(list(dict.fromkeys(DAYS[one.weekday] for one in sessions)))
        reading.errors["day"] = f"They do not meet that day. They meet on {days}."
    return meeting


def _when(
    reading: Reading,
    name: str,
    kind: str,
    text: str,
    fallback: int | None,
    hours: Hours | None = None,
) -> When | None:
    """The wished time; a meeting's own where none was typed. `hours` settle am or pm."""
    if kind == WhenKind.ANY.value and fallback is None:
        return When(WhenKind.ANY)
    if not text.strip() and fallback is not None:
        return When(WhenKind.ARRIVE_BY, time(*divmod(fallback, 60)))
    moment = read_time(text, hours) if text.strip() else None
    if moment is None or kind not in (WhenKind.ARRIVE_BY.value, WhenKind.LEAVE_AT.value):
        reading.errors[f"{name}_time"] = NOT_A_TIME
        return None
    return When(WhenKind(kind), moment)


def _home(
    reading: Reading, typed: TalkForm, meeting: MeetingTime | None, there: When | None
) -> When | None:
    if typed.home == "no":
        return None
    if typed.home == "after":
        return (
            When(WhenKind.LEAVE_AT, time(*divmod(meeting.ends, 60)))
            if meeting
            else When(WhenKind.ANY)
        )
    begins = there.clock if there else None
    later = Hours(begins.hour * 60 + begins.minute, MINUTES_A_DAY) if begins else None
    return _when(reading, "home", typed.home, typed.home_time, None, later)


def _party(reading: Reading, typed: TalkForm) -> Party | None:
    counts: dict[str, int] = {}
    for name, text in typed.party.items():
        if text and not (text.isascii() and text.isdigit() and len(text) <= 2):
            reading.errors[name] = "Type a number, such as 1, or leave it empty."
            continue
        counts[name] = int(text or 0)
    party = Party.from_json(counts)
    if party.people == 0 and not any(name in reading.errors for name in PARTY_KEYS):
        reading.errors["adults"] = "Who is travelling? At least one person must."
    return party


def _purpose(finish: ChosenPlace, meeting: MeetingTime | None) -> PurposeKind:
    if meeting is not None:
        return PurposeKind.SESSION
    if finish.group_kind == APPOINTMENTS:
        return PurposeKind.APPOINTMENT
    return PurposeKind.OTHER


def _counts(party: Party) -> dict[str, str]:
    counts: dict[str, Any] = party.to_json()
    return {name: str(counts[name] or "") for name in PARTY_KEYS}


def _home_word(home: When | None) -> str:
    if home is None:
        return "no"
    return "after" if home.kind is WhenKind.ANY else home.kind.value


def _typed_time(when: When | None) -> str:
    return clock(when.clock) if when is not None and when.clock is not None else ""
