"""One direction of a journey as pages show it, offered or booked, and its sentences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from booking.adapters.bank_holidays import is_bank_holiday
from booking.domain.fares import pass_note
from booking.domain.needs import Party
from booking.domain.offers import OfferedLeg
from booking.domain.service_day import local, moment
from booking.domain.statuses import BookingStatus
from booking.domain.walks import walk_minutes
from booking.domain.words import between, clock
from booking.models import Booking, JourneyRequest, Place
from booking.services.leg_fare import Fares, costs_more
from booking.services.places import say_place
from booking.services.zone_days import carried_on

STATUS_WORDS: Final = {
    BookingStatus.HELD: ("Not booked yet", "waiting"),
    BookingStatus.WAITING: ("Waiting to hear", "waiting"),
    BookingStatus.BOOKED: ("Booked", "good"),
    BookingStatus.ON_BOARD: ("On the bus", "good"),
    BookingStatus.COMPLETED: ("Travelled", "over"),
    BookingStatus.CANCELLED: ("Cancelled", "over"),
    BookingStatus.LATE_CANCELLED: ("Cancelled late", "over"),
    BookingStatus.NO_SHOW: ("Not travelled", "over"),
    BookingStatus.MISSED: ("We did not come", "problem"),
    BookingStatus.REFUSED: ("We could not fit this in", "problem"),
    BookingStatus.EXPIRED: ("Not booked", "over"),
}
EVERY_VILLAGE_HAS: Final = frozenset(
    {"bus stop", "church", "green", "post office", "school", "village hall", "village shop"}
)
"""Names that are no names: said with their article and their village."""
HOME: Final = "your home"
LIVE: Final = frozenset({BookingStatus.BOOKED, BookingStatus.WAITING, BookingStatus.ON_BOARD})
"""States in which somebody still expects the bus."""
OVER_AFTER: Final = timedelta(hours=2)
"""So long after the promised arrival nobody waits any more, whatever the driver reported."""
LOOKING: Final = ("We are looking for a bus", "problem")
OVER_WORDS: Final = {
    BookingStatus.WAITING: ("Not booked", "over"),
    BookingStatus.BOOKED: ("Over", "over"),
    BookingStatus.ON_BOARD: ("Travelled", "over"),
}
"""What a leg is called once its times are past and nothing more was reported of it."""


@dataclass(frozen=True, slots=True)
class LegView:
    """One direction. While `waiting` the times are those wished for, and no promise."""

    homeward: bool
    day: date
    earliest: datetime | None
    latest: datetime | None
    arrive_by: datetime | None
    stand_at: str
    stand_latitude: float
    stand_longitude: float
    set_down_at: str
    walk_from_m: int
    walk_to_m: int
    fare_pence: int
    waiting: bool
    status: BookingStatus | None = None
    """None while it is only offered."""
    past: bool = False
    """Whether its times are so long past that nobody waits for the bus any more."""
    without_bus: bool = False
    """Whether the bus broke down that was to come, and no other is found yet."""
    told_at: datetime | None = None
    """The exact time we told them the evening before."""

    @property
    def name(self) -> str:
        return "return" if self.homeward else "outward"

    @property
    def live(self) -> bool:
        """Whether somebody still expects this bus."""
        return self.status in LIVE and not self.past

    @property
    def can_cancel(self) -> bool:
        return self.live and self.status is not BookingStatus.ON_BOARD

    @property
    def was_to_come(self) -> bool:
        """Whether it was promised or asked for, and is expected no more."""
        return self.status is not None and not self.live

    @property
    def status_words(self) -> tuple[str, str]:
        """(words, kind of mark)."""
        if self.without_bus:
            return LOOKING
        if self.past and self.status in OVER_WORDS:
            return OVER_WORDS[self.status]
        return STATUS_WORDS[self.status] if self.status else ("Offered", "waiting")

    @property
    def window(self) -> str:
        """ "between 9:40am and 10:00am", or "at about 9:46am" once we have told the time."""
        if self.told_at is not None:
            return f"at about {clock(self.told_at)}"
        if self.earliest is None or self.latest is None:
            return "at a time we will tell you"
        return between(self.earliest, self.latest)

    @property
    def comes(self) -> str:
        """What its bus does and when, after "the bus": "comes between 9:40am and 10:00am"."""
        if self.without_bus:
            return f"does not come now: it was to come {self.window}"
        return f"{'would come some time' if self.waiting else 'comes'} {self.window}"

    @property
    def comes_to(self) -> str:
        """The same with where to stand; nobody is sent to where no bus comes."""
        return self.comes if self.without_bus else f"{self.comes} {self.stand}"

    @property
    def stand(self) -> str:
        """Where to stand, with the walk: "at the bus stop in Hose (2 minutes’ walk)"."""
        return f"at {as_spoken(self.stand_at)}{_walk(self.walk_from_m)}"

    @property
    def walk_note(self) -> str:
        """The walk at the near end in words of its own; empty where there is none."""
        minutes = walk_minutes(self.walk_from_m)
        return f"{_minutes(minutes)} walk" if minutes else ""

    @property
    def to_home(self) -> bool:
        """Whether they are home when it ends: at the door, or at the corner they walk from."""
        return self.set_down_at == HOME or self.walk_to_m > 0

    @property
    def arrival(self) -> str:
        """When one is there, as a sentence: "You will be there by 10:30am." """
        if self.arrive_by is None:
            return ""
        if self.walk_to_m:
            where = f"back at {as_spoken(self.set_down_at)}"
        else:
            where = "home" if self.set_down_at == HOME else "there"
        will = "would" if self.waiting else "will"
        return f"You {will} be {where} by {clock(self.arrive_by)}{_walk(self.walk_to_m, ' home')}."

    @property
    def arrival_note(self) -> str:
        """Where they get off, where that needs saying, with the walk that is left."""
        if self.set_down_at == HOME:
            return ""
        minutes = walk_minutes(self.walk_to_m)
        return f"{self.set_down_at}, {_minutes(minutes)} walk home" if minutes else self.set_down_at


def as_spoken(place: str) -> str:
    """A place within a sentence: "Bus stop, Hose" is said "the bus stop in Hose"."""
    name, _, village = place.partition(", ")
    bare = name.casefold().removeprefix("the ")
    return f"the {bare} in {village}" if village and bare in EVERY_VILLAGE_HAS else place


def offer_sentence(legs: tuple[LegView, ...]) -> str:
    """What is offered, as one would say it: where the bus comes, and when one is there."""
    first = legs[0]
    if first.waiting:
        return f"A bus would come some time {first.window}, {first.stand}."
    return f"The bus comes {first.window} {first.stand}."


def offer_details(legs: tuple[LegView, ...]) -> list[str]:
    """The sentences that follow: the arrival, the bus home, being home."""
    said = [legs[0].arrival]
    for leg in legs[1:]:
        said += [f"{bus_home(leg)}, {leg.stand}.", leg.arrival]
    return [sentence for sentence in said if sentence]


def bus_home(leg: LegView) -> str:
    """When the bus home comes; nothing is promised while the night has to decide."""
    return f"{'A bus' if leg.waiting else 'The bus'} home {leg.comes}"


def fare_note(
    legs: Collection[LegView], party: Party, fares: Fares, *, pass_wheelchair: bool
) -> str:
    """Why the fare is not what a bus pass makes it; empty where there is nothing to explain.

    The night decides when a bus comes that is waited for, and with it what that costs.
    """
    latest = [leg.latest for leg in legs if leg.latest is not None and not leg.waiting]
    if not latest or len(latest) < len(legs):
        return ""
    day = next(iter(legs)).day
    return pass_note(
        party,
        day,
        [local(moment).time() for moment in latest],
        charged=[
            costs_more(leg.fare_pence, party, fares, pass_wheelchair=pass_wheelchair)
            for leg in legs
        ],
        bank_holiday=is_bank_holiday(day),
        pass_wheelchair=pass_wheelchair,
    )


def of_offer(session: Session, leg: OfferedLeg, person_id: int) -> LegView:
    """An offered leg, with its places named."""
    day = date.fromisoformat(leg.day)
    stand = session.get_one(Place, leg.pickup_place_id)
    set_down = session.get_one(Place, leg.dropoff_place_id)
    return LegView(
        homeward=leg.leg == "return",
        day=day,
        earliest=moment(day, leg.earliest),
        latest=moment(day, leg.latest),
        arrive_by=moment(day, leg.arrive_by),
        stand_at=say_place(stand, person_id),
        stand_latitude=stand.latitude,
        stand_longitude=stand.longitude,
        set_down_at=say_place(set_down, person_id),
        walk_from_m=leg.walk_from_m,
        walk_to_m=leg.walk_to_m,
        fare_pence=leg.fare_pence,
        waiting=leg.waiting,
    )


def legs_of_all(
    session: Session, requests: Collection[JourneyRequest], now: datetime
) -> dict[int, tuple[LegView, ...]]:
    """Request id → its booked legs as they stand now, outward first; in one query for all."""
    owed = {
        booking.id: booking.zone_day_id
        for request in requests
        for booking in request.bookings
        if booking.status == BookingStatus.BOOKED.value and not is_over(booking, now)
    }
    without = owed.keys() - carried_on(session, set(owed.values()))
    return {
        request.id: tuple(
            _of_booking(booking, request.service_date, now, without)
            for booking in sorted(request.bookings, key=lambda booking: booking.leg)
        )
        for request in requests
    }


def _of_booking(booking: Booking, day: date, now: datetime, without: Collection[int]) -> LegView:
    status = BookingStatus(booking.status)
    earliest = booking.promised_earliest or booking.wished_earliest
    latest = booking.promised_latest or booking.wished_latest
    return LegView(
        homeward=booking.leg == "return",
        day=day,
        earliest=earliest,
        latest=latest,
        arrive_by=_arrival(booking),
        stand_at=say_place(booking.pickup_place, booking.person_id),
        stand_latitude=booking.pickup_place.latitude,
        stand_longitude=booking.pickup_place.longitude,
        set_down_at=say_place(booking.dropoff_place, booking.person_id),
        walk_from_m=booking.walk_from_m,
        walk_to_m=booking.walk_to_m,
        fare_pence=booking.fare_pence,
        waiting=status is BookingStatus.WAITING,
        status=status,
        past=is_over(booking, now),
        without_bus=booking.id in without,
        told_at=booking.told_pickup_at,
    )


def shown_of(legs: tuple[LegView, ...]) -> LegView:
    """The direction that matters now: the first still to come, else the first."""
    return next((leg for leg in legs if leg.live), legs[0])


def ends_of(request: JourneyRequest, legs: tuple[LegView, ...]) -> tuple[str, str]:
    """From where to where they travel in words, by the direction that matters now."""
    ends = [request.from_place, request.to_place]
    if legs and shown_of(legs).homeward:
        ends.reverse()
    start, finish = (say_place(place, request.person_id) for place in ends)
    return start, finish


def is_over(booking: Booking, now: datetime) -> bool:
    """Whether its times are past, with room for a late bus: there is nothing left to cancel."""
    arrival = _arrival(booking)
    return arrival is not None and now > arrival + OVER_AFTER


def _arrival(booking: Booking) -> datetime | None:
    """When one is there at the latest, as promised or, while it is undecided, as wished."""
    latest = booking.promised_latest or booking.wished_latest
    ride = timedelta(seconds=booking.boarding_seconds + booking.ride_limit_seconds)
    return booking.promised_arrival or (latest and latest + ride)


def _minutes(minutes: int) -> str:
    return "1 minute’s" if minutes == 1 else f"{minutes} minutes’"


def _walk(metres: int, whither: str = "") -> str:
    minutes = walk_minutes(metres)
    return f" ({_minutes(minutes)} walk{whither})" if minutes else ""
