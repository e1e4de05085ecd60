"""The second factor of staff: a code from an authenticator app, or a recovery code.

TOTP (RFC 6238) through the library Flask-Security stands on. Secrets are kept
encrypted with a key from the settings; a code works once; recovery codes are hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from passlib.exc import TokenError  # type: ignore[import-untyped]
from passlib.totp import TOTP  # type: ignore[import-untyped]

from booking.context import Context
from booking.domain.errors import Invalid
from booking.models import Account
from booking.services import credentials, tries
from booking.services.accounts import get_account_in

RECOVERY_CODES: Final = 10
_RECOVERY_LENGTH: Final = 10
_CLOCK_MAY_BE_OFF_SECONDS: Final = 30
_LONGEST: Final = 20

WRONG_CODE: Final = (
    "That code is not right, or it has been used. Wait for the next one in your app and type that."
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs: to scan (`uri`), or to type (`key`)."""

    uri: str
    key: str


def is_set_up(account: Account) -> bool:
    return account.tf_primary_method is not None and account.tf_totp_secret is not None


def begin(ctx: Context, account_id: int) -> Setup:
    """The secret of an account that is to be set up; the same until it is confirmed.

    Raises:
        Invalid: it is set up already (the secret is never shown again).
    """
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id)
        if is_set_up(account):
            raise Invalid("The second step is set up already. Type the code from your app.")
        if account.tf_totp_secret is None:
            account.tf_totp_secret = _factory(ctx).new().to_json(encrypt=True)
        totp = _factory(ctx).from_source(account.tf_totp_secret)
        return Setup(str(totp.to_uri(account.email or account.name)), str(totp.pretty_key()))


def confirm(ctx: Context, account_id: int, code: str, now: datetime) -> list[str]:
    """Finish the set-up with a first code; returns the recovery codes, shown this once.

    Raises:
        Invalid: the code is not right.
        TooManyTries: tried too often.
    """
    tries.count(ctx, tries.SECOND_FACTORS, str(account_id), now)
    fresh = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id, lock=True)
        if is_set_up(account) or not _accept(ctx, account, code, now):
            raise Invalid(WRONG_CODE, "code")
        account.tf_primary_method = "authenticator"
        account.mf_recovery_codes = [_recovery_hash(ctx, account_id, one) for one in fresh]
    return fresh


def check(ctx: Context, account_id: int, code: str, now: datetime) -> None:
    """Accept the code of this moment, or a recovery code; each works once.

    Raises:
        Invalid: it is not right.
        TooManyTries: tried too often.
    """
    tries.count(ctx, tries.SECOND_FACTORS, str(account_id), now)
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id, lock=True)
        if not is_set_up(account):
            raise Invalid("The second step is not set up yet. Sign in again to set it up.", "code")
        if not (_accept(ctx, account, code, now) or _use_recovery(ctx, account, code)):
            raise Invalid(WRONG_CODE, "code")
    tries.forget(ctx, tries.SECOND_FACTORS, str(account_id))


def reset(ctx: Context, account_id: int) -> None:
    """Forget an account's second factor (a lost phone): it is set up at the next sign-in."""
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id)
        account.tf_primary_method = account.tf_totp_secret = account.tf_last_counter = None
        account.mf_recovery_codes = []


def seed(ctx: Context, account_id: int, base32_secret: str) -> None:
    """Give a sample account a known second factor, already set up. Only for the demo.

    Raises:
        Invalid: this is not the demo.
    """
    _only_in_the_demo(ctx)
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id)
        account.tf_totp_secret = _factory(ctx)(key=base32_secret).to_json(encrypt=True)
        account.tf_primary_method = "authenticator"


def code_for_demo(ctx: Context, account: Account, now: datetime) -> str:
    """The code an authenticator app would show now. Only in the demo, where nobody has one."""
    _only_in_the_demo(ctx)
    if account.tf_totp_secret is None:
        return ""
    totp = _factory(ctx).from_source(account.tf_totp_secret)
    counter = int(now.timestamp()) // 30
    if account.tf_last_counter is not None and account.tf_last_counter >= counter:
        counter = account.tf_last_counter + 1  # The one of this half minute has been used.
    return str(totp.generate(time=counter * 30).token)


def _only_in_the_demo(ctx: Context) -> None:
    if not ctx.settings.demo:
        raise Invalid("That is possible in the demo only.")


def _accept(ctx: Context, account: Account, code: str, now: datetime) -> bool:
    digits = "".join(code.split())
    if len(digits) > _LONGEST or not digits.isascii():
        return False
    try:
        match = _factory(ctx).verify(
            digits,
            account.tf_totp_secret,
            time=int(now.timestamp()),
            window=_CLOCK_MAY_BE_OFF_SECONDS,
            last_counter=account.tf_last_counter,
        )
    except (TokenError, ValueError):
        return False
    account.tf_last_counter = match.counter
    return True


def _use_recovery(ctx: Context, account: Account, code: str) -> bool:
    hashed = _recovery_hash(ctx, account.id, code)
    kept = [one for one in account.mf_recovery_codes or [] if not credentials.same(one, hashed)]
    used = len(kept) < len(account.mf_recovery_codes or [])
    account.mf_recovery_codes = kept
    return used


def _new_recovery_code() -> str:
    letters = credentials.new_readable(_RECOVERY_LENGTH)
    return f"{letters[:5]}-{letters[5:]}"


def _recovery_hash(ctx: Context, account_id: int, code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return credentials.hash_code(ctx, f"recovery:{account_id}", plain[:_LONGEST])


def _factory(ctx: Context) -> Any:
    key = credentials.derived_key(ctx, "totp").hex()
    return TOTP.using(issuer=f"{ctx.settings.scheme.name}", secrets={"1": key})
