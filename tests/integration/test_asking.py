"""Asking for a journey: what a refusal offers instead, and where the bus stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.domain.errors import NotFound
from booking.domain.needs import Party
from booking.domain.wish import PurposeKind
from booking.models import Group, JourneyRequest, Person, Place, Refusal
from booking.models import Session as Meeting
from booking.services.offer import Asker, ask
from booking.services.shifts import withdraw_shift
from tests.world import DAY, NOW, World, ask_for, book_one, make_context, make_world, wish

WEEK = timedelta(days=7)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus, out today and in a week."""
    ctx = make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path)
    made = make_world(ctx, buses=1, days=(DAY, DAY + WEEK))
    yield made
    made.ctx.db.close()


def answer(world: World, request: int) -> JourneyRequest:
    with world.ctx.db.reading() as session:
        found = session.get_one(JourneyRequest, request)
        assert found.offers is not None  # read while there is a session
        session.expunge_all()
    return found


def refused_for(world: World, request: int) -> str:
    with world.ctx.db.reading() as session:
        return session.scalars(select(Refusal.rule).where(Refusal.request_id == request)).one()


def meeting_of(world: World) -> int:
    with world.ctx.db.writing() as session:
        group = Group(
            code="CRAFT", name="Craft club", kind="craft", place_id=world.places["Melton Mowbray"]
        )
        session.add(group)
        session.flush()
        meeting = Meeting(group_id=group.id, weekday="tue", starts=600, ends=720)
        session.add(meeting)
        session.flush()
        return meeting.id


def test_a_club_without_a_bus_today_is_offered_a_week_later(world: World) -> None:
    """The bus is off the road: the same meeting next week is offered, with the reason."""
    withdraw_shift(world.ctx, world.shifts[0], by="account:1", reason="It broke down", now=NOW)
    wanted = replace(
        wish(world, home=time(12)), purpose=PurposeKind.SESSION, session_id=meeting_of(world)
    )
    found = answer(world, ask_for(world, wanted))
    assert (found.status, refused_for(world, found.id)) == ("refused", "no_buses")
    assert {offer.legs[0]["day"] for offer in found.offers} == {(DAY + WEEK).isoformat()}


def test_a_button_tapped_twice_is_one_refusal(world: World) -> None:
    """The same wish within a moment is answered with the first answer; later it is asked afresh."""
    withdraw_shift(world.ctx, world.shifts[0], by="account:1", reason="It broke down", now=NOW)
    first = ask_for(world, wish(world))
    assert ask_for(world, wish(world), now=NOW + timedelta(seconds=1)) == first
    assert ask_for(world, wish(world, by=time(11)), now=NOW + timedelta(seconds=1)) != first
    assert ask_for(world, wish(world), now=NOW + timedelta(seconds=30)) != first


def test_a_wheelchair_in_the_party_is_fetched_at_the_door(world: World) -> None:
    """Whoever can walk goes to the corner; a wheelchair, whoever's it is, does not."""
    with world.ctx.db.writing() as session:
        person = session.get_one(Person, world.people[0])
        home = Place(
            name="4 Church Lane",
            kind="home",
            latitude=52.8573,
            longitude=-0.9040,
            village="Hose",
            zone_id=world.zone,
            person_id=person.id,
        )
        session.add(home)
        session.flush()
        home_id = home.id
    wanted = replace(wish(world), from_place_id=home_id)
    on_foot = answer(world, ask_for(world, wanted)).offers[0].legs[0]
    assert on_foot["pickup_place_id"] == world.places["Hose"]
    assert on_foot["walk_from_m"] > 0
    rolling = replace(wanted, party=Party(adults=1, wheelchairs=1))
    at_door = answer(world, ask_for(world, rolling)).offers[0].legs[0]
    assert (at_door["pickup_place_id"], at_door["walk_from_m"]) == (home_id, 0)


def test_only_ones_own_journey_can_be_changed(world: World) -> None:
    """Asking in place of somebody else's journey is refused, and theirs stays."""
    theirs = book_one(world, wish(world, 1))
    with pytest.raises(NotFound):
        ask(world.ctx, wish(world, 2), Asker(None, "web"), now=NOW, replaces_id=theirs)
    assert answer(world, theirs).status == "booked"
