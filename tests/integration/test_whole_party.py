"""A detour is paid for by everybody on board: a party counts as many as it is."""

from __future__ import annotations

import pytest

from booking.context import Context
from booking.domain.needs import Party
from booking.domain.offers import OfferedLeg, candidates
from booking.models import JourneyRequest, ZoneDay
from booking.services.day import load_day
from booking.services.leg_asked import leg_shape, legs_asked
from booking.services.leg_request import leg_request
from booking.services.matrix import look_up
from booking.services.prepare import prepare
from booking.services.problem import day_problem
from tests.world import NOW, World, book_one, make_world, wish

PARTIES = [(Party(adults=1), 1), (Party(adults=2, wheelchairs=1, companions=1), 4)]


@pytest.fixture
def world(ctx: Context) -> World:
    return make_world(ctx)


@pytest.mark.parametrize(("party", "people"), PARTIES)
def test_in_the_days_plan(world: World, party: Party, people: int) -> None:
    """Once booked, seats and wheelchair spaces count as the people in them."""
    book_one(world, wish(world, party=party))
    with world.ctx.db.reading() as session:
        day = load_day(session, session.query(ZoneDay).one())
    made = day_problem(day, look_up(world.ctx.travel_times, day.points), NOW)
    assert [request.people for request in made.problem.requests] == [people]


@pytest.mark.parametrize(("party", "people"), PARTIES)
def test_when_asked(world: World, party: Party, people: int) -> None:
    """Every window tried is tried for the whole party."""
    prepared = prepare(world.ctx, wish(world, party=party), NOW)
    assert prepared.journey is not None
    matrix = look_up(world.ctx.travel_times, prepared.points)
    shape = leg_shape(prepared.journey, matrix, homeward=False, not_before=0)
    tries = candidates(shape, prepared.journey.wish.when)
    asked = legs_asked(prepared.journey, matrix, tries, homeward=False)
    assert {request.people for request in asked} == {people}


@pytest.mark.parametrize(("party", "people"), PARTIES)
def test_when_held(world: World, party: Party, people: int) -> None:
    """The offer that is taken is put into the plan for the whole party."""
    wanted = wish(world, party=party)
    request = book_one(world, wanted)
    points = prepare(world.ctx, wanted, NOW).points
    with world.ctx.db.reading() as session:
        offer = session.get_one(JourneyRequest, request).offers[0]
    leg = OfferedLeg.from_json(offer.legs[0])
    matrix = look_up(world.ctx.travel_times, points)
    assert leg_request(leg, matrix, party.load, 60).people == people
