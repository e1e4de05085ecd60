"""Accounts: who may sign in, and as what.

The column names are those Flask-Security expects of a user and a role.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models.base import Base


class AccountRole(Base):
    """Which account has which role."""

    __tablename__ = "account_roles"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"), primary_key=True)


class Role(Base, RoleMixin):  # type: ignore[misc]
    """passenger, call_handler, driver, operator, organiser or council."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(AsaList()), nullable=True
    )


class Account(Base, UserMixin):  # type: ignore[misc]
    """Somebody who signs in: a passenger (by code), staff (password and second factor)."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    us_phone_number: Mapped[str | None] = mapped_column(String(128), unique=True)
    us_totp_secrets: Mapped[str | None] = mapped_column(Text)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    mf_recovery_codes: Mapped[Any | None] = mapped_column(
        MutableList.as_mutable(AsaList()), nullable=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    driver_id: Mapped[int | None] = mapped_column(ForeignKey("drivers.id"))
    created_at: Mapped[datetime | None]

    roles: Mapped[list[Role]] = relationship(secondary="account_roles", lazy="selectin")
