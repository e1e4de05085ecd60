"""Accounts: found, made, and staff let in by password.

Passengers' codes are in `sign_in_codes`, the second factor in `second_factor`,
drivers' devices in `devices`, who is signed in where in `sign_ins`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Conflict, Invalid, NotFound
from booking.models import Account, Driver, Person, Role
from booking.services import credentials, sign_ins, tries
from booking.services.access import STAFF, RoleName, is_staff

WRONG_PASSWORD = "The email address or the password is not right. Check both and try again."  # noqa: S105


def create_staff(
    ctx: Context, email: str, name: str, password: str, roles: Iterable[str], now: datetime
) -> Account:
    """Make an account for somebody of the staff. The second factor is set up at first sign-in.

    Raises:
        Invalid: the password is too short, or a role is not one of the staff's.
        Conflict: the e-mail address has an account.
    """
    check_password(password)
    unknown = sorted(set(roles) - STAFF)
    if unknown or not set(roles):
        raise Invalid(f"Choose roles from {', '.join(sorted(STAFF))}.", "roles")
    try:
        with ctx.db.writing() as session:
            account = _new_account(session, name, sorted(set(roles)), now)
            account.email = email.strip().lower()
            account.password = credentials.hash_password(password)
    except IntegrityError:
        raise Conflict(f"{email} has an account already.") from None
    return account


def check_password(password: str) -> None:
    """Raise Invalid where a password is too short or too long to be kept."""
    if len(password) < credentials.PASSWORD_SHORTEST:
        raise Invalid(
            f"Choose a password of at least {credentials.PASSWORD_SHORTEST} characters.", "password"
        )
    if len(password) > credentials.PASSWORD_LONGEST:
        raise Invalid(
            f"Choose a password of at most {credentials.PASSWORD_LONGEST} characters.", "password"
        )


def check_staff_password(ctx: Context, email: str, password: str, now: datetime) -> Account:
    """The account of somebody whose e-mail address and password are right.

    Raises:
        Invalid: they are not; the words are the same whichever is wrong.
        TooManyTries: tried too often for this address, known or not.
    """
    email = email.strip().lower()
    tries.count(ctx, tries.PASSWORDS, email, now)
    account = _find_by_email(ctx, email)
    right = credentials.verify_password(password, account.password if account else None)
    if account is None or not right or not account.active or not is_staff(account):
        raise Invalid(WRONG_PASSWORD, "password")
    tries.forget(ctx, tries.PASSWORDS, email)
    return account


def sign_in_staff(ctx: Context, account_id: int, now: datetime) -> str:
    """Sign staff in after both factors; returns the token to keep."""
    with ctx.db.writing() as session:
        account = get_account_in(session, account_id)
        return sign_ins.start_in(session, account, sign_ins.Kind.STAFF, now)


def set_password(ctx: Context, account_id: int, password: str, by: str, now: datetime) -> None:
    """Change a password, which signs the account out everywhere."""
    check_password(password)
    with ctx.db.writing() as session:
        get_account_in(session, account_id).password = credentials.hash_password(password)
    sign_ins.end_all(ctx, account_id, by, now)


def set_active(ctx: Context, account_id: int, active: bool, by: str, now: datetime) -> None:
    """Switch an account off (which signs it out everywhere) or on again."""
    with ctx.db.writing() as session:
        get_account_in(session, account_id).active = active
    if not active:
        sign_ins.end_all(ctx, account_id, by, now)


def passenger_account_in(session: Session, person: Person, now: datetime) -> Account:
    """The account of a passenger, made the first time they sign in."""
    # Two browsers at once make one account.
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    found = session.scalar(select(Account).where(Account.person_id == person.id))
    if found is not None:
        return found
    account = _new_account(session, person.name, [RoleName.PASSENGER], now)
    account.person_id = person.id
    return account


def driver_account_in(session: Session, driver: Driver, now: datetime) -> Account:
    """The account of a driver, made when they enrol their first device."""
    session.execute(select(Driver.id).where(Driver.id == driver.id).with_for_update())
    found = session.scalar(select(Account).where(Account.driver_id == driver.id))
    if found is not None:
        return found
    account = _new_account(session, driver.name, [RoleName.DRIVER], now)
    account.driver_id = driver.id
    return account


def get_account_in(session: Session, account_id: int, *, lock: bool = False) -> Account:
    """The account, locked until the commit if asked; raises NotFound where there is none."""
    account = session.get(Account, account_id, with_for_update=lock)
    if account is None:
        raise NotFound("There is no such account.")
    return account


def get_account(ctx: Context, account_id: int) -> Account:
    """The account, detached; raises NotFound where there is none."""
    with ctx.db.reading() as session:
        account = get_account_in(session, account_id)
        session.expunge_all()
    return account


def get_staff(ctx: Context, email: str) -> Account:
    """The account of somebody of the staff; raises NotFound where the address has none."""
    account = _find_by_email(ctx, email.strip().lower())
    if account is None:
        raise NotFound(f"There is no account for {email}. `outabout staff list` shows them all.")
    return account


def list_staff(ctx: Context) -> list[Account]:
    """Every account with a password, by name."""
    with ctx.db.reading() as session:
        found = session.scalars(
            select(Account).where(Account.password.is_not(None)).order_by(Account.name)
        ).all()
        session.expunge_all()
    return list(found)


def _find_by_email(ctx: Context, email: str) -> Account | None:
    with ctx.db.reading() as session:
        account = session.scalar(select(Account).where(Account.email == email))
        session.expunge_all()
    return account


def _new_account(session: Session, name: str, roles: Iterable[str], now: datetime) -> Account:
    account = Account(name=name, active=True, fs_uniquifier=uuid4().hex, created_at=now)
    account.roles = [_role(session, name) for name in roles]
    session.add(account)
    session.flush()
    return account


def _role(session: Session, name: str) -> Role:
    known = select(Role).where(Role.name == name)
    role = session.scalar(known)
    if role is not None:
        return role
    try:
        with session.begin_nested():
            session.add(Role(name=name))
    except IntegrityError:  # Somebody else made it at the same moment.
        pass
    return session.scalars(known).one()
