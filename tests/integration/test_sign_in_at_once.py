"""Signing in when many try at the same moment, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.errors import BookingError
from booking.models import Account, DeviceCode, Message, SignIn, SignInCode, SignInTry
from booking.services import devices, second_factor, sign_in_codes
from booking.services.forget import FORGOTTEN, forget_old_sign_ins
from booking.services.sign_in_codes import TRIES
from booking.services.tries import SECOND_FACTORS, TooManyTries, count
from tests.integration.cast import Stage, build_stage, set_up_second_factor

AT_ONCE = 12


@pytest.fixture
def stage(any_db: str, tmp_path: Path) -> Iterator[Stage]:
    """The cast on SQLite, then on PostgreSQL."""
    stage = build_stage(tmp_path, demo=True, database_url=any_db)
    yield stage
    stage.ctx.db.close()


def at_once(work: Callable[[], Any]) -> list[Any]:
    """What came of doing it many times at the same moment: results and refusals."""

    def one(_turn: int) -> Any:
        try:
            return work()
        except BookingError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def good(outcomes: list[Any]) -> int:
    return sum(not isinstance(one, BookingError) for one in outcomes)


def ask_for_code(stage: Stage) -> tuple[str, str]:
    """A challenge for Mary's number, and its code."""
    challenge = sign_in_codes.send_code(stage.ctx, "07700 900001", stage.clock.now)
    with stage.ctx.db.reading() as session:
        body = session.scalar(select(Message.body).order_by(Message.id.desc()).limit(1)) or ""
    return challenge, body[:6]


def test_one_code_typed_many_times_at_once_is_taken_once(stage: Stage) -> None:
    """Of a dozen browsers sending the right code together, one gets in."""
    challenge, code = ask_for_code(stage)
    outcomes = at_once(
        lambda: sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)
    )
    assert good(outcomes) == 1


def test_one_challenge_signs_in_once(stage: Stage) -> None:
    """The step after the code is taken once too, and makes one account."""
    challenge, code = ask_for_code(stage)
    sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)
    mary = stage.ids["person_id"]
    outcomes = at_once(
        lambda: sign_in_codes.sign_in_as(stage.ctx, challenge, mary, stage.clock.now)
    )
    assert good(outcomes) == 1
    with stage.ctx.db.reading() as session:
        of_mary = select(func.count()).select_from(Account).where(Account.person_id == mary)
        assert session.scalar(of_mary) == 1


def test_guesses_at_once_are_all_counted(stage: Stage) -> None:
    """A dozen wrong codes sent together use up the five tries."""
    challenge, code = ask_for_code(stage)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    at_once(lambda: sign_in_codes.check_code(stage.ctx, challenge, wrong, stage.clock.now))
    with stage.ctx.db.reading() as session:
        assert session.scalars(select(SignInCode.tries)).one() == AT_ONCE > TRIES
    with pytest.raises(BookingError):
        sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)


def test_a_limit_holds_when_all_come_at_once(stage: Stage) -> None:
    """Of a dozen tries at the same moment exactly as many pass as the limit says."""
    outcomes = at_once(lambda: count(stage.ctx, SECOND_FACTORS, "somebody", stage.clock.now))
    assert good(outcomes) == SECOND_FACTORS.times
    assert any(isinstance(one, TooManyTries) for one in outcomes)


def test_an_app_code_used_at_once_works_once(stage: Stage) -> None:
    """Whoever reads the code over a shoulder and is as quick does not get in as well."""
    set_up_second_factor(stage, "operator")
    account_id = stage.accounts["operator"].id
    with stage.ctx.db.reading() as session:
        account = session.get_one(Account, account_id)
        code = second_factor.code_for_demo(stage.ctx, account, stage.clock.now)
    outcomes = at_once(lambda: second_factor.check(stage.ctx, account_id, code, stage.clock.now))
    assert good(outcomes) == 1


def test_a_device_code_used_at_once_enrols_one_device(stage: Stage) -> None:
    """One code, many phones at the same moment: one of them is enrolled."""
    code = devices.issue_code(stage.ctx, stage.ids["driver_id"], "account:1", stage.clock.now)
    outcomes = at_once(
        lambda: devices.enrol(stage.ctx, code, "phone", stage.clock.now, asker="192.0.2.1")
    )
    assert good(outcomes) == 1


def test_what_is_long_over_is_forgotten(stage: Stage) -> None:
    """After months nothing of a sign-in is left, and its message no longer holds the code."""
    challenge, code = ask_for_code(stage)
    sign_in_codes.check_code(stage.ctx, challenge, code, stage.clock.now)
    sign_in_codes.sign_in_as(stage.ctx, challenge, stage.ids["person_id"], stage.clock.now)
    assert forget_old_sign_ins(stage.ctx, stage.clock.now) == 0
    assert forget_old_sign_ins(stage.ctx, stage.clock.now + timedelta(days=400)) > 0
    with stage.ctx.db.reading() as session:
        for table in (SignInCode, SignIn, SignInTry, DeviceCode):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        bodies = session.scalars(select(Message.body).where(Message.key.like("sign_in_code:%")))
        assert bodies.all() == [FORGOTTEN]
