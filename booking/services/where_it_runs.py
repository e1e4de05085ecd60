"""When and where the bus runs and what it costs, for everybody to read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from booking.context import Context
from booking.domain.hours_words import week_words
from booking.models import Place, Zone
from booking.services.places import VILLAGE_KINDS
from booking.services.rules import rules_of


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """One area the buses serve; fares in pence."""

    name: str
    week: tuple[str, ...]
    adult_pence: int
    child_pence: int
    villages: tuple[str, ...]

    @property
    def terms(self) -> tuple[tuple[str, ...], int, int]:
        """What may be the same everywhere: the hours and the fares."""
        return (self.week, self.adult_pence, self.child_pence)


@dataclass(frozen=True, slots=True)
class Running:
    """All areas. `alike` says that hours and fares are the same in each."""

    zones: tuple[ZoneFacts, ...]

    @property
    def alike(self) -> bool:
        return len({zone.terms for zone in self.zones}) == 1


def where_it_runs(ctx: Context) -> Running:
    """Every zone with its hours, fares and villages, by name."""
    with ctx.db.reading() as session:
        villages = defaultdict(set)
        served = select(Place.zone_id, Place.name).where(
            Place.kind.in_(VILLAGE_KINDS), Place.person_id.is_(None), Place.zone_id.is_not(None)
        )
        for zone_id, name in session.execute(served):
            villages[zone_id].add(name)
        zones = session.scalars(select(Zone).order_by(Zone.name)).unique().all()
        return Running(
            tuple(
                ZoneFacts(
                    name=zone.name,
                    week=week_words(rules_of(zone).hours),
                    adult_pence=zone.fare_adult_pence,
                    child_pence=zone.fare_child_pence,
                    villages=tuple(sorted(villages[zone.id])),
                )
                for zone in zones
            )
        )
