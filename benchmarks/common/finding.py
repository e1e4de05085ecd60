"""Files of public instances below a folder, at any depth, told apart by what is in them.

Where they came from, they lie flat or in folders, with an ending or without. The first line
says what a file is: five numbers are dial-a-ride, three pickup and delivery.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.common.keeping import natural
from benchmarks.common.plainly import Unusable
from routing.benchmark_files import BenchmarkFile, read_benchmark

KINDS = {5: "darp", 3: "pdptw"}
"""Numbers in the first line -> kind of file."""
BEGINNING = 4_000
"""Bytes to look at; the first line is much shorter."""
SHOWN = 12
"""So many names are listed where one is not found."""


def instances(data: Path, names: Sequence[str], *kinds: str) -> list[BenchmarkFile]:
    """The files with these names or patterns such as "pr*", read; all of these kinds if none.

    Raises Unusable or InstanceError, before anything has been measured.
    """
    found = {path: kind_of(path) for path in files_below(data)}
    fitting = [path for path, kind in found.items() if kind in kinds]
    if names:
        paths = _named(data, names, fitting, found)
    else:
        paths = fitting
        _say_what_is_left_out(found)
    if not paths:
        raise Unusable(f"{data}: no {' or '.join(kinds)} instance in it; give another --data")
    return [read_benchmark(path) for path in _each_once(paths)]


def files_below(data: Path) -> list[Path]:
    """Every file of the folder, hidden ones left out, by name; `data` itself if it is a file."""
    if data.is_file():
        return [data]
    if not data.is_dir():
        raise Unusable(f"{data}: there is no such folder; give that of the files with --data")
    inside = (path for path in data.rglob("*") if path.is_file())
    shown = [path for path in inside if not path.name.startswith(".")]
    return sorted(shown, key=lambda path: (natural(path.stem), str(path)))


def kind_of(path: Path) -> str | None:
    """What the first line says, if it is one of numbers."""
    try:
        with path.open("rb") as stream:
            rows = stream.read(BEGINNING).decode("ascii").splitlines()
        words = next((row.split() for row in rows if row.strip()), [])
        return KINDS.get(len([float(word) for word in words]))
    except (OSError, ValueError):
        return None


def _named(
    data: Path, names: Sequence[str], fitting: list[Path], found: dict[Path, str | None]
) -> list[Path]:
    chosen: dict[Path, None] = {}
    for name in names:
        matching = [path for path in fitting if _matches(path, name)]
        if not matching:
            _explain(data, name, fitting, found)
        chosen.update(dict.fromkeys(matching))
    return list(chosen)


def _matches(path: Path, name: str) -> bool:
    wanted = name.casefold()
    return any(fnmatchcase(word.casefold(), wanted) for word in (path.stem, path.name))


def _explain(data: Path, name: str, fitting: list[Path], found: dict[Path, str | None]) -> None:
    """Raises what is wrong with that name: another kind of file, a faulty one, or none at all."""
    for path, kind in found.items():
        if _matches(path, name) and path.suffix != ".json":
            if kind is not None:
                raise Unusable(f"{path}: is of the other kind; ./run bench {kind} measures it")
            read_benchmark(path)  # says what is wrong with it
    raise Unusable(f"{data}: no instance {name} in it; {listed([path.stem for path in fitting])}")


def listed(names: Sequence[str]) -> str:
    """The first of the names that there are."""
    if not names:
        return "there are none of that kind, so give another --data"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"there are {', '.join(names[:SHOWN])}{more}"


def _say_what_is_left_out(found: dict[Path, str | None]) -> None:
    """A broken instance cannot be told from somebody's notes; either way it is not measured."""
    for path, kind in found.items():
        if kind is None and path.suffix == ".txt":
            print(f"{path}: left out, does not begin with 5 or 3 numbers", file=sys.stderr)


def _each_once(paths: Iterable[Path]) -> list[Path]:
    """Copies of a file count once; two files that differ must not have one name."""
    by_name: dict[str, Path] = {}
    for path in paths:
        first = by_name.setdefault(path.stem.casefold(), path)
        if first != path and first.read_bytes() != path.read_bytes():
            raise Unusable(f"{first} and {path} have one name and differ; give one with --data")
    return list(by_name.values())
