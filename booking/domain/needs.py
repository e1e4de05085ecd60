"""Parties and needs: how many travel, what room they take and how long boarding takes.

The load of a booking is (seats, wheelchair spaces). A person in a wheelchair
takes a space and no seat; the space folds seats away, which is the vehicle's
business (`configurations`). An assistance dog takes the floor, not a seat.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from booking.domain.errors import Invalid

BOARD_SECONDS: Final = 60
WALKER_SECONDS: Final = 120
WHEELCHAIR_SECONDS: Final = 240


class Need(StrEnum):
    """What a person needs to travel well."""

    WHEELCHAIR = "wheelchair"
    WALKER = "walker"
    ASSISTANCE_DOG = "assistance_dog"
    COMPANION = "companion"
    HOME_PICKUP = "home_pickup"
    HEARING = "hearing"
    SIGHT = "sight"


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels, by kind; nobody is counted twice.

    `pass_holders` (ENCTS) and `companions` sit in seats like adults and pay
    differently; `wheelchairs` stay in their chairs; `walkers` counts walking
    frames and `dogs` assistance dogs, which ride along without a seat.
    """

    adults: int = 0
    children: int = 0
    under_fives: int = 0
    pass_holders: int = 0
    wheelchairs: int = 0
    companions: int = 0
    walkers: int = 0
    dogs: int = 0

    @property
    def people(self) -> int:
        """How many persons."""
        return self.seated + self.wheelchairs

    @property
    def seated(self) -> int:
        """How many of them take a seat (an under-five too: it needs its belt)."""
        return self.adults + self.children + self.under_fives + self.pass_holders + self.companions

    @property
    def load(self) -> tuple[int, int]:
        """(seats, wheelchair spaces)."""
        return (self.seated, self.wheelchairs)

    def boarding_seconds(self, own_minutes: int = 1) -> int:
        """How long the bus stands for them; `own_minutes` is what the person told us they need."""
        seconds = BOARD_SECONDS + 15 * max(0, self.people - 1)
        if self.walkers or self.dogs:
            seconds = max(seconds, WALKER_SECONDS)
        seconds = max(seconds, WHEELCHAIR_SECONDS * self.wheelchairs)
        return max(seconds, own_minutes * 60)

    def to_json(self) -> dict[str, int]:
        """A plain dict, as stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Party:
        """The party stored; unknown words are ignored, absent ones are 0."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: int(value) for name, value in data.items() if name in names})

    def check(self, party_max: int) -> None:
        """Raise Invalid, naming the field, for a party that cannot be."""
        counts = asdict(self)
        if any(value < 0 or value > 50 for value in counts.values()):
            raise Invalid("Enter how many people as a number from 0 to 50.", "party")
        if self.people == 0:
            raise Invalid("Say how many people are travelling. At least one must.", "party")
        if self.people > party_max:
            raise Invalid(
                f"One booking can be for up to {party_max} people. "
                "For a larger party, please ring us.",
                "party",
            )
        if self.under_fives + self.children == self.people and self.under_fives:
            raise Invalid("A child under five must travel with an adult.", "party")


def people_of(load: tuple[int, ...]) -> int:
    """How many a load is: everybody takes either a seat or a wheelchair space."""
    return sum(load)


def party_of(needs: list[str], *, pass_holder: bool) -> Party:
    """The party of one person travelling as their record says."""
    wheelchair = Need.WHEELCHAIR in needs
    return Party(
        adults=int(not wheelchair and not pass_holder),
        pass_holders=int(not wheelchair and pass_holder),
        wheelchairs=int(wheelchair),
        companions=int(Need.COMPANION in needs),
        walkers=int(Need.WALKER in needs),
        dogs=int(Need.ASSISTANCE_DOG in needs),
    )
