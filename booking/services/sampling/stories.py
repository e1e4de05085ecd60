"""What single people did, played through the real services at the moments it happened.

Refusals by rule, cancellations in time and late, a changed time, journeys that
wait for the evening's batch: each a call any page would make.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from sqlalchemy import select

from booking.context import Context
from booking.domain.service_day import at
from booking.domain.statuses import BookingStatus, RequestStatus
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.models import Booking, JourneyRequest, Person, Place, Zone
from booking.services.book import book
from booking.services.cancel import cancel
from booking.services.hold import hold
from booking.services.offer import Asker, ask
from booking.services.sampling.towns import Town
from booking.services.sampling.wishes import Ask

CANCELLED: Final = 0.04
LATE: Final = timedelta(minutes=35)
PHONE: Final = "phone"


def find_star(ctx: Context) -> tuple[int, int] | None:
    """(person, zone) of the passenger whose sign-in the demo prints."""
    with ctx.db.reading() as session:
        row = session.execute(
            select(Person.id, Person.zone_id)
            .where(Person.phone_type == "mobile", Person.phone != "", Person.zone_id.is_not(None))
            .order_by(Person.id)
            .limit(1)
        ).first()
        return (row[0], row[1]) if row and row[1] else None


def book_through(ctx: Context, asked: Ask, handler: int | None) -> str | None:
    """Ask, take the first offer and book it; the reference, None where it was refused."""
    request = ask(ctx, asked.wish, Asker(handler, PHONE), now=asked.asked_at)
    return _take(ctx, request, handler, asked.asked_at)


def _take(ctx: Context, request: int, handler: int | None, now: datetime) -> str | None:
    """Hold and book the first offer there is; the reference."""
    with ctx.db.reading() as session:
        if session.get_one(JourneyRequest, request).status != RequestStatus.OFFERED.value:
            return None
    by = f"account:{handler}" if handler else "sample"
    hold(ctx, request, 1, by=by, now=now + timedelta(minutes=1))
    return book(ctx, request, key=f"sample {request}", by=by, now=now + timedelta(minutes=2))


def cancel_some(ctx: Context, zone_day_id: int, *, now: datetime, spared: frozenset[int]) -> int:
    """A few of that day's passengers cancel: most the day before, some too late."""
    random = Random(f"cancel {zone_day_id}")  # noqa: S311 - a story, not a secret
    cancelled = 0
    for request_id, first in _booked(ctx, zone_day_id, spared):
        if random.random() >= CANCELLED:
            continue
        late = random.random() < 0.3
        when = first - (LATE if late else timedelta(hours=random.randint(15, 30)))
        when = min(when, now)
        if when < first:
            reason = random.choice(("not well", "plans changed", "somebody else drives me"))
            cancel(ctx, request_id, by="sample", now=when, reason=reason)
            cancelled += 1
    return cancelled


def refuse_some(ctx: Context, town: Town, days: list[date], handler: int | None) -> int:
    """Wishes that the rules forbid: a day without buses, a place outside, too far ahead."""
    random = Random(f"refused {town.code}")  # noqa: S311 - a story, not a secret
    outside = _outside(ctx, town)
    inside = town.visits or town.errands
    if not inside:
        return 0
    refused = 0
    for day in days:
        who = random.choice(town.travellers)
        place = random.choice(inside)
        wish = Wish(who.person_id, who.home, place, day, When(WhenKind.ARRIVE_BY, time(11)))
        closed = town.rules.hours_on(day) is None
        if not closed and outside:
            wish = replace(wish, to_place_id=random.choice(outside))
        elif not closed:
            continue
        asked = at(day - timedelta(days=2), time(10, random.randrange(60)))
        if place != who.home:
            ask(ctx, wish, Asker(handler, PHONE), now=asked)
            refused += 1
    return refused


def change_one(
    ctx: Context, zone_day_id: int, *, now: datetime, handler: int | None, spared: frozenset[int]
) -> bool:
    """Somebody who goes that day asks for half an hour later, and takes it."""
    for request_id, _ in _booked(ctx, zone_day_id, spared):
        with ctx.db.reading() as session:
            wish = Wish.from_json(session.get_one(JourneyRequest, request_id).wish)
        later = _later(wish)
        if later is None:
            continue
        asker = Asker(handler, PHONE)
        request = ask(ctx, later, asker, now=now, replaces_id=request_id)
        return _take(ctx, request, handler, now) is not None
    return False


def _later(wish: Wish) -> Wish | None:
    """The same wish half an hour later; None where it goes to something at a set time."""
    if wish.purpose is not PurposeKind.OTHER or wish.when.clock is None or wish.home is None:
        return None
    return replace(wish, when=_half_an_hour_on(wish.when), home=_half_an_hour_on(wish.home))


def _half_an_hour_on(when: When) -> When:
    assert when.clock is not None
    minutes = min(when.clock.hour * 60 + when.clock.minute + 30, 23 * 60)
    return replace(when, clock=time(minutes // 60, minutes % 60))


def _booked(ctx: Context, zone_day_id: int, spared: frozenset[int]) -> list[tuple[int, datetime]]:
    """(request, its first pick-up) of every journey that is booked."""
    with ctx.db.reading() as session:
        rows = session.execute(
            select(Booking.request_id, Booking.person_id, Booking.promised_earliest)
            .where(
                Booking.zone_day_id == zone_day_id,
                Booking.__table__.c.status == BookingStatus.BOOKED.value,
                Booking.leg == "outward",
            )
            .order_by(Booking.request_id)
        )
        return [
            (row.request_id, row.promised_earliest)
            for row in rows
            if row.person_id not in spared and row.promised_earliest is not None
        ]


def _outside(ctx: Context, town: Town) -> list[int]:
    """Towns that the zone's buses may not go to."""
    with ctx.db.reading() as session:
        zone = session.get_one(Zone, town.zone_id)
        linked = [link.place_id for link in zone.links]
        found = session.scalars(
            select(Place.id)
            .where(
                Place.kind == "town",
                Place.person_id.is_(None),
                Place.id.not_in(linked),
                Place.zone_id.is_distinct_from(town.zone_id),
            )
            .order_by(Place.id)
        )
        return list(found)
