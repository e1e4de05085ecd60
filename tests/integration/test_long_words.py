"""What is made of several things that fit is kept whole, on both kinds of database."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy import select, update

from booking.context import Context
from booking.models import Message, Person, Place, Refusal, ZoneLink
from booking.services.save_person import (
    ADDRESS_LONGEST,
    NAME_LONGEST,
    VILLAGE_LONGEST,
    PersonFacts,
    save_person,
)
from tests.world import NOW, World, ask_for, book_one, make_world, wish

NAME = "N" * NAME_LONGEST
ADDRESS = ", ".join(["A" * 48] * 3)[:ADDRESS_LONGEST]


@pytest.fixture
def world(any_ctx: Context) -> World:
    return make_world(any_ctx, people=1)


def save(world: World, **changes: object) -> int:
    """The world's first person, with the longest name and address a form takes."""
    facts = {
        "name": NAME,
        "channel": "letter",
        "address": ADDRESS,
        "place_id": world.places["Hose"],
        "postcode": "LE14 4JE",
        "phone": "01632 960001",
        **changes,
    }
    person = world.people[0]
    return save_person(world.ctx, PersonFacts(**facts), person_id=person, account_id=None, now=NOW)


def test_a_letter_to_the_longest_address_can_be_booked(world: World) -> None:
    """The confirmation is addressed with every line, and the journey is booked."""
    save(world)
    book_one(world, wish(world, by=time(12)))
    with world.ctx.db.reading() as session:
        (message,) = session.scalars(select(Message).where(Message.channel == "letter"))
    assert len(message.recipient) > 200
    assert message.recipient.splitlines() == [NAME, *ADDRESS.split(", "), "Hose", "LE14 4JE"]


def test_a_refusal_that_names_many_long_places_is_kept(world: World) -> None:
    """It says where the bus cannot go and the three nearest places it goes to, in full."""
    outside = ("Somerby", "Bottesford", "Stathern", "Harby")
    with world.ctx.db.writing() as session:
        for name in outside:
            place = session.get_one(Place, world.places[name])
            place.name, place.zone_id, place.village = name.ljust(200, "x"), None, ""
        for name in outside[1:]:
            link = {"days": ["mon"], "opens": 540, "closes": 1020}
            session.add(ZoneLink(zone_id=world.zone, place_id=world.places[name], **link))
    ask_for(world, wish(world, start="Hose", finish="Somerby"))
    with world.ctx.db.reading() as session:
        (refusal,) = session.scalars(select(Refusal))
    for name in outside:
        assert name.ljust(200, "x") in refusal.words


def test_a_village_with_a_long_name_is_kept_as_far_as_it_fits(world: World) -> None:
    """Somebody who lives at a place with a long name and no village can be registered."""
    with world.ctx.db.writing() as session:
        hose = update(Place).where(Place.id == world.places["Hose"])
        session.execute(hose.values(name="H" * 200, village=""))
    save(world, address="")
    with world.ctx.db.reading() as session:
        person = session.get_one(Person, world.people[0])
        assert person.village == "H" * VILLAGE_LONGEST
