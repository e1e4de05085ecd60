"""Commands on roads: make a roads file, close and open roads, see which places they reach."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from booking.config import Settings, SettingsError
from booking.domain.errors import Invalid

DEFAULT: Final = Path("roads.npz")


def add_commands(commands: Any) -> None:
    """Add this family to the parser."""
    roads = commands.add_parser("roads", help="real roads: build, close, open, closed, check")
    what = roads.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do")
    build = what.add_parser("build", help="make a roads file from an OpenStreetMap extract")
    build.add_argument("extract", type=Path, help="such as leicestershire.osm.pbf")
    build.add_argument("--out", type=Path, default=DEFAULT, help=f"what to write ({DEFAULT})")
    build.set_defaults(run=_build)
    for name, run, words in (
        ("close", _close, "close roads; every process follows within seconds"),
        ("open", _open, "open roads that were closed"),
    ):
        command = what.add_parser(name, help=words)
        command.add_argument(
            "road", nargs="+", help="an OpenStreetMap way (way 12345) or a point (52.76,-0.88)"
        )
        _with_file(command)
        command.set_defaults(run=run)
    closed = what.add_parser("closed", help="list what is closed")
    _with_file(closed)
    closed.set_defaults(run=_closed)
    what.add_parser("check", help="say which places no road leads to").set_defaults(run=_check)


def _with_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--file", type=Path, default=None, help="the roads file (that of the setting ROADS_FILE)"
    )


def _build(arguments: argparse.Namespace) -> int:
    from routing.roads.building import build_roads
    from routing.roads.files import save

    began = time.monotonic()
    network, hierarchy = build_roads(arguments.extract)
    save(arguments.out, network, hierarchy)
    ways = int(network.served.any(axis=1).sum())
    print(
        f"{arguments.out}: {len(network.way):,} pieces of road, {network.metres.sum() / 1000:,.0f} "
        f"km, {ways:,} of them to stop on, made in {time.monotonic() - began:.1f} s."
    )
    print(f"Use it: set ROADS_FILE={arguments.out.absolute()} and start the service again.")
    return 0


def _close(arguments: argparse.Namespace) -> int:
    from routing.roads.engine import Roads

    file = _file(arguments)
    roads = Roads.from_file(file)

    def close(lines: list[str]) -> list[str]:
        wanted = [*lines, *(one for one in _wished(arguments) if one not in lines)]
        roads.with_closures(_meant(wanted))  # refuses what is no road here
        return wanted

    return _change(file, close)


def _open(arguments: argparse.Namespace) -> int:
    gone = _wished(arguments)

    def reopen(lines: list[str]) -> list[str]:
        unknown = [one for one in gone if one not in lines]
        if unknown:
            raise Invalid(f"{unknown[0]} is not closed. See: outabout roads closed")
        return [line for line in lines if line not in gone]

    return _change(_file(arguments), reopen)


def _closed(arguments: argparse.Namespace) -> int:
    return _change(_file(arguments), lambda lines: lines)


def _change(file: Path, change: Callable[[list[str]], list[str]]) -> int:
    """Change the list of closures and print it."""
    from booking.adapters.roads import BadClosure, closure_lines, write_closures

    try:
        before = closure_lines(file)
        after = change(before)
        if after != before:
            write_closures(file, after)
    except (BadClosure, OSError) as error:
        raise Invalid(str(error)) from error
    print("\n".join(["Closed:", *(f"  {line}" for line in after)]) if after else "All are open.")
    return 0


def _wished(arguments: argparse.Namespace) -> list[str]:
    """The roads named on the command line: `way 12345` may come as one word or as two."""
    joined = " ".join(arguments.road).replace("way ", "way:").split()
    return [word.replace("way:", "way ") for word in joined]


def _meant(lines: list[str]) -> list[Any]:
    from booking.adapters.roads import closure_of

    return [closure_of(line) for line in lines]


def _file(arguments: argparse.Namespace) -> Path:
    if arguments.file is not None:
        return Path(arguments.file)
    told = os.environ.get("ROADS_FILE", "")
    if not told:
        raise SettingsError("ROADS_FILE is not set; say which roads file with --file.")
    return Path(told)


def _check(_: argparse.Namespace) -> int:
    from booking.adapters.travel_times import describe
    from booking.context import build_context
    from booking.services.reach import out_of_reach

    ctx = build_context(Settings.from_environment(), pool_size=1)
    found = out_of_reach(ctx)
    print(f"Driving times are from {describe(ctx.travel_times)}.")
    for line in found:
        print(line)
    if not found:
        print("A road leads to every place.")
    return 1 if found else 0
