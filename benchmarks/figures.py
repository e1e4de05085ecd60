"""What every benchmark shares: its options, and one line of JSON for each figure."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

COMMON = ("data", "instances", "seconds", "seed", "workers", "engine")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and the command that makes it again."""

    name: str
    value: float | int | None
    unit: str
    instance: str
    seed: int
    seconds: float
    command: str

    def show(self, **more: object) -> None:
        """Print it as one line of JSON, with whatever else belongs on that line."""
        print(json.dumps({**asdict(self), **more}), flush=True)


@dataclass(frozen=True, slots=True)
class Options:
    """What can be said to any benchmark."""

    bench: str
    data: Path
    instances: list[str]
    seconds: float
    seed: int
    workers: int
    engine: str
    more: dict[str, Any] = field(default_factory=dict)
    """Options of this benchmark alone, by name; those that are set belong to the command."""

    def figure(self, name: str, value: float | int | None, unit: str, instance: str) -> Figure:
        """A figure of this benchmark with the command for just this instance."""
        return self._figure(name, value, unit, instance, [instance])

    def summary(self, name: str, value: float | int | None, unit: str, of: str) -> Figure:
        """A figure of all instances together with the command for all of them."""
        return self._figure(name, value, unit, of, self.instances)

    def _figure(
        self, name: str, value: float | int | None, unit: str, of: str, instances: list[str]
    ) -> Figure:
        command = f"./run bench {self.bench} "
        if instances:
            command += f"--instances {' '.join(instances)} "
        command += f"--seconds {self.seconds:g} --seed {self.seed} --workers {self.workers}"
        if self.engine != "default":
            command += f" --engine {self.engine}"
        for option, given in self.more.items():
            if given is not None:
                command += f" --{option.replace('_', '-')} {given}"
        return Figure(name, value, unit, of, self.seed, self.seconds, command)


def read_options(
    bench: str,
    arguments: Sequence[str] | None,
    purpose: str | None,
    seconds: float,
    add: Callable[[argparse.ArgumentParser], None] | None = None,
) -> Options:
    """Options from the command line; `seconds` is the default for each instance.

    `add` adds the options of one benchmark alone; they are found in `Options.more`.
    """
    parser = argparse.ArgumentParser(prog=f"bench {bench}", description=purpose)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the benchmark files")
    parser.add_argument("--instances", nargs="*", default=[], help="which ones (all)")
    parser.add_argument("--seconds", type=float, default=seconds, help=f"for each ({seconds:g})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="searches side by side (1)")
    parser.add_argument("--engine", default="default")
    if add is not None:
        add(parser)
    given = vars(parser.parse_args(arguments))
    common = {name: given.pop(name) for name in COMMON}
    return Options(bench=bench, **common, more=given)


def files(folder: Path, names: list[str], *patterns: str) -> list[Path]:
    """The files of a folder with these names (all if none are given), or exits saying why not."""
    found = [file for pattern in patterns for file in sorted(folder.glob(pattern))]
    if names:
        found = [file for file in found if file.stem in names]
    if not found:
        sys.exit(f"no such instances in {folder}; give the folder with --data")
    return found


def best_known(data: Path, file: str) -> dict[str, Any]:
    """Best known values by instance; nothing if the file is not there."""
    path = data / file
    return dict(json.loads(path.read_text())) if path.exists() else {}
