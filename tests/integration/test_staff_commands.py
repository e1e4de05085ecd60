"""The command line makes the first operator, and helps those who lost something."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.cli.staff import add_commands
from booking.domain.errors import Conflict, Invalid, NotFound
from booking.services import accounts, second_factor, sign_ins
from tests.integration.cast import PASSWORD, Stage, build_stage, set_up_second_factor


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A service whose settings are in the environment, as the command line reads them."""
    stage = build_stage(tmp_path, demo=True)
    monkeypatch.setenv("DATABASE_URL", stage.ctx.settings.database_url)
    monkeypatch.setenv("SECRET_KEY", stage.ctx.settings.secret_key)
    monkeypatch.setenv("OUTABOUT_DEMO", "1")
    yield stage
    stage.ctx.db.close()


def run(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    """Run one command of the family, with what is typed into it."""
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    arguments = parser.parse_args(words)
    return int(arguments.run(arguments))


def add(monkeypatch: pytest.MonkeyPatch, email: str, password: str) -> int:
    words = ("staff", "add", email, "--name", "New Hand", "--role", "operator")
    return run(monkeypatch, *words, "--password-stdin", typed=f"{password}\n")


def test_the_first_operator_is_made_here(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new account's password is right, and its second step is still to be set up."""
    assert add(monkeypatch, "New@Example.org", PASSWORD) == 0
    ctx, now = stage.ctx, stage.clock.now
    account = accounts.check_staff_password(ctx, "new@example.org", PASSWORD, now)
    assert not second_factor.is_set_up(account)


def test_a_weak_password_and_a_second_account_are_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words say what to do, and nothing is made."""
    with pytest.raises(Invalid, match="at least 12"):
        add(monkeypatch, "new@example.org", "short")
    with pytest.raises(Conflict, match="has an account"):
        add(monkeypatch, "operator@example.org", PASSWORD)
    with pytest.raises(NotFound):
        accounts.get_staff(stage.ctx, "new@example.org")


def test_whoever_left_is_switched_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off means out at once and not in again, until switched on."""
    token = stage.sign_in(stage.client(), "operator")
    assert run(monkeypatch, "staff", "off", "operator@example.org") == 0
    assert sign_ins.find_account(stage.ctx, token, stage.clock.now) is None
    with pytest.raises(Invalid):
        accounts.check_staff_password(stage.ctx, "operator@example.org", PASSWORD, stage.clock.now)
    run(monkeypatch, "staff", "on", "operator@example.org")
    accounts.check_staff_password(stage.ctx, "operator@example.org", PASSWORD, stage.clock.now)


def test_a_lost_phone_is_set_up_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the reset the next sign-in leads to the set-up page."""
    set_up_second_factor(stage, "operator")
    run(monkeypatch, "staff", "second-step", "operator@example.org")
    account = accounts.get_staff(stage.ctx, "operator@example.org")
    assert not second_factor.is_set_up(account)
    assert account.tf_totp_secret is None


def test_a_new_password_ends_the_old_and_every_sign_in(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password is wrong from then on."""
    words = ("staff", "password", "operator@example.org", "--password-stdin")
    run(monkeypatch, *words, typed="another long password\n")
    check = accounts.check_staff_password
    with pytest.raises(Invalid):
        check(stage.ctx, "operator@example.org", PASSWORD, stage.clock.now)
    check(stage.ctx, "operator@example.org", "another long password", stage.clock.now)


def test_the_list_shows_who_is_off_and_who_has_no_second_step(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each of the staff; passengers and drivers are not on it."""
    run(monkeypatch, "staff", "off", "council@example.org")
    capsys.readouterr()
    run(monkeypatch, "staff", "list")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    council = next(line for line in lines if line.startswith("council@"))
    assert "(off)" in council
    assert "second step not set up" in council


def test_a_driver_gets_a_code(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The printed code sets up a phone; an unknown driver is said to be one."""
    run(monkeypatch, "driver-code", "D0")
    code = capsys.readouterr().out[:9]
    stage.clock.now = stage.ctx.now()  # The command goes by the real clock.
    answer = stage.client().post("/sign-in/driver", data={"code": code, "label": "phone"})
    assert (answer.status_code, answer.location) == (302, "/drive/")
    with pytest.raises(NotFound, match="no driver"):
        run(monkeypatch, "driver-code", "nobody")
