"""staff.csv: who works here, and as what. Nobody gets a password by import."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from sqlalchemy import select

from booking.models import Account, Driver, Role
from booking.services.importing.batch import Batch
from booking.services.importing.cells import Row
from booking.services.importing.reading import Columns

COLUMNS: Final = Columns(("code", "role", "name", "email"))
DRIVER: Final = "driver"
ROLES: Final = ("call_handler", "operator", DRIVER, "organiser", "council")


def take_staff(batch: Batch, rows: list[Row]) -> None:
    """Make the accounts. Staff are known by their e-mail address, drivers by their code."""
    seen: dict[str, int] = {}
    accounts = {account.email: account for account in batch.session.scalars(select(Account))}
    by_driver = {account.driver_id: account for account in accounts.values() if account.driver_id}
    by_driver |= {a.driver_id: a for a in batch.session.scalars(select(Account)) if a.driver_id}
    for row in rows:
        code, role = row.code("code", 20), row.one_of("role", ROLES)
        name, email = row.text("name", 120), row.email("email")
        key = code if role == DRIVER else email
        if key and seen.setdefault(key, row.line) != row.line:
            column = "code" if role == DRIVER else "email"
            row.wrong(column, f"This person is already on line {seen[key]}.")
        if role == DRIVER:
            driver = batch.drivers.find(row, "code")
            if not row.bad and driver is not None:
                _put(batch, row, by_driver.get(driver.id), role, name, driver=driver)
            continue
        if not email and not row.bad:
            row.wrong("email", "Staff sign in with their e-mail address. Add it.")
        if not row.bad:
            _put(batch, row, accounts.get(email), role, name, email=email)
    batch.session.flush()


def _put(
    batch: Batch,
    row: Row,
    known: Account | None,
    role: str,
    name: str,
    *,
    email: str | None = None,
    driver: Driver | None = None,
) -> None:
    values: dict[str, object] = {"name": name}
    if known is None:
        values |= {"email": email, "driver_id": driver.id if driver else None, "active": True}
        values |= {"fs_uniquifier": uuid4().hex, "created_at": batch.now, "roles": []}
    account = batch.put(row, Account, known, row.raw("code"), values, private=True)
    if all(held.name != role for held in account.roles):
        # Roles are only ever added by a file; they are taken away by hand.
        account.roles.append(_role(batch, role))
        if known is not None:
            batch.findings.note(f"{row.file}, line {row.line}: is now {role} as well.")


def _role(batch: Batch, name: str) -> Role:
    role = batch.session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        batch.session.add(role)
        batch.session.flush()
    return role
