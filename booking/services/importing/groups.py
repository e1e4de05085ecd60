"""groups.csv and sessions.csv: where to go, and when they meet."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from sqlalchemy import select

from booking.models import Group, JourneyRequest, Session
from booking.services.importing.batch import Batch, Part
from booking.services.importing.cells import MIDNIGHT, Row
from booking.services.importing.reading import Columns

GROUP_COLUMNS: Final = Columns(
    ("code", "name", "place", "kind"), ("description", "phone", "is_sample")
)
SESSION_COLUMNS: Final = Columns(("group", "weekday", "start", "end"))
KINDS: Final = (
    *("craft", "exercise", "lunch", "befriending", "day_centre", "cookery", "walking", "music"),
    *("hobby", "appointments"),
)


def take_groups(batch: Batch, rows: list[Row]) -> None:
    """Write the groups."""
    for row in rows:
        code = batch.groups.take(row)
        place = batch.places.find(row, "place")
        values = {
            "code": code,
            "name": row.text("name", 150),
            "kind": row.one_of("kind", KINDS),
            "place_id": place.id if place else None,
        }
        if row.has("description"):
            values["description"] = row.text("description", 2_000, blank=True, lines=True)
        if row.has("phone"):
            values["phone"] = row.phone("phone")
        if row.has("is_sample"):
            values["is_sample"] = row.yes("is_sample")
        if not row.bad:
            known = batch.groups.by_code.get(code)
            batch.groups.by_code[code] = batch.put(row, Group, known, code, values)
    batch.session.flush()


def take_sessions(batch: Batch, rows: list[Row]) -> None:
    """Write the weekly meetings; the file names all the meetings of each group in it."""
    parts: list[Part] = []
    seen: dict[Hashable, int] = {}
    for row in rows:
        group = batch.groups.find(row, "group")
        weekday = row.weekday("weekday")
        starts, ends = row.span("start", "end", most=MIDNIGHT - 1)
        if row.bad or group is None:
            continue
        key = (group.id, weekday, starts)
        if seen.setdefault(key, row.line) != row.line:
            row.wrong("start", f"This meeting is already on line {seen[key]}.")
            continue
        values = {"group_id": group.id, "weekday": weekday, "starts": starts, "ends": ends}
        parts.append(Part(row, key, key[:2], f"{group.code} on {weekday}", values))
    owners = {part.values["group_id"] for part in parts}
    meetings = batch.session.scalars(select(Session).where(Session.group_id.in_(owners)))
    existing: dict[Hashable, Session] = {
        (one.group_id, one.weekday, one.starts): one for one in meetings
    }
    gone = batch.put_parts(Session, parts, existing, _same_day)
    _remove(batch, gone)
    batch.session.flush()


def _same_day(key: Hashable) -> Hashable:
    assert isinstance(key, tuple)
    return key[:2]


def _remove(batch: Batch, gone: list[Session]) -> None:
    """Take meetings away that are no longer held, but for those people have asked to go to."""
    ids = [meeting.id for meeting in gone]
    asked = set(
        batch.session.scalars(
            select(JourneyRequest.session_id).where(JourneyRequest.session_id.in_(ids)).distinct()
        )
    )
    for meeting in gone:
        if meeting.id in asked:
            batch.findings.note(
                f"{meeting.group.name} no longer lists its meeting on {meeting.weekday} at "
                f"{meeting.starts // 60:02d}:{meeting.starts % 60:02d}. People have asked to go "
                "to it, so it is kept: tell them."
            )
        else:
            batch.session.delete(meeting)
            batch.findings.count("sessions.csv").removed += 1
