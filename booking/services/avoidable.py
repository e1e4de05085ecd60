"""The buses and drivers there are to be avoided: to tick on the form, and by name on the page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.avoids import driver_word, vehicle_word
from booking.models import Driver, Person, Vehicle


@dataclass(frozen=True, slots=True)
class Avoidable:
    """A bus or a driver; `word` is how it stands on a person's list."""

    word: str
    name: str
    zone_id: int
    in_use: bool


def list_avoidable(ctx: Context, person_id: int | None) -> tuple[Avoidable, ...]:
    """The buses, then the drivers, of the zone somebody lives in, and what is on their list.

    None for somebody new: where they live, and so which buses there are, is not known yet.
    """
    if person_id is None:
        return ()
    with ctx.db.reading() as session:
        person = session.get(Person, person_id)
        if person is None:
            return ()
        listed = _listed(session)
        return tuple(
            one
            for one in listed
            if one.word in person.avoids or (one.in_use and one.zone_id == person.zone_id)
        )


def check_words(session: Session, words: Collection[str]) -> list[str]:
    """Those of the words that stand for something we have, in a fixed order."""
    return sorted({one.word for one in _listed(session)} & set(words))


def avoid_names(session: Session, avoids: Collection[str]) -> tuple[str, ...]:
    """What is on somebody's list, by name."""
    if not avoids:
        return ()
    return tuple(one.name for one in _listed(session) if one.word in avoids)


def _listed(session: Session) -> list[Avoidable]:
    """The vehicles, then the drivers, by name."""
    columns = ("id", "name", "zone_id", "active")
    vehicles, drivers = (
        session.execute(
            select(*(getattr(table, name) for name in columns)).order_by(table.name, table.id)
        )
        for table in (Vehicle, Driver)
    )
    return [
        *(Avoidable(vehicle_word(r.id), r.name, r.zone_id, r.active) for r in vehicles),
        *(Avoidable(driver_word(r.id), f"{r.name} (driver)", r.zone_id, r.active) for r in drivers),
    ]
