"""Accounts: who may sign in, and as what.

The column names are those Flask-Security expects of a user and a role.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base


class AccountRole(Base):
    """Which account has which role."""

    __tablename__ = "account_roles"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), primary_key=True)


class Role(Base, RoleMixin):
    """passenger, call_handler, driver, operator, organiser or council."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(AsaList()), nullable=True
    )


class Account(Base, UserMixin):
    """Somebody who signs in: a passenger by a code, staff by a password and a second
    factor, a driver by an enrolled device.

    Only staff have an `email` and a `password` here; a passenger is reached by what
    their person says. `tf_primary_method` is empty until the second factor is set up,
    `tf_totp_secret` is encrypted, `tf_last_counter` is the last code's time step (a
    code works once), `mf_recovery_codes` are hashes.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(255), unique=True
    )
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[Any | None] = mapped_column(
        MutableList.as_mutable(AsaList()), nullable=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), unique=True)
    driver_id: Mapped[int | None] = mapped_column(ForeignKey("drivers.id"), unique=True)
    created_at: Mapped[datetime | None]

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary="account_roles", lazy="selectin"
    )
