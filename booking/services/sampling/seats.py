"""A day's wishes put into its plan in one go, by the engine and past the checker.

What asking, holding and booking do for one person at a time is done here for a
day at once, with the same windows, insertion, promises and rows: a fortnight
would otherwise take minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from booking.context import Context
from booking.domain.avoids import may_use
from booking.domain.booking_rules import Broken
from booking.domain.obstacles import avoided, no_buses, obstacle, outside_hours
from booking.domain.offers import (
    VISIT_AT_LEAST,
    Candidate,
    LegShape,
    OfferedLeg,
    candidates,
)
from booking.domain.rates import RATES
from booking.domain.references import ALPHABET, LENGTH
from booking.domain.service_day import at, moment
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import When
from booking.models import Account, Booking, JourneyRequest, Offer, Person, Refusal
from booking.services.accounts import passenger_account_in
from booking.services.editing import Edit, edit_day
from booking.services.history import move
from booking.services.leg_fare import leg_fare
from booking.services.leg_request import leg_request
from booking.services.messages import write_message
from booking.services.offer import OFFER_MINUTES
from booking.services.sampling.towns import Town
from booking.services.sampling.wishes import Ask
from booking.services.stops import Standing
from routing.insertion import Inserter, Insertion
from routing.model import Request

TRIED: Final = 4
"""So many windows nearest to the wish are looked at; the cheapest is taken."""
BATCH_AT: Final = time(17, 5)


@dataclass(slots=True)
class Office:
    """Who writes things down: the accounts of call handlers, and references not used yet."""

    handlers: list[int]
    tell_from: datetime
    """Confirmations are written for what was asked since then."""
    random: Random = field(default_factory=lambda: Random("sample"))  # noqa: S311
    references: set[str] = field(default_factory=set)
    accounts: dict[int, int] = field(default_factory=dict)

    def reference(self) -> str:
        """One nobody has."""
        while True:
            made = "".join(self.random.choice(ALPHABET) for _ in range(LENGTH))
            if made not in self.references:
                self.references.add(made)
                return made

    def booker(self, edit: Edit, ask: Ask) -> int | None:
        """The account that asks: their own, or a call handler's."""
        if not ask.by_web:
            return self.random.choice(self.handlers) if self.handlers else None
        person_id = ask.wish.person_id
        if person_id not in self.accounts:
            person = edit.session.get_one(Person, person_id)
            account: Account = passenger_account_in(edit.session, person, ask.asked_at)
            self.accounts[person_id] = account.id
        return self.accounts[person_id]


@dataclass(slots=True)
class Seated:
    """A day under way: the plan so far, and what became of each wish."""

    edit: Edit
    town: Town
    engine: Inserter
    taken: list[tuple[Ask, list[OfferedLeg]]] = field(default_factory=list)
    refused: list[tuple[Ask, Broken]] = field(default_factory=list)


def seat(ctx: Context, zone_day_id: int, town: Town, asks: list[Ask], office: Office) -> None:
    """Book these wishes of one zone and day, all asked for before the day began.

    In a zone in batch mode they are decided the evening before, together.
    """
    day = asks[0].wish.day
    ends = {place for ask in asks for place in (ask.wish.to_place_id, ask.traveller.stand.place_id)}
    now = _evening_before(day) if town.is_batch else asks[-1].asked_at

    def work(edit: Edit) -> None:
        seated = Seated(edit, town, Inserter(edit.made.problem, edit.made.plan))
        for ask in asks:
            _place(seated, ask)
        _write(seated, office)

    edit_day(ctx, zone_day_id, work, now=now, places={place: town.points[place] for place in ends})


def _evening_before(day: date) -> datetime:
    return at(day - timedelta(days=1), BATCH_AT)


def _place(seated: Seated, ask: Ask) -> None:
    """Find room for both directions of a wish, or say why there is none."""
    if not seated.edit.day.shifts:
        seated.refused.append((ask, no_buses(seated.town.rules.name, ask.wish.day)))
        return
    engine, legs, soonest = seated.engine, [], 0
    stands = (ask.traveller.stand, Standing(ask.wish.to_place_id, 0))
    for when, ends in ((ask.wish.when, stands), (ask.wish.home, stands[::-1])):
        if when is None:
            continue
        found = _leg(seated, engine, ask, when, ends, soonest)
        if isinstance(found, Broken):
            seated.refused.append((ask, found))
            return
        leg, engine = found
        legs.append(leg)
        soonest = max(leg.arrive_by, leg.expected_dropoff + VISIT_AT_LEAST)
    seated.engine = engine
    seated.taken.append((ask, legs))


def _leg(
    seated: Seated,
    engine: Inserter,
    ask: Ask,
    when: When,
    ends: tuple[Standing, Standing],
    soonest: int,
) -> tuple[OfferedLeg, Inserter] | Broken:
    """The cheapest of the windows nearest to the wish, and the plan with it; or the rule."""
    shape, homeward = _shape(seated, ask, ends, soonest), bool(soonest)
    options: list[tuple[float, OfferedLeg, Request, Insertion]] = []
    vehicles = may_use(ask.traveller.avoids, seated.edit.day.shifts)
    if vehicles == frozenset():
        return avoided(when, ask.wish.day, homeward=homeward)
    tries = candidates(shape, when)[:TRIED]
    for candidate in tries:
        leg = _offered(seated, ask, shape, ends, candidate, homeward=homeward)
        load, boarding = ask.wish.party.load, shape.boarding
        wanted = leg_request(leg, seated.edit.matrix, load, boarding, vehicles=vehicles)
        found = engine.best(wanted)
        if found is not None:
            burden = found.added_cost + RATES.minute_away * candidate.away
            options.append((burden, leg, wanted, found))
    if not tries:
        return outside_hours(shape, when, homeward=homeward)
    if not options:
        rule = engine.explain(wanted).rule.value
        return obstacle(rule, when, ask.wish.day, homeward=homeward)
    _, leg, wanted, found = min(options, key=lambda option: option[0])
    leg = replace(leg, expected_pickup=found.pickup_start, expected_dropoff=found.dropoff_start)
    return leg, engine.insert(wanted, found)


def _shape(seated: Seated, ask: Ask, ends: tuple[Standing, Standing], soonest: int) -> LegShape:
    rules = seated.town.rules
    hours = rules.hours_on(ask.wish.day)
    assert hours is not None
    direct = seated.edit.matrix.seconds(ends[0].place_id, ends[1].place_id)
    return LegShape(
        direct=direct,
        ride_limit=rules.ride_limit(direct),
        boarding=ask.traveller.boarding,
        window=rules.window_minutes * 60,
        opens=hours.opens * 60,
        closes=hours.closes * 60,
        not_before=soonest,
    )


def _offered(
    seated: Seated,
    ask: Ask,
    shape: LegShape,
    ends: tuple[Standing, Standing],
    candidate: Candidate,
    *,
    homeward: bool,
) -> OfferedLeg:
    day = ask.wish.day
    fare = leg_fare(
        ask.wish.party,
        day,
        moment(day, candidate.latest),
        seated.town.fares,
        pass_wheelchair=ask.traveller.pass_holder,
    )
    return OfferedLeg(
        leg="return" if homeward else "outward",
        day=day.isoformat(),
        earliest=candidate.earliest,
        latest=candidate.latest,
        arrive_after=candidate.arrive_after,
        arrive_by=candidate.arrive_by,
        pickup_place_id=ends[0].place_id,
        dropoff_place_id=ends[1].place_id,
        walk_from_m=ends[0].walk_m,
        walk_to_m=ends[1].walk_m,
        direct_seconds=shape.direct,
        ride_limit_seconds=shape.ride_limit,
        fare_pence=fare,
        expected_pickup=candidate.earliest,
        expected_dropoff=candidate.arrive_by,
    )


def _write(seated: Seated, office: Office) -> None:
    """Write requests, offers, bookings and their history, and the plan that holds them."""
    edit = seated.edit
    booked = [(_request(seated, office, ask, None), ask, legs) for ask, legs in seated.taken]
    turned = [(_request(seated, office, ask, why), ask, why) for ask, why in seated.refused]
    edit.session.add_all([request for request, *_ in (*booked, *turned)])
    edit.session.flush()
    for request, ask, why in turned:
        edit.session.add(_refusal(seated, request, ask, why))
    made = [
        (request, ask, [_booking(edit, request, ask, leg) for leg in legs])
        for request, ask, legs in booked
    ]
    bookings = [booking for _, _, legs in made for booking in legs]
    edit.session.add_all(bookings)
    edit.session.flush()
    for request, ask, legs in made:
        edit.session.add(_offer(request, ask, seated.taken))
        _history(seated, request, legs)
    if bookings:
        ids = [*edit.made.booking_ids, *(booking.id for booking in bookings)]
        reason = "batch" if seated.town.is_batch else "booked"
        edit.publish(seated.engine.plan, seated.engine.problem, ids, reason)
    if seated.town.is_batch:
        edit.zone_day.batched_at = edit.now
    _tell(edit, office, (request for request, *_ in booked))


def _tell(edit: Edit, office: Office, requests: Iterable[JourneyRequest]) -> None:
    edit.session.flush()
    for request in requests:
        if request.created_at < office.tell_from:
            continue
        write_message(edit.session, request.person, request, "booked", now=request.created_at)


def _request(seated: Seated, office: Office, ask: Ask, why: Broken | None) -> JourneyRequest:
    wish = ask.wish
    reference = None if why else office.reference()
    return JourneyRequest(
        zone_day_id=None if why else seated.edit.zone_day.id,
        zone_id=seated.town.zone_id,
        service_date=wish.day,
        person_id=wish.person_id,
        booker_id=office.booker(seated.edit, ask),
        asked_by="web" if ask.by_web else "phone",
        from_place_id=wish.from_place_id,
        to_place_id=wish.to_place_id,
        purpose=wish.purpose.value,
        session_id=wish.session_id,
        wish=wish.to_json(),
        status=(RequestStatus.REFUSED if why else RequestStatus.BOOKED).value,
        reference=reference,
        idempotency_key=f"sample {reference}" if reference else None,
        chosen=None if why else 1,
        created_at=ask.asked_at,
    )


def _refusal(seated: Seated, request: JourneyRequest, ask: Ask, why: Broken) -> Refusal:
    return Refusal(
        request_id=request.id,
        zone_id=seated.town.zone_id,
        village=ask.traveller.village,
        rule=why.rule,
        words=why.words,
        created_at=ask.asked_at,
    )


def _offer(request: JourneyRequest, ask: Ask, taken: list[tuple[Ask, list[OfferedLeg]]]) -> Offer:
    legs = next(legs for other, legs in taken if other is ask)
    return Offer(
        request_id=request.id,
        number=1,
        legs=[leg.to_json() for leg in legs],
        fare_pence=sum(leg.fare_pence for leg in legs),
        created_at=ask.asked_at,
        expires_at=ask.asked_at + timedelta(minutes=OFFER_MINUTES),
    )


def _booking(edit: Edit, request: JourneyRequest, ask: Ask, leg: OfferedLeg) -> Booking:
    return Booking(
        request_id=request.id,
        zone_day_id=edit.zone_day.id,
        person_id=request.person_id,
        leg=leg.leg,
        status=BookingStatus.HELD.value,
        pickup_place_id=leg.pickup_place_id,
        dropoff_place_id=leg.dropoff_place_id,
        created_at=ask.asked_at,
        updated_at=ask.asked_at,
        **_promise(leg, ask),
    )


def _promise(leg: OfferedLeg, ask: Ask) -> dict[str, Any]:
    day = ask.wish.day
    return {
        "walk_from_m": leg.walk_from_m,
        "walk_to_m": leg.walk_to_m,
        "promised_earliest": moment(day, leg.earliest),
        "promised_latest": moment(day, leg.latest),
        "promised_arrival": moment(day, leg.arrive_by),
        "load": list(ask.wish.party.load),
        "party": ask.wish.party.to_json(),
        "boarding_seconds": ask.traveller.boarding,
        "direct_seconds": leg.direct_seconds,
        "ride_limit_seconds": leg.ride_limit_seconds,
        "fare_pence": leg.fare_pence,
    }


def _history(seated: Seated, request: JourneyRequest, legs: list[Booking]) -> None:
    """Held and booked at once by whoever asked; in batch mode waiting, then booked."""
    by = f"account:{request.booker_id}" if request.booker_id else "sample"
    first, decided = BookingStatus.HELD, request.created_at
    if seated.town.is_batch:
        first, decided = BookingStatus.WAITING, seated.edit.now
    for booking in legs:
        if seated.town.is_batch:
            booking.wished_earliest = booking.promised_earliest
            booking.wished_latest = booking.promised_latest
        move(seated.edit.session, booking, first, by=by, now=request.created_at)
        last = "batch" if seated.town.is_batch else by
        move(seated.edit.session, booking, BookingStatus.BOOKED, by=last, now=decided)
