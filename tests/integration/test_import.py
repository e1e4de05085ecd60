"""Importing a scheme: whole or not at all, known again by code, promises left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.context import Context
from booking.domain.avoids import driver_word, vehicle_word
from booking.domain.wish import PurposeKind, When, WhenKind, Wish
from booking.models import (
    Account,
    Base,
    Booking,
    Driver,
    Group,
    JourneyRequest,
    Person,
    Place,
    Session,
    ShiftPattern,
    Vehicle,
    Zone,
    ZoneLink,
)
from booking.services.book import book
from booking.services.hold import hold
from booking.services.import_data import Report, import_data
from booking.services.offer import Asker, ask
from booking.services.shifts import materialise_shifts
from tests.conftest import counted
from tests.scheme_files import FILES, edited, shapes, square, write_scheme
from tests.world import make_context

pytestmark = pytest.mark.integration

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 12, 8)
SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture
def ctx(any_db: str, tmp_path: Path) -> Iterator[Context]:
    """An empty database of each kind."""
    made = make_context(any_db, tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def light(sqlite_db: str, tmp_path: Path) -> Iterator[Context]:
    """An empty SQLite database, where the kind makes no difference."""
    made = make_context(sqlite_db, tmp_path)
    yield made
    made.db.close()


def load(ctx: Context, path: Path, *, dry_run: bool = False) -> Report:
    """Import that folder or file."""
    return import_data(ctx, path, dry_run=dry_run, now=NOW)


def good(ctx: Context, path: Path) -> Report:
    """Import what must be good."""
    report = load(ctx, path)
    assert report.ok, report.lines()
    return report


def everything(ctx: Context) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, to compare before and after."""
    with ctx.db.reading() as session:
        return {
            table.name: [
                tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }


def one(ctx: Context, model: type[Any], **where: Any) -> Any:
    """The only row like that, detached."""
    with ctx.db.reading() as session:
        found = session.scalars(select(model).filter_by(**where)).unique().one()
        session.expunge_all()
    return found


def count(ctx: Context, model: type[Any]) -> int:
    """How many rows a table has."""
    with ctx.db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def book_for(ctx: Context, code: str, to: str = "hose-hall") -> int:
    """A booked journey of that resident on Tuesday to that place; the request's id."""
    materialise_shifts(ctx, now=NOW)
    person, place = one(ctx, Person, code=code), one(ctx, Place, code=to)
    with ctx.db.reading() as session:
        meeting = session.scalar(select(Session.id).limit(1))
    wish = Wish(
        person_id=person.id,
        from_place_id=person.home_place_id,
        to_place_id=place.id,
        day=TUESDAY,
        when=When(WhenKind.ARRIVE_BY, time(10)),
        purpose=PurposeKind.SESSION,
        session_id=meeting,
    )
    request = ask(ctx, wish, Asker(None, "phone"), now=NOW)
    hold(ctx, request, 1, by="test", now=NOW)
    book(ctx, request, key=f"key {request}", by="test", now=NOW)
    return request


def test_a_whole_scheme_is_imported(ctx: Context, tmp_path: Path) -> None:
    """Every file's rows are there as meant: times, lists, numbers, zones and homes."""
    report = good(ctx, write_scheme(tmp_path / "in"))
    assert {name: c.added for name, c in report.counts.items()}["places.csv"] == 4
    zone, hose = one(ctx, Zone, code="W"), one(ctx, Place, code="hose")
    assert zone.hours["sat"] == [480, 1080]
    assert "sun" not in zone.hours
    assert one(ctx, Zone, code="E").mode == "batch"
    assert hose.zone_id == zone.id
    assert hose.alternative_names == ["Hoose", "The Hose"]
    assert one(ctx, Place, code="grantham").zone_id is None
    stanley = one(ctx, Person, code="R1")
    assert (stanley.phone, stanley.phone_type) == ("+441632960110", "landline")
    assert stanley.needs == ["wheelchair", "home_pickup"]
    assert (stanley.no_other_way, one(ctx, Person, code="R2").no_other_way) == (True, False)
    avoided = [vehicle_word(one(ctx, Vehicle).id), driver_word(one(ctx, Driver).id)]
    assert one(ctx, Person, code="R2").avoids == sorted(avoided)
    assert stanley.avoids == []
    assert stanley.zone_id == zone.id
    assert (stanley.home.kind, stanley.home.person_id) == ("home", stanley.id)
    assert stanley.home.name == "24 Mill Lane, Hose"
    link = one(ctx, ZoneLink)
    assert link.days == ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert one(ctx, ShiftPattern, weekday="mon").break_to == 750
    assert one(ctx, Session).starts == 600
    assert one(ctx, Driver).phone == "+447700900900"
    assert one(ctx, Vehicle).seats == 12


def test_the_same_files_again_change_nothing(ctx: Context, tmp_path: Path) -> None:
    """Importing twice is importing once, to the last row."""
    folder = write_scheme(tmp_path / "in")
    good(ctx, folder)
    before = everything(ctx)
    again = good(ctx, folder)
    assert everything(ctx) == before
    assert all(c.added == c.changed == c.removed == 0 for c in again.counts.values())
    assert again.changes == ()


def test_a_dry_run_counts_and_writes_nothing(ctx: Context, tmp_path: Path) -> None:
    """What would be done is told, new and changed, and the tables stay as they were."""
    folder = write_scheme(tmp_path / "in")
    empty = everything(ctx)
    report = load(ctx, folder, dry_run=True)
    assert report.ok
    assert report.counts["residents.csv"].added == 2
    assert everything(ctx) == empty
    good(ctx, folder)
    before = everything(ctx)
    write_scheme(folder, places_csv=edited("places.csv", "Village hall", "Memorial hall"))
    told = load(ctx, folder, dry_run=True)
    assert told.counts["places.csv"].changed == 1
    assert told.changes == (
        "places.csv, line 3: hose-hall: name from “Village hall” to “Memorial hall”",
    )
    assert everything(ctx) == before


def test_one_bad_row_keeps_everything_out(ctx: Context, tmp_path: Path) -> None:
    """Nothing is half imported; without the bad row the same files go in (the control)."""
    empty = everything(ctx)
    bad = edited("staff.csv", "call1@example.org", "call1")
    report = load(ctx, write_scheme(tmp_path / "in", staff_csv=bad))
    assert report.lines()[0] == "Nothing was imported: 1 thing must be put right first."
    assert str(report.problems[0]).startswith("staff.csv, line 2, column email: “call1” is not")
    assert everything(ctx) == empty
    good(ctx, write_scheme(tmp_path / "in"))


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (
            "zones.csv",
            "W,MEL,West",
            "W,XXX,West",
            "column area: There is no area with the code “XXX”",
        ),
        (
            "zones.csv",
            "E,MEL,East",
            "W,MEL,East",
            "line 3, column code: The code “W” is already on line 2",
        ),
        (
            "zones.csv",
            "E,MEL,East",
            "N,MEL,East",
            "This new zone has no shape. Add it to zones.geojson",
        ),
        ("zones.csv", "07:00,19:00,08:00", "19:00,07:00,08:00", "07:00 is not after 19:00"),
        ("zones.csv", "07:00,19:00,08:00", "07:00,,08:00", "column mon_fri_close: Write a time"),
        ("zones.csv", "instant", "sometimes", "“sometimes” is not one of: instant, batch"),
        ("places.csv", "52.857,-0.904", "nan,-0.904", "column latitude: Write a number such as"),
        ("places.csv", "52.857,-0.904", "-0.904,52.857", "wrong way round"),
        ("places.csv", "hose,Hose,village", "hose,Hose,city", "column kind: “city” is not one of"),
        ("places.csv", "hose,Hose,village", "hose,,village", "column name: This must be filled in"),
        ("zone_links.csv", "grantham", "paris", "There is no place with the code “paris”"),
        ("vehicles.csv", "12,1,3", "0,1,3", "column seats: 0 is not between 1 and 60"),
        ("vehicles.csv", ",hose\n", ",depot\n", "There is no place with the code “depot”"),
        ("drivers.csv", "07700 900900", "0770", "is not a telephone number"),
        (
            "shifts.csv",
            "07:00,15:00,09:30",
            "22:00,30:30,09:30",
            "30:30 is too late: the latest here is 30:00",
        ),
        ("shifts.csv", "09:30,12:30,30", "06:00,12:30,30", "The break must lie between"),
        ("shifts.csv", "09:30,12:30,30", "09:30,09:50,30", "A break of that length does not fit"),
        (
            "shifts.csv",
            "09:30,12:30,30",
            "09:30,12:30,",
            "column break_minutes: Write a whole number",
        ),
        ("shifts.csv", "W-D1,tue", "W-D1,mon", "This vehicle is out at the same time on line 2"),
        ("groups.csv", "hose-hall,craft", "hose-hall,golf", "“golf” is not one of"),
        (
            "sessions.csv",
            "10:00,12:00",
            "23:00,24:30",
            "24:30 is too late: the latest here is 23:59",
        ),
        ("residents.csv", "wheelchair|home_pickup", "wheelchair|rocket", "“rocket” is not one of"),
        ("residents.csv", ",1948,", ",48,", "column birth_year: 48 is not between 1900 and 2026"),
        ("residents.csv", "landline,,call", "mobile,,call", "That is not a mobile number"),
        ("residents.csv", "landline,,call", "landline,,text", "A text needs a mobile number"),
        ("residents.csv", "landline,,call", "landline,,email", "There is no e-mail address"),
        ("residents.csv", "Stanley Pick", "=cmd()", "looks like a formula"),
        ("staff.csv", "W-D1,driver", "X-D1,driver", "There is no driver with the code “X-D1”"),
        ("staff.csv", "call_handler", "admin", "“admin” is not one of"),
    ],
)
def test_a_bad_row_is_named_with_what_to_do(
    light: Context, tmp_path: Path, file: str, before: str, after: str, said: str
) -> None:
    """File, line, column and a sentence; and nothing is written."""
    bad = edited(file, before, after)
    report = load(light, write_scheme(tmp_path / "in", **{file.replace(".csv", "_csv"): bad}))
    lines = report.lines()
    assert any(line.strip().startswith(f"{file}, line ") and said in line for line in lines), lines
    assert count(light, Zone) == 0


def test_what_follows_from_a_bad_row_is_not_said_again(light: Context, tmp_path: Path) -> None:
    """A zone that cannot be read does not make every vehicle in it a problem."""
    bad = edited("zones.csv", "W,MEL,West,07:00", "W,MEL,West,7am")
    report = load(light, write_scheme(tmp_path / "in", zones_csv=bad))
    assert len(report.problems) == 1


def test_all_bad_rows_are_found_at_once(light: Context, tmp_path: Path) -> None:
    """One run names what is wrong in every file."""
    folder = write_scheme(
        tmp_path / "in",
        places_csv=edited("places.csv", "52.857", "north"),
        sessions_csv=edited("sessions.csv", "tue", "tues"),
        staff_csv=b"\xff\xfe",
    )
    report = load(light, folder)
    assert [problem.file for problem in report.problems] == [
        "places.csv",
        "sessions.csv",
        "staff.csv",
    ]


def test_rows_are_known_again_by_their_code(ctx: Context, tmp_path: Path) -> None:
    """A changed row changes the thing it named, and nothing is there twice."""
    folder = write_scheme(tmp_path / "in")
    good(ctx, folder)
    hall = one(ctx, Place, code="hose-hall").id
    write_scheme(
        folder,
        places_csv=edited("places.csv", "Village hall", "Memorial hall"),
        zones_csv=edited("zones.csv", "W,MEL,West", "W,MEL,Vale"),
        residents_csv=edited("residents.csv", "24 Mill Lane", "25 Mill Lane"),
        shifts_csv=edited("shifts.csv", "tue,07:00,12:00", "tue,08:00,12:00"),
    )
    report = good(ctx, folder)
    assert one(ctx, Place, code="hose-hall").id == hall
    assert one(ctx, Place, code="hose-hall").name == "Memorial hall"
    assert one(ctx, Zone, code="W").name == "Vale"
    assert one(ctx, Person, code="R1").home.name == "25 Mill Lane, Hose"
    assert one(ctx, ShiftPattern, weekday="tue").starts == 480
    assert count(ctx, ShiftPattern) == 2
    assert count(ctx, Place) == 6
    assert any("R1: home" in words for words in report.changes)


def test_what_is_told_of_a_resident_is_which_columns(light: Context, tmp_path: Path) -> None:
    """A report may be passed on: names, numbers and notes of people are not in it."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    write_scheme(folder, residents_csv=edited("residents.csv", "Please knock", "Key under mat"))
    words = "\n".join(good(light, folder).lines())
    assert "R1: note" in words
    assert "mat" not in words
    assert "Stanley" not in words


def test_a_single_file_refers_to_what_is_there(light: Context, tmp_path: Path) -> None:
    """One file alone is checked against the tables."""
    folder = write_scheme(tmp_path / "in")
    alone = load(light, folder / "vehicles.csv")
    assert "There is no zone with the code “W”" in alone.lines()[1]
    good(light, folder)
    text = FILES["vehicles.csv"] + "W-B2,W,Blue bus 2,SAMPLE 2,8,1,3,hose\n"
    (folder / "vehicles.csv").write_text(text)
    report = good(light, folder / "vehicles.csv")
    assert list(report.counts) == ["vehicles.csv"]
    assert count(light, Vehicle) == 2


def test_a_column_that_is_left_out_is_left_alone(light: Context, tmp_path: Path) -> None:
    """A file with fewer columns does not empty the others."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    short = "code,name,kind,latitude,longitude,village\nhose,Hose,village,52.857,-0.904,Hose\n"
    write_scheme(folder, places_csv=short)
    good(light, folder / "places.csv")
    assert one(light, Place, code="hose").alternative_names == ["Hoose", "The Hose"]


def test_a_new_shape_puts_places_and_people_into_their_zone(light: Context, tmp_path: Path) -> None:
    """When a boundary moves, whoever lives beyond it now belongs to the other zone."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    moved = shapes(W=square(-1.0, -0.95), E=square(-0.95, -0.7))
    (folder / "zones.geojson").write_text(moved)
    report = good(light, folder / "zones.geojson")
    east = one(light, Zone, code="E").id
    assert one(light, Place, code="hose").zone_id == east
    assert one(light, Person, code="R1").zone_id == east
    assert report.counts["zones.geojson"].changed == 2
    assert any("in another zone than before" in note for note in report.notes)


def test_a_shape_without_a_zone_is_a_problem(light: Context, tmp_path: Path) -> None:
    """A misspelt code in the shapes is not passed over."""
    text = shapes(X=square(-0.7, -0.6))
    report = load(light, write_scheme(tmp_path / "in", zones_geojson=text))
    assert "There is no zone with the code “X”" in report.lines()[1]


def test_bookings_are_never_touched(ctx: Context, tmp_path: Path) -> None:
    """Zone rules, places and people change; what was promised does not."""
    folder = write_scheme(tmp_path / "in")
    good(ctx, folder)
    book_for(ctx, "R1")
    kept = ("bookings", "journey_requests", "plans", "zone_days", "offers", "booking_events")
    before = {name: rows for name, rows in everything(ctx).items() if name in kept}
    write_scheme(
        folder,
        zones_csv=edited("zones.csv", "07:00,19:00,08:00", "10:00,12:00,08:00"),
        places_csv=edited("places.csv", "52.858,-0.905", "52.8582,-0.905"),
        residents_csv=edited("residents.csv", "52.8575,-0.9045", "52.83,-0.93"),
        sessions_csv=edited("sessions.csv", "tue,10:00,12:00", "fri,14:00,15:00"),
    )
    good(ctx, folder)
    assert {name: rows for name, rows in everything(ctx).items() if name in kept} == before


def test_a_place_somebody_counts_on_is_not_moved_far(light: Context, tmp_path: Path) -> None:
    """They were told where to stand. A place nobody counts on moves (the control)."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    write_scheme(folder, places_csv=edited("places.csv", "52.858,-0.905", "52.83,-0.905"))
    assert load(light, folder, dry_run=True).ok
    book_for(light, "R1")
    report = load(light, folder)
    assert "Somebody has a journey booked" in report.lines()[1]
    assert one(light, Place, code="hose-hall").latitude == 52.858


def test_who_moves_house_is_fetched_from_the_old_one_as_promised(
    light: Context, tmp_path: Path
) -> None:
    """A booked journey keeps its door; the next one starts from the new home."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    book_for(light, "R1")
    old = one(light, Person, code="R1").home_place_id
    write_scheme(folder, residents_csv=edited("residents.csv", "52.8575,-0.9045", "52.83,-0.93"))
    good(light, folder)
    stanley = one(light, Person, code="R1")
    assert stanley.home_place_id != old
    assert stanley.home.latitude == 52.83
    assert one(light, Place, id=old).latitude == 52.8575
    assert one(light, Booking).pickup_place_id == old
    again = good(light, folder)
    assert again.counts["residents.csv"].unchanged == 2


def test_a_meeting_people_have_asked_to_go_to_is_kept(light: Context, tmp_path: Path) -> None:
    """It is named instead of deleted; a meeting nobody asked for goes (the control)."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    write_scheme(folder, sessions_csv=edited("sessions.csv", "tue", "fri"))
    assert load(light, folder, dry_run=True).counts["sessions.csv"].removed == 1
    request = book_for(light, "R1")
    report = good(light, folder)
    assert any("Craft club no longer lists its meeting on tue" in note for note in report.notes)
    assert one(light, JourneyRequest, id=request).session_id is not None
    assert count(light, Session) == 2


def test_staff_get_no_password_by_import(light: Context, tmp_path: Path) -> None:
    """An account from a file can sign in only after somebody has set it up."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    handler = one(light, Account, email="call1@example.org")
    assert handler.password is None
    assert [role.name for role in handler.roles] == ["call_handler"]
    driver = one(light, Account, driver_id=one(light, Driver).id)
    assert (driver.password, driver.email) == (None, None)


def test_roles_are_added_by_a_file_and_never_taken_away(light: Context, tmp_path: Path) -> None:
    """A second role is told; a file without the first does not remove it."""
    folder = write_scheme(tmp_path / "in")
    good(light, folder)
    write_scheme(folder, staff_csv=edited("staff.csv", "call_handler", "operator"))
    report = good(light, folder)
    account = one(light, Account, email="call1@example.org")
    assert sorted(role.name for role in account.roles) == ["call_handler", "operator"]
    assert any("is now operator as well" in note for note in report.notes)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "There is no such file or folder"),
        ("empty", "There is nothing here to import"),
        ("notes.txt", "There is nothing here to import"),
    ],
)
def test_where_there_is_nothing_to_import_it_is_said(
    light: Context, tmp_path: Path, name: str, said: str
) -> None:
    """A wrong path gives a sentence that names the files we know."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    report = load(light, tmp_path / name)
    assert not report.ok
    assert said in report.lines()[1]


def test_files_that_are_not_ours_are_left_alone_and_named(light: Context, tmp_path: Path) -> None:
    """A misspelt file name does not pass unnoticed."""
    folder = write_scheme(tmp_path / "in")
    (folder / "place.csv").write_text("code\n")
    assert any("“place.csv” was left alone" in note for note in good(light, folder).notes)


def test_spoilt_files_never_raise_and_never_half_import(light: Context, tmp_path: Path) -> None:
    """Bytes changed, cut, doubled and put in at random: a report each time, all or nothing."""
    random = Random(7)
    empty = everything(light)
    pieces = [
        b"\x00",
        b"\xff",
        b'"',
        b",",
        b"\n",
        b"=1",
        b"|",
        b"-",
        b"99999999999",
        b"\xe2\x80\xae",
        b"{",
    ]
    for _ in range(counted(600)):
        folder = write_scheme(tmp_path / "in")
        name = random.choice([*FILES, "zones.geojson"])
        data = bytearray((folder / name).read_bytes())
        for _ in range(random.randint(1, 3)):
            at = random.randrange(len(data))
            data[at : at + random.choice((0, 0, 1, 5))] = random.choice(pieces)
        (folder / name).write_bytes(bytes(data))
        report = load(light, folder, dry_run=True)
        assert report.ok != bool(report.problems)
        assert all(problem.words for problem in report.problems)
    assert everything(light) == empty


def test_the_sample_scheme_is_imported_without_a_word(light: Context) -> None:
    """The files that come with the service are good, and every zone gets its places."""
    report = good(light, SAMPLE)
    assert report.notes == ()
    assert report.counts["places.csv"].added > 900
    with light.db.reading() as session:
        zones = session.execute(
            select(Zone.code, func.count(Place.id))
            .join(Place, Place.zone_id == Zone.id)
            .group_by(Zone.code)
        ).all()
        homeless = session.scalar(
            select(func.count()).select_from(Person).where(Person.zone_id.is_(None))
        )
    assert len(zones) == 11
    assert homeless == 0
    assert count(light, Group) == 70
