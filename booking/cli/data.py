"""Commands on the data: import files, plan a zone-day now."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from booking.config import Settings
from booking.domain.errors import Invalid, NotFound

if TYPE_CHECKING:
    from booking.services.plan import PlanOutcome


def add_commands(commands: Any) -> None:
    """Add this family to the parser."""
    load = commands.add_parser(
        "import", help="read places, zones, fleet, groups and residents from files"
    )
    load.add_argument("path", type=Path, help="a folder, or one CSV or GeoJSON file")
    load.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    load.set_defaults(run=_import)
    plan = commands.add_parser("plan", help="plan one zone and day again, now")
    plan.add_argument("zone", help="the zone's code, such as MEL1")
    plan.add_argument("date", help="the service day, such as 2026-12-08")
    plan.add_argument("--seconds", type=float, default=None, help="how long to search (setting)")
    plan.set_defaults(run=_plan)


def _import(arguments: argparse.Namespace) -> int:
    from booking.context import build_context
    from booking.services.import_data import import_data

    ctx = build_context(Settings.from_environment())
    report = import_data(ctx, arguments.path, dry_run=arguments.dry_run, now=ctx.now())
    for line in report.lines():
        print(line)
    return 0 if report.ok else 1


def _plan(arguments: argparse.Namespace) -> int:
    from booking.context import build_context
    from booking.services.plan import plan_zone_day
    from booking.services.zone_days import zone_day_id_of

    ctx = build_context(Settings.from_environment())
    try:
        day = date.fromisoformat(arguments.date)
    except ValueError:
        raise Invalid(f"{arguments.date!r} is not a date. Write it as 2026-12-08.") from None
    zone_day_id = zone_day_id_of(ctx.db, arguments.zone, day)
    if zone_day_id is None:
        raise NotFound(f"Nobody has asked for anything in {arguments.zone} on {day} yet.")
    outcome = plan_zone_day(
        ctx, zone_day_id, now=ctx.now(), seconds=arguments.seconds, progress=print
    )
    print(_plan_words(outcome, f"{arguments.zone} on {day}"))
    return 0


def _plan_words(outcome: PlanOutcome, day: str) -> str:
    if outcome.outcome == "published":
        saved = outcome.cost_before - outcome.cost_after
        return f"A better plan for {day}: £{outcome.cost_after:.2f}, £{saved:.2f} less than before."
    if outcome.outcome == "kept":
        return f"Nothing better found for {day} than £{outcome.cost_before:.2f}."
    if outcome.outcome == "busy":
        return f"A worker is planning {day} just now. Try again in a minute."
    return f"There is nothing to plan in {day}."
