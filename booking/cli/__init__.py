"""The command line, `outabout COMMAND ...`: one small file per family of commands.

May import services, the web application and the embedded stack; prints for people.
"""

from __future__ import annotations

import argparse
import sys

from sqlalchemy.exc import DBAPIError

from booking.cli import data, demo, processes, staff
from booking.config import SettingsError
from booking.domain.errors import BookingError
from booking.services.outages import is_outage


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="outabout", description="Out & About: demand-responsive transport."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for family in (processes, data, demo, staff):
        family.add_commands(commands)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when it did not, 2 for wrong settings or words."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SettingsError as error:
        print(f"Settings: {error}", file=sys.stderr)
        return 2
    except BookingError as error:
        print(error.words, file=sys.stderr)
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
