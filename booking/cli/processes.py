"""Commands that run a part of the service: serve, worker, beat, migrate, doctor."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from booking.config import Settings

Commands = Any


def add_commands(commands: Commands) -> None:
    """Add this family to the parser."""
    serve = commands.add_parser("serve", help="run the web server (gunicorn, threads)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    serve.add_argument("--workers", type=int, default=1, help="web processes (1)")
    serve.add_argument("--threads", type=int, default=32, help="threads in each (32)")
    serve.set_defaults(run=_serve)
    worker = commands.add_parser("worker", help="run a worker that plans and sends")
    worker.add_argument("--concurrency", type=int, default=1, help="tasks at once (1)")
    worker.set_defaults(run=_worker)
    beat = commands.add_parser("beat", help="run the clock that wakes the workers (one only)")
    beat.set_defaults(run=_beat)
    migration = commands.add_parser("migrate", help="bring the database to the newest schema")
    migration.set_defaults(run=_migrate)
    doctor = commands.add_parser("doctor", help="check settings, database, queue and engine")
    doctor.set_defaults(run=_doctor)


def _serve(arguments: argparse.Namespace) -> int:
    _check_settings()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "booking.wsgi:app",
        "--bind",
        f"{arguments.host}:{arguments.port}",
        "--worker-class",
        "gthread",
        "--workers",
        str(arguments.workers),
        "--threads",
        str(arguments.threads),
        "--timeout",
        "180",  # also what a crowded machine has to load the application in
        "--graceful-timeout",
        "5",
        "--no-control-socket",
        "--access-logfile",
        "-",
        "--access-logformat",
        "%(m)s %(U)s %(s)s %(M)sms",
    ]
    os.execv(sys.executable, command)  # noqa: S606 - becomes the server, keeps our pid


def _check_settings() -> None:
    """A wrong setting is said here, in one line, before anything starts."""
    settings = Settings.from_environment()
    if settings.roads_file:
        from booking.adapters.travel_times import travel_times_from

        travel_times_from(settings)


def _worker(arguments: argparse.Namespace) -> int:
    _check_settings()
    pool = (
        ["--pool", "solo"]
        if arguments.concurrency == 1
        else ["--pool", "prefork", "--concurrency", str(arguments.concurrency)]
    )
    return _celery("workers.tasks:app", "worker", "-Q", "outabout,outabout-plan", *pool)


def _beat(_: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schedule = str(settings.data_dir / "beat-schedule")
    return _celery("workers.clock:app", "beat", "--pidfile", "", "--schedule", schedule)


def _celery(app: str, *words: str) -> int:
    command = [sys.executable, "-m", "celery", "-A", app, *words, "--loglevel", "WARNING"]
    os.execv(sys.executable, command)  # noqa: S606 - becomes the worker, keeps our pid


def _migrate(_: argparse.Namespace) -> int:
    from booking.migrate import migrate

    settings = Settings.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    print("The database is up to date.")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from booking.services.readiness import check_everything

    findings = check_everything(Settings.from_environment())
    for finding in findings:
        print(f"{'ok  ' if finding.ok else 'BAD '} {finding.what}: {finding.words}")
    return 0 if all(finding.ok for finding in findings) else 1
