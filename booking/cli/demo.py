"""`outabout demo`: the whole service on this machine, with the sample scheme in it.

The process that looks after the others imports little and stays small: what fills
the database (`outabout sample`) is a process of its own, over before the web starts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from booking.config import Settings
from booking.domain.service_day import LONDON
from booking.embedded.children import die_with_parent
from booking.embedded.supervisor import CannotStart, Supervisor

SIGN_INS: Final = "sign-ins.txt"
ADDRESS: Final = "{address}"
"""Stands in the kept sign-ins for the web address, which may be another next time."""
FILLED: Final = "filled.txt"
MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations" / "versions"
OURS: Final = ("outabout.db", "pids.json", "secret", "valkey.log")
DAYS: Final = 14


def add_commands(commands: Any) -> None:
    """Add this family to the parser."""
    demo = commands.add_parser("demo", help="run everything here, with the sample scheme")
    demo.add_argument("--fresh", action="store_true", help="forget all data and start over")
    demo.add_argument("--port", type=_port, default=8000, help="port of the web pages (8000)")
    demo.add_argument("--data", type=Path, default=Path("var/demo"), help="where the data is kept")
    demo.add_argument(
        "--at",
        type=_shift,
        default=0.0,
        metavar="TIME",
        help="go by another clock, begun at this village time, such as 2026-12-08T09:00",
    )
    demo.add_argument("--empty", action="store_true", help="start without the sample scheme")
    demo.set_defaults(run=_demo)
    sample = commands.add_parser("sample", help="load the sample scheme into an empty database")
    sample.add_argument("--days", type=int, default=DAYS, help="days of sample journeys (14)")
    sample.set_defaults(run=_sample)


def _port(text: str) -> int:
    """A port number; for argparse."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose one from 1024 to 65535")
    return int(text)


def _shift(text: str) -> float:
    """Seconds from now to that time in the village; for argparse."""
    try:
        wanted = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2026-12-08T09:00") from None
    return (wanted.replace(tzinfo=LONDON) - datetime.now(UTC)).total_seconds()


def _say(words: str) -> None:
    print(words, flush=True)


def _demo(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.data.absolute()
    os.environ["OUTABOUT_TIME_SHIFT"] = str(arguments.at)
    supervisor = Supervisor(folder, arguments.port, _say)
    signal.signal(signal.SIGTERM, _stop)
    try:
        supervisor.check_free()
        if arguments.fresh:
            _forget(folder)
        supervisor.prepare()
        _fill(supervisor, arguments.empty)
        _say("Starting the web server, the worker and the clock ...")
        supervisor.start_service()
        _greet(supervisor)
        supervisor.run()
        _say("Stopping ...")
    except CannotStart as error:
        print(str(error), file=sys.stderr)
        return 1
    finally:
        supervisor.close()
    return 0


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _forget(folder: Path) -> None:
    """Remove the demo's data; never a folder that holds anything else."""
    if not folder.exists():
        return
    inside = {path.name for path in folder.iterdir()}
    if inside and not inside.intersection(OURS):
        raise CannotStart(f"{folder} holds other things. Choose an empty folder with --data.")
    shutil.rmtree(folder)


def _fill(supervisor: Supervisor, empty: bool) -> None:
    """Migrate, and load the sample scheme where there is none, in a process of its own.

    That takes seconds even to find that there is nothing to do, so it is remembered
    for the day, as long as the tables are the same.
    """
    with_what = "migrate" if empty else "sample"
    shift = timedelta(seconds=float(supervisor.env["OUTABOUT_TIME_SHIFT"]))
    day = (datetime.now(UTC) + shift).date().isoformat()
    wanted = "\n".join([with_what, day, *sorted(path.name for path in MIGRATIONS.glob("*.py"))])
    filled, database = supervisor.folder / FILLED, supervisor.folder / "outabout.db"
    if database.exists() and filled.exists() and filled.read_text("utf-8") == wanted:
        return
    command = [sys.executable, "-m", "booking.cli", with_what]
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        command, env=supervisor.env, preexec_fn=die_with_parent, check=False
    )
    if done.returncode != 0:
        raise CannotStart("The database could not be filled. --fresh starts over.")
    filled.write_text(wanted, "utf-8")


def _sample(arguments: argparse.Namespace) -> int:
    from booking.context import build_context
    from booking.migrate import migrate
    from booking.services.sample import load_sample

    settings = Settings.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    ctx = build_context(settings, pool_size=2)
    logins = load_sample(ctx, ctx.now(), _say, days=arguments.days)
    lines = [
        f"  {one.kind}: {one.name}\n    {ADDRESS}{one.path}  {one.words}" for one in logins.sign_ins
    ]
    (settings.data_dir / SIGN_INS).write_text("\n".join(lines) + "\n", "utf-8")
    ctx.db.close()
    if not settings.demo:
        _say("The sample scheme is loaded." if logins.loaded else "There is a scheme already.")
    return 0


def _greet(supervisor: Supervisor) -> None:
    _say(f"\nOut & About is running at {supervisor.env['PUBLIC_URL']}/\n")
    sign_ins = supervisor.folder / SIGN_INS
    if sign_ins.exists():
        words = sign_ins.read_text("utf-8")
        _say(words.replace(ADDRESS, supervisor.env["PUBLIC_URL"]))
    _say(f"Ctrl-C stops everything. The data is kept in {_near(supervisor.folder)};")
    _say("--fresh starts over.")


def _near(folder: Path) -> str:
    return os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)
