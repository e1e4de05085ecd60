"""Zone-days: finding, making, locking one, and writing its next plan.

This is the guard of every promise: who decides about a zone-day's room holds
its lock, reads the day afresh under it, and writes the next version.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from booking.db import Database
from booking.domain.errors import Conflict, NotFound
from booking.domain.plan_record import Run, changes_between, runs_from_json
from booking.models import Plan, Zone, ZoneDay

# Asked for with every offer: put together once.
_BY_DAY = select(ZoneDay.id).where(
    ZoneDay.zone_id == bindparam("zone"), ZoneDay.service_date == bindparam("day")
)
_RUNS = select(Plan.runs).where(Plan.id == bindparam("plan"))
_LOCKED = (
    select(ZoneDay)
    .where(ZoneDay.id == bindparam("id"))
    .with_for_update(of=ZoneDay)
    .execution_options(populate_existing=True)
)


def ensure_zone_day(session: Session, zone_id: int, day: date) -> int:
    """The id of that zone-day, made now if it was not there. Safe to run twice at once."""
    found = find_zone_day(session, zone_id, day)
    if found is not None:
        return found
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert if dialect == "sqlite" else postgres_insert
    session.execute(
        insert(ZoneDay)
        .values(zone_id=zone_id, service_date=day, version=0, planning_progress="")
        .on_conflict_do_nothing(index_elements=["zone_id", "service_date"])
    )
    made = find_zone_day(session, zone_id, day)
    if made is None:
        raise NotFound("That day could not be opened for booking. Please try again.")
    return made


def find_zone_day(session: Session, zone_id: int, day: date) -> int | None:
    """The id of that zone-day, if it has been made."""
    return session.scalar(_BY_DAY, {"zone": zone_id, "day": day})


def zone_day_id_of(db: Database, zone_code: str, day: date) -> int | None:
    """The id of a zone-day by the zone's code, if anybody has asked for it."""
    with db.reading() as session:
        return session.scalar(
            select(ZoneDay.id)
            .join(Zone, Zone.id == ZoneDay.zone_id)
            .where(Zone.code == zone_code, ZoneDay.service_date == day)
        )


def lock_zone_day(session: Session, zone_day_id: int) -> ZoneDay:
    """The zone-day, locked until the transaction ends, as it is now and not as it was read.

    On SQLite the writing transaction (BEGIN IMMEDIATE) is the lock already.
    """
    zone_day = session.scalar(_LOCKED, {"id": zone_day_id})
    if zone_day is None:
        raise NotFound("We have no such day.")
    return zone_day


def current_runs(session: Session, zone_day: ZoneDay) -> tuple[Run, ...]:
    """The runs of the current plan; none when nothing has been planned yet."""
    if zone_day.plan_id is None:
        return ()
    runs = session.scalar(_RUNS, {"plan": zone_day.plan_id})
    return runs_from_json(runs or [])


def carried_by_plan(session: Session, zone_day_id: int | None) -> set[int]:
    """The bookings in a run of that zone-day's current plan."""
    return carried_on(session, () if zone_day_id is None else (zone_day_id,))


def carried_on(session: Session, zone_day_ids: Collection[int]) -> set[int]:
    """The bookings in a run of the current plan of any of these zone-days."""
    if not zone_day_ids:
        return set()
    plans = session.scalars(
        select(Plan.runs)
        .join(ZoneDay, ZoneDay.plan_id == Plan.id)
        .where(ZoneDay.id.in_(list(zone_day_ids)))
    )
    runs = (run for found in plans for run in runs_from_json(found))
    return {stop.booking_id for run in runs for stop in run.stops if stop.booking_id is not None}


def write_plan(
    session: Session,
    zone_day: ZoneDay,
    runs: tuple[Run, ...],
    *,
    before: tuple[Run, ...],
    reason: str,
    cost: float,
    now: datetime,
    extra: dict[str, object] | None = None,
) -> Plan:
    """Make `runs` the current plan, as the next version.

    The version is raised by a conditional update: if somebody else raised it
    since `zone_day` was read, nothing is written and Conflict is raised. The
    lock makes this impossible; the check stays in case the lock ever fails.
    """
    version = zone_day.version + 1
    plan = Plan(
        zone_day_id=zone_day.id,
        version=version,
        reason=reason,
        runs=[run.to_json() for run in runs],
        cost=cost,
        changes={**changes_between(before, runs), **(extra or {})},
        created_at=now,
    )
    raised = session.execute(
        update(ZoneDay)
        .where(ZoneDay.id == zone_day.id, ZoneDay.version == zone_day.version)
        .values(version=version)
        .execution_options(synchronize_session=False)
    )
    if raised.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Somebody else booked at the same moment. Please try again.")
    session.add(plan)
    session.flush()
    session.refresh(zone_day, ["version"])
    zone_day.plan_id = plan.id
    return plan
