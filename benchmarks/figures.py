"""What every benchmark shares: its options, and one line of JSON for each figure."""

from __future__ import annotations

import argparse
import json
import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.common.keeping import Kept
from benchmarks.common.plainly import from_here

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

COMMON = ("data", "instances", "seconds", "seed", "workers", "engine")

ENGINES = ("default", "search", "ortools")
"""Those of routing.optimise, which is not imported: `growth` measures memory, and on Linux a
process counts that of the one that started it as its own."""

LINE = ("name", "value", "unit", "instance", "seed", "seconds", "command")


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
    kept: Kept | None = None
    """The file that keeps it, if one does."""

    def show(self, **more: object) -> None:
        """Print it as one line of JSON, with whatever else belongs on that line."""
        line = {name: getattr(self, name) for name in LINE} | more
        print(json.dumps(line), flush=True)
        if self.kept is not None:
            self.kept.add(line)


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
    kept: Kept | None = None

    def figure(self, name: str, value: float | int | None, unit: str, instance: str) -> Figure:
        """A figure of this benchmark with the command for just this instance."""
        return self._figure(name, value, unit, instance, [instance])

    def summary(self, name: str, value: float | int | None, unit: str, of: str) -> Figure:
        """A figure of all instances together with the command for all of them."""
        return self._figure(name, value, unit, of, self.instances)

    def _figure(
        self, name: str, value: float | int | None, unit: str, of: str, instances: list[str]
    ) -> Figure:
        command = self.command(instances)
        return Figure(name, value, unit, of, self.seed, self.seconds, command, self.kept)

    def command(self, instances: list[str]) -> str:
        """What measures these again. Where the files lie is of no use to anybody elsewhere."""
        words = ["./run bench", self.bench]
        if self.data.resolve() != DATA:
            words.append("--data DATA")
        if instances:
            words += ["--instances", shlex.join(instances)]
        words.append(f"--seconds {self.seconds:g} --seed {self.seed} --workers {self.workers}")
        if self.engine != "default":
            words.append(f"--engine {self.engine}")
        for option, given in self.more.items():
            if given is not None:
                words.append(f"--{option.replace('_', '-')} {given}")
        return " ".join(words)


def read_options(
    bench: str,
    arguments: Sequence[str] | None,
    purpose: str | None,
    seconds: float,
    add: Callable[[argparse.ArgumentParser], None] | None = None,
    engines: Sequence[str] = ENGINES,
) -> Options:
    """Options from the command line; `seconds` is the default for each instance.

    `add` adds the options of one benchmark alone; they are found in `Options.more`.
    `engines` are those that can be measured. Raises Unusable.
    """
    parser = argparse.ArgumentParser(prog=f"bench {bench}", description=purpose)
    parser.add_argument("--data", type=Path, help="folder with the benchmark files, at any depth")
    parser.add_argument("--instances", nargs="*", default=[], help="which ones (see above)")
    parser.add_argument("--seconds", type=_seconds, default=seconds, help=f"for each ({seconds:g})")
    parser.add_argument("--seed", type=_from(0), default=1)
    parser.add_argument("--workers", type=_from(1), default=1, help="searches side by side (1)")
    parser.add_argument("--engine", choices=engines, default="default")
    add_save(parser)
    if add is not None:
        add(parser)
    given = vars(parser.parse_args(arguments))
    kept = keep(given.pop("save"))
    common = {name: given.pop(name) for name in COMMON}
    common["data"] = DATA if common["data"] is None else from_here(common["data"])
    common["instances"] = [name for word in common["instances"] for name in word.split(",") if name]
    return Options(bench=bench, **common, more=given, kept=kept)


def add_save(parser: argparse.ArgumentParser) -> None:
    """The option that keeps the figures."""
    words = "keep the figures there as well, instead of earlier ones of the same commands"
    parser.add_argument("--save", type=Path, metavar="FILE.jsonl", help=words)


def keep(file: Path | None) -> Kept | None:
    """What keeps the figures, if a file was given; raises Unusable."""
    return None if file is None else Kept(from_here(file))


def _seconds(word: str) -> float:
    value = float(word)
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"must be 0 or more: {word}")
    return value


def _from(least: int) -> Callable[[str], int]:
    def whole(word: str) -> int:
        value = int(word)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be {least} or more: {word}")
        return value

    whole.__name__ = "whole number"  # argparse puts it into "invalid ... value"
    return whole
