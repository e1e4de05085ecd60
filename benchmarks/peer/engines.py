"""Every engine compared, each with the readings of a file it can be asked to solve.

An engine that knows all the rules of a file gets it as it is. One without a longest
ride or route is asked more than once: with the rule left out, and with windows so
narrow (`narrowing`) that the rule cannot be broken. The best legal answer counts, and
each of these runs gets all the time, so what is unfair is so in the peer's favour.
OR-Tools knows all the rules; it is asked again only where its answer is not legal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from benchmarks.peer import pyvrp_engine, vroom_engine
from benchmarks.peer.effort import Effort
from benchmarks.peer.narrowing import narrow, needs_shifts, tighten
from routing.benchmark_files import BenchmarkFile
from routing.instances import instance_of
from routing.optimise import Stop, solve

Solver = Callable[[BenchmarkFile, Effort], list[list[int]]]
"""Gives routes of node numbers, depot left out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to put a file to an engine; `fallback` only if no legal plan came before."""

    name: str
    file: BenchmarkFile
    solver: Solver
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """`missing` is why it cannot be asked here, if it cannot."""

    name: str
    readings: Callable[[BenchmarkFile], Iterator[Reading]]
    missing: str | None = None


OURS = "ours"


def engines() -> list[Engine]:
    """Ours first."""
    return [
        Engine(OURS, _for_us),
        Engine("ortools", _for_ortools),
        Engine("vroom", _for_vroom, _not_installed("vroom", "pyvroom")),
        Engine(
            "pyvrp", _for_pyvrp, _not_installed("pyvrp", "pyvrp") or pyvrp_engine.missing_feature()
        ),
    ]


def _not_installed(module: str, package: str) -> str | None:
    if find_spec(module) is not None:
        return None
    return f"{package} is not installed; the extra “bench” of pyproject.toml has it"


def _for_us(file: BenchmarkFile) -> Iterator[Reading]:
    yield Reading("as it is", file, partial(_with_us, engine="default"))


def _for_ortools(file: BenchmarkFile) -> Iterator[Reading]:
    """It knows all the rules, but now and then leaves somebody out of a small file."""
    solver = partial(_with_us, engine="ortools")
    yield Reading("as it is", file, solver)
    for name, version in _versions(file):
        yield Reading(name, version, solver, fallback=True)


def _with_us(file: BenchmarkFile, effort: Effort, *, engine: str) -> list[list[int]]:
    instance = instance_of(file)
    stop = Stop(seconds=effort.seconds)
    found = solve(instance.problem, stop, effort.seed, engine=engine, workers=effort.workers)
    return instance.routes(found.plan)


def _for_pyvrp(file: BenchmarkFile) -> Iterator[Reading]:
    for name, version in _versions(file):
        yield Reading(name, version, pyvrp_engine.routes)


def _for_vroom(file: BenchmarkFile) -> Iterator[Reading]:
    for name, version in _versions(file):
        yield Reading(name, version, partial(vroom_engine.routes, spread=False))
        if needs_shifts(file):
            spread = partial(vroom_engine.routes, spread=True)
            yield Reading(f"{name}, spread shifts", version, spread)


def _versions(file: BenchmarkFile) -> Iterator[tuple[str, BenchmarkFile]]:
    yield "open windows", tighten(file)
    if file.max_ride is not None:
        yield "narrow windows", narrow(file)
