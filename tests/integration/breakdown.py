"""A small world whose bus breaks down, for tests of who is moved and who is told what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from booking.adapters.messages import FakeCarrier
from booking.models import Booking, Message, Person, Shift, Vehicle, ZoneDay
from booking.services.send import send_due
from booking.services.shifts import Withdrawal, withdraw_shift
from tests.world import DAY, NOW, World, make_context, make_world


def texting_world(folder: Path) -> World:
    """One bus, and twenty people with mobile phones who want texts; close its database."""
    made = make_world(make_context(f"sqlite:///{folder / 'day.db'}", folder))
    with made.ctx.db.writing() as session:
        session.execute(update(Person).values(phone_type="mobile", channel="text"))
    return made


def add_bus(world: World, *, spaces: int = 1, starts: int = 420, ends: int = 1140) -> None:
    """A bus of the same kind, out all day or as long as said; `spaces` for wheelchairs."""
    with world.ctx.db.writing() as session:
        bus = Vehicle(
            code=f"B{len(world.shifts) + 1}",
            name="One more bus",
            zone_id=world.zone,
            depot_id=world.places["Melton Mowbray"],
            seats=12,
            wheelchair_spaces=spaces,
        )
        session.add(bus)
        session.flush()
        shift = Shift(
            zone_id=world.zone,
            service_date=DAY,
            vehicle_id=bus.id,
            driver_id=world.drivers[0],
            starts=starts,
            ends=ends,
            break_minutes=0,
        )
        session.add(shift)
        session.flush()
        world.shifts.append(shift.id)


def break_down(world: World, now: datetime = NOW, reason: str = "It broke down") -> Withdrawal:
    """The first bus is taken off the road."""
    return withdraw_shift(world.ctx, world.shifts[0], by="test", reason=reason, now=now)


def bookings_of(world: World, request: int) -> dict[str, Booking]:
    """leg → booking."""
    with world.ctx.db.reading() as session:
        found = list(session.scalars(select(Booking).filter_by(request_id=request)).unique())
        session.expunge_all()
    return {booking.leg: booking for booking in found}


def messages(world: World, request: int, kind: str) -> list[Message]:
    """Those of a kind about a journey, in the order they were written."""
    with world.ctx.db.reading() as session:
        found = session.scalars(
            select(Message)
            .where(Message.request_id == request, Message.key.like(f"{kind}:%"))
            .order_by(Message.id)
        ).all()
        session.expunge_all()
    return list(found)


def sent(world: World, now: datetime) -> list[str]:
    """The texts that leave at that moment."""
    carrier = FakeCarrier()
    send_due(world.ctx, now=now, carrier=carrier)
    return [message.body for message in carrier.taken]


def zone_day_of(world: World) -> ZoneDay:
    with world.ctx.db.reading() as session:
        found = session.scalars(select(ZoneDay)).one()
        session.expunge_all()
    return found


def withdraw_all(world: World, reason: str, now: datetime) -> None:
    """Every bus of the world is taken off the road; those withdrawn already stay so."""
    for shift in world.shifts:
        withdraw_shift(world.ctx, shift, by="test", reason=reason, now=now)
