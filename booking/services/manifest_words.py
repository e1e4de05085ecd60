"""What a driver reads about somebody: few words, the needs first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.domain.needs import Need, Party
from booking.domain.on_the_road import ASK_BEFORE, Fact, FactKind
from booking.domain.words import between, clock, count_of, in_its_village, pounds, spoken_list
from booking.services.riders import Point, Rider

NEED_WORDS: Final = {
    Need.WHEELCHAIR: "Wheelchair",
    Need.WALKER: "Walking frame",
    Need.ASSISTANCE_DOG: "Assistance dog",
    Need.COMPANION: "Travels with a companion",
    Need.HEARING: "Hard of hearing: face them when you speak",
    Need.SIGHT: "Sees little: say who you are",
}
"""A home pick-up is not among them: the place says it."""

OUTCOMES: Final = {
    FactKind.BOARDED: "On board",
    FactKind.NO_SHOW: "Not there",
    FactKind.DROPPED_OFF: "Dropped off",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One person to get on or off at a stop.

    `outcome` is empty while it is to be done; `done` is the report that closed it.
    `due_from` is when they were told to be there: before it nobody is "not there",
    and boarding long before it is asked about.
    """

    booking_id: int
    action: str
    name: str
    party: str
    needs: tuple[str, ...]
    notes: tuple[str, ...]
    told: str
    fare: str
    arrived: bool
    done_words: str
    done: Fact | None
    due_from: datetime | None

    @property
    def done_at(self) -> datetime | None:
        """When it happened."""
        return self.done.actual if self.done else None

    @property
    def fact_key(self) -> str:
        """The key of the report that closed it, to take it back by."""
        return self.done.key if self.done else ""

    @property
    def ask_until(self) -> datetime | None:
        """Until when boarding them is asked about."""
        return self.due_from - ASK_BEFORE if self.due_from else None

    @property
    def outcome(self) -> str:
        """What came of it and when, as a driver reads it."""
        return f"{self.done_words} {clock(self.done_at)}" if self.done_at else ""


def task_of(rider: Rider, action: str) -> Task:
    """What is to be done for this rider, as the driver reads it."""
    done = rider.done(action)
    picking_up = action == "pickup"
    return Task(
        booking_id=rider.booking_id,
        action=action,
        name=rider.name,
        party=party_words(rider.party),
        needs=needs_words(rider.needs, rider.party),
        notes=tuple(note for note in (rider.person_note, rider.note) if note.strip()),
        told=_told(rider) if picking_up else "",
        fare=pounds(rider.fare_pence) if picking_up else "",
        arrived=rider.arrived(action),
        done_words=_done_words(done, picking_up),
        done=done,
        due_from=rider.due_from if picking_up else None,
    )


def task_lines(task: Task) -> list[str]:
    """What the paper says of somebody under their name, a line each."""
    lines = []
    if task.outcome:
        lines.append(f"Done: {task.outcome}")
    if task.needs:
        lines.append(f"{'; '.join(task.needs)}.")
    if task.party:
        lines.append(f"{task.party}.")
    if task.told:
        pays = "travels free" if task.fare == "free" else f"pays {task.fare}"
        lines.append(f"Told {task.told}; {pays}.")
    return lines + list(task.notes)


def what_words(actions: Collection[str]) -> str:
    """Pick up, drop off, or both."""
    if set(actions) == {"pickup", "dropoff"}:
        return "Drop off and pick up"
    return "Pick up" if "pickup" in actions else "Drop off"


def place_words(point: Point) -> str:
    """The place with its village, said once."""
    return in_its_village(point.name, point.village)


def needs_words(needs: Collection[str], party: Party) -> tuple[str, ...]:
    """What they need, by their record and by what they said when they booked."""
    wanted = set(needs)
    if party.wheelchairs:
        wanted.add(Need.WHEELCHAIR)
    if party.walkers:
        wanted.add(Need.WALKER)
    if party.dogs:
        wanted.add(Need.ASSISTANCE_DOG)
    if not party.companions:
        wanted.discard(Need.COMPANION)
    return tuple(words for need, words in NEED_WORDS.items() if need in wanted)


def party_words(party: Party) -> str:
    """How many get on, where it is more than one: "3 people: 1 adult, 2 children"."""
    if party.people <= 1:
        return ""
    kinds = (
        (party.adults, "adult", "adults"),
        (party.pass_holders, "pass holder", "pass holders"),
        (party.wheelchairs, "wheelchair", "wheelchairs"),
        (party.companions, "companion", "companions"),
        (party.children, "child", "children"),
        (party.under_fives, "under five", "under fives"),
    )
    parts = [count_of(number, one, many) for number, one, many in kinds if number]
    return f"{party.people} people: {spoken_list(parts)}"


def _told(rider: Rider) -> str:
    if rider.earliest is None or rider.latest is None:
        return ""
    return between(rider.earliest, rider.latest)


def _done_words(done: Fact | None, picking_up: bool) -> str:
    if done is None:
        return ""
    kind = FactKind.BOARDED if picking_up and done.kind is FactKind.DROPPED_OFF else done.kind
    return OUTCOMES[kind]
