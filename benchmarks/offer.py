"""How long an offer takes on a busy day: in the service, and as a whole web request."""

from __future__ import annotations

import random
import sys
from functools import partial

from benchmarks.common.plainly import plainly
from benchmarks.service import (
    Bench,
    busy_day,
    new_context,
    random_wish,
    read_bench,
    timed_answer,
)
from booking.app import create_app
from booking.context import Context
from booking.models import Account, JourneyRequest, Person
from booking.services import accounts, sign_ins
from booking.web import here
from booking.web.limits import limiter
from booking.web.passenger.conversation import DRAFT
from booking.web.passenger.draft import Draft
from routing.warming import warm_offers
from tests.world import NOW, World, ask_for

ASKED = 200


@plainly
def main() -> None:
    """Measure and print."""
    bench = read_bench("offer", __doc__)
    ctx = new_context()
    world = busy_day(ctx, bench.seed)
    warm_offers()
    in_service(bench, world)
    on_the_web(bench, ctx, world)
    ctx.db.close()


def in_service(bench: Bench, world: World) -> None:
    """Ask, without the web: read the day, insert everywhere, store the answer."""
    dice = random.Random(bench.seed + 1)
    wishes = [random_wish(world, dice) for _ in range(ASKED)]
    offered: list[float] = []
    refused: list[float] = []
    for wanted in wishes:
        seconds, request = timed_answer(partial(ask_for, world, wanted))
        (offered if is_offered(world, request) else refused).append(seconds)
    bench.show_times("offer in the service", offered)
    bench.show_times("refusal with other times in the service", refused)


def is_offered(world: World, request: int) -> bool:
    """Whether the wish was met; a refusal looks for other times and days as well."""
    with world.ctx.db.reading() as session:
        return session.get_one(JourneyRequest, request).status == "offered"


def on_the_web(bench: Bench, ctx: Context, world: World) -> None:
    """The request of the button “Look for a bus”: session, rights, form, service, answer."""
    app = create_app(ctx.settings, ctx)
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions[here.CLOCK] = lambda: NOW
    limiter.enabled = False
    dice = random.Random(bench.seed + 2)
    client = app.test_client()
    account, token = signed_in(ctx, world)
    offered: list[float] = []
    refused: list[float] = []
    for _ in range(ASKED):
        wanted = random_wish(world, dice)
        with client.session_transaction() as cookie:
            cookie.update(sign_in=token, _user_id=account.fs_uniquifier, _fresh=True)
            cookie[DRAFT] = Draft.of_wish(wanted, None, None).to_json()
        seconds, answer = timed_answer(partial(client.post, "/ask/answers"))
        request = int(answer.location.rsplit("/", 1)[1])
        (offered if is_offered(world, request) else refused).append(seconds)
    bench.show_times("offer as a whole request", offered)
    bench.show_times("refusal with other times as a whole request", refused)


def signed_in(ctx: Context, world: World) -> tuple[Account, str]:
    """A passenger's account and the token of a sign-in."""
    with ctx.db.writing() as session:
        person = session.get_one(Person, world.people[0])
        account = accounts.passenger_account_in(session, person, NOW)
        token = sign_ins.start_in(session, account, sign_ins.Kind("passenger"), NOW)
    return account, token


if __name__ == "__main__":
    sys.exit(main())
