"""Which extracts are measured: one given, those below a folder, or a made-up town."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.common.finding import files_below, listed
from benchmarks.common.plainly import Unusable, from_here
from benchmarks.street.town import MADE_UP, build_town

ENDINGS = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")


@dataclass(frozen=True, slots=True)
class Extract:
    """`named`: it is found by its name below the folder, so the command says that name."""

    name: str
    file: Path
    named: bool


def extracts(data: Path, names: Sequence[str], one: Path | None, scratch: Path) -> list[Extract]:
    """What to measure; `scratch` is where the town is put. Raises Unusable."""
    if one is not None:
        file = from_here(one)
        if names:
            raise Unusable("either --extract, or --instances below --data; leave one out")
        if not file.is_file():
            raise Unusable(f"{file}: there is no such file; give another with --extract")
        return [Extract(file.name, file, named=False)]
    found = [path for path in files_below(data) if path.name.endswith(ENDINGS)]
    if names and names != [MADE_UP]:
        return [extract for name in names for extract in _named(data, name, found)]
    if found and not names:
        return [Extract(path.name, path, named=True) for path in found]
    if not names:
        print(f"{data}: no extract in it, so a made-up town is measured", file=sys.stderr)
    return [Extract(MADE_UP, build_town(scratch / f"{MADE_UP}.osm"), named=True)]


def _named(data: Path, name: str, found: list[Path]) -> list[Extract]:
    wanted = name.casefold()
    matching = [
        path
        for path in found
        if any(
            fnmatchcase(word.casefold(), wanted) for word in (path.name, path.name.split(".osm")[0])
        )
    ]
    if not matching:
        there = [path.name for path in found] + [MADE_UP]
        raise Unusable(f"{data}: no extract {name} in it; {listed(there)}")
    return [Extract(path.name, path, named=True) for path in matching]
