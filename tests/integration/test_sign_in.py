"""Signing in and out: codes, passwords, second factors, devices, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from booking.domain.errors import Gone, Invalid
from booking.models import Message, Person, SignIn, SignInCode
from booking.services import accounts, devices, second_factor, sign_in_codes, sign_ins
from booking.services.sign_ins import STAYS, Kind
from booking.services.tries import CODES_ASKED, CODES_TYPED, SECOND_FACTORS, TooManyTries
from tests.integration.cast import PASSWORD, Clock, Stage, build_stage, set_up_second_factor

MARYS = "07700 900001"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A service of this test's own."""
    stage = build_stage(tmp_path, demo=True)
    yield stage
    stage.ctx.db.close()


def sent_code(stage: Stage) -> str:
    """The code in the newest message."""
    with stage.ctx.db.reading() as session:
        body = session.scalar(select(Message.body).order_by(Message.id.desc()).limit(1)) or ""
    found = re.search(r"\d{6}", body)
    assert found, body
    return found[0]


def wrong_code(stage: Stage) -> str:
    right = sent_code(stage)
    return f"{(int(right) + 1) % 1_000_000:06d}"


def sign_in_by_code(stage: Stage, client: FlaskClient, typed: str) -> Any:
    client.post("/sign-in", data={"contact": typed})
    return client.post("/sign-in/code", data={"code": sent_code(stage)})


def is_signed_in(stage: Stage, client: FlaskClient) -> bool:
    """Whether our own record knows this browser."""
    with client.session_transaction() as cookie:
        token = cookie.get("sign_in", "")
    return sign_ins.find_account(stage.ctx, token, stage.clock.now) is not None


def test_a_known_number_signs_in(stage: Stage) -> None:
    """Mary types her number as she says it, then her code, and is in as herself."""
    client = stage.client()
    answer = sign_in_by_code(stage, client, MARYS)
    assert (answer.status_code, answer.location) == (302, "/journeys")
    assert is_signed_in(stage, client)


def test_a_known_and_an_unknown_number_get_the_same_answers(stage: Stage) -> None:
    """Up to the right code nothing differs: pages, rows written, messages sent."""
    seen = []
    for typed in (MARYS, "07700 900999", "mary@example.org", "nobody@example.org"):
        client = stage.client()
        before = _counts(stage)
        first = client.post("/sign-in", data={"contact": typed})
        page = client.get(first.location)
        wrong = wrong_code(stage)
        second = client.post("/sign-in/code", data={"code": wrong})
        grown = tuple(after - then for after, then in zip(_counts(stage), before, strict=True))
        texts = [text.replace(typed, "").replace(wrong, "") for text in (page.text, second.text)]
        seen.append((first.status_code, first.location, second.status_code, grown, texts))
    assert all(one == seen[0] for one in seen)


def test_somebody_new_joins_by_the_same_door(stage: Stage) -> None:
    """An unknown number, once its code is right, becomes a new passenger."""
    client = stage.client()
    assert sign_in_by_code(stage, client, "07700 900555").location == "/sign-in/join"
    answer = client.post("/sign-in/join", data={"name": "Ann Lee", "village": "Harby"})
    assert answer.status_code == 302
    with stage.ctx.db.reading() as session:
        ann = session.scalars(select(Person).where(Person.phone == "+447700900555")).one()
    assert (ann.name, ann.village, ann.channel) == ("Ann Lee", "Harby", "text")
    assert is_signed_in(stage, client)


def test_joining_needs_the_right_code_first(stage: Stage) -> None:
    """Asking for a code and going straight to the join page makes nobody."""
    client = stage.client()
    client.post("/sign-in", data={"contact": "07700 900555"})
    answer = client.post("/sign-in/join", data={"name": "Ann Lee", "village": "Harby"})
    assert answer.location == "/sign-in"
    with stage.ctx.db.reading() as session:
        assert session.scalar(select(Person).where(Person.phone == "+447700900555")) is None


def test_two_people_on_one_number_choose_who_they_are(stage: Stage) -> None:
    """A couple share a phone: the code leads to their two names, and to no others."""
    with stage.ctx.db.writing() as session:
        stan = session.get_one(Person, stage.ids["stan_id"])
        stan.phone = "+447700900001"
    client = stage.client()
    assert sign_in_by_code(stage, client, MARYS).location == "/sign-in/who"
    page = client.get("/sign-in/who").text
    assert "Mary Wells" in page
    assert "Stan Birch" in page
    assert client.post("/sign-in/who", data={"person": "9999"}).status_code == 422
    assert client.post("/sign-in/who", data={"person": str(stan.id)}).status_code == 302
    assert is_signed_in(stage, client)


def test_a_code_lasts_ten_minutes(stage: Stage) -> None:
    """The code of eleven minutes ago is over; that of nine minutes ago works."""
    for minutes, works in ((9, True), (11, False)):
        client = stage.client()
        client.post("/sign-in", data={"contact": MARYS})
        code = sent_code(stage)
        stage.clock.forward(minutes=minutes)
        client.post("/sign-in/code", data={"code": code})
        assert is_signed_in(stage, client) is works


def test_a_code_works_once(stage: Stage) -> None:
    """The same code and the same cookie a second time sign nobody in."""
    client = stage.client()
    client.post("/sign-in", data={"contact": MARYS})
    code = sent_code(stage)
    with client.session_transaction() as cookie:
        challenge = cookie["challenge"]
    assert sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)
    with pytest.raises(Gone):
        sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)
    sign_in_codes.sign_in_as(stage.ctx, challenge, stage.ids["person_id"], stage.clock.now)
    with pytest.raises(Gone):
        sign_in_codes.sign_in_as(stage.ctx, challenge, stage.ids["person_id"], stage.clock.now)


def test_a_code_allows_five_tries(stage: Stage) -> None:
    """After five wrong tries the right code is refused too."""
    client = stage.client()
    client.post("/sign-in", data={"contact": MARYS})
    right, wrong = sent_code(stage), wrong_code(stage)
    answers = [client.post("/sign-in/code", data={"code": wrong}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert client.post("/sign-in/code", data={"code": right}).location == "/sign-in"
    assert not is_signed_in(stage, client)


def test_beyond_the_limit_of_an_hour_the_right_code_is_refused_too(stage: Stage) -> None:
    """Guessing goes on with a new code, and ends at fifteen an hour: the next is not compared."""
    for guess in range(CODES_TYPED.times):
        if guess % 5 == 0:
            challenge = sign_in_codes.send_code(stage.ctx, MARYS, stage.clock.now)
        with pytest.raises(Invalid):
            sign_in_codes.check_code(stage.ctx, challenge, wrong_code(stage), stage.clock.now)
    client = stage.client()
    client.post("/sign-in", data={"contact": MARYS})
    assert client.post("/sign-in/code", data={"code": sent_code(stage)}).status_code == 429
    stage.clock.forward(hours=1, minutes=1)
    assert sign_in_by_code(stage, client, MARYS).status_code == 302


def test_a_newer_code_ends_the_older_one(stage: Stage) -> None:
    """Of two codes asked for, only the second works."""
    first, second = stage.client(), stage.client()
    first.post("/sign-in", data={"contact": MARYS})
    old = sent_code(stage)
    second.post("/sign-in", data={"contact": MARYS})
    first.post("/sign-in/code", data={"code": old})
    second.post("/sign-in/code", data={"code": sent_code(stage)})
    assert (is_signed_in(stage, first), is_signed_in(stage, second)) == (False, True)


def test_a_code_is_tied_to_the_browser_that_asked(stage: Stage) -> None:
    """Somebody who reads Mary's code over her shoulder cannot use it elsewhere."""
    stage.client().post("/sign-in", data={"contact": MARYS})
    thief = stage.client()
    assert thief.post("/sign-in/code", data={"code": sent_code(stage)}).location == "/sign-in"
    assert not is_signed_in(stage, thief)


def test_codes_can_be_asked_for_so_often_and_no_more(stage: Stage) -> None:
    """The sixth code within the hour is refused for a known and an unknown number alike."""
    for typed in (MARYS, "07700 900999"):
        client = stage.client()
        answers = [client.post("/sign-in", data={"contact": typed}) for _ in range(6)]
        assert [a.status_code for a in answers] == [302] * CODES_ASKED.times + [429]
        stage.clock.forward(hours=1, seconds=1)
        assert client.post("/sign-in", data={"contact": typed}).status_code == 302


def test_codes_are_kept_as_hashes(stage: Stage) -> None:
    """The row of a code does not hold the code."""
    stage.client().post("/sign-in", data={"contact": MARYS})
    code = sent_code(stage)
    with stage.ctx.db.reading() as session:
        row = session.scalars(select(SignInCode)).one()
    assert code not in (row.code_hash, row.challenge_hash)
    assert re.fullmatch(r"[0-9a-f]{64}", row.code_hash)


@pytest.mark.parametrize(
    "typed", ["0116 496 0123", "12", "+1 202 555 0123", "a@", "<script>", "0" * 300, "0770090000१"]
)
def test_what_cannot_take_a_code_is_said_beside_the_field(stage: Stage, typed: str) -> None:
    """A house phone, a foreign number and nonsense are answered in words, nothing is sent."""
    answer = stage.client().post("/sign-in", data={"contact": typed})
    if answer.status_code == 302:  # A digit of another script is still a digit.
        assert typed == "0770090000१"
        return
    assert answer.status_code == 422
    assert "contact-error" in answer.text
    assert _counts(stage)[0] == 1


def test_staff_need_both_factors(stage: Stage) -> None:
    """The password alone opens nothing; with the app's code the operator is in."""
    set_up_second_factor(stage, "operator")
    client = stage.client()
    first = client.post(
        "/staff/sign-in", data={"email": "operator@example.org", "password": PASSWORD}
    )
    assert first.location == "/staff/sign-in/code"
    assert not is_signed_in(stage, client)
    answer = client.post("/staff/sign-in/code", data={"code": totp(stage, "operator")})
    assert answer.status_code == 302
    assert is_signed_in(stage, client)


def test_the_second_step_cannot_be_reached_without_the_first(stage: Stage) -> None:
    """Going straight to the code page leads back to the password."""
    set_up_second_factor(stage, "operator")
    client = stage.client()
    for page in ("/staff/sign-in/code", "/staff/sign-in/set-up"):
        assert client.post(page, data={"code": "123456"}).location == "/staff/sign-in"


def test_an_app_code_works_once(stage: Stage) -> None:
    """The code that was just used is refused, though its half minute is not over."""
    set_up_second_factor(stage, "operator")
    account = stage.accounts["operator"]
    code = totp(stage, "operator")
    second_factor.check(stage.ctx, account.id, code, stage.clock.now)
    with pytest.raises(Invalid):
        second_factor.check(stage.ctx, account.id, code, stage.clock.now)


def test_first_sign_in_sets_the_second_factor_up(stage: Stage) -> None:
    """New staff connect an app and get recovery codes, each of which works once."""
    client = stage.client()
    data = {"email": "council@example.org", "password": PASSWORD}
    assert client.post("/staff/sign-in", data=data).location == "/staff/sign-in/set-up"
    assert not is_signed_in(stage, client)
    shown = client.get("/staff/sign-in/set-up").text
    assert "<svg" in shown
    page = client.post("/staff/sign-in/set-up", data={"code": totp(stage, "council")}).text
    codes = re.findall(r"<strong>(\w{5}-\w{5})</strong>", page)
    assert len(codes) == second_factor.RECOVERY_CODES
    assert is_signed_in(stage, client)
    again = stage.client()
    again.post("/staff/sign-in", data=data)
    again.post("/staff/sign-in/code", data={"code": codes[3].lower()})
    assert is_signed_in(stage, again)
    with pytest.raises(Invalid):
        second_factor.check(stage.ctx, stage.accounts["council"].id, codes[3], stage.clock.now)


def test_the_second_factor_secret_is_never_shown_again(stage: Stage) -> None:
    """Once set up, the set-up page gives the secret to nobody, password or not."""
    set_up_second_factor(stage, "operator")
    client = stage.client()
    client.post("/staff/sign-in", data={"email": "operator@example.org", "password": PASSWORD})
    answer = client.get("/staff/sign-in/set-up")
    assert answer.status_code == 422
    assert "JBSW" not in answer.text


def test_second_factors_allow_so_many_tries(stage: Stage) -> None:
    """Guessing the app's code stops after a few tries, the right one included."""
    set_up_second_factor(stage, "operator")
    account = stage.accounts["operator"]
    for _ in range(SECOND_FACTORS.times):
        with pytest.raises(Invalid):
            second_factor.check(stage.ctx, account.id, "000000", stage.clock.now)
    with pytest.raises(TooManyTries):
        second_factor.check(stage.ctx, account.id, totp(stage, "operator"), stage.clock.now)


def test_wrong_address_and_wrong_password_sound_the_same(stage: Stage) -> None:
    """A stranger learns of no address whether it has an account: same words, same counts."""
    texts = []
    for email in ("operator@example.org", "nobody@example.org"):
        client = stage.client()
        data = {"email": email, "password": "not the password"}
        answers = [client.post("/staff/sign-in", data=data) for _ in range(12)]
        texts.append([(a.status_code, a.text.replace(email, "")) for a in answers])
    assert texts[0] == texts[1]
    assert [status for status, _ in texts[0]] == [422] * 10 + [429] * 2


def test_a_password_is_checked_even_where_there_is_no_account(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow comparison runs for an unknown address too, so that time tells nothing."""
    compared = []
    real = accounts.credentials.verify_password
    monkeypatch.setattr(
        accounts.credentials,
        "verify_password",
        lambda typed, kept: compared.append(kept) or real(typed, kept),
    )
    data = {"email": "nobody@example.org", "password": "whatever"}
    stage.client().post("/staff/sign-in", data=data)
    assert compared == [None]


def test_passengers_have_no_password_door(stage: Stage) -> None:
    """An account without a staff role does not come in by a password."""
    with stage.ctx.db.writing() as session:
        row = accounts.get_account_in(session, stage.accounts["mary"].id)
        row.email, row.password = "m@example.org", stage.accounts["operator"].password
    data = {"email": "m@example.org", "password": PASSWORD}
    assert stage.client().post("/staff/sign-in", data=data).status_code == 422


def test_a_driver_enrols_a_device_once_per_code(stage: Stage) -> None:
    """The office's code sets up one device; a second one needs a code of its own."""
    code = devices.issue_code(stage.ctx, stage.ids["driver_id"], "account:1", stage.clock.now)
    first, second = stage.client(), stage.client()
    data = {"code": code.lower(), "label": "Dee's phone"}
    assert first.post("/sign-in/driver", data=data).location == "/drive/"
    assert second.post("/sign-in/driver", data=data).status_code == 422
    assert (is_signed_in(stage, first), is_signed_in(stage, second)) == (True, False)


def test_a_device_code_lasts_a_day(stage: Stage) -> None:
    """Yesterday's code is over."""
    code = devices.issue_code(stage.ctx, stage.ids["driver_id"], "account:1", stage.clock.now)
    stage.clock.forward(hours=24, seconds=1)
    with pytest.raises(Invalid):
        devices.enrol(stage.ctx, code, "", stage.clock.now, asker="192.0.2.1")


def test_a_lost_device_is_switched_off(stage: Stage) -> None:
    """Revoking a device signs it out at once, and only that one."""
    clients = [stage.client(), stage.client()]
    for client in clients:
        code = devices.issue_code(stage.ctx, stage.ids["driver_id"], "a", stage.clock.now)
        client.post("/sign-in/driver", data={"code": code, "label": "phone"})
        stage.clock.forward(minutes=1)
    newest = devices.list_devices(stage.ctx, stage.ids["driver_id"], stage.clock.now)[0]
    devices.revoke(stage.ctx, newest.sign_in_id, "account:1", stage.clock.now)
    assert [is_signed_in(stage, client) for client in clients] == [True, False]


def test_a_copied_cookie_is_worthless_after_signing_out(stage: Stage) -> None:
    """Signing out ends the sign-in in our record: the cookie kept by a thief is refused."""
    client = stage.client()
    sign_in_by_code(stage, client, MARYS)
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    client.post("/sign-out")
    thief = stage.client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert not is_signed_in(stage, thief)


def test_signing_in_starts_a_new_session(stage: Stage) -> None:
    """What was in the cookie before signing in is gone after, but for a draft begun."""
    client = stage.client()
    client.post("/sign-in", data={"contact": MARYS})
    with client.session_transaction() as cookie:
        cookie["planted"], cookie["draft"] = "x", {"to": 1}
    client.post("/sign-in/code", data={"code": sent_code(stage)})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert "challenge" not in cookie
        assert cookie["draft"] == {"to": 1}


@pytest.mark.parametrize(("name", "kind"), [("operator", Kind.STAFF), ("mary", Kind.PASSENGER)])
def test_a_sign_in_ends_when_it_is_not_used(stage: Stage, name: str, kind: Kind) -> None:
    """Unused for longer than allowed it is over; used now and then it goes on."""
    client = stage.client(name)
    stage.clock.now += STAYS[kind].idle * 0.9
    assert is_signed_in(stage, client)
    stage.clock.now += STAYS[kind].idle * 0.9
    assert is_signed_in(stage, client)
    stage.clock.now += STAYS[kind].idle * 1.01
    assert not is_signed_in(stage, client)


def test_a_sign_in_ends_at_the_longest_however_much_it_is_used(stage: Stage) -> None:
    """Staff sign in afresh each day, even if they never pause."""
    client = stage.client("operator")
    start = stage.clock.now
    while stage.clock.now - start < STAYS[Kind.STAFF].longest:
        assert is_signed_in(stage, client)
        stage.clock.now += STAYS[Kind.STAFF].idle * 0.5
    assert not is_signed_in(stage, client)


def test_switching_an_account_off_ends_its_sign_ins(stage: Stage) -> None:
    """Somebody who left is out at the next page, wherever they were signed in."""
    client = stage.client("operator")
    account = stage.accounts["operator"]
    accounts.set_active(stage.ctx, account.id, False, "account:1", stage.clock.now)
    assert not is_signed_in(stage, client)
    with stage.ctx.db.reading() as session:
        open_ones = select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))
        assert session.scalar(open_ones.where(SignIn.account_id == account.id)) == 0


@pytest.mark.parametrize(
    "page", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "\n//e"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(stage: Stage, page: str) -> None:
    """A doctored link to the sign-in page leads to our own pages all the same."""
    client = stage.client()
    client.get("/sign-in", query_string={"next": page})
    assert sign_in_by_code(stage, client, MARYS).location == "/journeys"


def test_one_goes_on_where_one_was_going(stage: Stage) -> None:
    """After signing in, the page that was asked for first comes up."""
    client = stage.client()
    client.get("/sign-in", query_string={"next": "/journeys/new?to=3"})
    assert sign_in_by_code(stage, client, MARYS).location == "/journeys/new?to=3"


def totp(stage: Stage, role: str) -> str:
    """What the authenticator app of somebody of the cast shows now."""
    account = accounts.get_account(stage.ctx, stage.accounts[role].id)
    return second_factor.code_for_demo(stage.ctx, account, stage.clock.now)


def _counts(stage: Stage) -> tuple[int, int]:
    with stage.ctx.db.reading() as session:
        return tuple(  # type: ignore[return-value]
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Message, SignInCode)
        )


def test_the_clock_of_a_test_is_the_clock_of_the_service(stage: Stage) -> None:
    """Moving the test's clock moves `now` in the pages."""
    assert isinstance(stage.clock, Clock)
    stage.client().post("/sign-in", data={"contact": MARYS})
    with stage.ctx.db.reading() as session:
        assert session.scalars(select(SignInCode.created_at)).one() == stage.clock.now
