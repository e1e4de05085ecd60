"""The plots of `growth` and `darp`, as SVG. The only file that imports matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.common.plainly import Unusable

Grown = dict[str, Any]
ROUNDS = "Rounds a second"
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
HIGHEST = 10.0
"""Per cent shown of a gap: before that a plan is merely a first one."""


def can_draw(file: Path) -> None:
    """Raises Unusable if a plot could not be written there, before anything is measured."""
    if find_spec("matplotlib") is None:
        raise Unusable("matplotlib is not installed; the extra “bench” of pyproject.toml has it")
    if file.suffix != ".svg":
        raise Unusable(f"{file}: plots are SVG; give a file that ends in .svg")
    if not file.parent.is_dir():
        raise Unusable(f"{file}: there is no such folder; give a file in one that is there")


def draw(rows: list[tuple[Grown, Grown]], file: Path) -> None:
    """Five plots against the number of requests, and how cost falls with time."""
    pyplot = _pyplot()
    figure, places = pyplot.subplots(3, 2, figsize=(9, 10), layout="constrained")
    sizes = [short["people"] for short, _ in rows]
    best = [min(short["cost"], long["cost"]) for short, long in rows]
    seconds = f"{rows[0][0]['seconds']:.0f} s" if rows else ""
    panels = (
        ("Cost a request, £", [row["cost"] / row["people"] for row, _ in rows]),
        (
            f"Over the best after {seconds}, %",
            [100 * (row[0]["cost"] / cost - 1) for row, cost in zip(rows, best, strict=True)],
        ),
        (ROUNDS, [row["rounds"] / row["seconds"] for row, _ in rows]),
        ("First plan with everybody in it, s", [row["first"] for row, _ in rows]),
        ("Peak memory, MB", [max(a["megabytes"], b["megabytes"]) for a, b in rows]),
    )
    for place, (title, values) in zip(places.flat, panels, strict=False):
        kept = [
            (size, value) for size, value in zip(sizes, values, strict=True) if value is not None
        ]
        place.plot([size for size, _ in kept], [value for _, value in kept], marker="o")
        place.set(title=title, xlabel="requests", xscale="log")
        place.set(**({"yscale": "log"} if title == ROUNDS else {"ylim": (0, None)}))
        place.set_xticks(sizes, [f"{size:,}" for size in sizes])
        place.minorticks_off()
        place.grid(alpha=0.3)
    _draw_curves(places.flat[5], rows, best)
    figure.savefig(file, metadata={"Date": None})


def draw_routes(row: Grown, file: Path) -> None:
    """Where the buses of one plan drive, as straight lines, a colour each."""
    pyplot = _pyplot()
    figure, place = pyplot.subplots(figsize=(9, 7), layout="constrained")
    for number, route in enumerate(row["routes"], start=1):
        north, east = [point[0] for point in route], [point[1] for point in route]
        place.plot(east, north, marker="o", markersize=4, alpha=0.8, label=f"bus {number}")
    if row["routes"]:
        north, east = row["routes"][0][0]
        place.plot([east], [north], marker="s", markersize=12, color="black", label="garage")
        place.set_aspect(1 / math.cos(math.radians(north)))
    place.set(title=f"{row['people']:,} requests", xlabel="longitude", ylabel="latitude")
    place.legend(fontsize="small")
    figure.savefig(file, metadata={"Date": None})


def draw_convergence(curves: Mapping[str, Sequence[tuple[float, float]]], file: Path) -> None:
    """How each instance's gap (seconds, per cent) falls; a plan holds until a better one."""
    pyplot = _pyplot()
    figure, place = pyplot.subplots(figsize=(9, 5), layout="constrained")
    for name, curve in curves.items():
        if curve:
            seconds, gaps = zip(*curve, strict=True)
            end = round(gaps[-1], 2) + 0.0  # a hair below the published figure is not -0.00
            place.plot(seconds, gaps, drawstyle="steps-post", label=f"{name}, {end:.2f} %")
    place.set(title="Over the best known while time goes on, %", xlabel="seconds", xscale="log")
    shown = [gap for curve in curves.values() for _, gap in curve]
    place.set(ylim=(min(0.0, min(shown, default=0.0)), HIGHEST))
    latest = max((seconds for curve in curves.values() for seconds, _ in curve), default=1.0)
    ticks = [tick for tick in TICKS if tick <= latest]
    place.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    place.minorticks_off()
    place.grid(alpha=0.3)
    if place.lines:
        place.legend(fontsize="small")
    figure.savefig(file, metadata={"Date": None})


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"  # the same file for the same figures
    from matplotlib import pyplot

    return pyplot


def _draw_curves(place: Any, rows: list[tuple[Grown, Grown]], best: list[float]) -> None:
    """How far the plan with everybody in it is from the best one, while time goes on."""
    for (_, long), cost in zip(rows, best, strict=True):
        full = [(at, 100 * (so_far / cost - 1)) for at, so_far, left in long["curve"] if not left]
        if full:
            label = f"{long['people']:,} requests"
            place.plot([at for at, _ in full], [over for _, over in full], label=label)
    place.set(title="Over the best while time goes on, %", xlabel="seconds", xscale="log")
    place.set(ylim=(0, 40))
    place.grid(alpha=0.3)
    if place.lines:
        place.legend(fontsize="small")
