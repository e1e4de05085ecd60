"""The demo's sign-ins: one for each kind of user, the same at every start, printed.

Refused outside the demo: a known password must never exist in a real service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotAllowed
from booking.domain.service_day import today
from booking.models import Account, Driver, Person, Plan, Shift, ZoneDay
from booking.services import accounts, devices, second_factor
from booking.services.access import RoleName

PASSWORD: Final = "sample bus 2026"  # noqa: S105
SECOND_FACTOR: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEVICE_CODE: Final = "FOXDRIVE"

STAFF: Final = (
    (RoleName.CALL_HANDLER, "calls@demo.example", "Sam Okafor"),
    (RoleName.OPERATOR, "operator@demo.example", "Jo Marsh"),
)


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """How to come in as one kind of user: `path` is where to sign in, `words` what to type."""

    kind: str
    name: str
    path: str
    words: str


def seed_demo_accounts(ctx: Context, now: datetime) -> list[DemoSignIn]:
    """Make the demo's accounts where they are not there yet; returns what to print.

    Raises:
        NotAllowed: this is not the demo.
    """
    if not ctx.settings.demo:
        raise NotAllowed("Sample sign-ins are made in the demo only.")
    signs = [_passenger(ctx)]
    signs += [_staff(ctx, role, email, name, now) for role, email, name in STAFF]
    signs.append(_driver(ctx, now))
    return [one for one in signs if one is not None]


def _staff(ctx: Context, role: RoleName, email: str, name: str, now: datetime) -> DemoSignIn:
    with ctx.db.reading() as session:
        known = session.scalar(select(Account.id).where(Account.email == email))
    if known is None:
        account = accounts.create_staff(ctx, email, name, PASSWORD, [role], now)
        second_factor.seed(ctx, account.id, SECOND_FACTOR)
    words = f"{email}, password “{PASSWORD}”; the page shows the second code"
    return DemoSignIn(role.value.replace("_", " "), name, "/staff/sign-in", words)


def _passenger(ctx: Context) -> DemoSignIn | None:
    with ctx.db.reading() as session:
        person = session.scalar(
            select(Person)
            .where(Person.phone_type == "mobile", Person.phone != "", Person.zone_id.is_not(None))
            .order_by(Person.id)
            .limit(1)
        )
        if person is None:
            return None
        words = f"mobile number {person.phone}; the code is on /sent"
        return DemoSignIn("passenger", person.name, "/sign-in", words)


def _driver(ctx: Context, now: datetime) -> DemoSignIn | None:
    with ctx.db.reading() as session:
        driver = _driver_out(session, today(now)) or session.scalar(
            select(Driver).where(Driver.active).order_by(Driver.id).limit(1)
        )
        if driver is None:
            return None
        driver_id, name = driver.id, driver.name
    devices.seed_code(ctx, driver_id, DEVICE_CODE, now)
    return DemoSignIn("driver", name, "/sign-in/driver", f"code {DEVICE_CODE}")


def _driver_out(session: Session, day: date) -> Driver | None:
    """Whoever drives most people today, so that there is something to see."""
    plans = session.scalars(
        select(Plan.runs)
        .join(ZoneDay, ZoneDay.plan_id == Plan.id)
        .where(ZoneDay.service_date == day)
    )
    stops = {run["shift_id"]: len(run["stops"]) for runs in plans for run in runs}
    rows = session.execute(
        select(Shift.id, Driver)
        .join(Driver, Driver.id == Shift.driver_id)
        .where(Shift.service_date == day, Shift.status == "planned", Driver.active)
        .order_by(Shift.starts, Shift.id)
    ).unique()
    out = [(stops.get(shift, 0), driver) for shift, driver in rows]
    return max(out, key=lambda one: one[0])[1] if out else None
