"""How a day's plan came to be: every version, and what changed in it, in words.

For the operator who asks why a stop moved, and for the proof that no promise did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import NotFound
from booking.domain.plan_record import Run, runs_from_json
from booking.domain.service_day import moment, seconds_into
from booking.domain.words import between_24, clock_24, count_of
from booking.models import Plan, Shift, ZoneDay
from booking.services.board_day import get_zone
from booking.services.riders import Rider, read_riders

VERSIONS_AT_MOST: Final = 100
COUNTED: Final = (
    ("added", "put on a bus"),
    ("removed", "taken off"),
    ("moved", "moved in time or to another bus"),
)
REASONS: Final = {
    "started": "The day was opened",
    "held": "Somebody chose their times",
    "booked": "Somebody booked",
    "expired": "Chosen times were not booked and are free again",
    "cancelled": "Somebody cancelled",
    "changed": "Somebody changed their time",
    "optimised": "Planned again for better runs",
    "batch": "Those who waited for the evening were decided",
    "disrupted": "A shift was withdrawn",
}


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version in the list; `counts` says how much it changed.

    `skipped` are the first and last of the numbers just before it that are no plans: the
    day changed (a driver reported, times were told, a shift was added), and no run did.
    """

    version: int
    reason: str
    made_at: datetime
    counts: str
    is_current: bool
    skipped: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """All versions of a zone-day, the newest first."""

    zone_code: str
    zone_name: str
    day: date
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed for one person. `kept` is whether the promise holds."""

    words: str
    kept: bool
    request_id: int | None


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """One version and every change in it."""

    zone_code: str
    zone_name: str
    day: date
    view: VersionView
    changes: tuple[Change, ...]
    why: str
    """The reason a named person gave, for a disruption."""
    earlier: int | None
    later: int | None


def plan_versions(ctx: Context, zone_code: str, day: date) -> HistoryView:
    """The versions of that day's plan. Raises NotFound for a zone we do not have."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        zone_day = _find_day(session, zone.id, day)
        plans = _newest(session, zone_day.id) if zone_day else []
        current = zone_day.plan_id if zone_day else None
        # Before the first plan of all comes number 0; before the last one shown, who knows.
        first = 0 if len(plans) < VERSIONS_AT_MOST else None
        older = [*(plan.version for plan in plans[1:]), first]
        views = (
            replace(_version(plan, current), skipped=_between(before, plan.version))
            for plan, before in zip(plans, older, strict=False)
        )
        return HistoryView(zone.code, zone.name, day, tuple(views))


def plan_version(ctx: Context, zone_code: str, day: date, version: int) -> VersionDetail:
    """One version and what it changed. Raises NotFound where there is no such version."""
    with ctx.db.reading() as session:
        zone = get_zone(session, zone_code)
        zone_day = _find_day(session, zone.id, day)
        plan = _get_plan(session, zone_day, version)
        before = _neighbour(session, plan, earlier=True)
        after = _neighbour(session, plan, earlier=False)
        return VersionDetail(
            zone_code=zone.code,
            zone_name=zone.name,
            day=day,
            view=_version(plan, zone_day.plan_id if zone_day else None),
            changes=tuple(_changes(session, plan, before, day)),
            why=str(plan.changes.get("why", "")),
            earlier=before.version if before else None,
            later=after.version if after else None,
        )


def _between(before: int | None, version: int) -> tuple[int, int] | None:
    """The numbers between two versions; None where there are none, or nobody knows."""
    if before is None or version - before < 2:
        return None
    return before + 1, version - 1


def _find_day(session: Session, zone_id: int, day: date) -> ZoneDay | None:
    return session.scalar(
        select(ZoneDay).where(ZoneDay.zone_id == zone_id, ZoneDay.service_date == day)
    )


def _newest(session: Session, zone_day_id: int) -> list[Plan]:
    query = select(Plan).where(Plan.zone_day_id == zone_day_id).order_by(Plan.version.desc())
    return list(session.scalars(query.limit(VERSIONS_AT_MOST)))


def _get_plan(session: Session, zone_day: ZoneDay | None, version: int) -> Plan:
    plan = zone_day and session.scalar(
        select(Plan).where(Plan.zone_day_id == zone_day.id, Plan.version == version)
    )
    if not plan:
        raise NotFound("That day has no such version of its plan. Choose one from the list.")
    return plan


def _neighbour(session: Session, plan: Plan, *, earlier: bool) -> Plan | None:
    """The version before or after; numbers may be left out, as not every change is a plan."""
    beside = Plan.version < plan.version if earlier else Plan.version > plan.version
    order = Plan.version.desc() if earlier else Plan.version
    return session.scalar(
        select(Plan).where(Plan.zone_day_id == plan.zone_day_id, beside).order_by(order).limit(1)
    )


def _version(plan: Plan, current: int | None) -> VersionView:
    return VersionView(
        version=plan.version,
        reason=REASONS.get(plan.reason, plan.reason.replace("_", " ").capitalize()),
        made_at=plan.created_at,
        counts=_counts(plan.changes),
        is_current=plan.id == current,
    )


def _counts(changes: dict[str, Any]) -> str:
    parts = [
        f"{count_of(len(changes[name]), 'journey')} {words}"
        for name, words in COUNTED
        if changes.get(name)
    ]
    return "; ".join(parts) or "nobody's time changed"


def _changes(session: Session, plan: Plan, before: Plan | None, day: date) -> Iterator[Change]:
    moved = {int(booking) for booking in plan.changes.get("moved", {})}
    added, removed = set(plan.changes.get("added", [])), set(plan.changes.get("removed", []))
    riders = read_riders(session, day, moved | added | removed)
    new, old = _pickups(plan), _pickups(before)
    names = _vehicles(session, {shift for shift, _ in (*new.values(), *old.values())})
    for booking in sorted(added & riders.keys(), key=lambda b: new.get(b, (0, 0))[1]):
        yield _added(riders[booking], new.get(booking), names, day)
    for booking in sorted(removed & riders.keys()):
        rider = riders[booking]
        yield Change(f"{rider.name} taken out ({_status(rider)}).", True, rider.request_id)
    for booking in sorted(moved & riders.keys(), key=lambda b: new.get(b, (0, 0))[1]):
        if booking in new and booking in old:
            yield _moved(riders[booking], old[booking], new[booking], names, day)


def _added(
    rider: Rider, planned: tuple[int, int] | None, names: dict[int, str], day: date
) -> Change:
    if planned is None:
        return Change(f"{rider.name} added.", True, rider.request_id)
    shift, start = planned
    when, kept = clock_24(moment(day, start)), _is_kept(rider, start, day)
    words = f"{rider.name} added: picked up {when} by {names.get(shift, 'a bus')}"
    return Change(f"{words}{_promise(rider, kept)}.", kept, rider.request_id)


def _moved(
    rider: Rider,
    old: tuple[int, int],
    new: tuple[int, int],
    names: dict[int, str],
    day: date,
) -> Change:
    kept = _is_kept(rider, new[1], day)
    words = f"{rider.name}'s pick-up"
    was, now = clock_24(moment(day, old[1])), clock_24(moment(day, new[1]))
    words += f" {was} → {now}" if was != now else f" stays at {now}"
    if old[0] != new[0]:
        words += f", now by {names.get(new[0], 'another bus')}"
    return Change(f"{words}{_promise(rider, kept, still='still ')}.", kept, rider.request_id)


def _promise(rider: Rider, kept: bool, *, still: str = "") -> str:
    if rider.earliest is None or rider.latest is None:
        return ", nothing promised yet"
    told = between_24(rider.earliest, rider.latest)
    return f", {still}inside what they were told ({told})" if kept else f", NOT as told ({told})"


def _is_kept(rider: Rider, start: int, day: date) -> bool:
    if rider.earliest is None or rider.latest is None:
        return True
    first, last = seconds_into(day, rider.earliest), seconds_into(day, rider.latest)
    return first <= start <= last


def _status(rider: Rider) -> str:
    return rider.status.value.replace("_", " ")


def _pickups(plan: Plan | None) -> dict[int, tuple[int, int]]:
    """booking → (shift, seconds of its pick-up)."""
    runs: Iterable[Run] = runs_from_json(plan.runs) if plan else ()
    return {
        stop.booking_id: (run.shift_id, stop.start)
        for run in runs
        for stop in run.stops
        if stop.action == "pickup" and stop.booking_id is not None
    }


def _vehicles(session: Session, shift_ids: set[int]) -> dict[int, str]:
    if not shift_ids:
        return {}
    shifts = session.scalars(select(Shift).where(Shift.id.in_(shift_ids))).unique()
    return {shift.id: shift.vehicle.name for shift in shifts}
