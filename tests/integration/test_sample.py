"""The sample scheme is loaded whole, tells a possible story, and is loaded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.context import Context
from booking.domain.errors import Invalid
from booking.domain.service_day import today
from booking.domain.statuses import OVER, BookingStatus
from booking.models import (
    Account,
    Booking,
    JourneyRequest,
    Message,
    OutboxEntry,
    Person,
    Plan,
    Refusal,
    Zone,
    ZoneDay,
)
from booking.services import sample
from booking.services.day import load_day
from booking.services.matrix import look_up
from booking.services.problem import day_problem
from booking.services.sample import load_sample
from booking.services.sampling import marker
from routing.checker import check
from tests.scheme_files import write_scheme
from tests.world import World, make_context, planned_ids

pytestmark = pytest.mark.integration

NOW = datetime(2026, 12, 2, 13, 0, tzinfo=UTC)
"""A Wednesday, half of it driven."""
DAYS = 6
"""Monday to Saturday."""


def demo_context(folder: Path, name: str = "sample.db") -> Context:
    """An empty database of the demo."""
    made = make_context(f"sqlite:///{folder / name}", folder)
    return replace(made, settings=replace(made.settings, demo=True))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The sample scheme with six days of life in it; only looked at."""
    ctx = demo_context(tmp_path_factory.mktemp("sample"))
    load_sample(ctx, NOW, days=DAYS)
    yield ctx
    ctx.db.close()


def rows(ctx: Context, query: Any) -> list[Any]:
    """The rows of a query."""
    with ctx.db.reading() as session:
        return list(session.execute(query))


def states(ctx: Context, *, before: bool) -> Counter[str]:
    """The states of the bookings of past days, or of those to come."""
    past = ZoneDay.service_date < today(NOW)
    found = rows(
        ctx,
        select(Booking.__table__.c.status)
        .join(ZoneDay, ZoneDay.id == Booking.__table__.c.zone_day_id)
        .where(past if before else ZoneDay.service_date > today(NOW)),
    )
    return Counter(row[0] for row in found)


def test_every_zone_has_people_booked(loaded: Context) -> None:
    """No board is empty, and two zones are clearly busier than the others."""
    found = rows(
        loaded,
        select(Zone.code, func.count(JourneyRequest.id))
        .join(JourneyRequest, JourneyRequest.zone_id == Zone.id)
        .where(JourneyRequest.status.in_(("booked", "waiting")))
        .group_by(Zone.code),
    )
    by_zone = {row[0]: row[1] for row in found}
    assert len(by_zone) == 11
    busiest = sorted(by_zone.values(), reverse=True)
    assert busiest[1] > 2 * busiest[2]


def test_every_plan_is_legal(loaded: Context) -> None:
    """The independent checker finds nothing in any day that is not over."""
    with loaded.db.reading() as session:
        to_come = session.scalars(select(ZoneDay).where(ZoneDay.service_date >= today(NOW)))
        days = [load_day(session, zone_day) for zone_day in to_come]
    assert len(days) > 20
    for day in days:
        made = day_problem(day, look_up(loaded.travel_times, day.points), NOW)
        assert check(made.problem, made.plan) == []


def test_every_booked_journey_stands_in_a_plan(loaded: Context) -> None:
    """Nobody is promised a bus that no run has."""
    booked = rows(
        loaded, select(Booking.id).where(Booking.__table__.c.status == BookingStatus.BOOKED.value)
    )
    assert booked
    assert {row[0] for row in booked} <= planned_ids(World(loaded))


def test_past_days_are_over(loaded: Context) -> None:
    """Everybody of the past travelled, did not come, or cancelled; nobody waits there."""
    found = states(loaded, before=True)
    assert set(found) <= {status.value for status in OVER}
    assert found["completed"] > 50
    assert found["no_show"]


def test_days_to_come_are_booked_and_nobody_has_travelled_yet(loaded: Context) -> None:
    """What lies ahead is booked, waiting for the batch, or cancelled."""
    found = states(loaded, before=False)
    assert found["booked"] > 50
    assert found["waiting"]
    assert not {"completed", "no_show", "on_board"} & set(found)


def test_today_is_driven_up_to_now(loaded: Context) -> None:
    """Some of today's passengers are there, others still to be fetched."""
    found = rows(
        loaded,
        select(Booking.__table__.c.status)
        .join(ZoneDay, ZoneDay.id == Booking.__table__.c.zone_day_id)
        .where(ZoneDay.service_date == today(NOW)),
    )
    states = {row[0] for row in found}
    assert {"completed", "booked"} <= states


def test_nothing_happened_after_now_and_nothing_was_asked_after_its_day(loaded: Context) -> None:
    """The story is told in the order in which it could have happened."""
    for asked, day in rows(loaded, select(JourneyRequest.created_at, JourneyRequest.service_date)):
        assert asked <= NOW
        assert today(asked) <= day


def test_people_were_refused_by_several_rules(loaded: Context) -> None:
    """The operator's page of unmet need has villages and reasons."""
    found = rows(loaded, select(Refusal.rule, Refusal.village, Refusal.words))
    assert len({row[0] for row in found}) >= 2
    assert all(row[1] and row[2] for row in found)


def test_people_go_to_sessions_and_appointments(loaded: Context) -> None:
    """The operator sees who goes to what."""
    found = rows(
        loaded, select(JourneyRequest.purpose, func.count()).group_by(JourneyRequest.purpose)
    )
    purposes = {row[0]: row[1] for row in found}
    assert purposes["session"] > 20
    assert purposes["appointment"] > 5


def test_nothing_of_the_past_is_left_for_a_worker(loaded: Context) -> None:
    """The first minute of the demo is not spent on sending last week's messages."""
    due = rows(
        loaded,
        select(OutboxEntry.id).where(OutboxEntry.done_at.is_(None), OutboxEntry.due_at <= NOW),
    )
    late = rows(
        loaded,
        select(Message.id).where(
            Message.status == "waiting", Message.channel != "call", Message.due_at <= NOW
        ),
    )
    to_plan = rows(loaded, select(ZoneDay.id).where(ZoneDay.wants_planning_since.is_not(None)))
    assert (due, late) == ([], [])
    assert len(to_plan) <= 2


def test_there_is_a_sign_in_for_each_kind_of_user_who_has_pages(loaded: Context) -> None:
    """Also when nothing had to be loaded any more."""
    again = load_sample(loaded, NOW + timedelta(minutes=5), days=DAYS)
    assert not again.loaded
    kinds = {sign.kind for sign in again.sign_ins}
    assert kinds == {"passenger", "call handler", "driver", "operator"}


def test_the_passenger_who_signs_in_has_journeys_behind_and_ahead(loaded: Context) -> None:
    """The page of their journeys is not empty."""
    (sign,) = [s for s in load_sample(loaded, NOW).sign_ins if s.kind == "passenger"]
    found = rows(
        loaded,
        select(JourneyRequest.service_date)
        .join(Person, Person.id == JourneyRequest.person_id)
        .where(Person.name == sign.name, JourneyRequest.status == "booked"),
    )
    days = [row[0] for row in found]
    assert min(days) < today(NOW) < max(days)


def test_a_second_load_changes_nothing(loaded: Context) -> None:
    """Kept data is kept."""
    before = rows(loaded, select(func.count(Plan.id), func.max(Plan.id)))
    load_sample(loaded, NOW + timedelta(days=1), days=DAYS)
    assert rows(loaded, select(func.count(Plan.id), func.max(Plan.id))) == before


def story(ctx: Context) -> list[Any]:
    """Who goes where and when, and what became of it."""
    return rows(
        ctx,
        select(
            JourneyRequest.person_id,
            JourneyRequest.service_date,
            JourneyRequest.to_place_id,
            JourneyRequest.status,
            JourneyRequest.created_at,
            Booking.__table__.c.promised_earliest,
            Booking.__table__.c.status,
        )
        .outerjoin(Booking, Booking.__table__.c.request_id == JourneyRequest.id)
        .order_by(JourneyRequest.id, Booking.__table__.c.id),
    )


def test_a_load_that_was_broken_off_is_done_again_and_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle, then a new start: as if it had never been interrupted."""
    whole, broken = demo_context(tmp_path, "whole.db"), demo_context(tmp_path, "broken.db")
    folder = write_scheme(tmp_path / "in")
    load_sample(whole, NOW, folder=folder, days=DAYS)
    with monkeypatch.context() as patch:
        patch.setattr(sample, "_drive", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load_sample(broken, NOW, folder=folder, days=DAYS)
    assert marker.read_state(broken.db) is marker.State.BROKEN_OFF
    said: list[str] = []
    assert load_sample(broken, NOW, said.append, folder=folder, days=DAYS).loaded
    assert "broken off" in said[0]
    assert story(broken) == story(whole) != []
    whole.db.close()
    broken.db.close()


def test_an_operators_own_data_is_left_alone(tmp_path: Path) -> None:
    """A database with a zone in it that the sample did not make is never filled or emptied."""
    ctx = make_context(f"sqlite:///{tmp_path / 'own.db'}", tmp_path)
    sample.import_data(ctx, write_scheme(tmp_path / "in"), dry_run=False, now=NOW)
    before = rows(ctx, select(Zone.code, Zone.name))
    result = load_sample(ctx, NOW)
    assert not result.loaded
    assert result.sign_ins == ()
    assert rows(ctx, select(Zone.code, Zone.name)) == before
    ctx.db.close()


def test_outside_the_demo_no_known_password_is_made(tmp_path: Path) -> None:
    """The sample may be loaded for a trial; its sign-ins exist in the demo only."""
    ctx = make_context(f"sqlite:///{tmp_path / 'trial.db'}", tmp_path)
    assert load_sample(ctx, NOW, folder=write_scheme(tmp_path / "in"), days=1).sign_ins == ()
    assert rows(ctx, select(Account.id).where(Account.password.is_not(None))) == []
    ctx.db.close()


def test_bad_files_are_said_and_tried_again(tmp_path: Path) -> None:
    """Files that cannot be imported stop the load with the report; mended ones load."""
    ctx = make_context(f"sqlite:///{tmp_path / 'bad.db'}", tmp_path)
    folder = write_scheme(tmp_path / "in", areas_csv="code\n")
    with pytest.raises(Invalid, match=r"areas\.csv, line 1"):
        load_sample(ctx, NOW, folder=folder, days=1)
    assert load_sample(ctx, NOW, folder=write_scheme(tmp_path / "in"), days=1).loaded
    ctx.db.close()
