"""Real paratransit days below a folder: which there are, in whichever file."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common.finding import files_below, listed
from benchmarks.common.plainly import Unusable
from routing.errors import InstanceError
from routing.instances import Instance, read_paratransit

USUAL = ("3", "17", "101")
"""Days measured if none is named: all of them would take hours."""
COLUMNS = {"bookingid", "Sch Time in HH:MM:SS", "ldate", "Pickup LAT", "Dropoff LAT"}
"""Some of those of a file of bookings; three are enough to tell that it is meant to be one."""
FEW = 3


@dataclass(frozen=True, slots=True)
class Day:
    """`name` is the number, or FILE:NUMBER where two files have a day of that number."""

    name: str
    number: int
    file: Path
    bookings: int

    def read(self, vehicles: int) -> Instance:
        """The day with so many vehicles."""
        return read_paratransit(self.file, self.number, vehicles)


def chosen_days(data: Path, names: Sequence[str]) -> list[Day]:
    """The days of these names; if none is named, at most three; raises Unusable, InstanceError.

    Those are the usual ones that there are, else the days with fewest, middling and most
    bookings. "all" names every day.
    """
    days = {day.name: day for day in _every_day(data)}
    if not days:
        raise Unusable(f"{data}: its files of bookings have none; give another --data")
    if "all" in names:
        return list(days.values())
    unknown = [name for name in names if name not in days]
    if unknown:
        raise Unusable(f"{data}: no day {unknown[0]} in it; {listed(list(days))}")
    if names:
        return [days[name] for name in dict.fromkeys(names)]
    chosen = [days[name] for name in USUAL if name in days] or _a_few(list(days.values()))
    told = ", ".join(day.name for day in chosen)
    print(f"Of {len(days)} days: {told}. Others with --instances, or all.", file=sys.stderr)
    return chosen


def _a_few(days: list[Day]) -> list[Day]:
    by_size = sorted(days, key=lambda day: (day.bookings, day.number))
    if len(by_size) <= FEW:
        return days
    return [by_size[0], by_size[len(by_size) // 2], by_size[-1]]


def _every_day(data: Path) -> list[Day]:
    files = [path for path in files_below(data) if path.suffix == ".csv" and _is_of_bookings(path)]
    if not files:
        raise Unusable(
            f"{data}: no file of bookings in it (.csv with the columns bookingid, ldate and so on);"
            " give another --data"
        )
    once = {file.read_bytes(): file for file in reversed(files)}  # a copy has the same days
    counts = {file: _bookings(file) for file in reversed(once.values())}
    files_with = Counter(number for numbers in counts.values() for number in numbers)
    return [
        Day(f"{number}" if files_with[number] == 1 else f"{file.stem}:{number}", number, file, size)
        for file, numbers in counts.items()
        for number, size in sorted(numbers.items())
    ]


def _is_of_bookings(file: Path) -> bool:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            return len(COLUMNS.intersection(next(csv.reader(stream), []))) >= FEW
    except (OSError, ValueError, csv.Error):
        print(f"{file}: left out, cannot be read as text", file=sys.stderr)
        return False


def _bookings(file: Path) -> Counter[int]:
    """How many each day has."""
    counted: Counter[int] = Counter()
    with file.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        try:
            if "ldate" not in (reader.fieldnames or ()):
                raise InstanceError(str(file), 1, "has no column ldate")
            for row in reader:
                counted[int(row["ldate"])] += 1
        except (ValueError, TypeError, csv.Error) as problem:
            explanation = f"cannot be understood: {problem}"
            raise InstanceError(str(file), reader.line_num, explanation) from problem
    return counted
