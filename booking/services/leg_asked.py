"""A journey that is asked for, and each of its legs as the rules and the engine see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.booking_rules import ZoneRules
from booking.domain.offers import Candidate, LegShape
from booking.domain.wish import PurposeKind, Wish
from booking.services.matrix import PlaceMatrix
from booking.services.problem import alight_seconds
from booking.services.stops import Standing
from routing.model import Request, Window


@dataclass(frozen=True, slots=True)
class Journey:
    """A wish with what the rules and places say of it; times in seconds of the day."""

    wish: Wish
    rules: ZoneRules
    start: Standing
    finish: Standing
    opens: int
    closes: int
    link: str
    """The place outside the zone whose own hours these are; empty where they are the zone's."""
    boarding: int
    fares: tuple[int, int]
    pass_wheelchair: bool
    batch: bool
    avoids: tuple[str, ...] = ()
    """The buses and drivers they cannot travel with (`booking.domain.avoids`)."""
    vehicles: frozenset[str] | None = None
    """The shifts of the day looked at that this leaves; None where all are."""

    def firm(self, *, nearest: bool) -> bool:
        """Whether the wished times must be kept to: those of a meeting or an appointment.

        With `nearest` no bus could keep to them, so an appointment might be moved.
        """
        kept_to = (
            (PurposeKind.SESSION,) if nearest else (PurposeKind.SESSION, PurposeKind.APPOINTMENT)
        )
        return self.wish.purpose in kept_to


def ends(journey: Journey, homeward: bool) -> tuple[Standing, Standing]:
    """Where a leg starts and finishes."""
    return (journey.finish, journey.start) if homeward else (journey.start, journey.finish)


def leg_shape(
    journey: Journey, matrix: PlaceMatrix, *, homeward: bool, not_before: int
) -> LegShape:
    """What is fixed about a leg before its time."""
    start, finish = ends(journey, homeward)
    direct = matrix.seconds(start.place_id, finish.place_id)
    return LegShape(
        direct=direct,
        ride_limit=journey.rules.ride_limit(direct),
        boarding=journey.boarding,
        window=journey.rules.window_minutes * 60,
        opens=journey.opens,
        closes=journey.closes,
        not_before=not_before,
    )


def legs_asked(
    journey: Journey, matrix: PlaceMatrix, tries: Sequence[Candidate], *, homeward: bool
) -> list[Request]:
    """What the engine is asked for, one request for each window tried."""
    start, finish = ends(journey, homeward)
    direct = matrix.seconds(start.place_id, finish.place_id)
    return [
        Request(
            id="new return" if homeward else "new outward",
            pickup=matrix.index[start.place_id],
            dropoff=matrix.index[finish.place_id],
            pickup_window=Window(candidate.earliest, candidate.latest),
            dropoff_window=Window(candidate.arrive_after, candidate.arrive_by),
            pickup_service=journey.boarding,
            dropoff_service=alight_seconds(journey.boarding),
            load=journey.wish.party.load,
            max_ride=journey.rules.ride_limit(direct),
            required=True,
            together=None if homeward else journey.wish.together,
            people=journey.wish.party.people,
            vehicles=journey.vehicles,
        )
        for candidate in tries
    ]
