"""What every benchmark shares: its options, and one line of JSON for each figure."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


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

    def show(self) -> None:
        """Print it as one line of JSON."""
        print(json.dumps(asdict(self)), flush=True)


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

    def figure(self, name: str, value: float | int | None, unit: str, instance: str) -> Figure:
        """A figure of this benchmark with the command for just this instance."""
        command = (
            f"./run bench {self.bench} --instances {instance} "
            f"--seconds {self.seconds:g} --seed {self.seed} --workers {self.workers}"
        )
        if self.engine != "default":
            command += f" --engine {self.engine}"
        return Figure(name, value, unit, instance, self.seed, self.seconds, command)


def read_options(
    bench: str, arguments: Sequence[str] | None, purpose: str | None, seconds: float
) -> Options:
    """Options from the command line; `seconds` is the default for each instance."""
    parser = argparse.ArgumentParser(prog=f"bench {bench}", description=purpose)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the benchmark files")
    parser.add_argument("--instances", nargs="*", default=[], help="which ones (all)")
    parser.add_argument("--seconds", type=float, default=seconds, help=f"for each ({seconds:g})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="searches side by side (1)")
    parser.add_argument("--engine", default="default")
    given = parser.parse_args(arguments)
    return Options(bench=bench, **vars(given))


def files(folder: Path, names: list[str], pattern: str = "*.txt") -> list[Path]:
    """The files of a folder with these names (all if none are given), or exits saying why not."""
    found = sorted(folder.glob(pattern))
    if names:
        found = [file for file in found if file.stem in names]
    if not found:
        sys.exit(f"no such instances in {folder}; give the folder with --data")
    return found


def best_known(data: Path, file: str) -> dict[str, Any]:
    """Best known values by instance; nothing if the file is not there."""
    path = data / file
    return dict(json.loads(path.read_text())) if path.exists() else {}
