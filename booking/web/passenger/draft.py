"""The answers somebody has given so far, kept in the signed session until they book.

Ids and times only: the cookie can be read by its owner, so nothing of anybody
else is in it. Pure but for the names of the steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Final, Self

from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind, Wish

NOTE_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """A wish in the making; what is None has not been asked yet."""

    start: int | None = None
    finish: int | None = None
    purpose: PurposeKind | None = None
    group: int | None = None
    session: int | None = None
    day: date | None = None
    when: When | None = None
    home: When | None = None
    home_asked: bool = False
    party: Party | None = None
    note: str = ""
    replaces: int | None = None

    @property
    def next_step(self) -> str:
        """The first question that has no answer; "answers" when there is none."""
        if self.start is None:
            return "start"
        if self.finish is None or self.purpose is None:
            return "finish"
        answered = {"home": self.home_asked, "who": self.party is not None}
        if self.purpose is PurposeKind.SESSION:
            answered = {"meeting": None not in (self.session, self.day, self.when)} | answered
        else:
            answered = {"day": self.day is not None, "time": self.when is not None} | answered
        return next((step for step, done in answered.items() if not done), "answers")

    @property
    def complete(self) -> bool:
        return self.next_step == "answers"

    def going_to(self, place: int, purpose: PurposeKind, group: int | None = None) -> Self:
        """Another destination: what was said of the time no longer holds."""
        return replace(self, finish=place, purpose=purpose, group=group).without_times()

    def without_times(self) -> Self:
        """Day and times to be asked again."""
        return replace(self, session=None, day=None, when=None, home=None, home_asked=False)

    def at_another_time(self) -> Self:
        """Times to be asked again, the day and the meeting to be confirmed."""
        return replace(self.without_times(), session=self.session, day=self.day)

    def wish(self, person_id: int) -> Wish:
        """The wish, once every question is answered."""
        assert self.start is not None
        assert self.finish is not None
        assert self.day is not None
        assert self.when is not None
        assert self.party is not None
        return Wish(
            person_id=person_id,
            from_place_id=self.start,
            to_place_id=self.finish,
            day=self.day,
            when=self.when,
            party=self.party,
            home=self.home,
            purpose=self.purpose or PurposeKind.OTHER,
            session_id=self.session,
            note=self.note,
        )

    @classmethod
    def of_wish(cls, wish: Wish, group: int | None, replaces: int | None) -> Self:
        """The answers a wish was made of."""
        return cls(
            start=wish.from_place_id,
            finish=wish.to_place_id,
            purpose=wish.purpose,
            group=group,
            session=wish.session_id,
            day=wish.day,
            when=wish.when,
            home=wish.home,
            home_asked=True,
            party=wish.party,
            note=wish.note,
            replaces=replaces,
        )

    def to_json(self) -> dict[str, Any]:
        """What is kept in the session; empty answers are left out, to keep it small."""
        kept: dict[str, Any] = {
            "start": self.start,
            "finish": self.finish,
            "purpose": self.purpose.value if self.purpose else None,
            "group": self.group,
            "session": self.session,
            "day": self.day.isoformat() if self.day else None,
            "when": _when_json(self.when),
            "home": _when_json(self.home),
            "home_asked": self.home_asked or None,
            "party": _party_json(self.party),
            "note": self.note or None,
            "replaces": self.replaces,
        }
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """The answers kept; a session of an older version starts afresh."""
        try:
            return cls(
                start=data.get("start"),
                finish=data.get("finish"),
                purpose=PurposeKind(data["purpose"]) if data.get("purpose") else None,
                group=data.get("group"),
                session=data.get("session"),
                day=date.fromisoformat(data["day"]) if data.get("day") else None,
                when=_when(data.get("when")),
                home=_when(data.get("home")),
                home_asked=bool(data.get("home_asked")),
                party=Party.from_json(data["party"]) if "party" in data else None,
                note=str(data.get("note", "")),
                replaces=data.get("replaces"),
            )
        except (KeyError, ValueError, TypeError, AttributeError):
            return cls()


def _party_json(party: Party | None) -> dict[str, int] | None:
    if party is None:
        return None
    return {name: count for name, count in party.to_json().items() if count}


def _when_json(when: When | None) -> list[str] | None:
    if when is None:
        return None
    return [when.kind.value, when.clock.isoformat("minutes") if when.clock else ""]


def _when(kept: Any) -> When | None:
    if kept is None:
        return None
    kind, clock = kept
    return When(WhenKind(kind), time.fromisoformat(clock) if clock else None)
