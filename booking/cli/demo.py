"""`outabout demo`: the whole service on this machine, with the sample scheme in it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from booking.config import Settings
from booking.context import build_context
from booking.domain.service_day import LONDON
from booking.embedded.supervisor import CannotStart, Supervisor
from booking.migrate import migrate


def add_commands(commands: Any) -> None:
    """Add this family to the parser."""
    demo = commands.add_parser("demo", help="run everything here, with the sample scheme")
    demo.add_argument("--fresh", action="store_true", help="forget all data and start over")
    demo.add_argument("--port", type=int, default=8000, help="port of the web pages (8000)")
    demo.add_argument("--data", type=Path, default=Path("var/demo"), help="where the data is kept")
    demo.add_argument(
        "--at",
        type=_shift,
        default=0.0,
        metavar="TIME",
        help="go by another clock, begun at this village time, such as 2026-12-08T09:00",
    )
    demo.set_defaults(run=_demo)


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
    folder = arguments.data.absolute()
    os.environ["OUTABOUT_TIME_SHIFT"] = str(arguments.at)
    supervisor = Supervisor(folder, arguments.port, _say)
    try:
        supervisor.check_free()
        if arguments.fresh and folder.exists():
            shutil.rmtree(folder)
        supervisor.prepare()
        os.environ.update(supervisor.env)
        _fill(supervisor.env)
        _say("Starting the web server, the worker and the clock ...")
        supervisor.start_service()
        _greet(arguments.port)
        supervisor.run()
        _say("Stopping ...")
    except CannotStart as error:
        print(str(error), file=sys.stderr)
        return 1
    finally:
        supervisor.close()
    return 0


def _fill(env: dict[str, str]) -> None:
    """Migrate, and load the sample scheme where there is none."""
    from booking.services.sample import load_sample

    settings = Settings.from_environment(env)
    migrate(settings.database_url)
    ctx = build_context(settings)
    load_sample(ctx, now=ctx.now(), progress=_say)
    ctx.db.close()


def _greet(port: int) -> None:
    from booking.services.demo_accounts import seed_demo_accounts

    ctx = build_context(Settings.from_environment())
    _say(f"\nOut & About is running at http://127.0.0.1:{port}/\n")
    for sign_in in seed_demo_accounts(ctx, ctx.now()):
        _say(f"  {sign_in.kind}: {sign_in.name}")
        _say(f"    http://127.0.0.1:{port}{sign_in.path}  {sign_in.words}")
    _say("\nCtrl-C stops everything. The data is kept; --fresh starts over.")
    ctx.db.close()
