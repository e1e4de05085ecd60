"""The people of the web tests, on the small world of `tests/world.py`, with an app before them.

Mary (wheelchair user) has a journey; Stan travels too and must see nothing of hers;
Dee drives Mary's bus, Ray drives another; one person for each kind of staff.
"""

from __future__ import annotations

import atexit
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.app import create_app
from booking.config import Settings
from booking.context import Context, build_context
from booking.domain.needs import Party
from booking.models import (
    Account,
    Base,
    Driver,
    Group,
    JourneyRequest,
    Message,
    Person,
    Place,
    Shift,
)
from booking.models import Session as Meeting
from booking.services import accounts, devices, second_factor, sign_ins
from booking.services.access import STAFF
from booking.services.shifts import withdraw_shift
from booking.web import here
from booking.web.limits import limiter
from tests.world import DAY, NOW, World, book_one, make_world, wish

PASSWORD = "a long enough password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MARKER_NOTE = "MARKER-NOTE-7Q"
MARKER_DOOR = "MARKER-DOOR-7Q"
TODAY = date(2026, 12, 1)

ROLES = ("", "mary", "dee", *sorted(STAFF))
"""Who tries every page: a stranger, a passenger, a driver, each kind of staff."""

_KINDS = {"mary": "passenger", "stan": "passenger", "dee": "driver", "ray": "driver"}


@dataclass
class Clock:
    """The time, moved by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Stage:
    """An app on a small database: `ids` names the objects, `accounts` the people."""

    app: Flask
    ctx: Context
    clock: Clock
    ids: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def client(self, name: str = "") -> FlaskClient:
        """A browser; signed in as somebody of the cast if a name is given."""
        client = self.app.test_client()
        if name:
            self.sign_in(client, name)
        return client

    def sign_in(self, client: FlaskClient, name: str) -> str:
        """Put a fresh sign-in into a browser, past the forms; returns its token."""
        account = self.accounts[name]
        kind = sign_ins.Kind(_KINDS.get(name, "staff"))
        with self.ctx.db.writing() as session:
            token = sign_ins.start_in(session, account, kind, self.clock.now)
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie.update(sign_in=token, _user_id=account.fs_uniquifier, _fresh=True)
        return token


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a test's own: SQLite in `folder`, a queue server that is not there."""
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'test.db'}",
        "redis_url": "redis://127.0.0.1:1/0",
        "secret_key": "k" * 40,
        "data_dir": folder,
        "secure_cookies": False,
        "plan_seconds": 0.3,
    }
    return Settings(**{**values, **changes})


def build_stage(folder: Path, *, csrf: bool = False, rates: bool = False, **changes: Any) -> Stage:
    """A new database with the cast in it, and an app on it.

    `csrf` and `rates` switch the forms' tokens and the limits per address on.
    """
    settings = settings_for(folder, **changes)
    if "database_url" not in changes:
        sample = _sample_stage()
        shutil.copy(sample.ctx.settings.data_dir / "test.db", folder / "test.db")
        stage = _empty_stage(settings)
        stage.ids, stage.accounts = dict(sample.ids), dict(sample.accounts)
    else:
        stage = _empty_stage(settings)
        Base.metadata.create_all(stage.ctx.db.engine)
        _fill(stage)
    stage.app.config.update(WTF_CSRF_ENABLED=csrf)
    limiter.enabled = rates
    return stage


def _empty_stage(settings: Settings) -> Stage:
    ctx = build_context(settings)
    app, clock = create_app(settings, ctx), Clock()
    app.extensions[here.CLOCK] = clock
    app.jinja_env.bytecode_cache = _compiled_templates()
    return Stage(app, ctx, clock)


def _add_group(session: Session, world: World) -> dict[str, int]:
    group = Group(
        code="CRAFT", name="Craft club", kind="club", place_id=world.places["Melton Mowbray"]
    )
    session.add(group)
    session.flush()
    meeting = Meeting(group_id=group.id, weekday="tue", starts=10 * 60, ends=12 * 60)
    session.add(meeting)
    session.flush()
    return {"group_id": group.id, "session_id": meeting.id}


@cache
def _compiled_templates() -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(_temporary("outabout-templates-"))


@cache
def _sample_stage() -> Stage:
    """The cast's database, made once and copied for each test that wants one of its own."""
    folder = Path(_temporary("outabout-cast-"))
    stage = _empty_stage(settings_for(folder))
    Base.metadata.create_all(stage.ctx.db.engine)
    _fill(stage)
    stage.ctx.db.close()
    return stage


def _temporary(prefix: str) -> str:
    folder = mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def withdraw_all(stage: Stage) -> None:
    """Every bus of the day is taken off the road."""
    with stage.ctx.db.reading() as session:
        shifts = session.scalars(select(Shift.id).where(Shift.service_date == DAY)).all()
    for shift_id in shifts:
        withdraw_shift(stage.ctx, shift_id, by="test", reason="It broke down", now=stage.clock.now)


def set_up_second_factor(stage: Stage, role: str) -> None:
    """Give staff an authenticator with the known secret."""
    second_factor.seed(stage.ctx, stage.accounts[role].id, SECRET)


def _fill(stage: Stage) -> None:
    world = make_world(stage.ctx, people=3, buses=2, days=(TODAY, DAY))
    _name_people(stage, world)
    request_id = book_one(world, wish(world, 0, by=time(12), party=Party(wheelchairs=1)))
    _keep_ids(stage, world, request_id)
    code = devices.issue_code(stage.ctx, world.drivers[0], "test", NOW)
    devices.enrol(stage.ctx, code, "Dee's phone", NOW, asker="192.0.2.1")
    device = devices.list_devices(stage.ctx, world.drivers[0], NOW)[0]
    stage.ids["sign_in_id"] = device.sign_in_id
    for role in sorted(STAFF):
        stage.accounts[role] = accounts.create_staff(
            stage.ctx, f"{role}@example.org", f"The {role}", PASSWORD, [role], NOW
        )


def _name_people(stage: Stage, world: World) -> None:
    with stage.ctx.db.writing() as session:
        mary, stan = (session.get_one(Person, world.people[n]) for n in (0, 1))
        mary.name, mary.phone, mary.email = "Mary Wells", "+447700900001", "mary@example.org"
        stan.name, stan.phone = "Stan Birch", "+447700900002"
        mary.phone_type = stan.phone_type = "mobile"
        mary.channel = stan.channel = "text"
        mary.note, mary.needs = MARKER_NOTE, ["wheelchair"]
        home = Place(
            name="1 Church Lane, Hose",
            kind="home",
            latitude=52.857,
            longitude=-0.904,
            village="Hose",
            zone_id=world.zone,
            person_id=mary.id,
            access_note=MARKER_DOOR,
        )
        session.add(home)
        session.flush()
        mary.home_place_id = home.id
        for name, person in (("mary", mary), ("stan", stan)):
            stage.accounts[name] = accounts.passenger_account_in(session, person, NOW)
        for name, driver_id in zip(("dee", "ray"), world.drivers, strict=True):
            driver = session.get_one(Driver, driver_id)
            driver.name = name.title()
            stage.accounts[name] = accounts.driver_account_in(session, driver, NOW)


def _keep_ids(stage: Stage, world: World, request_id: int) -> None:
    with stage.ctx.db.writing() as session:
        request = session.get_one(JourneyRequest, request_id)
        request.note = MARKER_NOTE
        stage.ids = {
            "zone_id": world.zone,
            "zone_code": "MEL1",
            "zone": "MEL1",
            "zone_day_id": request.zone_day_id,
            "person_id": world.people[0],
            "stan_id": world.people[1],
            "place_id": world.places["Hose"],
            "request_id": request.id,
            "reference": request.reference,
            "booking_id": request.bookings[0].id,
            "offer_id": request.offers[0].id,
            **_add_group(session, world),
            "message_id": session.scalars(select(Message.id)).first() or 1,
            "driver_id": world.drivers[0],
            "shift_id": world.shifts[1],
            "vehicle_id": world.vehicles[0],
        }
