"""Drivers' hours on the roster: refused in words, nothing half-written, and kept by the plan."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.context import Context
from booking.domain.errors import Invalid
from booking.models import Driver, Plan, Shift, ShiftPattern, ZoneDay
from booking.services.import_data import import_data
from booking.services.plan import plan_zone_day
from booking.services.roster import NewShift, add_shift, assign_driver, list_shifts, view_shift
from booking.services.shifts import materialise_shifts
from tests.integration.cast import Stage, build_stage
from tests.scheme_files import edited, write_scheme
from tests.world import DAY, NOW, World, book_one, make_context, make_world, wish

WEDNESDAY = date(2026, 12, 9)
NEW = NewShift(
    vehicle_id=1,
    day=WEDNESDAY,
    starts=420,
    ends=900,
    driver_id=1,
    break_from=570,
    break_to=750,
    break_minutes=30,
)
NO_BREAK: dict[str, Any] = {"break_from": None, "break_to": None, "break_minutes": 0}
LATE = replace(NEW, starts=18 * 60, ends=23 * 60, **NO_BREAK)
TYPED = {"day": "2026-12-09", "starts": "07:00", "ends": "15:00", "break_minutes": ""}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two buses and drivers without any shift, and somebody who travels."""
    made = make_world(
        make_context(f"sqlite:///{tmp_path / 'hours.db'}", tmp_path), buses=2, days=()
    )
    yield made
    made.ctx.db.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The operator's pages."""
    made = build_stage(tmp_path)
    yield made
    made.ctx.db.close()


def written(ctx: Context) -> tuple[int, list[tuple[int, int]]]:
    """How many shifts there are, and every day's version: what a refusal must leave alone."""
    with ctx.db.reading() as session:
        days = session.execute(select(ZoneDay.id, ZoneDay.version).order_by(ZoneDay.id))
        count = session.scalar(select(func.count()).select_from(Shift)) or 0
        return count, [(row.id, row.version) for row in days]


def submit(stage: Stage, path: str, **fields: Any) -> tuple[int, str]:
    answer = stage.client("operator").post(path, data=fields, follow_redirects=True)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def test_a_shift_without_its_break_is_refused_with_what_to_do(stage: Stage) -> None:
    """The page names the driver, the day and when the break must be; nothing is written."""
    before = written(stage.ctx)
    who = {"vehicle": stage.ids["vehicle_id"], "driver": stage.ids["driver_id"]}
    status, page = submit(stage, "/board/MEL1/shifts/new", **TYPED, **who)
    assert status == 422
    assert "on Wednesday 9 December could drive for 8 hours without a break" in page
    assert "Add a break of at least 30 minutes between 09:00 and 13:00." in page
    assert 'value="07:00"' in page
    assert written(stage.ctx) == before


def test_with_the_break_it_says_the_shift_is_added(stage: Stage) -> None:
    """Whoever does what the sentence says has a shift, and nothing on it is marked."""
    who = {"vehicle": stage.ids["vehicle_id"], "driver": stage.ids["driver_id"]}
    rest = {"break_minutes": "30", "break_from": "09:00", "break_to": "13:00"}
    status, page = submit(stage, "/board/MEL1/shifts/new", **{**TYPED, **rest}, **who)
    assert status == 200
    assert "The shift is added." in page
    assert "Against drivers" not in page


def test_a_shift_nobody_drives_yet_needs_its_break_too(stage: Stage) -> None:
    """Whoever is put on it later may drive all of it."""
    status, page = submit(stage, "/board/MEL1/shifts/new", **TYPED, vehicle=stage.ids["vehicle_id"])
    assert status == 422
    assert "Whoever drives on Wednesday 9 December" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (NO_BREAK, "break_minutes"),
        ({"break_from": 420, "break_to": 530}, "break_from"),
        ({"ends": 421 + 600 + 30}, "ends"),
        ({"ends": 420 + 961, "break_minutes": 240, "break_to": 900}, "ends"),
    ],
)
def test_what_a_shift_breaks_alone_is_said_by_its_field(
    world: World, change: dict[str, Any], field: str
) -> None:
    """Whoever would drive it; and nothing is written."""
    before = written(world.ctx)
    with pytest.raises(Invalid) as caught:
        add_shift(world.ctx, replace(NEW, **change), now=NOW)
    assert caught.value.field == field
    assert written(world.ctx) == before


def test_a_driver_has_a_night_between_two_shifts(world: World) -> None:
    """On another bus, in another shift, the day after: refused, and mended by another driver."""
    add_shift(world.ctx, LATE, now=NOW)
    early = replace(NEW, vehicle_id=2, day=WEDNESDAY + timedelta(days=1))
    with pytest.raises(Invalid, match="8 hours of rest since the shift before") as caught:
        add_shift(world.ctx, early, now=NOW)
    assert caught.value.field == "driver"
    nobodys = add_shift(world.ctx, replace(early, driver_id=None), now=NOW)
    before = written(world.ctx)
    with pytest.raises(Invalid, match="Driver 1 on Thursday 10 December"):
        assign_driver(world.ctx, nobodys, 1, now=NOW)
    assert written(world.ctx) == before
    assign_driver(world.ctx, nobodys, 2, now=NOW)


def test_without_the_check_the_night_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: it is this check that refuses, and the shift then says what is wrong with it."""
    monkeypatch.setattr("booking.services.roster.refuse_new", lambda *_: None)
    add_shift(world.ctx, LATE, now=NOW)
    early = replace(NEW, vehicle_id=2, day=WEDNESDAY + timedelta(days=1))
    shift_id = add_shift(world.ctx, early, now=NOW)
    (words,) = view_shift(world.ctx, shift_id, now=NOW).row.against_hours
    assert "8 hours of rest" in words


def test_no_day_off_in_a_fortnight_is_refused(world: World) -> None:
    """Thirteen days are taken on; the fourteenth is not."""
    monday = date(2026, 12, 7)
    short = replace(NEW, ends=600, **NO_BREAK)
    for number in range(13):
        add_shift(world.ctx, replace(short, day=monday + timedelta(days=number)), now=NOW)
    with pytest.raises(Invalid, match="no 24 hours off in two weeks"):
        add_shift(world.ctx, replace(short, day=monday + timedelta(days=13)), now=NOW)


def an_old_shift(world: World) -> int:
    """One of twelve hours with one break, from before anybody checked."""
    with world.ctx.db.writing() as session:
        shift = Shift(
            zone_id=world.zone,
            service_date=WEDNESDAY,
            vehicle_id=1,
            driver_id=1,
            starts=420,
            ends=1140,
            break_from=660,
            break_to=840,
            break_minutes=30,
        )
        session.add(shift)
        session.flush()
        return shift.id


def test_an_old_shift_is_shown_and_may_be_handed_on(world: World) -> None:
    """People may be promised it: it is marked, and an ill driver can still be replaced."""
    shift_id = an_old_shift(world)
    driving, rest = view_shift(world.ctx, shift_id, now=NOW).row.against_hours
    assert "could drive for 11 hours 30 minutes" in driving
    assert "6 hours 30 minutes without a break" in rest
    assign_driver(world.ctx, shift_id, 2, now=NOW)
    (row,) = list_shifts(world.ctx, "MEL1", WEDNESDAY, WEDNESDAY)
    assert row.driver == "Driver 2"
    assert row.against_hours[0].startswith("Driver 2 on Wednesday 9 December")


def test_the_pages_mark_what_is_against_the_rules(stage: Stage) -> None:
    """In the list and on the shift, in words and not by colour alone."""
    page = stage.client("operator").get(f"/board/shifts/{stage.ids['shift_id']}")
    assert "Against drivers’ hours" in page.get_data(as_text=True)
    listed = stage.client("operator").get(f"/board/MEL1/shifts?first={DAY}")
    assert "against drivers’ hours" in listed.get_data(as_text=True)


def test_the_pattern_leaves_a_driver_out_who_needs_the_night(world: World) -> None:
    """The shift is made for somebody else to drive; without the late one they are on it."""
    with world.ctx.db.writing() as session:
        session.add(ShiftPattern(vehicle_id=2, weekday="thu", starts=420, ends=720, driver_id=1))
    add_shift(world.ctx, LATE, now=NOW)
    materialise_shifts(world.ctx, now=NOW)
    rows = list_shifts(world.ctx, "MEL1", date(2026, 12, 3), date(2026, 12, 17))
    made = {row.day: row.driver for row in rows if row.vehicle_id == 2}
    assert made == {
        date(2026, 12, 3): "Driver 1",
        date(2026, 12, 10): "",
        date(2026, 12, 17): "Driver 1",
    }


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "tue,07:00,12:00,,,",
            "tue,07:00,15:00,,,",
            "column break_minutes: Ben Dexter on Tuesdays could drive for 8 hours without",
        ),
        (
            "tue,07:00,12:00,,,",
            "tue,00:10,04:00,,,\nW-B1,W-D1,mon,15:20,16:30,,,",
            "column driver: Ben Dexter on Tuesdays would have 7 hours 40 minutes of rest",
        ),
        (
            "mon,07:00,15:00,09:30,12:30,30",
            "mon,07:00,18:00,11:00,14:00,30",
            "column end: Ben Dexter on Mondays could drive for 10 hours 30 minutes",
        ),
        (
            "W-B1,W-D1,tue,07:00,12:00,,,",
            "W-B1,,tue,07:00,15:00,,,",
            "column break_minutes: Whoever drives on Tuesdays could drive for 8 hours",
        ),
    ],
)
def test_a_pattern_against_the_rules_is_not_imported(
    world: World, tmp_path: Path, before: str, after: str, says: str
) -> None:
    """The row and the column are named, and nothing of the files is written."""
    folder = write_scheme(tmp_path / "in", shifts_csv=edited("shifts.csv", before, after))
    report = import_data(world.ctx, folder, dry_run=False, now=NOW)
    assert any(says in line for line in report.lines()), report.lines()
    with world.ctx.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(ShiftPattern)) == 0
        assert session.scalars(select(Driver).where(Driver.code == "W-D1")).first() is None


def test_every_day_of_the_week_is_against_the_rules(world: World, tmp_path: Path) -> None:
    """A pattern of seven days leaves no day off, which only two weeks of it show."""
    days = "".join(
        f"W-B1,W-D1,{day},07:00,12:00,,,\n" for day in ("wed", "thu", "fri", "sat", "sun")
    )
    text = edited("shifts.csv", "tue,07:00,12:00,,,\n", f"tue,07:00,12:00,,,\n{days}")
    report = import_data(
        world.ctx, write_scheme(tmp_path / "in", shifts_csv=text), dry_run=False, now=NOW
    )
    assert any("no 24 hours off in two weeks" in line for line in report.lines())


def breaks_planned(world: World) -> list[tuple[int, int]]:
    """(when it begins, how many are on board) of every break in the plan of the day."""
    found = []
    with world.ctx.db.reading() as session:
        for plan in session.scalars(select(Plan).join(ZoneDay, ZoneDay.plan_id == Plan.id)):
            for run in plan.runs:
                aboard = 0
                for stop in run["stops"]:
                    aboard += {"pickup": 1, "dropoff": -1}.get(stop["action"], 0)
                    if stop["action"] == "break":
                        found.append((stop["start"], aboard))
    return found


def planned_break(world: World) -> tuple[int, int]:
    """The one break of a day from seven to three whose break may begin from seven to half nine."""
    add_shift(world.ctx, replace(NEW, day=DAY, break_from=420, break_to=600), now=NOW)
    for person, hour in enumerate((8, 10, 14)):
        book_one(world, wish(world, person, by=time(hour)))
    with world.ctx.db.reading() as session:
        zone_day = session.scalars(select(ZoneDay.id)).one()
    plan_zone_day(world.ctx, zone_day, now=NOW)
    (taken,) = breaks_planned(world)
    return taken


def test_the_plan_keeps_the_break_where_no_drive_is_too_long(world: World) -> None:
    """It is not taken before nine: until three there would be too much left to drive."""
    begins, aboard = planned_break(world)
    assert 9 * 3600 <= begins <= 9.5 * 3600
    assert aboard == 0


def test_the_break_is_early_where_nobody_narrows_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with only the operator's two times the engine takes it before nine."""
    monkeypatch.setattr("booking.services.problem.break_starts", lambda _: (420, 570))
    assert planned_break(world)[0] < 9 * 3600
