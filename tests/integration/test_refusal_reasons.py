"""A refusal names the rule that really stood in the way, and what would do instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from booking.domain.needs import Party
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.models import JourneyRequest, Place, Refusal, Shift, Vehicle, ZoneLink
from booking.services.offer import Asker, ask
from tests.world import DAY, NOW, World, ask_for, book_one, make_context, make_world, wish

DAYS = (DAY, DAY + timedelta(days=1), DAY + timedelta(days=2))
ROLLING = Party(wheelchairs=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One bus with four seats and one wheelchair space, out on three days."""
    ctx = make_context(f"sqlite:///{tmp_path / 'day.db'}", tmp_path)
    made = make_world(ctx, buses=1, seats=4, days=DAYS)
    with ctx.db.writing() as session:
        session.execute(update(Vehicle).values(wheelchair_spaces=1))
    yield made
    made.ctx.db.close()


def refusal(world: World, request_id: int) -> tuple[str, str, list[str]]:
    """The rule, the words, and the days and times offered instead."""
    with world.ctx.db.reading() as session:
        request = session.get_one(JourneyRequest, request_id)
        assert request.status == "refused", [offer.legs for offer in request.offers]
        found = session.scalars(select(Refusal).where(Refusal.request_id == request_id)).one()
        offered = [(leg["day"], leg["earliest"]) for leg in found.alternatives]
        return found.rule, found.words, [day for day, _ in offered]


def until_refused(world: World, party: Party) -> tuple[str, str, list[str]]:
    """Book the same journey for one after another until there is no more room."""
    for person in range(12):
        wanted = wish(world, person, party=party)
        request_id = ask_for(world, wanted)
        with world.ctx.db.reading() as session:
            status = session.get_one(JourneyRequest, request_id).status
        if status == "refused":
            return refusal(world, request_id)
        book_one(world, wanted)
    raise AssertionError("The bus is never full.")


def leaving(world: World, clock: time) -> Wish:
    return replace(wish(world), when=When(WhenKind.LEAVE_AT, clock))


def test_seats_all_taken(world: World) -> None:
    """Every seat there is at that time is promised: the bus is full, and other days are offered."""
    rule, words, days = until_refused(world, Party(adults=3))
    assert rule == "capacity"
    assert "no bus that could come has room for 3 people then" in words
    assert set(days) > {DAY.isoformat()}


def test_one_seat_too_few_is_full_for_one(world: World) -> None:
    """One person alone is told that the buses are full."""
    for person in range(6):
        book_one(world, wish(world, person, party=Party(adults=4)))
        asked = ask_for(world, wish(world, 19))
        with world.ctx.db.reading() as session:
            if session.get_one(JourneyRequest, asked).status == "refused":
                break
    rule, words, _ = refusal(world, asked)
    assert (rule, "every bus that could come is full then" in words) == ("capacity", True)


def test_the_wheelchair_space_taken(world: World) -> None:
    """There are seats, but the space for a wheelchair is promised: that is what is said."""
    rule, words, _ = until_refused(world, ROLLING)
    assert rule == "wheelchair"
    assert "the wheelchair space is taken" in words


def test_no_bus_for_a_wheelchair(world: World) -> None:
    """No bus has such a space at all: it is not called full."""
    with world.ctx.db.writing() as session:
        session.execute(update(Vehicle).values(wheelchair_spaces=0))
    rule, words, _ = refusal(world, ask_for(world, wish(world, party=ROLLING)))
    assert rule == "vehicle"
    assert "no bus that has the space you need is out" in words


def test_no_bus_out_at_that_hour(world: World) -> None:
    """The zone is open, but the only shift is over by then."""
    with world.ctx.db.writing() as session:
        session.execute(update(Shift).values(ends=840, break_from=600, break_to=720))
    rule, words, days = refusal(world, ask_for(world, wish(world, by=time(17))))
    assert rule == "hours"
    assert "no bus is out at that hour" in words
    assert DAY.isoformat() in days


def test_no_bus_is_not_said_to_be_in_while_it_is_out(world: World) -> None:
    """So full a day that no one rule is enough: it is the others who are in the way."""
    names = sorted(world.places)
    found = []
    for person in range(70):
        start, finish = names[person % 8], names[(3 * person + 1 + person // 8) % 8]
        if start == finish:
            continue
        wanted = wish(world, person % 20, start=start, finish=finish)
        wanted = replace(wanted, when=When(WhenKind.LEAVE_AT, time(8 + person % 10)))
        asked = ask_for(world, wanted)
        with world.ctx.db.reading() as session:
            status = session.get_one(JourneyRequest, asked).status
        if status == "refused":
            found.append(refusal(world, asked))
        else:
            book_one(world, wanted)
    assert {"hours", "distance", "vehicle"}.isdisjoint(rule for rule, _, _ in found)
    busy = [rule for rule, words, _ in found if "busy with other people then" in words]
    assert busy
    assert set(busy) == {"capacity"}


@pytest.mark.parametrize(
    ("clock", "nearest"),
    [
        (time(6, 30), 7 * 3600),
        (time(7, 5), 7 * 3600),
        (time(20, 30), 18 * 3600),
        (time(23, 45), 18 * 3600),
    ],
)
def test_an_appointment_out_of_hours(world: World, clock: time, nearest: int) -> None:
    """Nearest times that the bus can do are offered; what an empty bus could do is not said.

    A bus in the middle of the day, which it would be cheap to go with, is not near.
    """
    book_one(world, wish(world, 1, by=time(13)))
    wanted = replace(wish(world, by=clock), purpose=PurposeKind.APPOINTMENT)
    rule, words, days = refusal(world, ask_for(world, wanted))
    assert rule == "hours"
    assert "The bus runs from 7:00am to 7:00pm" in words
    assert "The earliest" not in words
    assert "The latest" not in words
    with world.ctx.db.reading() as session:
        found = session.scalars(select(Refusal)).one()
        starts = [leg["earliest"] for leg in found.alternatives if leg["day"] == days[0]]
    assert days[0] == DAY.isoformat()
    assert all(abs(start - nearest) <= 3600 for start in starts)


def test_a_way_home_after_hours(world: World) -> None:
    """An appointment that ends when no bus runs any more: the last buses home are offered."""
    wanted = replace(wish(world, by=time(16), home=time(21)), purpose=PurposeKind.APPOINTMENT)
    rule, words, days = refusal(world, ask_for(world, wanted))
    assert rule == "hours"
    assert "so we have no journeys home at 9:00pm." in words
    assert DAY.isoformat() in days


def test_too_short_notice(world: World) -> None:
    """Within the hour before, it is the notice; the soonest pick-up is named."""
    now = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    request_id = ask_for(world, wish(world, by=time(9, 45)), now=now)
    rule, words, _ = refusal(world, request_id)
    assert rule == "notice"
    assert "The earliest pick-up we can offer now is 10:00am" in words


def test_late_on_the_day_is_hours_where_it_is_hours(world: World) -> None:
    """There is notice enough, but no bus leaves so late."""
    now = datetime(2026, 12, 8, 17, 0, tzinfo=UTC)
    rule, words, _ = refusal(world, ask_for(world, leaving(world, time(18, 55)), now=now))
    assert rule == "hours"
    assert "so we have no journeys at 6:55pm." in words


def test_no_bus_is_promised_that_cannot_come_any_more(world: World) -> None:
    """Asked when the notice ends after the last bus, it is too late for today."""
    now = datetime(2026, 12, 8, 17, 55, tzinfo=UTC)
    rule, words, _ = refusal(world, ask_for(world, leaving(world, time(18, 30)), now=now))
    assert rule == "notice"
    assert "It is too late for today." in words
    assert "earliest pick-up" not in words


def test_too_little_time_before_the_bus_home(world: World) -> None:
    """They are there too late to be home when they want to be: it is not the hours."""
    home = When(WhenKind.ARRIVE_BY, time(10, 10))
    rule, words, days = refusal(world, ask_for(world, replace(wish(world), home=home)))
    assert rule == "visit"
    assert "you could not set out for home before" in words
    assert DAY.isoformat() in days


def test_a_day_on_which_it_does_not_run(world: World) -> None:
    """Closed on Sundays: the days after are offered."""
    sunday = DAY - timedelta(days=2)
    rule, words, days = refusal(world, ask_for(world, wish(world, day=sunday)))
    assert rule == "closed"
    assert "does not run on Sundays" in words
    assert days == [day.isoformat() for day in DAYS]


@pytest.fixture
def hospital(world: World) -> int:
    """A hospital far outside the zone, served on two days from nine to three."""
    with world.ctx.db.writing() as session:
        place = Place(
            name="City Hospital", kind="hospital", latitude=52.63, longitude=-1.13, village=""
        )
        session.add(place)
        session.flush()
        days = ["wed", "thu"]
        session.add(
            ZoneLink(zone_id=world.zone, place_id=place.id, days=days, opens=540, closes=900)
        )
        return place.id


def test_a_place_outside_its_own_hours(world: World, hospital: int) -> None:
    """The hours named are those of the place, by its name, and not the zone's."""
    wanted = replace(wish(world, by=time(9, 30), day=DAYS[1]), to_place_id=hospital)
    rule, words, days = refusal(world, ask_for(world, wanted))
    assert rule == "hours"
    assert "We go to City Hospital and back from 9:00am to 3:00pm that day" in words
    assert DAYS[1].isoformat() in days


def test_a_place_not_served_that_day(world: World, hospital: int) -> None:
    """A named place on another day of the week: its days are offered."""
    wanted = replace(wish(world, by=time(12)), to_place_id=hospital)
    rule, words, days = refusal(world, ask_for(world, wanted))
    assert rule == "link_day"
    assert "We do not go to City Hospital on Tuesdays" in words
    assert days == [day.isoformat() for day in DAYS[1:]]


def test_the_time_they_have_is_not_offered_again(world: World) -> None:
    """Who changes a journey is offered other times than the one they have."""
    old = book_one(world, wish(world))
    with world.ctx.db.reading() as session:
        had = session.get_one(JourneyRequest, old).offers[0].legs
    asked = ask(world.ctx, wish(world), Asker(None, "web"), now=NOW, replaces_id=old)
    with world.ctx.db.reading() as session:
        offers = session.get_one(JourneyRequest, asked).offers
        starts = [(offer.legs[0]["day"], offer.legs[0]["earliest"]) for offer in offers]
    assert starts
    assert (had[0]["day"], had[0]["earliest"]) not in starts
