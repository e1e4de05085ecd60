"""Passwords, codes and tokens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from booking.config import Settings
from booking.context import Context
from booking.services import credentials


class Holder:
    """As much of a context as a hash needs."""

    def __init__(self, secret: str) -> None:
        self.settings = Settings(
            database_url="sqlite://",
            redis_url="redis://127.0.0.1:1/0",
            secret_key=secret,
            data_dir=Path(),
        )


def holder(secret: str = "k" * 40) -> Context:
    return cast(Context, Holder(secret))


def test_a_password_is_known_again_and_another_is_not() -> None:
    """The right password fits its hash; a wrong one, none and a monster do not."""
    kept = credentials.hash_password("a long enough password")
    assert credentials.verify_password("a long enough password", kept)
    for wrong in ("A long enough password", "", "x" * 100_000, "a\0b"):
        assert not credentials.verify_password(wrong, kept)


def test_no_account_fits_no_password() -> None:
    """Where there is no account even the empty password is wrong."""
    assert not credentials.verify_password("", None)


def test_passwords_are_kept_with_argon2id() -> None:
    """The hash says how it was made: memory-hard, at the OWASP minimum or above."""
    kept = credentials.hash_password("a long enough password")
    assert re.match(r"\$argon2id\$v=19\$m=(19456|[2-9]\d{4,}),t=[2-9],p=1\$", kept)


def test_a_codes_hash_depends_on_secret_and_purpose() -> None:
    """The same digits hash differently for another number and under another secret."""
    hashes = {
        credentials.hash_code(holder(), "+447700900001", "123456"),
        credentials.hash_code(holder(), "+447700900002", "123456"),
        credentials.hash_code(holder("z" * 40), "+447700900001", "123456"),
    }
    assert len(hashes) == 3


@pytest.mark.parametrize("length", [4, 6])
def test_digits_keep_their_length(length: int) -> None:
    """A code that begins with nought is not shortened."""
    assert all(re.fullmatch(rf"\d{{{length}}}", credentials.new_digits(length)) for _ in range(200))


def test_readable_codes_have_no_twins() -> None:
    """No letter of a code can be taken for a digit: no I, L, O, nought or one."""
    assert not set("ILO01") & set("".join(credentials.new_readable(20) for _ in range(200)))
