"""Drivers' devices: enrolled by a code from the operator, signed in until revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from booking.context import Context
from booking.domain.errors import Invalid, NotFound
from booking.models import Account, DeviceCode, Driver, SignIn
from booking.services import credentials, tries
from booking.services.accounts import driver_account_in
from booking.services.sign_ins import Kind, start_in

GOOD_FOR: Final = timedelta(hours=24)
_LENGTH: Final = 8

WRONG: Final = "That code is not right, or is over. Check it, or ask the office for a new one."


@dataclass(frozen=True, slots=True)
class Device:
    """A device a driver is signed in on."""

    sign_in_id: int
    label: str
    enrolled_at: datetime
    seen_at: datetime


def issue_code(ctx: Context, driver_id: int, by: str, now: datetime) -> str:
    """A code for the driver to type into the device within a day; it works once.

    Raises:
        NotFound: there is no such driver, or they no longer drive.
    """
    code = credentials.new_readable(_LENGTH)
    _keep_code(ctx, driver_id, code, by, now, uses=1, good_for=GOOD_FOR)
    return f"{code[:4]} {code[4:]}"


def get_driver_id(ctx: Context, driver_code: str) -> int:
    """The driver with this code of the fleet; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        found = session.scalar(select(Driver.id).where(Driver.code == driver_code))
    if found is None:
        raise NotFound(f"There is no driver with the code {driver_code}.")
    return found


def seed_code(ctx: Context, driver_id: int, code: str, now: datetime) -> None:
    """A known code for a sample driver that works again and again. Only for the demo.

    Raises:
        Invalid: this is not the demo.
    """
    if not ctx.settings.demo:
        raise Invalid("That is possible in the demo only.")
    _keep_code(ctx, driver_id, code, "demo", now, uses=10_000, good_for=timedelta(days=3650))


def enrol(ctx: Context, code: str, label: str, now: datetime, *, asker: str) -> str:
    """Sign a driver's device in; returns the token it keeps. `asker` is its address.

    Raises:
        Invalid: the code is not right, used, or over.
        TooManyTries: too many codes were tried from there.
    """
    tries.count(ctx, tries.DEVICE_CODES, asker, now)
    with ctx.db.writing() as session:
        hashed = credentials.hash_code(ctx, "device", _plain(code))
        used = session.execute(
            update(DeviceCode)
            .where(
                DeviceCode.code_hash == hashed,
                DeviceCode.uses_left > 0,
                DeviceCode.expires_at > now,
            )
            .values(uses_left=DeviceCode.uses_left - 1)
        )
        if not used.rowcount:  # type: ignore[attr-defined]
            raise Invalid(WRONG, "code")
        driver_id = session.scalar(
            select(DeviceCode.driver_id).where(DeviceCode.code_hash == hashed)
        )
        account = driver_account_in(session, session.get_one(Driver, driver_id), now)
        return start_in(session, account, Kind.DRIVER, now, label=" ".join(label.split()))


def list_devices(ctx: Context, driver_id: int, now: datetime) -> list[Device]:
    """The devices a driver is signed in on, newest first."""
    with ctx.db.reading() as session:
        rows = session.scalars(
            select(SignIn)
            .join(Account)
            .where(
                Account.driver_id == driver_id, SignIn.ended_at.is_(None), SignIn.expires_at > now
            )
            .order_by(SignIn.started_at.desc())
        )
        return [Device(row.id, row.label, row.started_at, row.seen_at) for row in rows]


def revoke(ctx: Context, sign_in_id: int, by: str, now: datetime) -> None:
    """Sign a device out (lost, or handed back).

    Raises:
        NotFound: there is no such device signed in.
    """
    with ctx.db.writing() as session:
        row = session.get(SignIn, sign_in_id)
        if row is None or row.kind != Kind.DRIVER or row.ended_at is not None:
            raise NotFound("That device is not signed in any more.")
        row.ended_at, row.ended_by = now, by


def _keep_code(
    ctx: Context,
    driver_id: int,
    code: str,
    by: str,
    now: datetime,
    *,
    uses: int,
    good_for: timedelta,
) -> None:
    hashed = credentials.hash_code(ctx, "device", _plain(code))
    with ctx.db.writing() as session:
        driver = session.get(Driver, driver_id)
        if driver is None or not driver.active:
            raise NotFound("There is no such driver. Choose one from the list.")
        row = session.scalar(select(DeviceCode).where(DeviceCode.code_hash == hashed))
        if row is None:
            row = DeviceCode(code_hash=hashed, created_at=now, issued_by=by)
            session.add(row)
        row.driver_id, row.uses_left, row.expires_at = driver_id, uses, now + good_for


def _plain(code: str) -> str:
    return "".join(c for c in code.upper() if c.isalnum())[:20]
