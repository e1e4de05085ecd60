"""Weeks of service in one zone in batch mode: everybody asks, and the batch decides each evening.

The sample scheme's zone with its residents, villages and meetings; the real services
ask, hold, book and decide, on a database of their own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select, update

from benchmarks.common.plainly import Unusable
from benchmarks.fair.habits import Resident, season
from booking.context import Context
from booking.domain.needs import party_of
from booking.domain.service_day import at
from booking.domain.statuses import RequestStatus
from booking.domain.wish import PurposeKind, Wish
from booking.models import JourneyRequest, Person, Shift, Vehicle, Zone, ZoneDay
from booking.services.batch import decide
from booking.services.book import book
from booking.services.fairness import FairShares
from booking.services.hold import hold
from booking.services.import_data import import_data
from booking.services.offer import Asker, ask
from booking.services.sampling.towns import read_towns
from routing.optimise import Stop
from tests.world import make_context

SCHEME = Path(__file__).resolve().parents[2] / "sample_data"
FIRST = date(2027, 1, 5)
"""A Tuesday; no clock changes in the twelve weeks from it."""
WEEKDAYS = (0, 2, 3)
"""Tuesday, Thursday and Friday, in days from `FIRST`."""
ASKED_BEFORE = timedelta(days=4)
DECIDED_AT = time(17, 2)
OPENS, CLOSES = 8 * 60, 18 * 60
"""When the buses are out, in minutes of the day; half an hour's rest around noon."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is simulated: how many weeks, residents and buses, in which zone of the sample."""

    zone: str
    weeks: int
    residents: int
    buses: int
    seed: int

    @property
    def days(self) -> list[date]:
        """The service days, in order."""
        return [
            FIRST + timedelta(weeks=week, days=day)
            for week in range(self.weeks)
            for day in WEEKDAYS
        ]


@dataclass(slots=True)
class Told:
    """What everybody was told, in order of time."""

    stories: dict[int, list[bool]] = field(default_factory=lambda: defaultdict(list))
    """person id → whether each of their requests was refused."""
    purposes: dict[PurposeKind, list[bool]] = field(default_factory=lambda: defaultdict(list))
    rides: int = 0
    """How many bookings were promised."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A database in which everybody has asked for all of the weeks and waits."""

    file: Path
    zone_days: tuple[int, ...]
    """In order of time."""
    no_other_way: frozenset[int]
    """Of those who ask, who has none."""


def ask_for_everything(given: Given) -> Waiting:
    """Nobody's habits change with what they get, so all of it can be asked for beforehand."""
    file = Path(tempfile.mkdtemp(prefix="outabout-bench-")) / "asked.db"
    ctx = make_context(f"sqlite:///{file}", file.parent)
    people = _begin(ctx, given)
    town = next(town for town in read_towns(ctx, None) if town.code == given.zone)
    for wishes in season(town, people, given.days, given.seed).values():
        _ask_all(ctx, wishes)
    ids = [one.person_id for one in people]
    with ctx.db.reading() as session:
        days = session.scalars(
            select(ZoneDay.id).where(ZoneDay.zone_id == town.zone_id).order_by(ZoneDay.service_date)
        )
        stuck = session.scalars(
            select(Person.id).where(Person.id.in_(ids), Person.no_other_way.is_(True))
        )
        waiting = Waiting(file, tuple(days), frozenset(stuck))
    ctx.db.close()
    return waiting


def live_through(waiting: Waiting, stop: Stop, shares: FairShares) -> Told:
    """Decide one evening after the other, on a copy of the database."""
    with tempfile.TemporaryDirectory(prefix="outabout-bench-") as folder:
        shutil.copy(waiting.file, Path(folder) / "decided.db")
        ctx = make_context(f"sqlite:///{folder}/decided.db", Path(folder))
        told = Told()
        for zone_day in waiting.zone_days:
            _decide(ctx, zone_day, stop, shares)
            _listen(ctx, zone_day, told)
        ctx.db.close()
    return told


def _begin(ctx: Context, given: Given) -> list[Resident]:
    """The sample scheme with the zone in batch mode and its buses out on the service days."""
    import_data(ctx, SCHEME, dry_run=False, now=at(FIRST - timedelta(weeks=2), time(9)))
    with ctx.db.writing() as session:
        zone = session.scalar(select(Zone).where(Zone.code == given.zone))
        if zone is None:
            raise Unusable(f"The sample scheme has no zone {given.zone}.")
        zone.mode = "batch"
        buses = session.scalars(select(Vehicle.id).where(Vehicle.zone_id == zone.id))
        for vehicle in sorted(buses)[: given.buses]:
            session.add_all(_shift(zone.id, vehicle, day) for day in given.days)
        session.execute(update(Person).values(channel="letter"))
        found = session.scalars(select(Person).where(Person.zone_id == zone.id)).unique()
        known = sorted(found, key=lambda person: person.id)
        if len(known) < given.residents:
            raise Unusable(f"Only {len(known)} residents of the sample scheme live in {zone.code}.")
        people = Random(given.seed).sample(known, given.residents)
        return [_resident(person) for person in people]


def _resident(person: Person) -> Resident:
    assert person.home_place_id is not None
    party = party_of(person.needs, pass_holder=person.pass_holder)
    return Resident(person.id, person.home_place_id, party)


def _shift(zone: int, vehicle: int, day: date) -> Shift:
    return Shift(
        zone_id=zone,
        service_date=day,
        vehicle_id=vehicle,
        starts=OPENS,
        ends=CLOSES,
        break_from=11 * 60,
        break_to=14 * 60,
        break_minutes=30,
    )


def _ask_all(ctx: Context, wishes: Sequence[Wish]) -> None:
    """Everybody asks and waits for the evening."""
    for wish in wishes:
        now = at(wish.day - ASKED_BEFORE, time(10))
        request = ask(ctx, wish, Asker(None, "phone"), now=now)
        with ctx.db.reading() as session:
            status = session.get_one(JourneyRequest, request).status
        assert status == RequestStatus.OFFERED.value, f"no bus could ever do it: {wish}"
        hold(ctx, request, 1, by="bench", now=now)
        book(ctx, request, key=f"bench {request}", by="bench", now=now)


def _decide(ctx: Context, zone_day_id: int, stop: Stop, shares: FairShares) -> None:
    with ctx.db.reading() as session:
        day = session.get_one(ZoneDay, zone_day_id).service_date
    now = at(day - timedelta(days=1), DECIDED_AT)
    assert decide(ctx, zone_day_id, now=now, stop=stop, shares=shares) is not None


def _listen(ctx: Context, zone_day_id: int, told: Told) -> None:
    """Take down what everybody of the day was told."""
    with ctx.db.reading() as session:
        asked = session.scalars(
            select(JourneyRequest).where(JourneyRequest.zone_day_id == zone_day_id)
        )
        for request in asked.unique():
            was = request.status == RequestStatus.REFUSED.value
            assert was or request.status == RequestStatus.BOOKED.value, request.status
            told.stories[request.person_id].append(was)
            told.purposes[PurposeKind(request.purpose)].append(was)
            told.rides += 0 if was else len(request.bookings)
