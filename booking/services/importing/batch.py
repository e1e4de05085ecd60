"""One import under way: what is known by code, and writing a row as new, changed or the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.statuses import BookingStatus
from booking.models import Area, Base, Booking, Driver, Group, Person, Place, Vehicle, Zone
from booking.services.importing.cells import Row, shown
from booking.services.importing.report import Findings

EXPECTED: Final = (
    BookingStatus.HELD.value,
    BookingStatus.WAITING.value,
    BookingStatus.BOOKED.value,
    BookingStatus.ON_BOARD.value,
)
"""States in which somebody still counts on a place being where it is."""
UNSHOWN: Final = frozenset({"boundary"})
"""Too long to be put into a sentence."""


class Coded(Protocol):
    """A row of a table whose rows have codes."""

    id: Any
    code: Any


Thing = TypeVar("Thing", bound=Coded)
Record = TypeVar("Record", bound=Base)


class Known(Generic[Thing]):
    """The things of one kind by their code: those in the tables and those of this import."""

    def __init__(self, what: str, file: str, things: Iterable[Thing]) -> None:
        self.what, self.file = what, file
        self.by_code: dict[str, Thing] = {str(thing.code): thing for thing in things}
        self.lines: dict[str, int] = {}

    def take(self, row: Row, column: str = "code", longest: int = 20) -> str:
        """The row's own code; a problem when another row of the file has it."""
        code = row.code(column, longest)
        before = self.lines.setdefault(code, row.line)
        if code and before != row.line:
            row.wrong(column, f"The code {shown(code)} is already on line {before}. Use it once.")
        return code

    def find(self, row: Row, column: str) -> Thing | None:
        """What the row's code stands for; a problem (kept once) when there is no such thing."""
        return self._of(row, column, row.raw(column))

    def find_all(self, row: Row, column: str) -> list[Thing]:
        """What the row's codes, with | between them, stand for; a problem for each unknown one."""
        found = [self._of(row, column, code) for code in row.several(column, 20)]
        return [thing for thing in found if thing is not None]

    def _of(self, row: Row, column: str, code: str) -> Thing | None:
        thing = self.by_code.get(code)
        if thing is not None:
            return thing
        if code in self.lines:
            # It is there, but its own row cannot be read, which has been said.
            row.bad = True
        elif not code:
            row.wrong(column, f"Write the code of a {self.what}.")
        else:
            words = f"There is no {self.what} with the code {shown(code)}."
            row.wrong(column, f"{words} Correct it, or add the {self.what} to {self.file}.")
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """A row that belongs to something else, such as a session to its group.

    `key` tells it from its siblings; `near` pairs it with a sibling that only moved.
    """

    row: Row
    key: Hashable
    near: Hashable
    name: str
    values: Mapping[str, Any]


class Batch:
    """The import's transaction and what it has learnt so far."""

    def __init__(self, session: Session, now: datetime, findings: Findings) -> None:
        self.session, self.now, self.findings = session, now, findings
        self.shapes: dict[str, dict[str, Any]] = {}
        """Zone code → MultiPolygon, from this import's zones.geojson."""
        self.areas = Known("area", "areas.csv", self._all(Area))
        self.zones = Known("zone", "zones.csv", self._all(Zone))
        self.drivers = Known("driver", "drivers.csv", self._all(Driver))
        self.vehicles = Known("vehicle", "vehicles.csv", self._all(Vehicle))
        self.groups = Known("group", "groups.csv", self._all(Group))
        self.new_zones: set[str] = set()
        self.had_places = session.scalar(select(Place.id).limit(1)) is not None
        self.places = Known("place", "places.csv", self._all(Place, Place.code.is_not(None)))
        self.people = Known(
            "resident", "residents.csv", self._all(Person, Person.code.is_not(None))
        )

    @cached_property
    def relied_on(self) -> frozenset[int]:
        """Ids of the places at which somebody has a journey that is still to come."""
        ends = [Booking.pickup_place_id, Booking.dropoff_place_id]
        expected = Booking.__table__.c.status.in_(EXPECTED)
        return frozenset(
            place for end in ends for place in self.session.scalars(select(end).where(expected))
        )

    def put(
        self,
        row: Row,
        model: Callable[..., Record],
        existing: Record | None,
        name: str,
        values: Mapping[str, Any],
        *,
        private: bool = False,
        besides: Sequence[str] = (),
    ) -> Record:
        """Write the row's values; a `private` change is told without the values.

        `besides` names what else of the row differs and is written elsewhere.
        """
        count = self.findings.count(row.file)
        if existing is None:
            made = model(**values)
            self.session.add(made)
            count.added += 1
            return made
        different = {key: value for key, value in values.items() if getattr(existing, key) != value}
        if not different and not besides:
            count.unchanged += 1
            return existing
        count.changed += 1
        said = [
            key if private or key in UNSHOWN else _from_to(key, getattr(existing, key), value)
            for key, value in different.items()
        ]
        words = ", ".join([*said, *besides])
        self.findings.change(f"{row.file}, line {row.line}: {name}: {words}")
        for key, value in different.items():
            setattr(existing, key, value)
        return existing

    def put_parts(
        self,
        model: Callable[..., Record],
        parts: Sequence[Part],
        existing: Mapping[Hashable, Record],
        near: Callable[[Hashable], Hashable],
    ) -> list[Record]:
        """Write parts over `existing` (those of the owners named); returns what is left over."""
        left = {key: record for key, record in existing.items()}
        moved = []
        for part in parts:
            if part.key in left:
                self.put(part.row, model, left.pop(part.key), part.name, part.values)
            else:
                moved.append(part)
        for part in moved:
            key = next((key for key in left if near(key) == part.near), None)
            record = None if key is None else left.pop(key)
            self.put(part.row, model, record, part.name, part.values)
        return list(left.values())

    def _all(self, model: type[Any], *where: Any) -> list[Any]:
        return list(self.session.scalars(select(model).where(*where)).unique())


def _from_to(key: str, before: Any, after: Any) -> str:
    return f"{key} from {_brief(before)} to {_brief(after)}"


def _brief(value: Any) -> str:
    return shown(value) if isinstance(value, str) else str(value)[:60]
