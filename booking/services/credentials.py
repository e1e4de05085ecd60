"""Passwords, codes and tokens: made and checked, never kept in the clear.

Passwords are Argon2id (through the password library Flask-Security stands on),
at the OWASP minimum of 19 MiB so that a rush of sign-ins does not exhaust memory.
Codes are short, so their hash needs a key: HMAC-SHA256 with the service's secret.
Tokens are 256 random bits, so a plain SHA-256 does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from passlib.context import CryptContext  # type: ignore[import-untyped]

from booking.context import Context

PASSWORD_SHORTEST: Final = 12
PASSWORD_LONGEST: Final = 200
_READABLE: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

_passwords: Final = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)
_NOBODYS: Final = _passwords.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """The hash to keep."""
    return str(_passwords.hash(password))


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether the password is right. Takes as long where there is no account at all."""
    if len(password) > PASSWORD_LONGEST or "\0" in password:
        password = ""
    right = bool(_passwords.verify(password, hashed or _NOBODYS))
    return right and hashed is not None


def new_token() -> str:
    """A secret nobody types."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_digits(length: int = 6) -> str:
    """A code of digits, as sent by text."""
    return f"{secrets.randbelow(10**length):0{length}d}"


def new_readable(length: int) -> str:
    """A code of letters and digits that cannot be mistaken for each other."""
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def hash_code(ctx: Context, purpose: str, code: str) -> str:
    """The keyed hash of something short enough to be guessed."""
    key = derived_key(ctx, "codes")
    return hmac.new(key, f"{purpose}\0{code}".encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two hashes without telling by the time it takes where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def derived_key(ctx: Context, purpose: str) -> bytes:
    """A key of its own for each purpose, from the one secret in the settings."""
    return derive(ctx.settings.secret_key, purpose)


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes that depend on both."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
