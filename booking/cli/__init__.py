"""The command line, `outabout COMMAND ...`: one small file per family of commands.

May import services, the web application and the embedded stack; prints for people.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from booking.cli import data, demo, processes, roads, staff
from booking.config import SettingsError
from booking.domain.errors import BookingError
from booking.embedded.supervisor import SETTINGS
from booking.services.outages import is_outage
from routing.errors import RoutingError


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="outabout", description="Out & About: demand-responsive transport."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in (processes, data, roads, demo, staff):
        family.add_commands(commands)
    for name, command in commands.choices.items():
        if name not in ("demo", "sample"):
            command.add_argument(
                "--demo",
                dest="of_demo",
                nargs="?",
                const=Path("var/demo"),
                type=Path,
                metavar="FOLDER",
                help="work on the demo whose data is there (var/demo), with its settings",
            )
    return top


def take_demo_settings(folder: Path) -> None:
    """Put the settings of the demo in that folder into the environment.

    Raises:
        SettingsError: no demo was started there.
    """
    try:
        told = json.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingsError(f"No demo was started in {folder}. Start it: ./run demo") from None
    os.environ.update(told)


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it did not, 2 for wrong settings or words."""
    arguments = parser().parse_args(argv)
    try:
        if getattr(arguments, "of_demo", None) is not None:
            take_demo_settings(arguments.of_demo)
        return int(arguments.run(arguments))
    except SettingsError as error:
        print(f"Settings: {error}", file=sys.stderr)
        return 2
    except BookingError as error:
        print(error.words, file=sys.stderr)
        return 1
    except RoutingError as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        words = database_words(error)
        if not words:
            raise
        print(words, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def database_words(error: DBAPIError) -> str:
    """What to do about a database that is empty or away, in one line; empty for other errors."""
    said = str(error.orig).strip().splitlines()[0]
    if "no such table" in said or "does not exist" in said:
        return f"The database is not ready ({said}). Run `outabout migrate` first."
    if is_outage(error):
        return f"The database does not answer ({said}). Does it run, and is DATABASE_URL right?"
    return ""
