"""What else is offered after a refusal: nearest first, and from the next stop on foot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from booking.adapters.travel_times import Point, TravelTimes
from booking.domain.needs import Party
from booking.domain.offers import OfferedLeg
from booking.domain.wish import When, WhenKind
from booking.models import JourneyRequest, Person, Place, Refusal, Shift
from booking.services.accounts import passenger_account_in
from booking.services.journeys import get_answer
from booking.services.prepare import prepare, stands_instead
from routing.model import Matrix
from tests.world import DAY, NOW, World, ask_for, make_context, make_world, wish

DAYS = (DAY, DAY + timedelta(days=1), DAY + timedelta(days=2))
HOME = (52.8573, -0.9040)
CORNERS = {"The Green": (52.8578, -0.9041), "Hose Pump": (52.8561, -0.9049)}
FAR_CORNER = (52.8540, -0.9060)
DEAD_END = 3 * 3600


class OnePlaceCutOff:
    """The engine asked, but so long to and from one place that no bus goes there."""

    def __init__(self, engine: TravelTimes, place: Point) -> None:
        self.engine, self.place = engine, place

    def matrix(self, points: Sequence[Point]) -> tuple[Matrix, Matrix]:
        """Seconds and metres between all pairs."""
        durations, distances = self.engine.matrix(points)
        for row, point in enumerate(points):
            if point == self.place:
                durations[row, :] += DEAD_END
                durations[:, row] += DEAD_END
                durations[row, row] = 0
        return durations, distances


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus on three days, and somebody at home with a stop by the door and one further on."""
    ctx = make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path)
    made = make_world(ctx, days=DAYS)
    with ctx.db.writing() as session:
        session.execute(update(Place).values(kind="town"))
        for name, point in (*CORNERS.items(), ("Far Corner", FAR_CORNER)):
            made.places[name] = add_place(made, session, name, "stop", point)
        home = add_place(made, session, "4 Church Lane", "home", HOME, made.people[0])
        made.places["home"] = home
    cut_off = OnePlaceCutOff(ctx.travel_times, CORNERS["The Green"])
    made.ctx = replace(ctx, travel_times=cut_off)
    yield made
    ctx.db.close()


def add_place(
    world: World, session: object, name: str, kind: str, point: Point, person: int | None = None
) -> int:
    place = Place(
        name=name,
        kind=kind,
        latitude=point[0],
        longitude=point[1],
        village="Hose",
        zone_id=world.zone,
        person_id=person,
    )
    session.add(place)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return place.id


def offered(world: World, request_id: int) -> list[OfferedLeg]:
    """The way there of each alternative, in the order in which they are said."""
    with world.ctx.db.reading() as session:
        request = session.get_one(JourneyRequest, request_id)
        assert request.status == "refused"
        return [OfferedLeg.from_json(offer.legs[0]) for offer in request.offers]


def on_foot(world: World, **change: object) -> list[OfferedLeg]:
    """What is offered to somebody going from home, whose own stop no bus can get to."""
    wanted = replace(wish(world, start="home"), **change)  # type: ignore[arg-type]
    return offered(world, ask_for(world, wanted))


def test_the_next_stop_is_offered_where_the_nearest_cannot_be_reached(world: World) -> None:
    """A longer walk, told in minutes, at the time that was wished for."""
    legs = on_foot(world)
    there = [leg for leg in legs if leg.day == DAY.isoformat()]
    assert {leg.pickup_place_id for leg in there} == {world.places["Hose Pump"]}
    assert all(leg.arrive_by <= 10 * 3600 for leg in there)
    assert there[0].walk_from_m > 100


def test_the_walk_to_the_next_stop_is_said(world: World) -> None:
    """Whoever chooses it knows how far it is before they do."""
    request = ask_for(world, wish(world, start="home"))
    with world.ctx.db.writing() as session:
        account = passenger_account_in(session, session.get_one(Person, world.people[0]), NOW)
    first = get_answer(world.ctx, account, request, now=NOW).offers[0]
    said = " ".join([first.sentence, *first.details])
    assert "Hose Pump" in said
    assert "3 minutes’ walk" in said


def test_nobody_is_sent_further_than_the_zone_allows(world: World) -> None:
    """The third stop is beyond the walk that may be asked."""
    assert world.places["Far Corner"] not in {leg.pickup_place_id for leg in on_foot(world)}


def test_who_is_fetched_at_the_door_is_sent_to_no_other_stop(world: World) -> None:
    """A wheelchair in the party: the bus comes to the door or not at all."""
    for party, others in ((Party(adults=1), 1), (Party(adults=1, wheelchairs=1), 0)):
        prepared = prepare(world.ctx, wish(world, start="home", party=party), NOW)
        with world.ctx.db.reading() as session:
            assert len(stands_instead(session, prepared)) == others


def test_alternatives_come_in_the_order_of_what_they_ask(world: World) -> None:
    """No bus before nine: soon after it, then the next day at the time, then later that day."""
    with world.ctx.db.writing() as session:
        session.execute(
            update(Shift)
            .where(Shift.service_date == DAY)
            .values(starts=9 * 60, break_from=660, break_to=720)
        )
    wanted = replace(wish(world), when=When(WhenKind.ARRIVE_BY, time(8)))
    legs = offered(world, ask_for(world, wanted))
    assert len(legs) == 4
    first = legs[0]
    assert first.day == DAY.isoformat()
    assert first.earliest == min(leg.earliest for leg in legs if leg.day == DAY.isoformat())
    far = [asked(leg) for leg in legs]
    assert far == sorted(far)
    with world.ctx.db.reading() as session:
        kept = session.query(Refusal).one().alternatives
    assert [leg["earliest"] for leg in kept] == [leg.earliest for leg in legs]


def asked(leg: OfferedLeg) -> float:
    """Minutes after eight that they are there, and two hours for each day."""
    later = (date.fromisoformat(leg.day) - DAY).days
    return max(0, leg.arrive_by - 8 * 3600) / 60 + 120 * later
