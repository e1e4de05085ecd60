"""A wish: what somebody asks for, before we know whether we can."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from typing import Any

from booking.domain.needs import Party


class WhenKind(StrEnum):
    """How the time is meant."""

    ARRIVE_BY = "arrive_by"
    LEAVE_AT = "leave_at"
    ANY = "any"


class PurposeKind(StrEnum):
    """What the journey is for."""

    SESSION = "session"
    APPOINTMENT = "appointment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class When:
    """Be there by, leave at, or any time that day."""

    kind: WhenKind
    clock: time | None = None

    def __post_init__(self) -> None:
        if (self.clock is None) != (self.kind is WhenKind.ANY):
            raise ValueError("arrive_by and leave_at need a time, any has none")


@dataclass(frozen=True, slots=True)
class Wish:
    """A journey as asked: places by id, one service day, with or without the way home.

    `home` is when they want to start home (leave_at), be home (arrive_by), or
    any time after their visit; None asks for one direction only.
    """

    person_id: int
    from_place_id: int
    to_place_id: int
    day: date
    when: When
    party: Party = field(default_factory=lambda: Party(adults=1))
    home: When | None = None
    purpose: PurposeKind = PurposeKind.OTHER
    session_id: int | None = None
    note: str = ""
    together: str | None = None
    """The reference of friends' journey to ride on the same bus with."""

    def without_home(self) -> Wish:
        """The way there alone."""
        return replace(self, home=None)

    def only_home(self) -> Wish:
        """The way home alone: one direction, between the same places turned round."""
        if self.home is None:
            return self
        return replace(
            self,
            from_place_id=self.to_place_id,
            to_place_id=self.from_place_id,
            when=self.home,
            home=None,
            purpose=PurposeKind.OTHER,
            session_id=None,
            together=None,
        )

    def to_json(self) -> dict[str, Any]:
        """A plain dict, as stored with the request."""
        return {
            "person_id": self.person_id,
            "from_place_id": self.from_place_id,
            "to_place_id": self.to_place_id,
            "day": self.day.isoformat(),
            "when": _when_json(self.when),
            "party": self.party.to_json(),
            "home": _when_json(self.home) if self.home else None,
            "purpose": self.purpose.value,
            "session_id": self.session_id,
            "note": self.note,
            "together": self.together,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wish:
        """The wish as it was stored."""
        return cls(
            person_id=data["person_id"],
            from_place_id=data["from_place_id"],
            to_place_id=data["to_place_id"],
            day=date.fromisoformat(data["day"]),
            when=_when(data["when"]),
            party=Party.from_json(data["party"]),
            home=_when(data["home"]) if data["home"] else None,
            purpose=PurposeKind(data["purpose"]),
            session_id=data["session_id"],
            note=data["note"],
            together=data.get("together"),
        )


def _when_json(when: When) -> dict[str, str | None]:
    return {"kind": when.kind.value, "clock": when.clock.isoformat() if when.clock else None}


def _when(data: dict[str, str | None]) -> When:
    clock = data["clock"]
    return When(WhenKind(str(data["kind"])), time.fromisoformat(clock) if clock else None)
