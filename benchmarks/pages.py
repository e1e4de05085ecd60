"""How long pages take to make on a busy day, for each kind of user: whole requests, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.common.plainly import plainly
from benchmarks.service import busy_day, new_context, read_bench, timed
from booking.app import create_app
from booking.context import Context
from booking.models import Account, Driver, JourneyRequest, Person
from booking.services import accounts, sign_ins
from booking.services.plan import plan_zone_day
from booking.web import here
from booking.web.limits import limiter
from tests.world import DAY, NOW, World

TIMES = 30
MORNING = NOW + timedelta(days=7, hours=-2)
"""The day itself, at seven: the driver has the run before them."""
PAGES = {
    "stranger": ("/", "/sign-in", "/staff/sign-in"),
    "passenger": ("/", "/going-out", "/ask/from", "/journeys", "/journeys/{request}"),
    "call_handler": (
        "/calls/",
        "/calls/people/{person}",
        "/calls/people/{person}/book",
        "/calls/journeys/{request}",
        "/calls/days/MEL1/{day}",
    ),
    "driver": ("/drive/", "/drive/shifts/{shift}", "/drive/shifts/{shift}/paper"),
    "operator": (
        "/board/",
        "/board/MEL1/{day}",
        "/board/MEL1/{day}/map.geojson",
        "/board/MEL1/{day}/plans",
        "/board/MEL1/{day}/journeys",
    ),
}


@plainly
def main() -> None:
    """Measure every page, print each kind of user's and the whole."""
    bench = read_bench("pages", __doc__)
    ctx = new_context(plan_seconds=1.0)
    world = busy_day(ctx, bench.seed)
    with ctx.db.reading() as session:
        request = session.scalars(
            select(JourneyRequest).where(JourneyRequest.status == "booked").limit(1)
        ).one()
    plan_zone_day(ctx, request.zone_day_id or 0, now=NOW)
    app = new_app(ctx)
    facts = {
        "request": request.id,
        "person": request.person_id,
        "shift": world.shifts[0],
        "day": DAY.isoformat(),
    }
    everything: list[float] = []
    for role, client in clients(app, ctx, world, request.person_id):
        for path in PAGES[role]:
            times = measure(client, path.format(**facts))
            replace(bench, instance=f"{role} {path}").show_times("page", times)
            everything += times
    bench.show_times("all pages", everything)
    ctx.db.close()


def new_app(ctx: Context) -> Flask:
    """The application at the bench's hour, without the limits that slow a flood down."""
    app = create_app(ctx.settings, ctx)
    app.extensions[here.CLOCK] = lambda: MORNING
    limiter.enabled = False
    return app


def measure(client: FlaskClient, path: str) -> list[float]:
    """Seconds of some requests, after one that is not counted."""
    found = client.get(path)
    assert found.status_code == 200, (path, found.status_code)
    return [timed(lambda: client.get(path)) for _ in range(TIMES)]


def clients(
    app: Flask, ctx: Context, world: World, person_id: int
) -> Iterator[tuple[str, FlaskClient]]:
    """A browser for each kind of user, signed in."""
    yield "stranger", app.test_client()
    with ctx.db.writing() as session:
        person = session.get_one(Person, person_id)
        passenger = accounts.passenger_account_in(session, person, MORNING)
        driver = accounts.driver_account_in(
            session, session.get_one(Driver, world.drivers[0]), MORNING
        )
    yield "passenger", sign_in(app, ctx, passenger, "passenger")
    for role in ("call_handler", "operator"):
        staff = accounts.create_staff(
            ctx, f"{role}@example.org", role, "a long enough password", [role], MORNING
        )
        yield role, sign_in(app, ctx, staff, "staff")
    yield "driver", sign_in(app, ctx, driver, "driver")


def sign_in(app: Flask, ctx: Context, account: Account, kind: str) -> FlaskClient:
    """A browser with a fresh sign-in of that account."""
    client = app.test_client()
    with ctx.db.writing() as session:
        token = sign_ins.start_in(session, account, sign_ins.Kind(kind), MORNING)
    with client.session_transaction() as cookie:
        cookie.update(sign_in=token, _user_id=account.fs_uniquifier, _fresh=True)
    return client


if __name__ == "__main__":
    sys.exit(main())
