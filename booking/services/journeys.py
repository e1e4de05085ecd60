"""Journeys for a passenger's pages: what was answered, what is booked, what was travelled.

Looking only. Whether a journey is this account's is asked of `access` every time:
somebody else's is not found, like one that never was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.needs import Party
from booking.domain.offers import OfferedLeg
from booking.domain.party_words import party_words
from booking.domain.statuses import RequestStatus
from booking.domain.wish import Wish
from booking.domain.words import pounds
from booking.models import Account, Booking, JourneyRequest, Offer, Zone
from booking.models import Session as GroupSession
from booking.services.access import check_request
from booking.services.cancel import is_late
from booking.services.journey_facts import NOT_REFUSED, JourneyFacts, purposes_of, read_facts
from booking.services.legs import (
    LegView,
    bus_home,
    ends_of,
    fare_note,
    of_offer,
    offer_details,
    offer_sentence,
    shown_of,
)
from booking.services.places import say_place
from booking.services.take_instead import last_refusal, offers_instead, was_turned_down

_DECIDED: Final = frozenset(
    {
        RequestStatus.BOOKED,
        RequestStatus.WAITING,
        RequestStatus.CANCELLED,
        RequestStatus.REPLACED,
    }
)
_STANDING: Final = frozenset({RequestStatus.BOOKED, RequestStatus.WAITING})


@dataclass(frozen=True, slots=True)
class OfferView:
    """One offer to choose: its sentence, what follows, and the whole fare."""

    number: int
    legs: tuple[LegView, ...]
    fare_pence: int
    fare_note: str
    """Why a bus pass does not count, where somebody has one and it does not."""

    @property
    def day(self) -> date:
        return self.legs[0].day

    @property
    def waiting(self) -> bool:
        """Whether it is decided in the nightly batch."""
        return self.legs[0].waiting

    @property
    def sentence(self) -> str:
        return offer_sentence(self.legs)

    @property
    def details(self) -> list[str]:
        return offer_details(self.legs)

    @property
    def fare_sentence(self) -> str:
        """What the whole journey costs everybody in it."""
        return f"The fare is {pounds(self.fare_pence)}." if self.fare_pence else "It is free."


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What a request was answered: offers to choose from, or why not and what else.

    `refused` are the plain words of the rule that failed; the offers then are other
    times and days. `held_until` is set while one of them (`chosen`) is held.
    """

    request_id: int
    status: RequestStatus
    wish: Wish
    from_words: str
    to_words: str
    purpose_words: str
    party_words: str
    offers: tuple[OfferView, ...]
    refused: str
    refused_rule: str
    chosen: OfferView | None
    held_until: datetime | None
    replaces_id: int | None
    expired: bool
    """Whether the offers are so old that they should be asked for afresh."""

    @property
    def held(self) -> bool:
        return self.status is RequestStatus.HELD

    @property
    def decided(self) -> bool:
        """Whether it has become a journey already (booked, or waiting for the batch)."""
        return self.status in _DECIDED

    def holds_other(self, number: int) -> bool:
        """Whether another of its offers is held, to be let go before this one is."""
        return self.held and self.chosen is not None and self.chosen.number != number


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A booked (or waiting, or past) journey."""

    request_id: int
    reference: str
    status: RequestStatus
    day: date
    from_words: str
    to_words: str
    """The ends of the direction `shown`: turned round where only the bus home is left."""
    purpose_words: str
    party_words: str
    note: str
    legs: tuple[LegView, ...]
    late_now: bool
    """Whether cancelling now would be late."""
    replaces: bool
    """Whether it took the place of another journey."""
    refused: str = ""
    """Why the nightly batch could not carry it, in its own words."""
    instead: bool = False
    """Whether something else was offered with that no."""
    fare_note: str = ""
    """Why a bus pass does not count, where somebody has one and it does not."""

    @property
    def outward(self) -> LegView | None:
        return next((leg for leg in self.legs if not leg.homeward), None)

    @property
    def homeward(self) -> LegView | None:
        return next((leg for leg in self.legs if leg.homeward), None)

    @property
    def live_legs(self) -> tuple[LegView, ...]:
        return tuple(leg for leg in self.legs if leg.live)

    @property
    def shown(self) -> LegView:
        """The direction that matters now: the first still to come, else the first."""
        return shown_of(self.legs)

    @property
    def coming(self) -> bool:
        return bool(self.live_legs)

    @property
    def to_cancel(self) -> tuple[LegView, ...]:
        """The directions that can be cancelled still."""
        return tuple(leg for leg in self.legs if leg.can_cancel)

    @property
    def can_cancel(self) -> bool:
        return bool(self.to_cancel)

    @property
    def only_home_left(self) -> bool:
        """Whether the bus home is all that can still be cancelled or changed."""
        return self.can_cancel and all(leg.homeward for leg in self.to_cancel)

    @property
    def stands(self) -> bool:
        """Whether it is promised or asked for, and still to come."""
        return self.coming and self.status in _STANDING

    @property
    def over(self) -> bool:
        """Whether it was never cancelled or refused, and its times are past or travelled."""
        return not self.coming and self.status in _STANDING

    @property
    def waiting(self) -> bool:
        return self.status is RequestStatus.WAITING and self.coming

    @property
    def refused_by_night(self) -> bool:
        """Whether the nightly batch could not carry it: no bus comes."""
        return self.status is RequestStatus.REFUSED

    @property
    def fare_pence(self) -> int:
        legs = self.live_legs or self.legs
        return sum(leg.fare_pence for leg in legs)

    @property
    def then_home(self) -> str:
        """The way home in sentences, while the way there is still to come; else empty."""
        leg = self.homeward
        if leg is None or not leg.live or self.shown.homeward:
            return ""
        return f"{bus_home(leg)}." if leg.without_bus else f"{bus_home(leg)}. {leg.arrival}"


def get_answer(ctx: Context, account: Account, request_id: int, *, now: datetime) -> AnswerView:
    """What we answered to a request of this account; raises NotFound for anybody else's."""
    with ctx.db.reading() as session:
        request = check_request(account, session.get(JourneyRequest, request_id))
        instead = offers_instead(session, request)
        offers = tuple(_offer(session, offer, request) for offer in instead)
        refusal = last_refusal(session, request.id)
        status = status_now(request, now)
        held = status is RequestStatus.HELD
        wish = Wish.from_json(request.wish)
        return AnswerView(
            request_id=request.id,
            status=status,
            wish=wish,
            from_words=say_place(request.from_place, request.person_id),
            to_words=say_place(request.to_place, request.person_id),
            purpose_words=purposes_of(session, [request])[request.id],
            party_words=party_words(wish.party),
            offers=offers,
            refused=refusal.words if refusal else "",
            refused_rule=refusal.rule if refusal else "",
            chosen=next((o for o in offers if o.number == request.chosen), None),
            held_until=_held_until(request) if held else None,
            replaces_id=request.replaces_id,
            expired=not held
            and not was_turned_down(request)  # that is looked at when they choose one
            and any(offer.expires_at < now for offer in request.offers),
        )


def get_wish(ctx: Context, account: Account, request_id: int) -> tuple[Wish, int | None]:
    """The wish of a request of this account, and which journey it was to replace."""
    with ctx.db.reading() as session:
        request = check_request(account, session.get(JourneyRequest, request_id))
        return Wish.from_json(request.wish), request.replaces_id


def get_group_id(ctx: Context, session_id: int | None) -> int | None:
    """The group a weekly meeting is of."""
    if session_id is None:
        return None
    with ctx.db.reading() as session:
        return session.scalar(select(GroupSession.group_id).where(GroupSession.id == session_id))


def get_journey(ctx: Context, account: Account, request_id: int, *, now: datetime) -> JourneyView:
    """One journey of this account; raises NotFound for anybody else's or none."""
    with ctx.db.reading() as session:
        request = check_request(account, session.get(JourneyRequest, request_id))
        if request.reference is None:
            request = check_request(account, None)
        (journey,) = journey_views(session, [request], now)
        return journey


def _offer(session: Session, offer: Offer, request: JourneyRequest) -> OfferView:
    legs = tuple(
        of_offer(session, OfferedLeg.from_json(leg), request.person_id) for leg in offer.legs
    )
    party = Wish.from_json(request.wish).party
    zone = session.get(Zone, request.zone_id) if request.zone_id is not None else None
    fares = zone.fares if zone else (0, 0)
    note = fare_note(legs, party, fares, pass_wheelchair=request.person.pass_holder)
    return OfferView(offer.number, legs, offer.fare_pence, note)


def journey_views(
    session: Session, requests: Collection[JourneyRequest], now: datetime
) -> list[JourneyView]:
    """Journeys that were read, in their order."""
    facts = read_facts(session, requests, now)
    return [_journey(request, facts, now) for request in requests]


def _journey(request: JourneyRequest, facts: JourneyFacts, now: datetime) -> JourneyView:
    bookings = sorted(request.bookings, key=lambda booking: booking.leg)
    terms = facts.terms_of(request)
    legs = facts.legs[request.id]
    live = [leg for leg in legs if leg.live] or legs
    party = _party(request, bookings)
    refused = facts.refusals.get(request.id, NOT_REFUSED)
    from_words, to_words = ends_of(request, legs)
    return JourneyView(
        request_id=request.id,
        reference=request.reference or "",
        status=RequestStatus(request.status),
        day=request.service_date,
        from_words=from_words,
        to_words=to_words,
        purpose_words=facts.purposes[request.id],
        party_words=party_words(party),
        note=request.note,
        legs=legs,
        late_now=any(
            leg.can_cancel and is_late(booking, terms.notice_minutes, now)
            for booking, leg in zip(bookings, legs, strict=True)
        ),
        replaces=request.replaces_id is not None,
        refused=refused.words,
        instead=refused.instead,
        fare_note=fare_note(live, party, terms.fares, pass_wheelchair=request.person.pass_holder),
    )


def _party(request: JourneyRequest, bookings: list[Booking]) -> Party:
    stored = bookings[0].party if bookings else request.wish["party"]
    return Party.from_json(stored)


def _held_until(request: JourneyRequest) -> datetime | None:
    return next((b.hold_until for b in request.bookings if b.hold_until is not None), None)


def status_now(request: JourneyRequest, now: datetime) -> RequestStatus:
    """A hold that ran out is over, whether or not the sweep has been by."""
    status = RequestStatus(request.status)
    until = _held_until(request)
    if status is RequestStatus.HELD and until is not None and until < now:
        return RequestStatus.EXPIRED
    return status
