"""Signing in: who is signed in now, the codes on their way, and the tries made.

Secrets are kept as hashes only: a copy of these tables signs nobody in.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.account import Account
from booking.models.base import Base


class SignIn(Base):
    """One browser in which an account is signed in, or a driver's enrolled device.

    Valid while `ended_at` is empty and `expires_at` lies ahead; `expires_at` moves
    on as it is used. `kind` is a word of `booking.services.sign_ins.Kind`.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(80), default="")
    """What a driver calls the device."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(40), default="")

    account: Mapped[Account] = relationship(lazy="joined")


class SignInCode(Base):
    """A one-time code on its way to a phone number or an e-mail address.

    `challenge_hash` ties it to the browser that asked. It is written whether or
    not anybody we know has that number, so that both cases do the same work.
    """

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index("ix_sign_in_codes_contact_created", "contact", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    contact: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(10))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class DeviceCode(Base):
    """A code an operator gives a driver, to enrol the device the driver carries."""

    __tablename__ = "device_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("drivers.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    uses_left: Mapped[int] = mapped_column(default=1)
    issued_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInTry(Base):
    """One try at something that may only be tried so often. `key_hash` hides who it was."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_what_key_at", "what", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
