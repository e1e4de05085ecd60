"""What needs a person's decision on a zone-day, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.avoids import is_avoided, vehicle_word
from booking.domain.batch_time import decides_at
from booking.domain.service_day import moment
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.words import between_24, clock_24, count_of, spoken_list
from booking.models import JourneyRequest, Person, Refusal
from booking.services.board_day import BoardDay, RunNow
from booking.services.manifest_words import place_words
from booking.services.riders import Rider

LATE_SECONDS: Final = 300
"""A few minutes past the window are no reason to ring somebody."""
NAMES_AT_MOST: Final = 4
REFUSALS_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide. `state` is problem, late or waiting; the ids lead to its page."""

    state: str
    title: str
    words: str
    shift_id: int | None = None
    request_id: int | None = None
    show: str = ""
    another_bus: bool = False
    """Whether one more shift could help."""


def decisions_of(session: Session, read: BoardDay) -> tuple[Decision, ...]:
    """Promises without a bus or that none kept, late runs, no driver, who waits, the refused."""
    return (
        *_without_bus(read),
        *_late(read),
        *_missed(read),
        *_on_avoided(read),
        *_without_driver(read),
        *_waiting(read),
        *_refused(session, read),
    )


def _without_bus(read: BoardDay) -> Iterator[Decision]:
    for rider in read.without_bus:
        on_board = rider.status is BookingStatus.ON_BOARD
        if on_board:
            due = f", due by {clock_24(rider.arrive_by)}" if rider.arrive_by else ""
            title = f"{rider.name} is on board and in no plan"
            words = (
                f"To {place_words(rider.dropoff)}{due}. Ring the driver, and see that they get "
                "there: planning sends nobody to where a bus stands."
            )
        else:
            title = f"{rider.name} has no bus"
            words = (
                f"{_told(rider)} Plan now to look again, or put another bus on. If neither helps, "
                "ring them: their number is with the journey."
            )
        yield Decision(
            "problem", title, words, request_id=rider.request_id, another_bus=not on_board
        )


def _missed(read: BoardDay) -> Iterator[Decision]:
    for rider in read.riders.values():
        if rider.status is BookingStatus.MISSED:
            words = f"{_told(rider)} No bus came. Ring them: do they still need one?"
            title = f"{rider.name} was not picked up"
            yield Decision("problem", title, words, request_id=rider.request_id)


def _on_avoided(read: BoardDay) -> Iterator[Decision]:
    """Whoever still has to be picked up by a bus or a driver they cannot travel with."""
    for run in read.runs:
        for rider in cannot_travel_on(run):
            yield Decision(
                "problem",
                f"{rider.name} is on a bus they cannot use",
                f"{_told(rider)} {_what_they_avoid(rider, run)}",
                shift_id=run.shift.id,
                request_id=rider.request_id,
            )


def cannot_travel_on(run: RunNow) -> list[Rider]:
    """Whom a run has still to pick up, though they cannot travel with its bus or driver."""
    if run.shift.status != "planned":
        return []
    return [
        rider
        for rider in run.people
        if rider.status is BookingStatus.BOOKED and is_avoided(rider.avoids, run.shift)
    ]


def _what_they_avoid(rider: Rider, run: RunNow) -> str:
    """Whether it is the bus or who drives it, and what can be done about it."""
    driver = run.shift.driver
    if driver is None or vehicle_word(run.shift.vehicle_id) in rider.avoids:
        return (
            f"They cannot travel on {run.shift.vehicle.name}. Ring them: would another time do, "
            "on another bus?"
        )
    return f"They cannot travel with {driver.name}. Put another driver on, or ring them."


def _told(rider: Rider) -> str:
    """From where to where, and what they were told, in a sentence."""
    first, last = rider.earliest, rider.latest
    told = f", told {between_24(first, last)}" if first and last else ""
    return f"{place_words(rider.pickup)} to {place_words(rider.dropoff)}{told}."


def _late(read: BoardDay) -> Iterator[Decision]:
    late = [(_latest(read, run), run) for run in read.runs]
    for worst, run in sorted(late, key=lambda pair: -pair[0]):
        if worst < LATE_SECONDS:
            continue
        names = _late_names(read, run)
        yield Decision(
            "late",
            f"{run.shift.vehicle.name} will be {-(-worst // 60)} min late",
            f"Later than they were told: {_few(names)}. Ring them, or send another bus.",
            shift_id=run.shift.id,
        )


def _latest(read: BoardDay, run: RunNow) -> int:
    return max(
        (going.late_seconds(read.day) for going in run.goings if not going.is_done),
        default=0,
    )


def _late_names(read: BoardDay, run: RunNow) -> list[str]:
    """Everybody it is late for, once, with the first thing that comes late for them."""
    first: dict[int, str] = {}
    for going in run.goings:
        if going.rider and not going.is_done and going.late_seconds(read.day) >= LATE_SECONDS:
            when = clock_24(moment(read.day, going.expected))
            what = "picked up" if going.stop.action == "pickup" else "there"
            first.setdefault(going.rider.booking_id, f"{going.rider.name} ({what} {when})")
    return list(first.values())


def _without_driver(read: BoardDay) -> Iterator[Decision]:
    runs = [run for run in read.runs if run.shift.driver is None and run.shift.status == "planned"]
    for run in sorted(runs, key=lambda one: (-len(one.people), one.shift.starts)):
        hours = f"{clock_24(run.shift.starts)} to {clock_24(run.shift.ends)}"
        people = len(run.people)
        on_it = count_of(people, "journey is", "journeys are")
        words = f"{on_it} on it." if people else "Empty so far."
        yield Decision(
            "problem" if people else "waiting",
            f"{run.shift.vehicle.name} has no driver",
            f"{hours}. {words} Put a driver on it, or withdraw it.",
            shift_id=run.shift.id,
        )


def _waiting(read: BoardDay) -> Iterator[Decision]:
    waiting = {
        rider.request_id: rider
        for rider in read.riders.values()
        if rider.status is BookingStatus.WAITING
    }
    if not waiting:
        return
    decided = decides_at(read.day)
    names = _few([rider.name for rider in waiting.values()])
    when = f"Decided together at {clock_24(decided)} the day before."
    if read.now > decided:
        when = (
            "They should have been decided by now. Plan the day to decide them. If a bus cannot "
            "keep its run, withdraw it or put another one on first."
        )
    yield Decision(
        "problem" if read.now > decided else "waiting",
        f"{count_of(len(waiting), 'request waits', 'requests wait')} for the batch",
        f"{names}. {when}",
        show="waiting",
    )


def _refused(session: Session, read: BoardDay) -> Iterator[Decision]:
    rows = session.execute(
        select(JourneyRequest.id, Person.name, Refusal.village, Refusal.words)
        .join(Refusal, Refusal.request_id == JourneyRequest.id)
        .join(Person, Person.id == JourneyRequest.person_id)
        .where(
            JourneyRequest.zone_id == read.zone.id,
            JourneyRequest.service_date == read.day,
            JourneyRequest.status == RequestStatus.REFUSED.value,
        )
        .order_by(Refusal.id.desc())
    ).all()
    for row in rows[:REFUSALS_AT_MOST]:
        who = ", ".join(filter(None, (row.name, row.village)))
        yield Decision("waiting", f"Refused: {who}", row.words, request_id=row.id, show="refused")
    if len(rows) > REFUSALS_AT_MOST:
        more = len(rows) - REFUSALS_AT_MOST
        yield Decision(
            "waiting", f"{count_of(more, 'more refusal')}", "See them all.", show="refused"
        )


def _few(names: Iterable[str]) -> str:
    """The first names of a long list, and how many more."""
    listed = list(names)
    more = len(listed) - NAMES_AT_MOST
    if more > 0:
        listed = [*listed[:NAMES_AT_MOST], f"{more} more"]
    return spoken_list(listed)
